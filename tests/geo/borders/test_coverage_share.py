"""Covered share: each place once, by group and by number of groups."""

from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box

from zoneblanche.geo.borders import coverage_share
from zoneblanche.geo.borders.coverage_share import compute_coverage_share
from zoneblanche.geo.errors import InputError


def series(shapes: list, prefix: str = "t") -> gpd.GeoSeries:
    return gpd.GeoSeries(shapes, index=[f"{prefix}{k}" for k in range(len(shapes))], crs=2154)


LAND = series([box(0, 0, 10, 10), box(10, 0, 20, 10), None, box(50, 50, 60, 60)])


def test_overlaps_count_once() -> None:
    masts = series([box(0, 0, 5, 10), box(3, 0, 8, 10), box(3, 0, 8, 10), Polygon(), None], "m")
    coverage = compute_coverage_share(LAND, masts)
    np.testing.assert_allclose(coverage.any_percent, [80, 0, np.nan, 0])
    assert coverage.any_percent.index.equals(LAND.index)
    assert coverage.by_group_percent.columns.tolist() == ["all"]
    assert coverage.notices == ()


def test_groups_and_at_least_k() -> None:
    masts = series([box(0, 0, 5, 10), box(4, 0, 8, 10), box(0, 0, 20, 5), box(-9, -9, 30, 30)], "m")
    groups = pd.Series(["A", "A", "B", "C"], index=masts.index)
    coverage = compute_coverage_share(LAND, masts, groups=groups)
    first = coverage.by_group_percent.loc["t0"]
    np.testing.assert_allclose(first[["A", "B", "C"]], [80, 50, 100])
    np.testing.assert_allclose(coverage.at_least_percent.loc["t0"], [100, 90, 40])
    np.testing.assert_allclose(coverage.at_least_percent.loc["t1"], [100, 50, 0])
    assert coverage.at_least_percent.columns.tolist() == [1, 2, 3]


def test_many_polygons_with_the_same_border_come_to_an_end() -> None:
    """Cutting does not part them; shared sides, corners and repeats are no obstacle either."""
    ring = Point(10, 5).buffer(4).difference(Point(10, 5).buffer(2))
    squares = [box(x, y, x + 1, y + 1) for x in range(6, 14) for y in range(1, 9)]
    coverage = compute_coverage_share(LAND, series([ring] * 40 + squares, "m"))
    np.testing.assert_allclose(coverage.any_percent, [32, 32, np.nan, 0], atol=1e-9)
    rings = compute_coverage_share(LAND, series([ring] * 40, "m"))
    np.testing.assert_allclose(rings.any_percent.iloc[:2], ring.area / 2, rtol=1e-12)


def test_what_was_not_surveyed_is_missing_and_not_zero() -> None:
    coverage = compute_coverage_share(LAND, series([box(0, 0, 5, 10)]), surveyed=box(0, 0, 20, 10))
    np.testing.assert_allclose(coverage.any_percent, [50, 0, np.nan, np.nan])
    nothing = compute_coverage_share(LAND, series([]))
    np.testing.assert_allclose(nothing.any_percent, [0, 0, np.nan, 0])


def test_invalid_polygons_are_mended_and_stated() -> None:
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    coverage = compute_coverage_share(LAND, series([bow_tie]))
    assert coverage.any_percent.iloc[0] == pytest.approx(50)
    assert "1 coverage polygons were invalid" in coverage.notices[0]


def test_areas_are_not_measured_in_degrees() -> None:
    """Half of a box by latitude is not half of its area."""
    north = gpd.GeoSeries([box(0, 40, 1, 60)], crs=4326).segmentize(0.01)
    half = gpd.GeoSeries([box(0, 40, 1, 50)], crs=4326).segmentize(0.01)
    share = np.sin(np.radians([40, 50, 60]))
    expected = 100 * (share[1] - share[0]) / (share[2] - share[0])
    covered_share = compute_coverage_share(north, half).any_percent.iloc[0]
    assert covered_share == pytest.approx(expected, abs=0.1)  # sphere against ellipsoid
    with pytest.raises(InputError, match="cannot be measured"):
        compute_coverage_share(north, half, crs="EPSG:4326")


@pytest.mark.parametrize(("south", "crs"), [(60, 4326), (-62, 4326), (60, 3857), (70, 3857)])
def test_long_edges_of_territories_and_coverage_bend_alike(south: float, crs: int) -> None:
    """The western half of a territory of 5 by 2 degrees is half of its area."""
    county = gpd.GeoSeries([box(10, south, 15, south + 2)], crs=4326)
    west = gpd.GeoSeries([box(10, south, 12.5, south + 2)], crs=4326).to_crs(crs)
    assert compute_coverage_share(county, west).any_percent.iloc[0] == pytest.approx(50, abs=1e-3)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2154", "EPSG:3857"])
