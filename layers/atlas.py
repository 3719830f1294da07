"""The atlas: territories, the figures measured on them, and why cells are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of, nearest
from zoneblanche.geo.messages import _, languages, spoken
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.correction import Correction
from zoneblanche.layers.indicator import Indicator

if TYPE_CHECKING:
    from zoneblanche.layers.index.recipe.recipe import Recipe


@dataclass(frozen=True)
class Column:
    """One column to add to an atlas.

    Attributes:
        indicator: of the column.
        values: float, on any order of the territories' codes; codes without a row are NaN.
        reasons: int8 codes of `Reason` on the same index, or one reason for all missing cells.
    """

    indicator: Indicator
    values: pd.Series
    reasons: pd.Series | Reason = Reason.NOT_MATCHED

    def on(self, codes: pd.Index) -> tuple[np.ndarray, np.ndarray]:
        """Return the values, float64, and the reasons, int8, on the codes of the territories."""
        values = self.values.reindex(codes).to_numpy("float64", copy=True)
        if isinstance(self.reasons, Reason):
            reasons = np.full(len(codes), int(self.reasons), dtype="int8")
        else:
            in_order = self.reasons.reindex(codes, fill_value=int(Reason.NOT_MATCHED))
            reasons = in_order.to_numpy("int8")
        return values, np.where(np.isnan(values), reasons, np.int8(Reason.PRESENT))


@dataclass(frozen=True)
class Atlas:
    """Territories and the indicators measured on them. Functions take an atlas and return a new
    one.

    Attributes:
        territories: one level, one order.
        values: index as the territories; one float64 column per indicator; NaN is missing.
        reasons: same shape and columns as `values`, int8 codes of `Reason`: 0 exactly where there
            is a value.
        indicators: exactly one for each column, in the order of the columns.
        weights: index as the territories; float64 denominators of intensive figures (`premises`,
            …), in addition to the facts of the territories.
        intervals: for an indicator with uncertainty, a table on the same index (`rank`, `low`,
            `high`, …), by indicator id.
        area_means: of a computed index, by its id and by containing level: the mean over the
            inhabitants of each area (columns) in each draw (rows); not written to files.
        recipes: of each computed index, by indicator id.
        notices: what the reader of the results has to know, as sentences.
        account: what became of the rows of each input, by name, for `run.json`.
        corrections: figures that replace those of their publisher, with the old ones. After
            aggregation their codes are those of the finer level.
        contact: mail address for reports of errors, "" for none.

    Raises:
        InputError: an invariant does not hold.
    """

    territories: Territories
    values: pd.DataFrame
    reasons: pd.DataFrame
    indicators: Mapping[str, Indicator]
    weights: pd.DataFrame
    intervals: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    area_means: Mapping[str, Mapping[str, pd.DataFrame]] = field(default_factory=dict)
    recipes: Mapping[str, Recipe] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    account: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    contact: str = ""

    def __post_init__(self) -> None:
        codes = self.territories.codes
        faults = [
            Fault(
                _(
                    "the table of {name} is not on the codes of the territories, in their order.",
                    name=name,
                )
            )
            for name, table in (
                ("values", self.values),
                ("reasons", self.reasons),
                ("weights", self.weights),
                *self.intervals.items(),
            )
            if not table.index.equals(codes)
        ]
        columns = list(self.values.columns)
        if columns != list(self.indicators) or columns != list(self.reasons.columns):
            faults.append(Fault(_("values, reasons and indicators do not name the same columns.")))
        if faults:
            raise InputError(faults)
        _check_cells(
            {name: self.values[name].to_numpy() for name in columns},
            {name: self.reasons[name].to_numpy() for name in columns},
        )

    @property
    def codes(self) -> pd.Index:
        """The codes of the territories, in order."""
        return self.territories.codes

    def indicator(self, indicator_id: str) -> Indicator:
        """Return the indicator with that id.

        Raises:
            InputError: the atlas has none; the message suggests the nearest.
        """
        if indicator_id not in self.indicators:
            raise InputError(
                Fault(
                    _(
                        "the atlas has no indicator {indicator_id}.",
                        indicator_id=repr(indicator_id),
                    ),
                    remedy=nearest(indicator_id, self.indicators),
                    kind="unknown-indicator",
                )
            )
        return self.indicators[indicator_id]

    @property
    def lang(self) -> str:
        """The language to display the atlas in: that of its country, else English."""
        country = self.territories.country
        return spoken(None if country is None else country.lang)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that all its titles are given in, where one is given in any; English is
        always one."""
        spoken = [
            set(indicator.title)
            for indicator in self.indicators.values()
            if isinstance(indicator.title, dict)
        ]
        common = set.intersection(*spoken) if spoken else set()
        return tuple(lang for lang in languages() if lang in common | {"en"})

    def recipe(self, index_id: str) -> Recipe:
        """How an index of the atlas was made.

        Raises:
            InputError: the atlas does not know.
        """
        if index_id not in self.recipes:
            raise InputError(
                Fault(
                    _("the atlas does not know how {index_id} was made.", index_id=repr(index_id)),
                    remedy=nearest(index_id, self.recipes)
                    if self.recipes
                    else _("Compute it again."),
                    kind="no-recipe",
                )
            )
        return self.recipes[index_id]

    def weight_of(self, indicator: Indicator) -> pd.Series:
        """Return the denominator of an intensive indicator, float64.

        Raises:
            InputError: the atlas has no such denominator.
        """
        name = indicator.denominator
        if name == "territories":
            return pd.Series(1.0, index=self.codes)
        for table in (self.weights, self.territories.facts, self.values):
            if name in table:
                return table[name]
        raise InputError(
            _(
                "the atlas does not carry {name}, the denominator of {indicator}.",
                name=repr(name),
                indicator=repr(indicator.id),
            )
        )

    def coarsest_level_of(self, parts: Iterable[Indicator]) -> str:
        """Return the coarsest native level of the parts: a result of them is not finer."""
        levels = [part.native_level for part in parts if part.native_level]
        coarse = [level for level in self.territories.parents.columns if level in levels]
        return coarse[-1] if coarse else (levels[0] if levels else "")

    def coarser_level_of(self, indicator: Indicator) -> str:
        """Return the id of the native level of an indicator, or of a part of it, if that level
        contains the territories, which then have no figures of their own; else ""."""
        territories, native = self.territories, indicator.native_level
        level = territories.level
        if territories.country is None:
            return native if native in territories.parents else ""
        finer = territories.country.finer_than(level)
        return "" if native in ("", level) or native in finer else native

    def add(
        self,
        indicator: Indicator,
        values: pd.Series,
        *,
        reasons: pd.Series | Reason = Reason.NOT_MATCHED,
    ) -> Atlas:
        """Return the atlas with one more column (or that column replaced): see `Column`."""
        return self.add_columns([Column(indicator, values, reasons)])

    def add_columns(self, columns: Iterable[Column]) -> Atlas:
        """Return the atlas with more columns (or those columns replaced), in one step: the tables
        are copied and checked once. The intervals and draws of a replaced column go with it."""
        columns, codes, indicators = list(columns), self.codes, dict(self.indicators)
        replaced = {column.indicator.id for column in columns}
        values, reasons = {}, {}
        for column in columns:
            name = column.indicator.id
            values[name], reasons[name] = column.on(codes)
            indicators[name] = column.indicator
        _check_cells(values, reasons)
        return self._changed(
            values=_with_columns(self.values, values),
            reasons=_with_columns(self.reasons, reasons),
            indicators=indicators,
            intervals={key: table for key, table in self.intervals.items() if key not in replaced},
            area_means={
                key: table for key, table in self.area_means.items() if key not in replaced
            },
        )

    def corrected(self, indicator_id: str) -> dict[str, Correction]:
        """Return the corrections of an indicator by the code of the territory."""
        return {
            correction.code: correction
            for correction in self.corrections
            if correction.indicator == indicator_id and correction.code in self.codes
        }

    def keep(self, indicator_ids: Iterable[str]) -> Atlas:
        """Return the atlas with these columns only, in this order."""
        chosen = list(dict.fromkeys(self.indicator(name).id for name in indicator_ids))
        return self._changed(
            values=self.values[chosen],
            reasons=self.reasons[chosen],
            indicators={name: self.indicators[name] for name in chosen},
            intervals={name: table for name, table in self.intervals.items() if name in chosen},
            area_means={name: means for name, means in self.area_means.items() if name in chosen},
        )

    def noting(self, *notices: str) -> Atlas:
        """Return the atlas with more notices, each once."""
        return self._changed(notices=tuple(dict.fromkeys((*self.notices, *notices))))

    def _changed(self, **changes: Any) -> Atlas:
        """Return the atlas with other attributes that fit it: `replace` would check all tables
        again."""
        changed = copy(self)
        for name, value in changes.items():
            object.__setattr__(changed, name, value)
        return changed


