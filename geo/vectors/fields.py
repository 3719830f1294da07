"""The fields of a vector file: codes and names."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from zoneblanche.geo.codes.groups import join_groups
from zoneblanche.geo.codes.part import WHOLE_CODE, CodePart
from zoneblanche.geo.errors import Fault, InputError, first_of, nearest, shown
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.messages import Notices, _, quantity
from zoneblanche.geo.vectors.formats import Features
from zoneblanche.geo.vectors.formats.features import objects

_FLOAT = re.compile(r"[0-9]+[.,]0+")
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_AROUND = " \t\n\r\f\v\u00a0\u202f\u2009\ufeff\u200b"
_NO_LETTER = re.compile(r"[\W_]+")
_MOST_ZEROS = 4


@dataclass(frozen=True)
class FieldCodes:
    """The codes of features: text, "" where a fault says what is there instead."""

    texts: list[str]
    faults: list[Fault]


def field_of(features: Features, name: str) -> np.ndarray:
    """Return the cells of the field with exactly that name.

    Raises:
        InputError: no such field; the message names those of the file and suggests the nearest.
    """
    stored = _stored_name(features, name)
    if stored is not None:
        return features.fields[stored]
    raise InputError(_missing(features, name))


def missing_fields(features: Features, names: Iterable[str]) -> list[Fault]:
    """Return a fault for each of these fields that the file does not have."""
    return [_missing(features, name) for name in names if _stored_name(features, name) is None]


def _stored_name(features: Features, name: str) -> str | None:
    if name in features.fields:
        return name
    same = [other for other in features.fields if _composed(other) == _composed(name)]
    return same[0] if len(same) == 1 else None


def _missing(features: Features, name: str) -> Fault:
    alike = [other for other in features.names if _plain(other) == _plain(name)]
    near = (
        _("Did you mean {alike}?", alike=repr(alike[0])) if alike else nearest(name, features.names)
    )
    names = first_of([shown(other) for other in features.names], count=20)
    return Fault(
        _("there is no field {name}.", name=shown(name)),
        file=features.file,
        value=name,
        remedy=_("{near} Fields: {names}.", near=near, names=names)
        if features.names
        else _("The file has no fields."),
        kind="unknown-column",
    )


def read_codes(
    features: Features,
    name: str,
    *,
    pattern: str | None,
    limits: Limits,
    notices: Notices,
    part: CodePart = WHOLE_CODE,
) -> FieldCodes:
    """Return the codes of the features, as text, and their faults.

    Whole numbers are exact and are read as their digits. Marks between the groups of a code are
    taken away if it then fits the pattern (`geo.codes.groups`). If the pattern shows that leading
    zeros were lost, they are a fault, like numbers with decimals.

    Args:
        pattern: regular expression that matches a whole code, or None if not known.
        part: of the text that is the code.

    Raises:
        InputError: no such field.
    """
    cells = objects([_part_of(cell, part) for cell in field_of(features, name)])
    form = re.compile(pattern) if pattern else None
    where = _("{file}, field {name}", file=features.file, name=shown(name))
    if form is not None:
        cells = _without_marks(cells, form, where, notices=notices)
    faults: list[Fault] = []
    texts: list[str] = []
    for number, cell in enumerate(cells):
        text, wrong = _code(cell, form, limits)
        texts.append("" if wrong else text)
        if wrong:
            message, remedy, kind = wrong
            value = "" if cell is None else str(cell)[:60]
            at = features.number_of(number)
            faults.append(Fault(message, features.file, None, name, at, value, remedy, kind))
    faults += _of_two_kinds(features, name, cells)
    if any(isinstance(cell, int) for cell in cells):
        notices.remark(
            _(
                "{where}: the codes are stored as whole numbers and read as their digits.",
                where=where,
            )
        )
    if any(isinstance(cell, str) and cell != cell.strip(_AROUND) for cell in cells):
        notices.remark(_("{where}: spaces around codes are taken away.", where=where))
    strange = [text for text in texts if form and text and not form.fullmatch(text)]
    if strange and len(strange) == len(texts):
        message = _(
            "none of the codes (first: {strange}) has the form expected.",
            strange=first_of(strange, count=3),
        )
        remedy = _("Check which field holds the codes, the level and the country.")
        faults.append(
            Fault(
                message,
                features.file,
                column=name,
                value=strange[0],
                remedy=remedy,
                kind="no-match",
            )
        )
    elif strange:
        notices.warn(
            _(
                "{where}: {count} codes have another form: {strange}.",
                where=where,
                count=len(strange),
                strange=first_of(strange),
            )
        )
    return FieldCodes(texts, faults)


def _without_marks(
    cells: np.ndarray, form: re.Pattern[str], where: str, *, notices: Notices
) -> np.ndarray:
    """Return the codes without the marks between their groups, where that gives a whole code."""
    strange = [
        cell for cell in cells if isinstance(cell, str) and not form.fullmatch(cell.strip(_AROUND))
    ]
    if not strange:
        return cells
    texts = {cell: cell.strip(_AROUND) for cell in cells if isinstance(cell, str)}
    letters = (_NO_LETTER.sub("", text) for text in texts.values())
    whole = [text for text in (*texts.values(), *letters) if form.fullmatch(text)]
    joined = join_groups(texts.values(), set(whole))
    if not joined:
        return cells
    notices.remark(
        _(
            "{where}: the codes are read without the marks inside them, e.g. {text} as {code}.",
            where=where,
            text=shown(next(iter(joined))),
            code=next(iter(joined.values())),
        )
    )
    return objects(
        [joined.get(texts.get(cell, ""), cell) if isinstance(cell, str) else cell for cell in cells]
    )


def _part_of(cell: Any, part: CodePart) -> Any:
    if part == WHOLE_CODE or cell is None or isinstance(cell, bool | float | list | dict):
        return cell
    return part.of(str(cell).strip(_AROUND))


_Wrong = tuple[str, str, str]
_AS_TEXT = _("Export the codes as text.")


def _code(cell: Any, form: re.Pattern[str] | None, limits: Limits) -> tuple[str, _Wrong | None]:
    if type(cell) is str and form is not None and form.fullmatch(cell):
        return cell, None  # as most are
    if isinstance(cell, bool | float) and not (isinstance(cell, float) and math.isnan(cell)):
        return "", (
            _("{cell} is not text, nor a whole number.", cell=shown(cell)),
            _AS_TEXT,
            "code-not-text",
        )
    text = "" if cell is None or isinstance(cell, float) else str(cell).strip(_AROUND)
    text = unicodedata.normalize("NFC", text)
    if not text:
        return "", (_("the code is blank."), _("Write it, or take the feature out."), "blank-code")
    if isinstance(cell, list | dict) or len(text) > min(limits.cell_length, 1000):
        return "", (_("{text} is not a code.", text=shown(text)), _AS_TEXT, "code-not-text")
    if form is not None and form.fullmatch(text):
        return text, None
    if _FLOAT.fullmatch(text) or _SCIENTIFIC.fullmatch(text):
        return "", (
            _("{text} is a number as programs write it, not a code.", text=shown(text)),
            _AS_TEXT,
            "code-not-text",
        )
    padded = ("0" * zeros + text for zeros in range(1, _MOST_ZEROS + 1))
    longer = next((code for code in padded if form is not None and form.fullmatch(code)), "")
    if longer and text[0].isdigit():
        message = _(
            "{text} has lost its leading zeros: {longer} would be a code.",
            text=shown(text),
            longer=longer,
        )
        return "", (message, _AS_TEXT, "lost-zeros")
    return text, None


def _of_two_kinds(features: Features, name: str, cells: np.ndarray) -> list[Fault]:
    """Return faults of numbers among texts: their leading zeros, if any, are lost."""
    numbers = [number for number, cell in enumerate(cells) if isinstance(cell, int)]
    if not numbers or not any(isinstance(cell, str) for cell in cells):
        return []
    first = numbers[0]
    at = features.number_of(first)
    return [
        Fault(
            _(
                "{cells} is a number, other codes of the field are texts.",
                cells=shown(cells[first]),
            ),
            file=features.file,
            column=name,
            feature=at,
            value=str(cells[first]),
            remedy=_("Export the codes as text."),
            kind="code-not-text",
        )
    ]


def read_names(
    features: Features,
    name: str | None,
    codes: list[str],
    *,
    limits: Limits,
    notices: Notices,
) -> list[str]:
    """Return the names of the territories: the code replaces a blank name.

    Raises:
        InputError: no such field, or a name longer than the limit.
    """
    if name is None:
        return list(codes)
    texts = [text or "" for text in read_labels(features, name, limits=limits)]
    blank = [code for code, text in zip(codes, texts, strict=True) if not text]
    names = [text or code for code, text in zip(codes, texts, strict=True)]
    if blank:
        notices.warn(
            _(
                "{file}, field {name}: {count} names are blank: {blank}.",
                file=features.file,
                name=shown(name),
                count=len(blank),
                blank=first_of(blank),
            )
        )
    return names


def read_labels(features: Features, name: str, *, limits: Limits) -> list[str | None]:
    """Return the cells of a field as text, None if blank.

    Raises:
        InputError: no such field, or cells longer than the limit.
    """
    texts = [_label(cell) for cell in field_of(features, name)]
    faults = [
        Fault(
            _(
                "the cell has {count} characters, more than the limit of {cell_length}.",
                count=quantity(len(text)),
                cell_length=quantity(limits.cell_length),
            ),
            file=features.file,
            column=name,
            feature=features.number_of(number),
            value=text[:60],
            remedy=_("Shorten it, leave the column out, or raise the limit."),
            kind="overlong-cell",
        )
        for number, text in enumerate(texts)
        if text is not None and len(text) > limits.cell_length
    ]
    if faults:
        raise InputError(faults[: limits.faults])
    return texts


def _label(cell: Any) -> str | None:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    return str(cell).strip(_AROUND) or None


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
