"""The HTTP API as a page shows it: the OpenAPI description in lists, in words, with an example."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markdown_it import MarkdownIt
from markupsafe import Markup

_EXAMPLES = {"q": "Who built the bridge?", "format": "markdown"}
_COMMENTS = MarkdownIt("commonmark", {"html": False})
_BOUNDS = {"minimum": "from {}", "maximum": "to {}", "maxLength": "at most {} characters"}
_BOUNDS |= {"minItems": "at least {}", "maxItems": "at most {}"}

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value may be, in words; `schema` names the schema that says more."""

    text: str
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a schema. `default` is JSON's way to write it, or empty."""

    name: str
    kind: Kind
    required: bool
    default: str
    description: Markup


@dataclass(frozen=True, slots=True)
class Answer:
    """What a status means, and in what it comes: a schema, or media types."""

    status: str
    description: Markup
    kind: Kind


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    description: Markup
    fields: list[Field]
    body: Kind | None
    answers: list[Answer]
    example: str


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields of a body."""

    name: str
    description: Markup
    fields: list[Field]


def list_operations(described: Json, server: str) -> Iterator[Operation]:
    """Every method of every address, in the order of the description."""
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            fields = [_view_field(p["name"], p["schema"], p) for p in one.get("parameters", ())]
            body = one.get("requestBody")
            yield Operation(
                id=f"{method}{path.translate(_PLAIN)}",
                method=method.upper(),
                path=path,
                description=_comment(one.get("description", "")),
                fields=fields,
                body=_find_kind(body["content"]) if body else None,
                answers=[
                    Answer(
                        status, _comment(said["description"]), _find_kind(said.get("content", {}))
                    )
                    for status, said in sorted(one["responses"].items())
                ],
                example=_write_example(server, method, path, fields),
            )


_PLAIN = str.maketrans("/", "-", "{}")


def list_schemas(described: Json) -> Iterator[Schema]:
    """Every body that is sent or comes back, by name."""
    for name, schema in sorted(described["components"]["schemas"].items()):
        required = schema.get("required", ())
        yield Schema(
            name,
            _comment(schema.get("description", "")),
            [
                _view_field(field, own, {**own, "required": field in required})
                for field, own in schema["properties"].items()
            ],
        )


def _view_field(name: str, schema: Json, described: Json) -> Field:
    return Field(
        name=name,
        kind=name_kind(schema),
        required=described.get("required", False),
        default=_write(schema["default"]) if schema.get("default") is not None else "",
        description=_comment(described.get("description", "")),
    )


def name_kind(schema: Json) -> Kind:
    """A JSON schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Kind(name, name)
    if "anyOf" in schema:
        kinds = [name_kind(one) for one in schema["anyOf"]]
        schemas = [kind.schema for kind in kinds if kind.schema]
        return Kind(" or ".join(kind.text for kind in kinds), schemas[0] if schemas else "")
    if "enum" in schema:
        return Kind(", ".join(map(_write, schema["enum"])))
    if "items" in schema:
        item = name_kind(schema["items"])
        return Kind(_bound(f"list of {item.text}", schema), item.schema)
    if isinstance(inner := schema.get("additionalProperties"), Mapping):
        value = name_kind(inner)
        return Kind(f"object of {value.text}", value.schema)
    return Kind(_bound(schema.get("type", "any"), schema))


def _bound(text: str, schema: Json) -> str:
    bounds = [said.format(f"{schema[name]:,}") for name, said in _BOUNDS.items() if name in schema]
    return ", ".join([text, " ".join(bounds)]) if bounds else text


def _find_kind(content: Json) -> Kind:
    found = content.get("application/json")
    return name_kind(found["schema"]) if found and found["schema"] else Kind(", ".join(content))


def _write(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _write_example(server: str, method: str, path: str, fields: Sequence[Field]) -> str:
    needed = {
        field.name: _EXAMPLES[field.name]
        for field in fields
        if field.name in _EXAMPLES and f"{{{field.name}}}" not in path
    }
    if method == "post":
        query: dict[str, Any] = {"q": _EXAMPLES["q"]}
        body = json.dumps({"queries": [query]} if path.endswith("/batch") else query)
        return f"curl {server}{path} -H 'Content-Type: application/json' -d '{body}'"
    return f"curl '{server}{path}{'?' if needed else ''}{urlencode(needed)}'"


def _comment(text: str) -> Markup:
    """A docstring, as Markdown without HTML: the text is the program's own."""
    return Markup(_COMMENTS.render(text))  # nosec B704  # the program's own docstrings
