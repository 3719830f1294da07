"""The waves of a country's directory, as a panel: which authority met which criterion when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers import presence
from layers.atlas import Atlas
from layers.edition import edition_inputs, presence_waves

CRITERIA = ("website", "https", "own-email")
"""Indicators of the atlas that earlier waves of the directory tell as well."""


@dataclass(frozen=True)
class Panel:
    """Criteria of presence at several dates, on the atlas' territories.

    Attributes:
        waves: ISO dates, ascending; the last is the one that the atlas was measured at.
        found: by criterion: index as the atlas, one column a wave; 1, 0, or NaN where it is not
            known or the code was not in use.
    """

    waves: tuple[str, ...]
    found: Mapping[str, pd.DataFrame]


def read_panel(atlas: Atlas) -> Panel | None:
    """The waves that belong to an atlas, or None.

    They are those of the country's embedded edition, and only where the atlas' own figures are of
    its last wave: figures of another file are not put in one line with them. Codes are compared
    as they are: an authority that was merged in between is left out.
    """
    territories = atlas.territories
    country = territories.country
    if country is None or country.edition is None or territories.level != country.base.id:
        return None
    wanted = [name for name in CRITERIA if name in atlas.indicators]
    waves = presence_waves(country)
    last = str(waves["wave"].max())
    wanted = [name for name in wanted if atlas.indicators[name].period == last]
    if not wanted:
        return None
    waves = waves[waves["code"].isin(atlas.codes)]
    dates = tuple(sorted(map(str, waves["wave"].unique())))
    generic = pd.Index(edition_inputs(country)["generic-providers"].frame.index)
    met = _criteria(waves, generic)
    found = {}
    for name in wanted:
        table = met.assign(of=met[name]).pivot(index="code", columns="wave", values="of")
        table = table.reindex(index=atlas.codes, columns=list(dates)).astype("float64")
        # The last wave is the atlas' own column: a test holds the two to each other.
        found[name] = table
    return Panel(dates, found)


def _criteria(waves: pd.DataFrame, generic: pd.Index) -> pd.DataFrame:
    """Criteria of every row; addresses that many rows share are read once."""
    directory = waves[["website", "email_domain"]]
    unique = directory.drop_duplicates()
    judged = unique.assign(
        **{
            "website_": presence.declares_website(unique),
            "https_": presence.declares_https(unique),
            "own_": presence.declares_own_email(unique, generic),
        }
    )
    key = pd.MultiIndex.from_frame(directory)
    place = pd.MultiIndex.from_frame(unique).get_indexer(key)
    columns = {"website": "website_", "https": "https_", "own-email": "own_"}
    met = {name: judged[column].to_numpy()[place] for name, column in columns.items()}
    return pd.DataFrame(
        {"code": waves["code"].to_numpy(), "wave": waves["wave"].astype(str).to_numpy(), **met}
    )


def known_in_both(table: pd.DataFrame, first: str, last: str) -> np.ndarray:
    """Which rows of a criterion are known at both dates."""
    return (table[first].notna() & table[last].notna()).to_numpy()
