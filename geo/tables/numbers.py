"""Figures, read strictly: a cell is a number by one grammar, a known mark, or a fault."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of, shown
from zoneblanche.geo.files.limits import DEFAULT_LIMITS
from zoneblanche.geo.messages import _, join, ngettext, remark
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables.formats.text_files.decimal_mark import (
    SPACES,
    THIN_GAPS,
    Marks,
    decimal_mark,
)
from zoneblanche.geo.tables.missing import MARKS, PLAIN_MARKS, Figures, reason_of
from zoneblanche.geo.tables.plausible import (
    Column,
    check_ranges,
    check_scale,
    check_sentinels,
    limits_of,
    within_rounding,
)
from zoneblanche.geo.tables.raw import RawTable, column
from zoneblanche.geo.tables.urls import parse_urls

TableUnit = Literal[
    "count", "percent", "ratio", "number", "boolean", "score", "category", "url", "domain"
]

_WHOLE = rf"[0-9]{{1,3}}(?:(?P<gap>[{THIN_GAPS}])[0-9]{{3}}(?:(?P=gap)[0-9]{{3}})*)|[0-9]+"


@functools.cache
def _grammar(marks: Marks) -> re.Pattern[str]:
    """Return the form of a figure with these marks."""
    grouped = ""
    if marks.thousands:
        mark = re.escape(marks.thousands)
        grouped = (
            rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+"
            rf"|[0-9]{{1,2}}(?:{mark}[0-9]{{2}})+{mark}[0-9]{{3}}|"
        )
    return re.compile(
        rf"(?P<sign>[+\-−]?)(?P<whole>{grouped}{_WHOLE})?"
        rf"(?P<fraction>{re.escape(marks.decimal)}[0-9]+)?(?P<power>[eE][+-]?[0-9]{{1,3}})?"
    )


_FLAG = "[bdefiprsu]{1,3}|[A-E]"
_NOTE = "[a-z]|[0-9]{1,2}"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_STARS = "*†‡§#"
_FLAGGED = re.compile(
    rf"(?P<figure>.*[0-9%])(?:[{SPACES}]*"
    rf"(?:\((?P<round>{_FLAG}|{_NOTE})\)|\[(?P<square>{_FLAG}|{_NOTE})\]"
    rf"|(?P<raised>[{_RAISED}]{{1,2}})|(?P<stars>[{_STARS}]{{1,3}}))"
    rf"|[{SPACES}]+(?:(?P<number>[0-9]{{1,2}}\))|(?P<bare>{_FLAG})))"
)
"""A figure with the flags of Eurostat (p provisional, e estimated, b break, u of low reliability),
of the ONS and INSEE (in brackets), the quality of Statistics Canada (A to E), or the mark of a
footnote behind it: in brackets, raised, a star or a dagger, `1)` after a space."""
_FLAG_ENDS = frozenset(")]" + _RAISED + _STARS)
_OF_EUROSTAT = re.compile(r"\\time(_period)?\s*$", re.IGNORECASE)
"""The end of the name of the first column of Eurostat's tables."""
_FIGURE_ENDS = re.compile(r".*[0-9]%?")
_PLAIN = re.compile(r"(?:(?:-?[0-9]{1,15}(?:\.[0-9]{1,15})?)?\n)*+")
_TRUTH = {
    **dict.fromkeys(("1", "1.0", "oui", "true", "vrai", "yes"), 1.0),
    **dict.fromkeys(("0", "0.0", "non", "false", "faux", "no"), 0.0),
}
_GAP_NAMES = {
    " ": _("a space"),
    "\u00a0": _("a no-break space"),
    "\u202f": _("a thin no-break space"),
}


class Read(NamedTuple):
    """The result for one text: a value, or why it is missing, or (`wrong`) why it is not a
    figure."""

    value: float = math.nan
    reason: Reason = Reason.PRESENT
    gap: str = ""
    signed: bool = False
    wrong: str = ""
    remedy: str = ""
    kind: str = ""


