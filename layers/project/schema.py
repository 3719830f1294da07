"""Faults of the keys and types of a project file, as sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from zoneblanche.geo.errors import Fault, nearest, shown
from zoneblanche.geo.messages import _
from zoneblanche.layers.project.layers import (
    LayerTable,
    LimitsTable,
    OutputTable,
    ProjectTable,
    TerritoriesTable,
)

_TABLES: dict[str, type[BaseModel]] = {
    "territories": TerritoriesTable,
    "layers": LayerTable,
    "output": OutputTable,
    "limits": LimitsTable,
}
_EXPECTED = {
    "string_type": _("a text in quotes"),
    "list_type": _("a list, [ … ]"),
    "dict_type": _("a table"),
    "model_type": _("a table"),
    "int_type": _("a whole number"),
    "float_type": _("a number"),
    "bool_type": _("true or false"),
    "string_pattern_mismatch": _("1 to 64 letters, digits, - and _, the first a letter or a digit"),
    "string_too_long": _("a text of at most 1,000 characters"),
    "greater_than_equal": _("1 or more"),
    "greater_than": _("more than 0"),
}
_TITLE = _("a text in quotes, or one a language: { fr = …, en = … }")


def type_faults(
    entries: Sequence[ErrorDetails], content: Mapping[str, Any], file: str
) -> list[Fault]:
    """Return a fault for each key that is unknown, missing or of another type than expected.

    Args:
        entries: errors of pydantic.
        content: of the file, so that a layer can be named by its id.
        file: as the user named it.
    """
    faults: dict[str, Fault] = {}
    for entry in entries:
        place = _place(entry["loc"], content)
        # A title is a text or a table of texts: pydantic reports both attempts.
        faults.setdefault(place, _fault(entry, place, file))
    return list(faults.values())


def _fault(entry: ErrorDetails, place: str, file: str) -> Fault:
    kind, key, got = entry["type"], str(entry["loc"][-1]), entry["input"]
    if kind == "extra_forbidden":
        return Fault(
            _("the key {key} is not known.", key=shown(key)),
            file=file,
            column=place,
            remedy=nearest(key, _keys_at(entry["loc"][:-1])),
            kind="unknown-key",
        )
    if kind == "missing":
        return Fault(
            _("the key {key} is missing.", key=shown(key)),
            file=file,
            column=place,
            remedy=_("Write it."),
            kind="missing-key",
        )
    if kind == "literal_error" and not _is_title(place):
        expected = str(entry.get("ctx", {}).get("expected", ""))
        choices = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
        return Fault(
            _("{got} is not a choice here.", got=shown(got)),
            file=file,
            column=place,
            value=str(got)[:200],
            remedy=nearest(str(got), choices),
            kind="wrong-value",
        )
    wanted = _TITLE if _is_title(place) else _EXPECTED.get(kind, _("another value"))
    if place == "layers" and kind == "list_type":
        wanted = _("one table a layer, each under [[layers]]")
    return Fault(
        _("{got} does not fit; expected is {wanted}.", got=shown(got), wanted=wanted),
        file=file,
        column=place,
        value=str(got)[:200],
        kind="wrong-value",
    )


def _is_title(place: str) -> bool:
    return place == "title" or (place.startswith("layers.") and place.endswith(".title"))


def _place(parts: tuple[str | int, ...], content: Mapping[str, Any]) -> str:
    """Return the key as the user knows it: a layer by its id, or by its number counted from 1."""
    names = [str(part) for part in parts]
    if len(parts) > 1 and parts[0] == "layers" and isinstance(parts[1], int):
        layer = content["layers"][parts[1]]
        name = layer.get("id") if isinstance(layer, dict) else None
        names[1] = name[:64] if isinstance(name, str) and name else str(parts[1] + 1)
    for place, name in enumerate(names):
        if name == "title":
            return ".".join(names[: place + 1])
    return ".".join(names)


def _keys_at(place: tuple[str | int, ...]) -> list[str]:
    model = _TABLES.get(str(place[0]), ProjectTable) if place else ProjectTable
    return list(model.model_fields)
