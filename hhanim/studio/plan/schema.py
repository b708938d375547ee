"""The schema of a project file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

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
    formats: Names | None = None
    size: str | None = None


class ProjectTable(_Table):
    """The whole file."""

    preset: Name | None = None
    theme: Name | None = None
    size: str | None = None
    output: Name | None = None
    scenes: dict[str, Parameters] = {}
    targets: list[TargetTable] = []


def check(
    table: Mapping[str, Any], refuse: Callable[[tuple[str | int, ...], str], Exception]
) -> dict[str, Any]:
    """The tables as plain data, without what was not said in a target.

    Raises:
        What ``refuse`` makes of the place and the reason.
    """
    try:
        project = ProjectTable.model_validate(dict(table))
    except ValidationError as error:
        first = error.errors()[0]
        place, key = tuple(first["loc"]), str(first["loc"][-1]) if first["loc"] else ""
        if first["type"] == "extra_forbidden":
            model = TargetTable if place[0] == "targets" else ProjectTable
            raise refuse(place, f"unknown key {key}{did_you_mean(key, model.model_fields)}") from None
        reason = first["msg"].removeprefix("Input ")
        raise refuse(place, f"{key}: {reason[0].lower()}{reason[1:]}") from None
    found = project.model_dump()
    found["targets"] = [{k: v for k, v in t.items() if v is not None} for t in found["targets"]]
    return found