def parse_numbers(
    raw: RawTable,
    name: str,
    *,
    unit: TableUnit = "number",
    bounds: tuple[float | None, float | None] = (None, None),
    decimal: str | None = None,
    thousands: str | None = None,
    marks: Mapping[str, Reason] = MARKS,
    missing: Mapping[str, Reason] | None = None,
    nodata: Sequence[float] | None = (),
) -> Figures:
    """Return the figures of a column.

    Args:
        unit: `percent` 0 to 100, cells may end in "%"; `ratio` 0 to 1; `count` whole, from 0;
            `boolean` oui/non, vrai/faux, yes/no, true/false, 1/0; `url`, `domain`: see
            `parse_urls`.
        bounds: minimum and maximum in addition to those of the unit; None for no bound.
        decimal: the decimal mark; else the one that the file was read with; else detected.
        thousands: the mark between thousands; else detected.
        marks: texts (lower case) for a missing figure, and why it is missing.
        missing: further such texts.
        nodata: figures for a missing one in this column (-9999); None if there are none, and
            such figures are real.

    Raises:
        InputError: all cells that are not figures or out of range, with line and value; mixed or
            ambiguous decimal marks; percentages mixed with shares of one; figures that look like
            an undeclared no-data code.
    """
    if unit in ("url", "domain"):
        return parse_urls(raw, name, bare=unit == "domain")
    further = {text.strip(SPACES).casefold(): why for text, why in (missing or {}).items()}
    cells = column(raw, name)
    inverse, texts = pd.factorize(cells)
    notices: list[str] = []
    if unit == "boolean":
        plain = PLAIN_MARKS if marks is MARKS else marks
        reads = [_truth(text.strip(SPACES), {**plain, **further}) for text in texts]
    else:
        named = {**marks, **further}
        pinned = decimal or raw.decimal
        certain = any(map(_OF_EUROSTAT.search, raw.columns))
        plain_texts, flags = _without_flags(list(texts), named, certain=certain)
        mark, notices = decimal_mark(raw, name, plain_texts, pinned, unit, thousands=thousands)
        reads = _numbers(plain_texts, mark, unit, named, frozenset(nodata or ()))
        notices += _flags_notice(raw, name, np.array(flags, dtype=object)[inverse])
    faults = list(_unreadable(raw, name, inverse, reads)) + _mixed_gaps(raw, name, reads, notices)
    values = np.array([read.value for read in reads])[inverse]
    signed = np.array([read.signed for read in reads])[inverse]
    values = within_rounding(values, *limits_of(unit, bounds))
    figures = Column(raw, name, cells, values, signed)
    faults += check_ranges(figures, unit, bounds)
    faults += check_scale(figures, unit)
    faults += [] if nodata is None else check_sentinels(figures, unit)
    if faults:
        raise InputError(_in_order(faults, raw)[: DEFAULT_LIMITS.faults])
    reasons = np.array([read.reason for read in reads], dtype=np.int8)[inverse]
    return Figures(values, reasons, tuple(notices))


def _in_order(faults: list[Fault], raw: RawTable) -> list[Fault]:
    """Return faults in the order of their rows."""
    rows = {raw.feature(row): row for row in reversed(range(len(raw)))}
    return sorted(faults, key=lambda fault: fault.line or rows.get(fault.feature or 0, 0))


def _without_flags(
    texts: list[str], marks: Mapping[str, Reason], *, certain: bool = False
) -> tuple[list[str], list[str]]:
    """Return the texts without the flags and marks of footnotes behind their figures ("12.5 p",
    "12.5 1)"), and the flag of each, "" if it has none.

    Letters without brackets may be a unit ("12 d", "3.2 B"), and numbers in brackets a percentage.
    They are flags if another figure of the column has none, and B if the column has another quality
    (A, C, D, E) too.

    Args:
        certain: whether letters are flags, because the table is of a publisher that writes them.
    """
    none = [""] * len(texts)
    if not any(text[-1:].isalpha() or text[-1:] in _FLAG_ENDS for text in map(str.rstrip, texts)):
        return texts, none
    stripped = [text.strip(SPACES) for text in texts]
    figures = [text if reason_of(text, marks) is None else "" for text in stripped]
    matches = [_FLAGGED.fullmatch(text) for text in figures]
    flags = [match[match.lastgroup or 0] if match is not None else "" for match in matches]
    plain_too = certain or any(map(_FIGURE_ENDS.fullmatch, figures))
    qualities = bool({"A", "C", "D", "E"} & set(flags))
    for place, match in enumerate(matches):
        flag = flags[place]
        if match is not None and (match["bare"] or (flag.isascii() and flag.isdigit())):
            flags[place] = flag if plain_too and (flag != "B" or qualities) else ""
    plain = [
        match["figure"] if match is not None and flag else text
        for text, match, flag in zip(texts, matches, flags, strict=True)
    ]
    return plain, flags


