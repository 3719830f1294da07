"""Joining a table of figures to territories: every row matched or listed, none lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables.account import Account, Fate, Listed, account_rows
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.layer import FileRows, Table

Explain = Callable[[str], str]
"""From a code that no territory has to the reason, for example "merged into 01033 on
2019-01-01"."""

MOST_LISTED = 1000
"""Maximum number of rows of one file that are listed; of more, the reasons are counted."""


@dataclass(frozen=True)
class Joined:
    """The rows of a table on the codes of territories.

    Attributes:
        frame: index as the territories; the columns of the table, missing without a row.
        matched: whether the territory, or the one that contains it, has a row.
        account: what became of the rows of the table.
        native_level: the level at which the figures of the table were measured.
        stated: why cells of the table are missing, according to its publisher; same index.
        derived: what `derive` computed of the frame, by name.
    """

    frame: pd.DataFrame
    matched: pd.Series
    account: Account
    native_level: str
    stated: pd.DataFrame | None = None
    derived: dict[str, pd.Series] = field(default_factory=dict, repr=False, compare=False)

    def derive(self, name: str, compute: Callable[[pd.DataFrame], pd.Series]) -> pd.Series:
        """Return what is computed of the frame, once for all layers that need it."""
        if name not in self.derived:
            self.derived[name] = compute(self.frame)
        return self.derived[name]

    def reasons_of(self, column: str) -> pd.Series:
        """Return why cells of a column are missing: int8 codes of `Reason`, on the territories.

        *Not in the table* without a row, else what the publisher says, else *not published*.
        """
        reasons = np.full(len(self.matched), int(Reason.NOT_PUBLISHED), dtype="int8")
        if self.stated is not None and column in self.stated:
            stated = self.stated[column].fillna(int(Reason.PRESENT)).to_numpy("int8")
            reasons = np.where(stated == Reason.PRESENT, reasons, stated)
        reasons[self.frame[column].notna().to_numpy()] = Reason.PRESENT
        reasons[~self.matched.to_numpy()] = Reason.NOT_MATCHED
        return pd.Series(reasons, index=self.matched.index)


def join_table(territories: Territories, table: Table, *, explain: Explain | None = None) -> Joined:
    """Return the rows of the table on the territories; rows of a containing level are repeated.

    A table of départements gives each commune the row of its département: the figure is then that
    of the département, and `native_level` says so.

    Args:
        territories: rows of others that they were selected from (`within`) are counted as such.
        table: index of codes of its level.
        explain: says what became of an unknown code. A table with its own account
            (`layers.inputs.recode`) keeps it.

    Raises:
        InputError: the table is of a level that does not contain the territories, or none of its
            rows matches.
    """
    # The account of a table that has none of its own depends on the explanation.
    is_known = explain is None or table.account is not None
    joined = next((key for on, key in table.joins if on is territories and is_known), None)
    if joined is None:
        joined = _joined(territories, table, explain=explain)
        if is_known:
            table.joins.append((territories, joined))
    return joined


def _joined(territories: Territories, table: Table, *, explain: Explain | None) -> Joined:
    if table.level != territories.level and table.level not in territories.parents:
        raise InputError(
            Fault(
                _(
                    "{source} is a table of {level}, which does not contain {level_2} territories.",
                    source=table.source.title,
                    level=table.level,
                    level_2=territories.level,
                ),
                remedy=_("Take a coarser level, or a table of this one."),
                kind="level",
            )
        )
    codes = table.frame.index
    if not codes.is_unique:
        raise InputError(
            Fault(
                _("{codes} are listed twice.", codes=first_of(codes[codes.duplicated()].unique())),
                file=table.source.title,
                remedy=_("Keep one row per code."),
                kind="duplicate-code",
            )
        )
    keys = keys_at(territories, table.level)
    account = table.account or account_of(
        table,
        codes_at(territories, table.level),
        everywhere=codes_at(territories.whole, table.level),
        explain=explain,
    )
    if account.rows and not account.matched and not account.outside:
        raise InputError(
            Fault(
                _(
                    "none of the {rows} rows of {source} has the code of a {level} (first: "
                    "{index}).",
                    rows=account.rows,
                    source=table.source.title,
                    level=table.level,
                    index=first_of(table.frame.index),
                ),
                remedy=_("Check which column holds the codes, and their year."),
                kind="no-match",
            )
        )
    if table.level == territories.level and table.frame.index.equals(territories.codes):
        everywhere = pd.Series(True, index=territories.codes)
        # On the very codes of the territories: what has the same index need not be compared.
        frame = table.frame.set_axis(territories.codes)
        stated = table.reasons
        if stated is not None:
            stated = stated.reindex(table.frame.index).set_axis(territories.codes)
        return Joined(frame, everywhere, account, table.level, stated=stated)
    rows = _rows_of(table, keys, territories)

    def on_territories(frame: pd.DataFrame) -> pd.DataFrame:
        numbered = frame.reindex(table.frame.index).set_axis(pd.RangeIndex(len(table.frame)))
        return numbered.reindex(rows).set_axis(territories.codes)

    return Joined(
        frame=on_territories(table.frame),
        matched=pd.Series(rows >= 0, index=territories.codes),
        account=account,
        native_level=table.level,
        stated=None if table.reasons is None else on_territories(table.reasons),
    )


