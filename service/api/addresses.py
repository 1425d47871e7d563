"""The fields of an address, read at once: the framework's own reading looks at each field anew."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

Asked = TypeVar("Asked", bound=BaseModel)
_LISTS = frozenset({"like", "unlike"})


def read_address(request: Request, model: type[Asked]) -> Asked:
    """A model of the fields of an address; of a field twice, the last, but for those of lists."""
    given = request.query_params
    fields: dict[str, Any] = dict(given)
    for name in _LISTS & fields.keys():
        fields[name] = given.getlist(name)
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        told = error.errors(include_url=False)
        raise RequestValidationError(
            [{**one, "loc": ("query", *one["loc"])} for one in told]
        ) from error


def depend_on_address(model: type[Asked]) -> Callable[[Request], Awaitable[Asked]]:
    """What a route depends on to be given a model of its address."""

    async def read(request: Request) -> Asked:
        return read_address(request, model)

    return read


def describe_address(model: type[BaseModel], *known: str) -> dict[str, Any]:
    """What OpenAPI says of such an address, but for the fields that it has from elsewhere."""
    schema = model.model_json_schema()
    needed = schema.get("required", ())
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": name in needed,
                "schema": field,
                "description": field["description"],
            }
            for name, field in schema["properties"].items()
            if name not in known
        ]
    }
