"""Groups of territories: by size, by containing territory, by category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.country import Text
from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import Message, _, as_title, pgettext, quantity
from zoneblanche.layers.atlas import Atlas

BAND_EDGES = (0, 200, 500, 1000, 2000, 3500, 5000, 10_000, 20_000, 50_000, 100_000)
"""Minimum population of each legal size band; the last is open. At 3,500 French law changes the
online duties of a commune (open data, digital procedures); the others are INSEE's and DGCL's."""

SIZE_BAND, DENSITY_CLASS = "size-band", "density-class"

_TITLES = {SIZE_BAND: _("size bands"), DENSITY_CLASS: _("density classes")}


@dataclass(frozen=True)
class Groups:
    """A group for each territory.

    Attributes:
        of: index as the territories; the key of the group (text), or None for no group.
        titles: of the keys, in the order of display.
        by: the grouping.
    """

    of: pd.Series
    titles: Mapping[str, Text | str]
    by: str


def size_band(population: pd.Series) -> pd.Series:
    """Return the legal size band of each population: 1 (< 200) to 11 (≥ 100,000), float64; NaN
    stays.

    >>> size_band(pd.Series([0.0, 199, 200, 3500, 250_000, float("nan")])).tolist()
    [1.0, 1.0, 2.0, 6.0, 11.0, nan]
    """
    people = population.to_numpy(dtype="float64")
    if (people < 0).any():
        raise InputError(_("{value} populations are negative.", value=(people < 0).sum()))
    band = np.searchsorted(BAND_EDGES, people, side="right").astype("float64")
    return pd.Series(np.where(np.isnan(people), np.nan, band), index=population.index)


def band_titles() -> dict[int, Text]:
    """Return the title of each size band.

    >>> band_titles()[2]["en"], band_titles()[11]["fr"]
    ('200 to 499', '100\u202f000 et plus')
    """
    return {band: as_title(_band_title(band)) for band in range(1, len(BAND_EDGES) + 1)}


def _band_title(band: int) -> Message:
    low = BAND_EDGES[band - 1]
    if band == len(BAND_EDGES):
        return pgettext("band", "{low} and more", low=quantity(low))
    high = BAND_EDGES[band]
    if low == 0:
        return pgettext("band", "under {high}", high=quantity(high))
    return pgettext("band", "{low} to {high}", low=quantity(low), high=quantity(high - 1))


def groups_of(atlas: Atlas, by: str) -> Groups:
    """Return the groups of the territories of an atlas.

    Args:
        atlas: any.
        by: `size-band`, the id of a level that contains the territories ("departement"), or of a
            category of the atlas ("density-class").

    Raises:
        InputError: `by` is none of these.
    """
    territories = atlas.territories
    if by == SIZE_BAND:
        band = size_band(territories.facts["population"])
        return Groups(_keys(band), {str(k): text for k, text in band_titles().items()}, by)
    if by in territories.parents:
        containing = territories.parents[by].astype("object")
        names = territories.parent_names.get(by, {})
        keys = sorted(territories.parents[by].dropna().unique().tolist())
        return Groups(containing, {key: names.get(key, key) for key in keys}, by)
    if by in atlas.indicators and atlas.indicators[by].unit == "category":
        column = atlas.values.loc[:, by]
        titles = {str(code): text for code, text in atlas.indicators[by].categories.items()}
        return Groups(_keys(column), titles, by)
    categories = [name for name, item in atlas.indicators.items() if item.unit == "category"]
    known_groups = [SIZE_BAND, *territories.parents.columns, *categories]
    raise InputError(
        Fault(
            _("territories cannot be grouped by {by}.", by=repr(by)),
            remedy=nearest(by, known_groups),
            kind="unknown-group",
        )
    )


def known_groupings(atlas: Atlas, *, most: int | None = None) -> list[str]:
    """What an atlas' territories can be grouped by: their density class, their size band, and the
    levels of the country of which several territories contain them.

    Args:
        atlas: any.
        most: groups of a level above which it is left out; None for any number.
    """
    country, parents = atlas.territories.country, atlas.territories.parents
    levels = (
        [] if country is None else [level.id for level in country.levels if level.id in parents]
    )
    counts = {level: parents[level].nunique() for level in levels}
    groupings = [DENSITY_CLASS] if DENSITY_CLASS in {*atlas.indicators, *parents} else []
    several = [level for level in levels if 1 < counts[level] <= (most or counts[level])]
    return [*groupings, SIZE_BAND, *several]


def _keys(codes: pd.Series) -> pd.Series:
    """Return whole-number codes as text; None if missing."""
    distinct, positions = np.unique(codes.to_numpy(dtype="float64"), return_inverse=True)
    keys = np.array([None if np.isnan(code) else str(int(code)) for code in distinct], dtype=object)
    return pd.Series(keys[positions], index=codes.index, dtype="object")


def grouping_title(atlas: Atlas, by: str) -> str:
    """Return the title of a grouping of territories, see `known_groupings`, for a message."""
    if by in _TITLES:
        return _TITLES[by]
    return atlas.territories.level_message(level=by, plural=True)
