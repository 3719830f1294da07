"""Populations and areas that a source gives in place of those that came with the territories."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.country import read_country
from zoneblanche.geo.messages import Notices, translate
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.build import read_atlas
from zoneblanche.layers.catalogue.density import measure
from zoneblanche.layers.edition import edition_territories
from zoneblanche.layers.inputs.gather import gather_inputs
from zoneblanche.layers.inputs.given_facts import with_given_facts
from zoneblanche.layers.layer import Table


def populations(**people: float) -> Table:
    frame = pd.DataFrame({"population": people}, dtype="float64")
    frame.index = pd.Index(frame.index, name="code")
    return Table(frame, "commune", Source("INSEE", "Populations légales 2024"), vintage="2026")


def test_a_given_population_takes_the_place_of_the_known(toy: Territories) -> None:
    old = (Source("INSEE", "Populations légales 2023"), Source("IGN", "Contours"))
    toy = replace(toy, sources=old)
    codes = list(toy.codes)
    inputs = {"insee-populations": populations(**dict.fromkeys(codes, 500.0), XX=1.0)}
    notices = Notices()
    got, accounts = with_given_facts(toy, inputs, ["insee-populations"], notices=notices)
    assert (got.facts["population"] == 500).all()
    assert (measure(got, {}).values == 500 / toy.facts["area_km2"]).all()
    assert [source.title for source in got.sources] == ["Contours", "Populations légales 2024"]
    account = accounts["insee-populations"]
    assert (account.rows, account.matched) == (len(codes) + 1, len(codes))
    assert with_given_facts(toy, {}, ["mxmap"], notices=notices) == (toy, {})
    assert list(notices) == []


def test_where_the_source_says_nothing_the_known_stays(toy: Territories) -> None:
    first, *others = map(str, toy.codes)
    table = populations(**{first: 7.0, others[0]: np.nan})
    notices = Notices()
    inputs = {"insee-populations": table}
    got, _ = with_given_facts(toy, inputs, list(inputs), notices=notices)
    assert got.facts.loc[first, "population"] == 7
    kept = toy.facts.loc[others, "population"]
    assert got.facts.loc[others, "population"].equals(kept)
    (notice,) = notices
    assert notice.startswith(f"{len(others)} territories keep the population that they had")
    assert "gardent leur population d'avant" in translate(notice, "fr")


def test_the_publishers_files_feed_the_territories_of_france(shared_data: Path) -> None:
    folder = shared_data / "fr/population"
    france = edition_territories(read_country("fr"))
    sources = {
        "insee-populations": folder / "donnees_communes.csv",
        "insee-populations-mayotte": folder / "donnees_communes_mayotte.csv",
        "insee-areas": folder / "comparateur_2024_superficies.csv",
    }
    inputs = gather_inputs(sources, {}, france)
    notices = Notices()
    got, accounts = with_given_facts(france, inputs, sources, notices=notices)
    assert got.facts["population"].sum() == 68_350_798
    people, area = accounts["insee-populations"], accounts["insee-areas"]
    assert (people.rows, people.matched) == (34_917, 34_917), "both files, in rows of the files"
    assert (area.rows, area.matched, area.counted) == (
        36_208,
        35_415,
        {"a commune within another": 793},
    )
    assert got.facts["area_km2"].sum() == pytest.approx(632_665.7 + 366 + 120, abs=200)
    (notice,) = notices
    assert "keep the area" in notice


def test_density_of_an_atlas_follows(shared_data: Path) -> None:
    path = shared_data / "fr/population/comparateur_2024_superficies.csv"
    atlas = read_atlas("fr", within="48", sources={"insee-areas": path})
    assert atlas.values.loc["48001", "density"] == pytest.approx(131 / 29.56)
    assert not any("No layer is measured" in note for note in atlas.notices)
    assert atlas.account["insee-areas"]["rows"] == 36_208