def _flags_notice(raw: RawTable, name: str, flags: np.ndarray) -> list[str]:
    """Return the warning about the flags of the cells of a column, "" where there is none."""
    present = flags[flags != ""]
    letters = [flag for flag in present if flag.isalpha()]
    notes = [flag for flag in present if not flag.isalpha()]
    where = {"file": raw.file, "name": shown(name)}
    sentences: list[str] = []
    if letters:
        sentences.append(
            ngettext(
                "{file}, column {name}: letters behind {count} figure are a flag and are left out "
                "({flags}).",
                "{file}, column {name}: letters behind {count} figures are flags and are left out "
                "({flags}).",
                len(letters),
                flags=first_of(sorted(set(letters))),
                **where,
            )
        )
    if notes:
        sentences.append(
            ngettext(
                "{file}, column {name}: the mark of a footnote behind {count} figure is left out "
                "({marks}).",
                "{file}, column {name}: marks of footnotes behind {count} figures are left out "
                "({marks}).",
                len(notes),
                marks=first_of(sorted(set(notes))),
                **where,
            )
        )
    return sentences


def _numbers(
    texts: list[str],
    mark: Marks,
    unit: str,
    marks: Mapping[str, Reason],
    nodata: frozenset[float],
) -> list[Read]:
    """Return the result for each text. Columns of plain digits, which are most, take a short
    path."""
    short = mark == (".", "") and not nodata and "" in marks and not any(map(_plain, marks))
    if short and _PLAIN.fullmatch("\n".join(texts) + "\n"):
        blank = Read(reason=marks[""])
        return [Read(float(text)) if text else blank for text in texts]
    return [_number(text.strip(SPACES), mark, unit, marks, nodata) for text in texts]


def _plain(mark: str) -> bool:
    """Return whether a mark for a missing figure looks like one."""
    return mark != "" and _PLAIN.fullmatch(f"{mark}\n") is not None


def _number(
    text: str, mark: Marks, unit: str, marks: Mapping[str, Reason], nodata: frozenset[float]
) -> Read:
    reason = reason_of(text, marks)
    if reason is not None:
        return Read(reason=reason)
    signed = text.endswith("%")
    digits = text.removesuffix("%").rstrip(SPACES) if signed else text
    match = _grammar(mark).fullmatch(digits)
    if match is None or not (match["whole"] or match["fraction"]):
        return not_a_number(text, mark.decimal)
    if signed and unit != "percent":
        return Read(
            wrong=_(
                "{text} has a percent sign in a column of unit {unit}.", text=shown(text), unit=unit
            ),
            remedy=_('Write unit = "percent", or take the sign away.'),
            kind="percent-sign",
        )
    gap = match["gap"] or ""
    whole = (match["whole"] or "0").replace(gap, "") if gap else match["whole"] or "0"
    whole = whole.replace(mark.thousands, "") if mark.thousands else whole
    sign = "-" if match["sign"] in ("-", "−") else ""
    fraction = (match["fraction"] or ".0")[1:]
    value = float(f"{sign}{whole}.{fraction}{match['power'] or ''}")
    if math.isinf(value) or (value == 0 and (whole + fraction).strip("0")):
        return Read(
            wrong=_("{text} is beyond the numbers that can be reckoned with.", text=shown(text)),
            remedy=_("Correct it, or leave the cell empty."),
            kind="not-finite",
        )
    if value in nodata:
        return Read(reason=Reason.NOT_PUBLISHED)
    return Read(value, gap=gap, signed=signed)


def _truth(text: str, marks: Mapping[str, Reason]) -> Read:
    lowered = text.casefold()
    if lowered in _TRUTH:
        return Read(_TRUTH[lowered])
    if lowered in marks:
        return Read(reason=marks[lowered])
    return Read(
        wrong=_("{text} is neither true nor false.", text=shown(text)),
        remedy=_("Write oui or non, vrai or faux, yes or no, true or false, 1 or 0."),
        kind="not-a-boolean",
    )