def _check_cells(values: Mapping[str, np.ndarray], reasons: Mapping[str, np.ndarray]) -> None:
    """Check that cells of columns are missing exactly where they have a reason to be.

    Raises:
        InputError: some are not.
    """
    wrong = [
        name
        for name, cells in values.items()
        if (np.isnan(cells) != (reasons[name] != Reason.PRESENT)).any()
    ]
    if wrong:
        raise InputError(
            _("missing cells and their reasons differ in {wrong}.", wrong=first_of(wrong))
        )


def _with_columns(table: pd.DataFrame, columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Return a table with more columns, or other ones in their place, sharing what it has."""
    added = pd.DataFrame(columns, index=table.index, copy=False)
    if table.columns.intersection(added.columns).empty:
        return pd.concat([table, added], axis=1)
    others = {name: column for name, column in table.items() if name not in columns}
    together = pd.DataFrame({**others, **added}, index=table.index, copy=False)
    return together[list(dict.fromkeys([*table, *added]))]


def empty_atlas(territories: Territories) -> Atlas:
    """Return an atlas of these territories, without an indicator yet."""
    nothing = pd.DataFrame(index=territories.codes)
    return Atlas(
        territories=territories,
        values=nothing,
        reasons=nothing,
        indicators={},
        weights=nothing,
    )
