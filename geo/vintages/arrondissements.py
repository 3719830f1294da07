"""Paris, Lyon and Marseille: one commune each, and the arrondissements that some tables count.

The code list has both, the commune (type COM) and its municipal arrondissements (type ARM). A
publisher uses one or the other. The user says which one; it is never guessed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

import pandas as pd

from zoneblanche.geo.country import Country
from zoneblanche.geo.messages import _, as_title

Choice = Literal["whole", "separate"]
"""Whether Paris, Lyon and Marseille are one territory each, or their arrondissements."""

ARRONDISSEMENTS: dict[str, tuple[str, ...]] = {
    "13055": tuple(str(code) for code in range(13201, 13217)),
    "69123": tuple(str(code) for code in range(69381, 69390)),
    "75056": tuple(str(code) for code in range(75101, 75121)),
}
"""Codes of the municipal arrondissements of each commune that has them (INSEE, COG, type ARM)."""

WHOLE: dict[str, str] = {part: whole for whole, parts in ARRONDISSEMENTS.items() for part in parts}
"""The commune of each municipal arrondissement."""


def as_chosen(codes: pd.Series, arrondissements: Choice) -> pd.Series:
    """Return each code; with "whole", that of an arrondissement is replaced by its commune's.

    >>> as_chosen(pd.Series(["75101", "48095"]), "whole").tolist()
    ['75056', '48095']
    """
    return codes.replace(WHOLE) if arrondissements == "whole" else codes


def country_of(country: Country, codes: Collection[str]) -> Country:
    """Return the country, with its base level named *communes and arrondissements* if `codes`,
    those of its territories, include municipal ones, which are not communes.

    >>> from zoneblanche.geo.country import read_country
    >>> country_of(read_country("fr"), ["75101", "48095"]).base.plural["en"]
    'communes and arrondissements'
    """
    if country.code != "fr" or not any(code in WHOLE for code in codes):
        return country
    base = replace(
        country.base,
        title=as_title(_("commune or arrondissement")),
        plural=as_title(_("communes and arrondissements")),
    )
    return replace(country, levels=(base, *country.levels[1:]))


def in_arrondissements(places: Collection[str], codes: Collection[str]) -> list[str]:
    """Return places for `within`, each city replaced by its arrondissements if `codes`, those of
    the territories, include them and not the city.

    >>> in_arrondissements(["48", "69123"], ["48095", "69381", "69382"])
    ['48', '69381', '69382']
    """
    present = set(codes)
    chosen: list[str] = []
    for place in places:
        city = place.removeprefix("commune:")
        parts = () if city in present else ARRONDISSEMENTS.get(city, ())
        inside = [part for part in parts if part in present]
        chosen += inside or [place]
    return chosen
