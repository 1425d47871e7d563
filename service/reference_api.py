"""Every address, answer and field of the HTTP API, from its OpenAPI document."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.markdown import make_cell, make_section, make_table

Described = Mapping[str, Any]


def show_addresses(document: Described) -> str:
    """A section for each method of each address: what it takes, what it answers."""
    return "\n\n".join(
        _show_operation(f"{method.upper()} {address}", operation)
        for address, methods in document["paths"].items()
        for method, operation in methods.items()
    )


def show_schemas(document: Described) -> str:
    """A section for each object that is sent or answered, with its fields."""
    return "\n\n".join(
        make_section(name, schema.get("description", ""), _show_fields(schema), level=3)
        for name, schema in document["components"]["schemas"].items()
    )


def _show_operation(title: str, operation: Described) -> str:
    return make_section(
        f"`{title}`",
        operation.get("description", ""),
        _show_parameters(operation),
        " ".join(_show_body(operation)),
        f"Statuses: {', '.join(f'`{status}`' for status in sorted(operation['responses']))}.",
        level=3,
    )


def _show_parameters(operation: Described) -> str:
    parameters = operation.get("parameters", [])
    rows = (
        (
            f"`{one['name']}`" + (" (required)" if one["required"] else ""),
            _show_type(one["schema"]),
            _show_default(one["schema"]),
            make_cell(one.get("description", "")),
        )
        for one in parameters
    )
    return make_table(("Parameter", "Type", "Default", "Meaning"), rows) if parameters else ""


def _show_body(operation: Described) -> Iterator[str]:
    if "requestBody" in operation:
        sent = operation["requestBody"]["content"]["application/json"]["schema"]
        yield f"Takes {_show_type(sent)} as JSON."
    answered = operation["responses"]["200"].get("content", {})
    if answered:
        forms = ", ".join(
            f"{_show_type(one['schema'])} (`{form}`)" for form, one in answered.items()
        )
        yield f"Answers {forms}."


def _show_fields(schema: Described) -> str:
    required = schema.get("required", [])
    rows = (
        (
            f"`{name}`",
            _show_type(one),
            "" if name in required else _show_default(one),
            make_cell(one.get("description", "")),
        )
        for name, one in schema.get("properties", {}).items()
    )
    return make_table(("Field", "Type", "Default", "Meaning"), rows)


def _show_default(schema: Described) -> str:
    return f"`{str(schema['default']).lower()}`" if schema.get("default") is not None else ""


def _show_type(schema: Described) -> str:
    """A type in words, with its limits; an object of the document as a link to its section."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return ", or ".join(map(_show_type, schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_show_type(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {_show_type(schema['additionalProperties'])}"
    return f"{kind}{_show_limits(schema)}"


def _show_limits(schema: Described) -> str:
    least = schema.get("minimum", schema.get("minLength"))
    most = schema.get("maximum", schema.get("maxLength"))
    limits = " to ".join(f"{limit:g}" for limit in (least, most) if limit is not None)
    if not limits:
        return ""
    unit = " characters" if "maxLength" in schema else ""
    return f", {'' if least is not None else 'up to '}{limits}{unit}"
