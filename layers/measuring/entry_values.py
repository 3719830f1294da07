"""The types of the values that `[[layers]]` and `[territories]` may have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from zoneblanche.geo.errors import nearest, shown
from zoneblanche.geo.files.structured.toml_model import Name, expected, refused, unfit
from zoneblanche.geo.messages import _
from zoneblanche.geo.reasons import Reason

Vintage = Annotated[
    str,
    Field(pattern=r"^\d{4}(-\d{2}-\d{2})?$"),
    expected(_("a year or a date, such as 2024-01-01")),
]
From0 = Annotated[int, Field(ge=0)]


def _figure(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused(unfit(value, _("a number")))
    return value


def _no_data(value: Any) -> Any:
    if value == "none":
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused(unfit(value, _('a number, or "none"')))
    return value


def _no_data_listed(value: Any) -> Any:
    if value == "none":
        return value
    numbers = value if isinstance(value, list) else [value]
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
        raise refused(
            unfit(value, _('a number, a list of numbers, or "none"')),
            remedy=_("List texts under missing, e.g. missing = [':']."),
        )
    return numbers


def _missing(value: Any) -> Any:
    """The texts that mean a missing figure, and why: a list, or a table of reasons."""
    if isinstance(value, list):
        value = dict.fromkeys(value, "not_published") if _all_texts(value) else None
    if not isinstance(value, dict) or not _all_texts([*value, *value.values()]):
        wanted = _('a list of texts, or a table of reasons by text: { ":" = "secret" }')
        raise refused(unfit(value, wanted))
    reasons = {}
    for text, reason in value.items():
        if reason not in REASONS:
            raise refused(
                _("{got} is not a reason here.", got=shown(reason)), remedy=nearest(reason, REASONS)
            )
        reasons[text] = REASONS[reason]
    return reasons


def _all_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _picked(value: Any) -> Any:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(value, str | bool | int | float) for value in values):
        raise refused(unfit(value, _("a text, a number, true or false, or a list of them")))
    return value


def _digits(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < abs(value) <= 100:
        wanted = _("a whole number: 5 for the first 5 characters, -5 for the last 5")
        raise refused(unfit(value, wanted))
    return value


def _band(value: Any) -> Any:
    number = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if not number and not (isinstance(value, str) and value.strip()):
        raise refused(unfit(value, _("the number of a band, from 1, or its description")))
    return value


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Figure = Annotated[float, PlainValidator(_figure, json_schema_input_type=float)]
"""A number that stays a whole one where it is written so."""
_NoData = Literal["none"] | float
NoDataFigure = Annotated[Any, BeforeValidator(_no_data, json_schema_input_type=_NoData)]
NoDataFigures = Annotated[
    Any, BeforeValidator(_no_data_listed, json_schema_input_type=_NoData | list[float])
]
Missing = Annotated[
    Any, BeforeValidator(_missing, json_schema_input_type=list[str] | dict[str, str])
]
Decimal = Literal[",", "."]
Thousands = Literal[",", ".", " ", "'"]
Digits = Annotated[int, BeforeValidator(_digits, json_schema_input_type=int)]
"""How many of the first characters of a text are its code, or of the last if negative."""
Band = Annotated[Any, BeforeValidator(_band, json_schema_input_type=int | str)]
_Cell = str | bool | float
Picked = Annotated[Any, BeforeValidator(_picked, json_schema_input_type=_Cell | list[_Cell])]
REASONS = {
    reason.name.lower(): reason
    for reason in (
        Reason.NOT_PUBLISHED,
        Reason.SECRET,
        Reason.NOT_APPLICABLE,
        Reason.NOT_COLLECTED,
        Reason.NOT_COVERED,
    )
}
"""Why a figure is missing, as a project writes it."""
Names = Annotated[
    list[Name],
    Field(min_length=1),
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    expected(_("a name, or a list")),
]
