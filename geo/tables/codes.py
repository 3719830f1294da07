"""Codes as text, each row matched or listed with its reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from zoneblanche.geo.codes.groups import join_groups
from zoneblanche.geo.codes.part import WHOLE_CODE, CodePart, part_hint
from zoneblanche.geo.errors import Fault, InputError, first_of, shown
from zoneblanche.geo.files.limits import DEFAULT_LIMITS
from zoneblanche.geo.messages import _, quantity, remark
from zoneblanche.geo.tables.account import Account, Fate, Listed, account_rows
from zoneblanche.geo.tables.formats.text_files.header import composed
from zoneblanche.geo.tables.raw import RawTable, column

Explain = Callable[[str], str]
"""From an unknown code to what became of it ("merged into 01033"), or ""."""

_FLOAT = re.compile(r"([0-9]+)[.,]0+")
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_TOTAL = re.compile(
    r"(?:(?:grand|sub)[- ]?)?(?:total|totaux|totale|totaal|totalt|ensemble|sum|summe|suma|insgesamt"
    r"|gesamt|zusammen|celkem|spolu|razem|ogółem|összesen|ukupno|skupaj|toplam|i alt|yhteensä)"
    r"(?![^\W_])",
    re.IGNORECASE,
)
"""The label of a row of totals, in the languages of official tables."""
_MOST_ZEROS = 4
_LONGEST = 200
"""Maximum number of characters of a code, including spaces around it; no level has longer codes."""
_AROUND = " \t\n\r\f\v\u00a0\u202f\u2009\ufeff\u200b"


@dataclass(frozen=True, eq=False)
class Codes:
    """The codes of a table, one per row.

    Attributes:
        codes: text, unique among matched rows.
        fates: the `Fate` of each row.
        account: rows = matched + outside + listed.
        notices: observations and decisions, as sentences.
        places: the position of each row, in words ("line 7").
    """

    codes: pd.Index
    fates: np.ndarray
    account: Account
    notices: tuple[str, ...] = ()
    places: Callable[[int], str] = str
    # Not that of another object, from which `replace` makes one.
    _rows: dict[int, tuple[pd.Index, np.ndarray]] = field(
        init=False, default_factory=dict, repr=False
    )

    @cached_property
    def matched(self) -> np.ndarray:
        """Whether the code of each row is known."""
        return self.fates == Fate.MATCHED

    def rows_of(self, index: pd.Index) -> np.ndarray:
        """Return the matched row of each code of an index; -1 for a code without a row.

        Looked up once for an index: the layers of one table ask for the same rows.
        """
        # The index is kept too, so that no later one has its id.
        if id(index) not in self._rows:
            matched = np.append(np.flatnonzero(self.matched), -1)
            texts = pd.Index(self.codes[self.matched].to_numpy(dtype="object"), dtype="object")
            wanted = pd.Index(index.to_numpy(dtype="object"), dtype="object")
            self._rows[id(index)] = index, matched[texts.get_indexer(wanted)]
        return self._rows[id(index)][1]

    def place(self, values: np.ndarray, index: pd.Index, *, missing: float) -> pd.Series:
        """Return values of the rows on an index of codes; `missing` where no row has the code."""
        rows = self.rows_of(index)
        return pd.Series(np.where(rows >= 0, values[rows], missing), index=index)


def parse_codes(
    raw: RawTable,
    name: str,
    *,
    valid_codes: pd.Index | None = None,
    pattern: str | None = None,
    level_title: str = _("territories"),
    explain: Explain | None = None,
    elsewhere: Callable[[str], bool] | None = None,
    part: CodePart = WHOLE_CODE,
    repeats: bool = False,
) -> Codes:
    """Match the codes of a column with the known codes.

    Spaces around a code are removed, with a notice; so are marks between its groups, if it is a
    known code without them (`geo.codes.groups`). A row with an unknown code is listed, with the
    result of `explain`. Changes by spreadsheet programs are faults: lost leading zeros, "1001.0",
    "1E5".

    Args:
        valid_codes: the codes of the level; if None, codes that match `pattern` are known.
        pattern: regular expression that matches a whole code of the level.
        level_title: the name of the territories in a sentence ("communes").
        elsewhere: whether an unknown code is that of a territory outside the selection: its row is
            counted, not listed.
        part: of each text that is the code.
        repeats: whether several rows may have one code.

    Raises:
        InputError: no such column; blank, damaged or duplicate codes, with their lines; or no row
            with a known code.
    """
    cells: list[str] = column(raw, name).tolist()
    _check_lengths(raw, name, cells)
    stripped = [cell.strip(_AROUND) for cell in cells]
    written = stripped if "".join(stripped).isascii() else [composed(text) for text in stripped]
    parts = written if part == WHOLE_CODE else [part.of(text) for text in written]
    table = _Known(valid_codes, pattern)
    joined = join_groups(parts, table.codes) if table.codes else {}
    texts = [joined.get(text, text) for text in parts] if joined else parts
    matched = table.which(texts)
    spaced = [row for row, cell in enumerate(cells) if len(cell) > len(stripped[row])]
    faults = _spoiled(raw, name, texts, matched, table)
    if not repeats:
        faults += _doubled(raw, name, texts, matched, judge_all=not table.tells)
    if faults:
        raise InputError(faults[: DEFAULT_LIMITS.faults])
    if not matched.any():
        raise InputError(_no_match(raw, name, texts, table, level_title))
    fates = np.where(matched, Fate.MATCHED, Fate.LOST)
    if elsewhere is not None:
        strange = [row for row in np.flatnonzero(~matched).tolist() if elsewhere(texts[row])]
        fates[strange] = Fate.OUTSIDE
    account = account_rows(
        fates,
        lambda row: Listed(raw.place(row), written[row], _reason(texts[row], table, explain)),
    )
    return Codes(
        codes=pd.Index(texts, dtype="object", name="code"),
        fates=fates,
        account=account,
        notices=(
            *_of_groups(raw, name, joined, table.codes or frozenset()),
            *_notices(raw, name, spaced, texts, account.listed, level_title),
        ),
        places=raw.place,
    )


def _check_lengths(raw: RawTable, name: str, cells: list[str]) -> None:
    if max(map(len, cells), default=0) > _LONGEST:
        long = [row for row, cell in enumerate(cells) if len(cell) > _LONGEST]
        raise InputError(
            [
                raw.fault(
                    _(
                        "{cells} is too long for a code: {count} characters.",
                        cells=shown(cells[row]),
                        count=quantity(len(cells[row])),
                    ),
                    row=row,
                    column=name,
                    remedy=_("Check which column holds the codes."),
                    kind="code-not-text",
                )
                for row in long[: DEFAULT_LIMITS.faults]
            ]
        )


class _Known:
    """The known codes of a level: all of them, or their form, or nothing."""

    def __init__(self, valid_codes: pd.Index | None, pattern: str | None) -> None:
        self.codes: frozenset[str] | None = None if valid_codes is None else frozenset(valid_codes)
        self._form = re.compile(pattern) if pattern and valid_codes is None else None

    @property
    def tells(self) -> bool:
        return self.codes is not None or self._form is not None

    def has(self, code: str) -> bool:
        if self.codes is not None:
            return code in self.codes
        return bool(code) and (self._form is None or self._form.fullmatch(code) is not None)

    def which(self, texts: list[str]) -> np.ndarray:
        """Return whether each text is known."""
        has = self.has if self.codes is None else self.codes.__contains__
        return np.fromiter(map(has, texts), dtype=bool, count=len(texts))

    def with_zeros(self, code: str) -> str:
        """Return the known code that this one is with lost zeros in front, or ""."""
        if not (code[:1].isdigit() and self.tells):
            return ""
        padded = ("0" * zeros + code for zeros in range(1, _MOST_ZEROS + 1))
        return next((longer for longer in padded if self.has(longer)), "")

    def alike(self, code: str) -> str:
        """Return a known code that differs only by case, zeros, quotes or inner spaces, or ""."""
        if self.codes is None:
            return ""
        bare = re.sub(r"[\s'’`\"]", "", code)
        near = (code.upper(), bare, bare.upper(), bare.lstrip("0"))
        return next((other for other in near if other != code and other in self.codes), "")


def _spoiled(
    raw: RawTable, name: str, texts: list[str], matched: np.ndarray, table: _Known
) -> list[Fault]:
    """Return faults of rows without a code, or with a code that a program has changed."""
    faults = []
    for row in np.flatnonzero(~matched | (not table.tells)).tolist():
        text = texts[row]
        if not text and _is_total(raw, row):
            continue
        if not text:
            faults.append(
                raw.fault(
                    _("the code is blank."),
                    row=row,
                    column=name,
                    remedy=_("Write the code, or take the row out."),
                    kind="blank-code",
                )
            )
        elif raw.stored.get(name) == "float" or _FLOAT.fullmatch(text):
            faults.append(
                raw.fault(
                    _("{text} is a number with decimals, not a code.", text=shown(text)),
                    row=row,
                    column=name,
                    remedy=_("Export the column as text."),
                    kind="code-not-text",
                )
            )
        elif _SCIENTIFIC.fullmatch(text):
            faults.append(
                raw.fault(
                    _("{text} is a number in scientific notation, not a code.", text=shown(text)),
                    row=row,
                    column=name,
                    remedy=_("Export the column as text."),
                    kind="code-not-text",
                )
            )
        elif longer := table.with_zeros(text):
            faults.append(
                raw.fault(
                    _(
                        "{text} has lost its leading zeros: {longer} is a code.",
                        text=shown(text),
                        longer=longer,
                    ),
                    row=row,
                    column=name,
                    remedy=_("Export the column as text."),
                    kind="lost-zeros",
                )
            )
    return faults


def _is_total(raw: RawTable, row: int) -> bool:
    """Return whether a row says that it is a total: it has no code of its own."""
    return any(_TOTAL.match(cells[row].lstrip()) is not None for cells in raw.columns.values())


def _doubled(
    raw: RawTable, name: str, texts: list[str], matched: np.ndarray, *, judge_all: bool
) -> list[Fault]:
    """Return faults of codes on several rows. Rows that are listed anyway are allowed."""
    counts = Counter(
        text for text, is_match in zip(texts, matched, strict=True) if is_match or judge_all
    )
    several: dict[str, list[str]] = {
        code: [] for code, count in counts.items() if count > 1 and code
    }
    first: dict[str, int] = {}
    if several:
        for row, text in enumerate(texts):
            if text in several:
                first.setdefault(text, row)
                several[text].append(str(raw.lines[row]))
    return [
        raw.fault(
            _(
                "the code {code} appears on {count} rows ({places}).",
                code=shown(code),
                count=len(places),
                places=raw.places(places),
            ),
            row=first[code],
            column=name,
            remedy=_('Pick rows with where, or combine them: combine = "sum", "mean" or "first".'),
            kind="duplicate-code",
        )
        for code, places in several.items()
    ]


def _no_match(raw: RawTable, name: str, texts: list[str], table: _Known, title: str) -> Fault:
    examples = first_of([shown(text) for text in dict.fromkeys(texts)], count=3)
    sample = first_of(sorted(table.codes), count=3) if table.codes else "none"
    near = next(((text, table.alike(text)) for text in texts if table.alike(text)), None)
    hint = _(" {near} would be {near_2}.", near=shown(near[0]), near_2=near[1]) if near else ""
    held = part_hint(list(dict.fromkeys(texts)), table.codes or ())
    if held:
        hint = _(" {hint}", hint=held)
    return raw.column_fault(
        _(
            "none of the {count} codes (first: {found}) is one of the {title} (first: {sample}).",
            count=len(texts),
            found=examples,
            title=title,
            sample=sample,
        ),
        column=name,
        remedy=_("Check which column holds the codes, and their level and year.{hint}", hint=hint),
        kind="no-match",
    )


def _reason(code: str, table: _Known, explain: Explain | None) -> str:
    if not code:
        return _("a total without a code")
    if explain is not None and (explanation := explain(code)):
        return explanation
    near = table.alike(code)
    return _("unknown code; {near} is known", near=near) if near else _("unknown code")


def _of_groups(
    raw: RawTable, name: str, joined: Mapping[str, str], valid_codes: frozenset[str]
) -> list[str]:
    """Return the notice about codes that are written in groups."""
    where = _("{file}, column {name}", file=raw.file, name=shown(name))
    return [
        remark(
            _(
                "{where}: the codes are read without the marks inside them, e.g. {text} as {code}.",
                where=where,
                text=shown(text),
                code=code,
            )
        )
        for text, code in [pair for pair in joined.items() if pair[1] in valid_codes][:1]
    ]


def _notices(
    raw: RawTable,
    name: str,
    spaced: list[int],
    texts: list[str],
    listed: tuple[Listed, ...],
    title: str,
) -> list[str]:
    where = _("{file}, column {name}", file=raw.file, name=shown(name))
    notices: list[str] = []
    if raw.stored.get(name) == "integer":
        notices.append(
            remark(
                _(
                    "{where}: the codes are stored as whole numbers and read as their digits.",
                    where=where,
                )
            )
        )
    if spaced:
        places = raw.places([raw.lines[row] for row in spaced])
        notices.append(
            remark(
                _(
                    "{where}: spaces around a code are taken away ({places}).",
                    where=where,
                    places=places,
                )
            )
        )
    if listed:
        codes = first_of(
            [
                f"{row.code} ({row.reason})" if ";" in row.reason else row.code or row.reason
                for row in listed
            ]
        )
        notices.append(
            _(
                "{where}: {count} of {count_2} rows have a code that is none of the "
                "{title} and are listed (first: {codes}).",
                where=where,
                count=len(listed),
                count_2=len(texts),
                title=title,
                codes=codes,
            )
        )
    return notices
