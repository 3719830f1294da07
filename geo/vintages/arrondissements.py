"""Paris, Lyon and Marseille: one commune each, and the arrondissements that some tables count.

The code list gives both, the commune (type COM) and its municipal arrondissements (type ARM); a
publisher gives one or the other. Which one is meant is an explicit choice, never a guess.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

import pandas as pd

from zoneblanche.geo.country import Country

Choice = Literal["whole", "separate"]
"""Whether Paris, Lyon and Marseille are one territory each, or their arrondissements."""

ARRONDISSEMENTS: dict[str, tuple[str, ...]] = {
    "13055": tuple(str(code) for code in range(13201, 13217)),
    "69123": tuple(str(code) for code in range(69381, 69390)),
    "75056": tuple(str(code) for code in range(75101, 75121)),
}
"""Codes of the municipal arrondissements of each commune that has some (INSEE, COG, type ARM)."""

WHOLE: dict[str, str] = {part: whole for whole, parts in ARRONDISSEMENTS.items() for part in parts}
"""The commune of each municipal arrondissement."""


def as_chosen(codes: pd.Series, arrondissements: Choice) -> pd.Series:
    """Each code; with "whole" an arrondissement's replaced by its commune's.

    >>> as_chosen(pd.Series(["75101", "48095"]), "whole").tolist()
    ['75056', '48095']
    """
    return codes.replace(WHOLE) if arrondissements == "whole" else codes


def country_of(country: Country, codes: Collection[str]) -> Country:
    """The country, its base level called *communes and arrondissements* where `codes`, those of
    its territories, hold municipal ones: these are no communes.

    >>> from geo.country import read_country
    >>> country_of(read_country("fr"), ["75101", "48095"]).base.plural["en"]
    'communes and arrondissements'
    """
    if country.code != "fr" or not any(code in WHOLE for code in codes):
        return country
    base = replace(
        country.base,
        title={"fr": "commune ou arrondissement", "en": "commune or arrondissement"},
        plural={"fr": "communes et arrondissements", "en": "communes and arrondissements"},
    )
    return replace(country, levels=(base, *country.levels[1:]))


def in_arrondissements(places: Collection[str], codes: Collection[str]) -> list[str]:
    """Places to look within, each city replaced by its arrondissements where `codes`, those of the
    territories, hold them and not the city.

    >>> in_arrondissements(["48", "69123"], ["48095", "69381", "69382"])
    ['48', '69381', '69382']
    """
    here = set(codes)
    found: list[str] = []
    for place in places:
        city = place.removeprefix("commune:")
        parts = () if city in here else ARRONDISSEMENTS.get(city, ())
        inside = [part for part in parts if part in here]
        found += inside or [place]
    return found
