"""What a framework is: a named set of quality priorities, each with the words people use for it."""

from __future__ import annotations

import datetime  # noqa: TC003 (pydantic reads it at run time)
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FOUR_QUESTIONS = "four-questions"  # asks how something is said, not what about: one question a segment, or none
Audience = Literal["staff", "service_user", "both"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Words = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class FrameworkElement(_Part):
    """One priority of a framework."""

    id: Slug
    label: Words
    definition: Words = Field(description="What it means, in one sentence of our own.")
    include_cues: tuple[Words, ...] = Field(
        (), description="Short phrases as people would say them. Without any, only a person links this priority."
    )
    exclude_cues: tuple[Words, ...] = Field((), description="Phrases that sound like it and are about something else.")
    qdc: tuple[Slug, ...] = Field(
        (),
        description="Priorities of PatientExperience-QDC that are the same concern: where one is heard, this is too.",
    )
    group: str | None = Field(None, description="Heading it stands under, where the framework has headings.")


class Framework(_Part):
    """A quality-priority framework; a file of the same shape is read by `load_frameworks`."""

    id: Slug
    version: Annotated[str, Field(min_length=1, coerce_numbers_to_str=True)]
    name: Words
    jurisdiction: str = ""
    audience: Audience = Field("both", description="Whose comments it is made for; carers count as service users.")
    default_on: bool = False
    source_url: str = ""
    retrieved: datetime.date | None = None
    licence_note: str = ""
    elements: Annotated[tuple[FrameworkElement, ...], Field(min_length=1)]

    def element(self, priority_id: str) -> FrameworkElement:
        """Return the element of this id, or raise KeyError."""
        for element in self.elements:
            if element.id == priority_id:
                return element
        raise KeyError(priority_id)
