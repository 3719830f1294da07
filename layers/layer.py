"""A layer: an indicator and how to measure it on territories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pandas as pd

from zoneblanche.geo.source import Source
from zoneblanche.geo.tables.account import Account
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator

if TYPE_CHECKING:
    from zoneblanche.layers.inputs.join import Joined


@dataclass(frozen=True)
class FileRows:
    """The rows of a file whose table has fewer: several rows of a code were added up, or some were
    left out. The account of such a table is that of the rows of the file.

    Attributes:
        codes: the code that each row counts for; index: its line in the file, or its record.
        left_out: rows that count for no code, by reason.
        counted: which of the two the index is; "" if it is neither.
    """

    codes: pd.Series
    left_out: Mapping[str, int] = field(default_factory=dict)
    counted: Literal["line", "record", ""] = "line"

    def label(self, row: int) -> str:
        """Return the position of a row in the file, in words; "" if it is not known."""
        return f"{self.counted} {self.codes.index[row]}" if self.counted else ""


@dataclass(frozen=True)
class Table:
    """A table of figures on the codes of one level, from a connector or the edition.

    Attributes:
        frame: index `code` (unique text); named columns, float64 or text; NaN/None is missing.
        level: id of the level of its codes.
        source: of the figures.
        vintage: year of its code list, or "".
        period: the date that it describes, ISO, or "".
        account: of its rows against the codes of that level, if the reader could determine it.
        notices: sentences for the user.
        reasons: why cells are missing, if the publisher says it (secrecy marks): int8 codes of
            `geo.reasons.Reason` on the same index, for some or all of the columns.
        rows: of the file, if they are not those of the table.
        joins: the rows on territories that it was joined to, for the other layers that are measured
            from it.
    """

    frame: pd.DataFrame
    level: str
    source: Source
    vintage: str = ""
    period: str = ""
    account: Account | None = None
    notices: tuple[str, ...] = ()
    reasons: pd.DataFrame | None = None
    rows: FileRows | None = None
    joins: list[tuple[Territories, Joined]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    @property
    def file_rows(self) -> FileRows:
        """The rows of the file, or those of the table if nothing else is known of them."""
        if self.rows is not None:
            return self.rows
        codes = self.frame.index
        # Not `to_series`, which makes texts of Arrow, from which objects are made for each lookup.
        return FileRows(pd.Series(codes, index=codes, dtype="object"), counted="")


@dataclass(frozen=True)
class Measurement:
    """The result of measuring a layer.

    It is more than a Series, because a figure also needs the reasons for missing cells, the
    denominator of an intensive figure, and the rows without a territory.

    Attributes:
        indicator: with the period, native level and sources of the input that was used.
        values: float64 on the codes of the territories; NaN is missing.
        reasons: int8 codes of `geo.reasons.Reason`, same index.
        weights: denominators for the atlas, by name, same index.
        account: rows read, matched, listed.
        notices: sentences for the user.
    """

    indicator: Indicator
    values: pd.Series
    reasons: pd.Series
    weights: Mapping[str, pd.Series] = field(default_factory=dict)
    account: Account | None = None
    notices: tuple[str, ...] = ()


Inputs = Mapping[str, Table]
"""The tables that layers measure from, by the id of their source ("arcep-debit")."""


@dataclass(frozen=True)
class Derived:
    """How a layer follows from others, so that it follows their corrections too.

    Attributes:
        parts: ids of the other layers.
        formula: from their figures, one column a layer, to its own; NaN where it has none.
    """

    parts: tuple[str, ...]
    formula: Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Layer:
    """One thing that can be measured. Each file in `layers/catalogue/` describes one.

    Attributes:
        indicator: its description, except what depends on the input.
        needs: ids of the sources that it is measured from, "a|b" for one of two; without one of
            them the layer is not measured, and the run says so.
        measure: from territories and inputs to a measurement. Pure.
        derived: how it follows from other layers; None if it does not.
    """

    indicator: Indicator
    needs: tuple[str, ...]
    measure: Callable[[Territories, Inputs], Measurement]
    derived: Derived | None = None

    @property
    def id(self) -> str:
        """Id of its indicator."""
        return self.indicator.id