def _rows_of(table: Table, keys: pd.Series, territories: Territories) -> np.ndarray:
    """Return which row of a table each territory has, by its code there; -1 for none."""
    if table.level != territories.level:
        return _places(keys, table.frame.index)
    # The other way round: the index of the codes of territories is built once for all tables.
    places = _places(pd.Series(table.frame.index), territories.codes)
    rows = np.full(len(territories.codes), -1)
    rows[places[places >= 0]] = np.flatnonzero(places >= 0)
    return rows


def keys_at(territories: Territories, level: str) -> pd.Series:
    """Return the code of the territory of `level` that each territory is or is in; None for
    none."""
    if level == territories.level:
        return pd.Series(territories.codes, index=territories.codes)
    return territories.parents[level]


def codes_at(territories: Territories, level: str) -> pd.Index:
    """Return the codes of `level` that the territories have or are in."""
    if level == territories.level:
        return territories.codes
    return pd.Index(keys_at(territories, level).dropna().unique())


def among(codes: pd.Series, valid: pd.Index) -> np.ndarray:
    """Return whether each code is one of the known, as `Series.isin`, which is slow for texts of
    Arrow."""
    return _places(codes, valid) >= 0


def _places(codes: pd.Series, valid: pd.Index) -> np.ndarray:
    """The place of each code among the known, each once; -1 for one that is not known."""
    if not len(valid):
        return np.full(len(codes), -1)
    # Codes of territories are unique texts already, whose index is built once for all tables.
    if valid.dtype != object or not valid.is_unique:
        valid = pd.Index(valid.unique().to_numpy(dtype="object"), dtype="object")
    texts = pd.Index(codes.to_numpy(dtype="object"), dtype="object")
    places: np.ndarray = valid.get_indexer(texts)
    # A missing code has a place only if one of the valid codes is missing.
    return np.where(codes.notna(), places, -1) if valid.hasnans else places


def account_of(
    table: Table,
    valid: pd.Index,
    *,
    everywhere: pd.Index | None = None,
    explain: Explain | None = None,
) -> Account:
    """Return what becomes of the rows of a table, or of the file that it sums, with these known
    codes; codes that are known `everywhere` else are outside the selection."""
    everywhere = valid if everywhere is None else everywhere
    rows = table.file_rows
    places = _places(rows.codes, everywhere)
    chosen = np.full(len(everywhere), everywhere is valid)
    if everywhere is not valid:
        positions = everywhere.get_indexer(valid)
        chosen[positions[positions >= 0]] = True
    # One more for the codes that are not known, whose place is -1.
    fates = np.append(np.where(chosen, Fate.MATCHED, Fate.OUTSIDE), Fate.LOST)[places]
    unknown = _("no territory has this code")
    lost = {
        code: (explain(code) if explain else "") or unknown
        for code in map(str, rows.codes[places < 0].unique().tolist())
    }
    return _account_of_fates(rows, fates, lost)


def account_of_rows(
    rows: FileRows, lost: Mapping[str, str], *, outside: Iterable[str] = ()
) -> Account:
    """Return the account of a file, row by row; of more than a thousand lost rows only the number.

    Args:
        rows: of the file.
        lost: code that no territory has → why.
        outside: codes of territories outside the selection.
    """
    codes = rows.codes.astype("str")
    fates = np.select(
        [among(codes, pd.Index(list(lost))), among(codes, pd.Index(list(outside)))],
        [Fate.LOST, Fate.OUTSIDE],
        default=Fate.MATCHED,
    )
    return _account_of_fates(rows, fates, lost)


def _account_of_fates(rows: FileRows, fates: np.ndarray, lost: Mapping[str, str]) -> Account:
    # As a list: a cell of a column takes ten times as long, and all may be lost.
    codes = list(map(str, rows.codes.tolist())) if lost else []
    return account_rows(
        fates,
        lambda row: Listed(rows.label(row), codes[row], lost[codes[row]]),
        reason=lambda row: lost[codes[row]],
        left_out=rows.left_out,
        most=MOST_LISTED if rows.counted else None,
    )


def added_accounts(first: Account, second: Account) -> Account:
    """Return the account of two files that are measured together."""
    counted = dict(first.counted)
    for reason, number in second.counted.items():
        counted[reason] = counted.get(reason, 0) + number
    return Account(
        rows=first.rows + second.rows,
        matched=first.matched + second.matched,
        outside=first.outside + second.outside,
        listed=(*first.listed, *second.listed),
        carried=(*first.carried, *second.carried),
        counted=counted,
    )
