"""The shape of what asks for a list of hits as a file."""

from typing import Literal

from pydantic import Field

from service.api.question_schemas import SearchParameters

ListName = Literal["csv", "json", "markdown", "bibtex", "text", "csl-json"]


class ExportRequest(SearchParameters):
    """A question, and the form that its answer is to be kept in."""

    format: ListName = Field("csv", description="The form of the file.")
