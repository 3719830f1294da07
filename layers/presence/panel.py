"""The waves of a country's directory, as a panel: which authority met which criterion when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneblanche.geo.country import Country
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.edition import edition_folder, presence_waves
from zoneblanche.layers.edition.files import read_texts
from zoneblanche.layers.presence import criteria as presence

CRITERIA = ("website", "https", "own-email")
"""Indicators of the atlas that earlier waves of the directory have too."""


@dataclass(frozen=True)
class Panel:
    """Criteria of presence at several dates, on the territories of the atlas.

    Attributes: waves: ISO dates, ascending; the last is that of the atlas. by_criterion:
        index as the atlas, one column per wave; 1, 0, or NaN if it is not known or the code was not
        in use.
    """

    waves: tuple[str, ...]
    by_criterion: Mapping[str, pd.DataFrame]


def read_panel(atlas: Atlas) -> Panel | None:
    """Return the waves that belong to an atlas, or None.

    They are those of the country's embedded edition, and only if the atlas' own figures are of its
    last wave: figures of another file do not belong to the same series. Codes are compared
    unchanged: an authority that was merged in between is left out.
    """
    territories = atlas.territories
    country = territories.country
    if country is None or country.edition is None or territories.level != country.base.id:
        return None
    wanted = [name for name in CRITERIA if name in atlas.indicators]
    waves = presence_waves(country, coded=True)
    dates = tuple(sorted(waves["wave"].cat.categories))
    wanted = [name for name in wanted if atlas.indicators[name].period == dates[-1]]
    if not wanted:
        return None
    return Panel(dates, criteria_by_wave(waves, atlas.codes, wanted, generic_providers(country)))


def criteria_by_wave(
    waves: pd.DataFrame, codes: pd.Index, criteria: Collection[str], generic: pd.Index
) -> dict[str, pd.DataFrame]:
    """Return criteria of authorities in each wave, see `Panel.by_criterion`.

    Args:
        waves: of the directory, with texts as categories.
        codes: of the authorities.
        criteria: names, of `CRITERIA`.
        generic: domains of generic e-mail providers.
    """
    dates = sorted(waves["wave"].cat.categories)
    row = _places(waves["code"], codes)
    # Before anything is checked: a département has one row in a hundred.
    waves, row = waves[row >= 0], row[row >= 0]
    column = _places(waves["wave"], pd.Index(dates))
    tables = {}
    for name in criteria:
        table = np.full((len(codes), len(dates)), np.nan)
        table[row, column] = _criterion(name, waves, generic)
        tables[name] = pd.DataFrame(table, index=codes, columns=dates)
    return tables


def shares_listed(waves: pd.DataFrame) -> pd.Series:
    """Return by date, ascending, which share of the authorities of the last wave is listed."""
    dates = sorted(waves["wave"].cat.categories)
    waves = waves[waves["code"].notna()]
    listed = np.zeros((len(dates), len(waves["code"].cat.categories)), dtype=bool)
    listed[_places(waves["wave"], pd.Index(dates)), waves["code"].cat.codes] = True
    return pd.Series(listed[:, listed[-1]].mean(axis=1), index=dates)


def _criterion(name: str, waves: pd.DataFrame, generic: pd.Index) -> np.ndarray:
    """Return a criterion of every row; an address that many rows declare is checked once."""
    values_of, reads = presence.CRITERIA[name]
    column = waves[reads].cat.remove_unused_categories()
    # Last, for code -1, one that declares none.
    distinct = pd.DataFrame({reads: [*column.cat.categories.tolist(), None]}, dtype="object")
    checked: np.ndarray = values_of(distinct, generic).to_numpy()
    return checked[column.cat.codes]


def _places(column: pd.Series, index: pd.Index) -> np.ndarray:
    """Return the position in an index of each row of a column of categories, -1 for none."""
    positions = index.get_indexer(pd.Index(column.cat.categories, dtype="object"))
    return np.append(positions, -1)[column.cat.codes]


def generic_providers(country: Country) -> pd.Index:
    """Return the domains of generic e-mail providers in the edition."""
    path = edition_folder(country) / "generic_providers.csv"
    return pd.Index(read_texts(path)["domain"])


def known_in_both(table: pd.DataFrame, first: str, last: str) -> np.ndarray:
    """Return which rows of a criterion are known at both dates."""
    return (table[first].notna() & table[last].notna()).to_numpy()
