"""The waves of a country's directory, as a panel: which authority met which criterion when."""

from __future__ import annotations

from collections.abc import Mapping
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
    generic = generic_providers(country)
    row = _places(waves["code"], atlas.codes)
    column = _places(waves["wave"], pd.Index(dates))
    ours = row >= 0
    tables = {}
    for name, met in _criteria(waves, generic).items():
        if name in wanted:
            table = np.full((len(atlas.codes), len(dates)), np.nan)
            table[row[ours], column[ours]] = met[ours]
            tables[name] = pd.DataFrame(table, index=atlas.codes, columns=list(dates))
    return Panel(dates, tables)


def _criteria(waves: pd.DataFrame, generic: pd.Index) -> dict[str, np.ndarray]:
    """Return criteria of every row; an address that many rows declare is checked once."""
    sites = pd.DataFrame({"website": _distinct(waves["website"])})
    mails = pd.DataFrame({"email_domain": _distinct(waves["email_domain"])})
    of_website, of_domain = (waves[name].cat.codes for name in ("website", "email_domain"))
    return {
        "website": presence.declares_website(sites).to_numpy()[of_website],
        "https": presence.declares_https(sites).to_numpy()[of_website],
        "own-email": presence.declares_own_email(mails, generic).to_numpy()[of_domain],
    }


def _distinct(column: pd.Series) -> pd.Series:
    """Return the categories of a column by their code; the last, for code -1, is none."""
    return pd.Series([*column.cat.categories.tolist(), None], dtype="object")


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
