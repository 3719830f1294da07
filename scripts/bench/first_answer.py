"""An atlas of France from the reference table of the index, to hold the engine to it.

    python -m scripts.bench.first_answer ../shared/data

`reference/index/first_answer.csv` gives the inputs of `digital-inequality` for each commune and
what two computations outside the package found. The command scores the inputs and prints where the
engine differs.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.country import read_country
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.edition import edition_territories
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.outputs.atlas_file import save_atlas

TABLE = "reference/index/first_answer.csv"
OWN_SITE_KM = 1.5
"""A commune that hosts a France Services place is at most so far from one."""
NO_INCOME = ("971", "973", "976")
"""Guadeloupe, Guyane, Mayotte: INSEE publishes no income, which is not secrecy."""
COLUMNS = {
    "access": "access",
    "online": "presence",
    "help": "help",
    "people": "people",
    "digital-inequality": "score",
}
"""The columns of the reference table, by dimension and index."""
SOURCES = (Source("zoneblanche", "Reference table of the first answer"),)
INDICATORS = (
    Indicator(
        "lacking-fixed",
        {"fr": "Locaux sans fibre ni câble", "en": "Premises with neither fibre nor cable"},
        unit="percent",
        better="lower",
        denominator="population",
    ),
    Indicator("website", {"fr": "Site web", "en": "Website"}, unit="boolean", better="higher"),
    Indicator("own-email", {"fr": "Courriel", "en": "E-mail"}, unit="boolean", better="higher"),
    Indicator(
        "distance-france-services",
        {"fr": "Distance à France Services", "en": "Distance to France Services"},
        suffix="km",
        better="lower",
        denominator="population",
    ),
    Indicator(
        "aged-65",
        {"fr": "65 ans ou plus", "en": "65 and over"},
        unit="percent",
        denominator="population",
    ),
    Indicator(
        "median-income",
        {"fr": "Niveau de vie médian", "en": "Median income"},
        suffix="€",
        denominator="population",
        digits=0,
    ),
    Indicator(
        "density",
        {"fr": "Densité", "en": "Density"},
        suffix={"fr": "hab./km²", "en": "inhab./km²"},
        denominator="area_km2",
    ),
)


def reference_table(data: Path) -> pd.DataFrame:
    """Return the reference table, by code."""
    return pd.read_csv(data / TABLE, dtype={"code": str}).set_index("code")


def official_areas(data: Path) -> pd.Series:
    """Return INSEE's areas in km², by code."""
    table = pd.read_csv(
        data / "fr/population/comparateur_2024_superficies.csv",
        sep=None,
        engine="python",
        dtype={"insee_com": str},
    )
    codes = table["insee_com"].str.zfill(5)
    areas = pd.Series(table["superficie_km2"].to_numpy("float64"), index=codes)
    return areas[~areas.index.duplicated()]


def first_answer_atlas(data: Path) -> Atlas:
    """Return the communes of the embedded edition with the inputs of the reference table."""
    table = reference_table(data)
    territories = edition_territories(read_country("fr"))
    table = table.reindex(territories.codes)
    measured = territories.facts["area_km2"]
    areas = official_areas(data).reindex(territories.codes)
    territories = replace(
        territories, facts=territories.facts.assign(area_km2=areas.where(areas > 0, measured))
    )
    return inputs_atlas(empty_atlas(territories), table)


def inputs_atlas(atlas: Atlas, table: pd.DataFrame) -> Atlas:
    """Return an atlas with the inputs of a table like the reference table."""
    facts = atlas.territories.facts
    km = table["distance_km"]
    columns = {
        "lacking-fixed": table["fibre_or_cable_lacking"],
        "website": table["website"],
        "own-email": table["own_email"],
        "distance-france-services": km.where(table["host"] != 1, np.minimum(km, OWN_SITE_KM)),
        "aged-65": table["aged_65"],
        "median-income": table["income"],
        "density": facts["population"] / facts["area_km2"],
    }
    department = atlas.territories.parents["departement"]
    unpublished = department.isin(NO_INCOME)
    reasons = {
        "median-income": pd.Series(
            np.where(unpublished, Reason.NOT_MATCHED, Reason.SECRET), index=atlas.codes
        )
    }
    for indicator in INDICATORS:
        atlas = atlas.add(
            replace(indicator, native_level=atlas.territories.level, sources=SOURCES),
            columns[indicator.id],
            reasons=reasons.get(indicator.id, Reason.NOT_COLLECTED),
        )
    return atlas


def main() -> None:
    """Print where the engine differs from the reference table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--out", type=Path, help="write the atlas of the inputs there")
    options = parser.parse_args()
    data = options.data
    table = reference_table(data)
    inputs = first_answer_atlas(data)
    if options.out is not None:
        save_atlas(inputs, options.out)
    atlas = compute_index(inputs, "digital-inequality", draws=0)
    computed = atlas.values.reindex(table.index)
    for name, column in COLUMNS.items():
        off = (computed[name] - table[column]).abs()
        unlike = int((computed[name].isna() != table[column].isna()).sum())
        print(f"{name:20} median {off.median():.4f}  99 % {off.quantile(0.99):.4f}  "
              f"max {off.max():.4f}  missing otherwise {unlike}")  # fmt: skip
    scores = computed["digital-inequality"]
    people = atlas.territories.facts["population"].reindex(table.index)
    mean = np.average(scores.dropna(), weights=people[scores.notna()])
    print(f"mean of people {mean:.2f}, of communes {scores.mean():.2f}; "
          f"{scores.round(4).nunique()} distinct scores of {scores.notna().sum()}")  # fmt: skip


if __name__ == "__main__":
    main()