_Test = Callable[[str, str], bool]
_REFUSALS: tuple[tuple[_Test, Callable[[str], str], str, str], ...] = (
    (
        lambda text, _: (
            re.fullmatch(r"[+\-−]?(inf(inity)?|nan|1\.#(inf|ind|qnan))", text) is not None
        ),
        lambda text: _("{text} is not a finite number.", text=text),
        _("Leave the cell empty where the figure is not known."),
        "not-finite",
    ),
    (
        lambda text, _: text in ("-", "--", "–", "—", "−"),
        lambda text: _("{text} could mean zero or unknown.", text=text),
        _("Write 0, or list the text under missing if it means that the figure is not known."),
        "ambiguous-value",
    ),
    (
        lambda text, _: text.startswith("="),
        lambda text: _("{text} is a formula without a stored result.", text=text),
        _("Open the workbook in a spreadsheet program and save it."),
        "formula",
    ),
    (
        lambda text, _: text.startswith("#"),
        lambda text: _("{text} is an error of a spreadsheet.", text=text),
        _("Mend the formula, or leave the cell empty."),
        "not-a-number",
    ),
    (
        lambda text, _: (
            re.fullmatch(r"\d{4}-\d\d-\d\d.*|\d{1,2}/\d{1,2}/\d{2,4}", text) is not None
        ),
        lambda text: _("{text} is a date.", text=text),
        _("A spreadsheet may have turned a figure into it: correct it."),
        "not-a-number",
    ),
    (
        lambda text, mark: _grammar(Marks(_other(mark))).fullmatch(text.rstrip(" %")) is not None,
        lambda text: _(
            "{text} has another decimal mark than its column, or a mark between thousands.",
            text=text,
        ),
        _("Write all figures of the column alike, or name the mark between thousands: thousands."),
        "decimal-mark",
    ),
    (
        lambda text, _: re.fullmatch(r"[+\-−]?[0-9][0-9.,_' \u00a0\u202f]*", text) is not None,
        lambda text: _("{text} is ambiguous.", text=text),
        _(
            "Write figures without marks between thousands, or name the mark: thousands = ',' "
            "or '.'."
        ),
        "ambiguous-value",
    ),
)


def not_a_number(text: str, mark: str) -> Read:
    """Return why a text is not a figure, and what to do."""
    lowered = text.casefold()
    for test, message, remedy, kind in _REFUSALS:
        if test(lowered, mark):
            return Read(wrong=message(shown(text)), remedy=remedy, kind=kind)
    return Read(
        wrong=_("{text} is not a number.", text=shown(text)),
        remedy=_("Correct it, or list the text under missing if it means a missing figure."),
        kind="not-a-number",
    )


def _other(mark: str) -> str:
    return "." if mark == "," else ","


def _unreadable(
    raw: RawTable, name: str, inverse: np.ndarray, reads: list[Read]
) -> Iterator[Fault]:
    wrong = np.array([bool(read.wrong) for read in reads])
    for row in np.flatnonzero(wrong[inverse])[: DEFAULT_LIMITS.faults]:
        read = reads[inverse[row]]
        yield raw.fault(read.wrong, row=int(row), column=name, remedy=read.remedy, kind=read.kind)


def _mixed_gaps(raw: RawTable, name: str, reads: list[Read], notices: list[str]) -> list[Fault]:
    """Thousands separated in one way are read, with a notice; in several ways they are refused."""
    gaps = sorted({read.gap for read in reads if read.gap})
    if len(gaps) == 1:
        how = _GAP_NAMES.get(gaps[0], repr(gaps[0]))
        notices.append(
            remark(
                _(
                    "{file}, column {name}: {how} is read as between thousands.",
                    file=raw.file,
                    name=shown(name),
                    how=how,
                )
            )
        )
    if len(gaps) < 2:
        return []
    return [
        raw.column_fault(
            _(
                "thousands are set apart in {count} ways ({gaps}).",
                count=len(gaps),
                gaps=join(_GAP_NAMES.get(gap, repr(gap)) for gap in gaps),
            ),
            column=name,
            remedy=_("Write all figures of the column alike."),
            kind="ambiguous-value",
        )
    ]
