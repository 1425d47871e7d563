"""What may go wrong, as one tree:

WinnowClientError      all of them
├── Unreachable        no answer came: no connection, a lost one, a time that ran out
├── Refused            401, 403, 421: no key or a wrong one, or a name that is none of the server's
├── NotFound           404, 410: no such passage, document or build
├── Invalid            400, 413, 422: a value cannot be used; `fields` names it
├── Busy               429, 503: asked too often, or not now; `retry_after` says when to ask again
└── Unexpected         any other answer, also one that is none of Winnow's
"""

from collections.abc import Mapping, Sequence


class WinnowClientError(Exception):
    """What happened, and what to do next.

    `code` and `status` are the server's, or "" and None where it gave no answer. `retry_after` is
    in seconds, None where the server does not say.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        code: str = "",
        status: int | None = None,
        fields: Sequence[Mapping[str, str]] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint
        self.code = code
        self.status = status
        self.fields = tuple(fields)
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class Unreachable(WinnowClientError):
    """No answer came."""


class Refused(WinnowClientError):
    """The server does not answer this asker."""


class NotFound(WinnowClientError):
    """There is no such thing, or not any more."""


class Invalid(WinnowClientError):
    """A value cannot be used."""


class Busy(WinnowClientError):
    """The server may answer later."""


class Unexpected(WinnowClientError):
    """An answer that this client does not know."""
