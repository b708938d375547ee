"""The schema of a project file."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from hhanim.errors import did_you_mean

Name = Annotated[str, Field(min_length=1, max_length=150)]
Names = Annotated[list[Name], Field(min_length=1)]
Parameters = dict[str, Any]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class TargetTable(_Table):
    """One ``[[targets]]``."""

    scene: Name
    name: Name | None = None
    set: Parameters = {}
    sweep: dict[str, Annotated[list[Any], Field(min_length=1, max_length=1000)]] = {}
    presets: Names | None = None
    themes: Names | None = None
    languages: Names | None = None
    formats: Names | None = None
    size: str | None = None


def _said(text: str) -> str:
    """What people read or hear, which is not blank and has nothing that a terminal or a player obeys."""
    if text and not text.strip():
        raise ValueError("is blank")
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t" for letter in text):
        raise ValueError("has letters that cannot be seen")
    return text


def _in_one_line(text: str) -> str:
    return " ".join(_said(text).split())


Title = Annotated[Name, AfterValidator(_in_one_line)]
Text = Annotated[str, Field(max_length=5000), AfterValidator(_said)]
Line = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_said)]
Lines = Annotated[list[Line], Field(max_length=100)]

OF_PART = {
    "scene": ("set",),
    "card": ("heading", "text", "seconds", "say"),
    "slide": ("alt", "seconds", "say"),
    "clip": ("alt", "captions"),
}
"""What a part of a lecture is, and what can be said of each beside its chapter."""


class PartTable(_Table):
    """One ``[[lecture.parts]]``: a scene, a card, a slide or a clip."""

    scene: Name | None = None
    card: Literal["title", "section", "outro"] | None = None
    slide: Name | None = None
    clip: Name | None = None
    chapter: Title | None = None
    set: Parameters = {}
    heading: Text = ""
    text: Text = ""
    seconds: Annotated[float, Field(ge=0.5, le=3600, strict=False)] | None = None
    say: Lines = []
    alt: Text = ""
    captions: Name | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        kinds = [kind for kind in OF_PART if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise ValueError("a part is one of scene, card, slide and clip")
        others = self.model_fields_set - {kinds[0], "chapter", *OF_PART[kinds[0]]}
        if others:
            takes = ", ".join((*OF_PART[kinds[0]], "chapter"))
            raise ValueError(f"{min(others)} is not of a {kinds[0]}, which takes {takes}")
        if self.card == "section" and not self.heading:
            raise ValueError("a section's card needs a heading")
        return self


class LectureTable(_Table):
    """The ``[lecture]`` of a project."""

    title: Title
    author: Text = ""
    date: datetime.date | Title | None = None
    description: Text = ""
    name: Name | None = None
    languages: Names | None = None
    preset: Name | None = None
    theme: Name | None = None
    size: Name | None = None
    sound: Name | None = None
    output: Name | None = None
    thumbnail: Name | None = None
    parts: Annotated[list[PartTable], Field(min_length=1, max_length=500)]


class ProjectTable(_Table):
    """The whole file."""

    preset: Name | None = None
    theme: Name | None = None
    size: str | None = None
    language: Name | None = None
    languages: Names | None = None
    sound: Name | None = None
    output: Name | None = None
    scenes: dict[str, Parameters] = {}
    targets: list[TargetTable] = []
    lecture: LectureTable | None = None


def check(
    table: Mapping[str, Any], refuse: Callable[[tuple[str | int, ...], str], Exception]
) -> dict[str, Any]:
    """The tables as plain data, without what was not said in a target. Raises what ``refuse`` makes of the place and
    the reason."""
    try:
        project = ProjectTable.model_validate(dict(table))
    except ValidationError as error:
        first = error.errors()[0]
        place = tuple(first["loc"])
        key = next((part for part in reversed(place) if isinstance(part, str)), "")
        if first["type"] == "extra_forbidden":
            tables = (PartTable, LectureTable) if place[0] == "lecture" else (TargetTable, ProjectTable)
            model = tables[0] if len(place) > 2 else tables[1]
            raise refuse(place, f"unknown key {key}{did_you_mean(key, model.model_fields)}") from None
        if first["type"] == "value_error":  # our own words
            words = str(first["ctx"]["error"])
            raise refuse(place, f"{key}: {words}" if words.startswith(("is ", "has ")) else words) from None
        no_table = first["type"] in ("model_type", "dict_type")
        reason = "should be a table" if no_table else first["msg"].removeprefix("Input ")
        raise refuse(place, f"{key}: {reason[0].lower()}{reason[1:]}") from None
    found = project.model_dump()
    found["targets"] = [{k: v for k, v in t.items() if v is not None} for t in found["targets"]]
    return found