def test_polygons_around_the_globe_cover_what_is_in_them(crs: str) -> None:
    towns = gpd.GeoSeries([box(2, 46, 3, 47), box(3, 46, 4, 47)], index=["A", "B"], crs=4326)
    satellites = gpd.GeoSeries(
        [box(-180, -90, 180, 90), box(-180, -60, 3.5, 60), box(90, -10, 170, 10)], crs=4326
    )
    shares = compute_coverage_share(
        towns.to_crs(crs), satellites, groups=pd.Series(["all", "west", "east"])
    ).by_group_percent
    assert shares["all"].tolist() == pytest.approx([100, 100])
    assert shares["west"].tolist() == pytest.approx([100, 50], abs=0.01)
    assert shares["east"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("town", "coverage"),
    [
        (box(-100, 40, -99, 41), box(259.5, 39, 260.5, 42)),
        (box(-100, 40, -99, 41), box(180, -80, 260.5, 80)),
        (box(260, 40, 261, 41), box(-99.5, 39, -98.5, 42)),
        (box(179, -17, 180, -16), box(-180, -18, -179, -15).union(box(179.5, -18, 180, -15))),
        (box(179.5, -17, 180.5, -16), box(-180, -18, -178, -15)),
    ],
)
def test_longitudes_a_full_turn_apart_are_one_place(
    town: shapely.Geometry, coverage: shapely.Geometry
) -> None:
    land = gpd.GeoSeries([town], crs=4326)
    measured = compute_coverage_share(land, gpd.GeoSeries([coverage], crs=4326))
    assert measured.any_percent.iloc[0] == pytest.approx(50, abs=0.01)


def test_polygons_that_also_touch_the_edge_of_the_region_cover() -> None:
    town = gpd.GeoSeries([box(0, 0, 1, 1)], crs=4326)
    east = 1 + np.degrees(coverage_share.FAR_M / coverage_share.EARTH_RADIUS_M)
    comb = shapely.union_all([box(-1, -1, 0.5, 2), box(-1, 1.5, 20, 2), box(east, 0, 20, 2)])
    clip = comb.intersection(box(-8, -8, east, 8))
    assert clip.geom_type == "GeometryCollection"
    coverage = compute_coverage_share(town, gpd.GeoSeries([comb], crs=4326))
    assert coverage.any_percent.iloc[0] == pytest.approx(50, abs=0.01)


def test_refusals() -> None:
    masts = series([box(0, 0, 5, 10), box(0, 0, 1, 1)], "m")
    with pytest.raises(InputError, match="1 coverage polygons have no group: m1"):
        compute_coverage_share(LAND, masts, groups=pd.Series(["A", None], index=masts.index))
    with pytest.raises(InputError, match="not on the same index"):
        compute_coverage_share(LAND, masts, groups=pd.Series(["A", "B"]))
    with pytest.raises(InputError, match="coverage polygons must be polygons"):
        compute_coverage_share(LAND, series([Point(0, 0)]))
    with pytest.raises(InputError, match="no coordinate system"):
        compute_coverage_share(LAND, masts.set_crs(None, allow_override=True))


discs = st.tuples(st.floats(-5, 25), st.floats(-5, 15), st.floats(0.5, 12), st.integers(0, 3))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(discs, min_size=1, max_size=9),
    st.sampled_from([8, 40, 10_000]),
    st.sampled_from([1, 3, 24]),
)
def test_equals_the_obvious_version(
    made: list[tuple], most_vertices: int, most_pieces: int
) -> None:
    masts = series([Point(x, y).buffer(r) for x, y, r, _ in made], "m")
    groups = pd.Series([group for *_, group in made], index=masts.index)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coverage_share, "MOST_VERTICES", most_vertices)
        patch.setattr(coverage_share, "MOST_PIECES", most_pieces)
        coverage = compute_coverage_share(LAND, masts, groups=groups)
    unions = [shapely.union_all(list(masts[groups == g])) for g in sorted(set(groups))]
    for code, land in LAND.dropna().items():
        single = [100 * union.intersection(land).area / land.area for union in unions]
        np.testing.assert_allclose(coverage.by_group_percent.loc[code], single, atol=1e-6)
        for k in range(1, len(unions) + 1):
            common = [shapely.intersection_all(list(some)) for some in combinations(unions, k)]
            expected = 100 * shapely.union_all(common).intersection(land).area / land.area
            assert coverage.at_least_percent.loc[code, k] == pytest.approx(expected, abs=1e-6)
    assert (coverage.any_percent.dropna() == coverage.at_least_percent[1].dropna()).all()


def test_three_operators_over_real_communes(shared_data: Path) -> None:
    communes = gpd.read_parquet(shared_data / "fr/boundaries/communes_2026.parquet")
    communes = communes[communes["code_dep"] == "48"].set_index("code").to_crs(2154)
    sites = pd.read_csv(
        next((shared_data / "fr/connectivity").glob("2018_01_Sites*.csv")),
        sep=";",
        na_values="#N/A",
    )
    points = gpd.GeoSeries(gpd.points_from_xy(sites["x"], sites["y"]), crs=2154)
    west, south, east, north = communes.total_bounds
    near = points.cx[west - 4000 : east + 4000, south - 4000 : north + 4000]
    coverage = near.buffer(3000, quad_segs=4)
    measured = compute_coverage_share(
        communes.geometry, coverage, groups=sites.loc[near.index, "Operateur"]
    )
    whole = shapely.union_all(coverage.to_numpy())
    expected = 100 * communes.intersection(whole).area / communes.area
    np.testing.assert_allclose(measured.any_percent, expected, atol=1e-6)
    steps = measured.at_least_percent.to_numpy()
    assert (np.diff(steps, axis=1) <= 1e-9).all()
    np.testing.assert_allclose(
        steps.sum(axis=1), measured.by_group_percent.sum(axis=1), atol=1e-6
    )  # Σ area(≥ k) = Σ area by group
