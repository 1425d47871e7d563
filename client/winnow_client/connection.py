"""What both clients know of their server, and what an outcome means: a value, or an error."""

import ipaddress
import json
import os
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any, TypeVar

import httpx2

from winnow_client.calls import Call
from winnow_client.errors import (
    Busy,
    Invalid,
    NotFound,
    Refused,
    Unexpected,
    Unreachable,
    WinnowClientError,
)
from winnow_client.tries import Outcome, read_retry_after

T = TypeVar("T")
_KINDS: dict[int, type[WinnowClientError]] = {
    400: Invalid,
    401: Refused,
    403: Refused,
    404: NotFound,
    410: NotFound,
    413: Invalid,
    421: Refused,
    422: Invalid,
    429: Busy,
    502: Unreachable,
    503: Busy,
    504: Unreachable,
}
_AGENT = f"winnow-client/{version('winnow-client')}"
_load_certificates = cache(httpx2.create_ssl_context)  # takes longer than a search does


def describe_connection(address: str, key: str | None) -> dict[str, Any]:
    """What an HTTP client is made with, so that it speaks to this server alone.

    No redirect is followed, so nothing, and no key, goes elsewhere. A server on this machine is
    asked straight, whatever proxy the environment names. Raises Unreachable, Refused.
    """
    url = _read_address(address)
    headers = {"User-Agent": _AGENT, **_bear(os.environ.get("WINNOW_KEY") if key is None else key)}
    return {
        "base_url": url,
        "headers": headers,
        "follow_redirects": False,
        "verify": _load_certificates(),
        "trust_env": not _is_here(url.host),
    }


def describe_request(call: Call[T], timeout: float) -> dict[str, Any]:
    """What `request` of an HTTP client takes to send a call."""
    body = {} if call.body is None else {"Content-Type": "application/json"}
    return {
        "method": call.method,
        "url": call.path,
        "params": call.query,
        "content": call.body,
        "headers": body,
        "timeout": timeout,
    }


def conclude(call: Call[T], outcome: Outcome) -> T:
    """The value of an answer. Raises any WinnowClientError."""
    if not isinstance(outcome, httpx2.Response):
        raise _explain(outcome) from outcome
    if outcome.status_code != 200:
        raise _describe_refusal(outcome)
    return call.read(outcome)


def _read_address(address: str) -> httpx2.URL:
    hint = "name it like http://127.0.0.1:8000"
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL as error:
        raise Unreachable(f"the address of the server cannot be read: {error}", hint) from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Unreachable("the address of the server is none of http or https", hint)
    return url


def _bear(key: str | None) -> dict[str, str]:
    """The header of a key. Raises Refused where no header can hold it, and does not repeat it."""
    stripped = (key or "").strip()
    if not all("!" <= character <= "~" for character in stripped):
        raise Refused("the key holds a space, or a character that no key has", "copy it anew")
    return {"Authorization": f"Bearer {stripped}"} if stripped else {}


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _explain(error: httpx2.RequestError) -> Unreachable:
    url = error.request.url
    server = f"{url.scheme}://{url.netloc.decode('ascii')}"
    said = str(error) or type(error).__name__
    if isinstance(error, httpx2.TimeoutException):
        said = f"the time ran out ({type(error).__name__})"
    return Unreachable(f"no answer from {server}: {said}", "is the server running there?")


def _describe_refusal(response: httpx2.Response) -> WinnowClientError:
    status = response.status_code
    kind = _KINDS.get(status, Unexpected)
    said = _read_detail(response)
    if response.is_redirect:
        hint = "no redirect is followed; give the address that the server itself has"
    else:
        hint = "is this the address of a Winnow server?"
    return kind(
        str(said.get("message", f"the answer is {status} {response.reason_phrase}")),
        str(said.get("hint", hint)),
        code=str(said.get("code", "")),
        status=status,
        fields=said.get("fields") or (),
        retry_after=read_retry_after(response),
    )


def _read_detail(response: httpx2.Response) -> Mapping[str, Any]:
    """The body of an error of Winnow's, empty where it is someone else's."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return {}
    detail = body.get("error") if isinstance(body, dict) else None
    return detail if isinstance(detail, dict) else {}
