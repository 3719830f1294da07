"""Accounts of what went in and came out, and what looks odd in an atlas."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables.account import Account, Listed
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.aggregate import atlas_at
from zoneblanche.layers.analysis.quality import judge_quality
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.accounting import check_carried, check_rows, unaccounted_rows

SIDE = 10
FIBRE = Indicator(
    "fibre", "Fibre", unit="percent", better="higher", bounds=(0, 100), period="2025-09-30"
)


def atlas_of(values: np.ndarray, people: np.ndarray | None = None) -> Atlas:
    """A chessboard of a hundred squares in two halves."""
    codes = pd.Index([f"{number:03d}" for number in range(SIDE * SIDE)], name="code", dtype=object)
    shapes = [shapely.box(n % SIDE, n // SIDE, n % SIDE + 1, n // SIDE + 1) for n in range(100)]
    halves = ["west" if number % SIDE < SIDE / 2 else "east" for number in range(100)]
    facts = pd.DataFrame(
        {"population": np.full(100, 100.0) if people is None else people, "area_km2": 1.0},
        index=codes,
    )
    territories = Territories(
        frame=gpd.GeoDataFrame({"name": codes.to_numpy()}, geometry=shapes, index=codes, crs=2154),
        level="territory",
        parents=pd.DataFrame({"half": halves}, index=codes),
        facts=facts,
    )
    figures = pd.Series(values, index=codes)
    return empty_atlas(territories).add(FIBRE, figures, reasons=Reason.NOT_PUBLISHED)


@pytest.fixture
def values() -> np.ndarray:
    return np.linspace(60, 99, 100)


def test_zeros_that_should_surprise(values: np.ndarray) -> None:
    people = np.arange(100.0, 200.0)
    people[3] = 5_000
    values[[3, 66, 90]] = 0
    values[7] = np.nan
    column = judge_quality(atlas_of(values, people)).columns[0]
    assert column.zeros == 3
    assert column.large_zeros == ("003",)
    assert set(column.lonely_zeros) == {"066", "090"}, "003 has neighbours below the median"
    assert column.known == 99
    assert column.missing == {"not_published": 1}
    assert column.people_percent == pytest.approx(100 * (1 - 107 / people.sum()))


def test_where_half_are_zero_no_zero_is_odd(values: np.ndarray) -> None:
    values[:60] = 0
    column = judge_quality(atlas_of(values)).columns[0]
    assert (column.zeros, column.large_zeros, column.lonely_zeros) == (60, (), ())


def test_outliers_and_usual_figures(values: np.ndarray) -> None:
    values = 80 + values / 100
    values[5] = 10
    values[20:40] = 80.7
    column = judge_quality(atlas_of(values)).columns[0]
    assert column.outliers == ("005",)
    assert column.usual == (80.7, 20)


def test_rows_are_accounted_for(values: np.ndarray) -> None:
    listed = (Listed("line 2", "x", "unknown code"),)
    good = Account(rows=5, matched=3, listed=listed, counted={"nowhere": 1}).as_dict()
    assert unaccounted_rows(good) == 0
    atlas = replace(atlas_of(values), account={"a": good})
    assert check_rows(atlas).notices == ()
    lost = replace(atlas, account={"a": good, "b": Account(rows=5, matched=3).as_dict()})
    assert check_rows(lost).notices == (
        "b: 2 rows cannot be accounted for. This is a defect; please report it.",
    )
    assert judge_quality(lost).rows["b"]["unaccounted"] == 2


def test_people_and_territories_are_conserved(values: np.ndarray) -> None:
    atlas = atlas_of(values)
    halves = atlas_at(atlas, "half")
    assert check_carried(atlas, halves).notices == halves.notices
    facts = halves.territories.facts.assign(population=[5_000.0, 4_999.0])
    wrong = replace(halves, territories=replace(halves.territories, facts=facts))
    assert any("people went up" in notice for notice in check_carried(atlas, wrong).notices)
