"""Zonal statistics: equal to intersecting every cell with every polygon, and to exactextract."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.rasters import zonal_integral
from zoneblanche.geo.rasters.zonal import Stat, compute_zonal, zonal_statistics

UNIT = rasterio.Affine(1, 0, 0, 0, -1, 0)
FAR = rasterio.Affine.translation(1000, 2000)  # GDAL takes a place at (0, 0) for no place at all


def write(
    path: Path,
    values: np.ndarray,
    *,
    transform: rasterio.Affine = UNIT,
    crs: str = "EPSG:2154",
    nodata: float | None = None,
) -> Path:
    rows, columns = values.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        crs=crs,
        transform=FAR @ transform,
        dtype=values.dtype,
        height=rows,
        width=columns,
        count=1,
        nodata=nodata,
    ) as out:
        out.write(values, 1)
    return path


def series(*shapes: object, crs: str | None = "EPSG:2154") -> gpd.GeoSeries:
    index = [f"t{k}" for k in range(len(shapes))]
    return gpd.GeoSeries(list(shapes), index=index, crs=crs).translate(FAR.c, FAR.f)


def obvious(
    shapes: gpd.GeoSeries, values: np.ndarray, transform: rasterio.Affine
) -> tuple[np.ndarray, np.ndarray]:
    """Area with data in cells, and value × area in cells, cell by cell."""
    area, total = np.zeros(len(shapes)), np.zeros(len(shapes))
    sound = shapes.to_numpy()
    for row, column in np.ndindex(values.shape):
        x0, y0 = FAR @ transform @ (column, row)
        x1, y1 = FAR @ transform @ (column + 1, row + 1)
        cell = box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        if np.isfinite(values[row, column]):
            part = np.nan_to_num(shapely.area(shapely.intersection(sound, cell)))
            area += part / cell.area
            total += part / cell.area * values[row, column]
    return area, total


def test_by_hand(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[1.0, 2.0], [3.0, np.nan]]))
    shapes = series(box(0.5, -1.5, 1.5, -0.5), box(1.2, -2, 2, -1.2), None, box(-1, -1, 1, 0))
    sums = compute_zonal(shapes, path, stat="sum")
    assert sums.values.name == "sum"
    assert sums.values.index.tolist() == ["t0", "t1", "t2", "t3"]
    np.testing.assert_allclose(sums.values, [1.5, np.nan, np.nan, 1.0])
    np.testing.assert_allclose(sums.covered, [0.75, 0, np.nan, 0.5])
    assert "declares no no-data value" in sums.notices[0]
    assert "2 territories have data" in sums.notices[1]
    assert "less than 99 % of their area: t0, t3" in sums.notices[1]
    assert "1 territories have no data" in sums.notices[2]
    np.testing.assert_allclose(zonal_statistics(shapes, path), [2, np.nan, np.nan, 1])
    np.testing.assert_allclose(zonal_statistics(shapes, path, stat="count"), [0.75, 0, np.nan, 1])
    share = zonal_statistics(shapes, path, stat="share", threshold=2)
    np.testing.assert_allclose(share, [200 / 3, np.nan, np.nan, 0])
    np.testing.assert_allclose(zonal_statistics(shapes, path, stat="max"), [3, np.nan, np.nan, 1])


corners = st.tuples(st.floats(-2, 7, width=32), st.floats(-7, 2, width=32))
hulls = st.lists(corners, min_size=3, max_size=8).map(
    lambda points: shapely.MultiPoint(points).convex_hull
)
solid = hulls.filter(lambda shape: shape.geom_type == "Polygon" and shape.area > 1e-3)


@st.composite
def shapes_with_holes_and_parts(draw: st.DrawFn) -> object:
    whole = draw(solid).symmetric_difference(draw(solid))
    assume(whole.area > 1e-3)
    parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
    return MultiPolygon(parts)


@settings(max_examples=60, deadline=None)
@given(
    shape=shapes_with_holes_and_parts(),
    cells=st.lists(
        st.one_of(st.just(np.nan), st.floats(-100, 100, width=32)), min_size=20, max_size=20
    ),
    flip_x=st.booleans(),
    flip_y=st.booleans(),
    block=st.sampled_from([1, 12, 10_000]),
)
def test_equals_the_obvious_version(
    tmp_path_factory: pytest.TempPathFactory,
    shape: object,
    cells: list[float],
    flip_x: bool,
    flip_y: bool,
    block: int,
) -> None:
    values = np.array(cells, dtype=np.float64).reshape(4, 5)
    transform = rasterio.Affine(
        -1 if flip_x else 1,
        0,
        5 if flip_x else 0,
        0,
        1.25 if flip_y else -1.25,
        -5 if flip_y else 0,
    )
    path = write(tmp_path_factory.mktemp("r") / "a.tif", values, transform=transform)
    shapes = series(shape, box(-9, -9, 9, 9))
    assume(shapes.is_valid.all())  # rounded to the raster's coordinates, a sliver may cross itself
    area, total = obvious(shapes, values, transform)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zonal_integral, "BLOCK_CELLS", block)
        # a made-up raster may well hold -9999 or its like
        statistics = {
            stat: zonal_statistics(shapes, path, stat=stat, nodata="none").to_numpy()
            for stat in ("count", "sum", "mean")
        }
    np.testing.assert_allclose(statistics["count"], area, atol=1e-9)
    some = area > 1e-6
    np.testing.assert_allclose(statistics["sum"][some], total[some], atol=1e-7)
    assert np.isnan(statistics["sum"][area == 0]).all()
    np.testing.assert_allclose(statistics["mean"][some], total[some] / area[some], atol=1e-3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=36, max_size=36), st.integers(0, 2**32 - 1))
def test_a_partition_shares_out_the_total(
    tmp_path_factory: pytest.TempPathFactory, owners: list[int], seed: int
) -> None:
    values = np.random.default_rng(seed).random((7, 9))
    path = write(
        tmp_path_factory.mktemp("r") / "a.tif",
        values,
        transform=rasterio.Affine(6 / 9, 0, 0, 0, -6 / 7, 6),
    )
    cells = [box(k % 6, k // 6, k % 6 + 1, k // 6 + 1) for k in range(36)]
    parts = [
        shapely.union_all([cell for cell, own in zip(cells, owners, strict=True) if own == owner])
        for owner in sorted(set(owners))
    ]
    assert zonal_statistics(series(*parts), path, stat="sum").sum() == pytest.approx(values.sum())


def test_neither_orientation_of_rings_nor_order_of_territories_matters(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.arange(16.0).reshape(4, 4))
    shape = Polygon([(0.3, -0.2), (3.9, -1), (2, -3.7)], [[(1.5, -1), (2, -1), (2, -1.5)]])
    other = shapely.reverse(shape)
    statistics = zonal_statistics(series(shape, box(0, -1, 1, 0), other), path, stat="sum")
    assert statistics.iloc[0] == pytest.approx(statistics.iloc[2], rel=1e-14)


def test_blocks_do_not_change_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_data: Path
) -> None:
    raster = shared_data / "raster/belgium__POP.tif"
    communes = _north(shared_data)
    whole = zonal_statistics(communes, raster, stat="sum")
    monkeypatch.setattr(zonal_integral, "BLOCK_CELLS", 1000)
    np.testing.assert_allclose(zonal_statistics(communes, raster, stat="sum"), whole, rtol=1e-12)


def test_weights_on_the_same_grid_by_hand(tmp_path: Path) -> None:
    values = write(tmp_path / "v.tif", np.array([[10.0, 20.0], [30.0, np.nan]]))
    people = write(tmp_path / "w.tif", np.array([[1.0, 3.0], [np.nan, 5.0]]))
    shapes = series(box(0, -2, 2, 0), box(0, -2, 1, -1), box(0.5, -1, 2, 0))
    mean = zonal_statistics(shapes, values, stat="weighted_mean", weights_path=people)
    np.testing.assert_allclose(mean, [17.5, np.nan, (0.5 * 10 + 3 * 20) / 3.5])
    share = zonal_statistics(
        shapes, values, stat="weighted_share", threshold=15, weights_path=people
    )
    np.testing.assert_allclose(share, [75, np.nan, 100 * 3 / 3.5])


@pytest.mark.parametrize("cells", [1, 2])
def test_weights_below_zero_are_refused_unless_no_data(tmp_path: Path, cells: int) -> None:
    """On the grid of the values, and on one twice as fine."""
    values = write(tmp_path / "v.tif", np.array([[10.0, 20.0], [30.0, 40.0]]))
    amounts = np.ones((2 * cells, 2 * cells))
    amounts[0, 0] = -3
    finer = rasterio.Affine(1 / cells, 0, 0, 0, -1 / cells, 0)
    path = write(tmp_path / "w.tif", amounts, transform=finer)
    shapes = series(box(0, -2, 2, 0))
    with pytest.raises(InputError, match=r"w.tif: the grid holds -3 people in a cell"):
        zonal_statistics(shapes, values, stat="weighted_mean", weights_path=path)
    path = write(tmp_path / "w.tif", amounts, transform=finer, nodata=-3.0)
    statistics = zonal_statistics(shapes, values, stat="weighted_mean", weights_path=path)
    assert statistics.iloc[0] == pytest.approx({1: 90 / 3, 2: 390 / 15}[cells])


def test_weights_on_another_grid_keep_their_total(tmp_path: Path, shared_data: Path) -> None:
    """People are where they are in their own raster, whatever grid they are shared out on."""
    people = shared_data / "raster/belgium__POP.tif"
    communes = _north(shared_data)
    fine = rasterio.Affine(300, 0, 589_000, 0, -300, 7_118_000)  # and FAR
    west = np.broadcast_to(np.arange(700) < 350, (700, 700)).astype(np.float32)
    values = write(tmp_path / "v.tif", west, transform=fine, crs="EPSG:2154")
    zones = compute_zonal(communes, values, stat="weighted_share", threshold=1, weights_path=people)
    line = box(590_000, 6_910_000, 590_000 + 105_000, 7_120_000)
    inside = zones.covered > 0.9999
    shapes = communes[inside].to_crs(2154)
    exact = zonal_statistics(communes[inside], people, stat="sum")
    western = zonal_statistics(shapes.intersection(line), people, stat="sum").fillna(0)
    assert inside.sum() > 800
    error = zones.values[inside] - 100 * western / exact
    assert error.abs().median() < 1e-6
    assert error.abs().max() < 8  # small communes on the line: people spread evenly over 1 km
    assert (zones.values[inside] * exact).sum() / exact.sum() == pytest.approx(
        100 * western.sum() / exact.sum(), abs=0.1
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"stat": "mode"}, "no statistic 'mode'"),
        ({"stat": "share"}, "needs threshold"),
        ({"stat": "mean", "threshold": 1}, "takes no threshold"),
        ({"stat": "quantile", "quantile": 2}, "between 0 and 1"),
        ({"stat": "weighted_mean"}, "needs weights_path"),
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, options: dict, words: str) -> None:
    path = write(tmp_path / "a.tif", np.ones((2, 2)))
    with pytest.raises(InputError, match=words):
        compute_zonal(series(box(0, -1, 1, 0)), path, **options)


def test_territories_elsewhere_or_nowhere_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((2, 2)))
    with pytest.raises(InputError, match="no territory lies on the raster"):
        compute_zonal(series(box(50, 50, 60, 60)), path)
    with pytest.raises(InputError, match="no coordinate system"):
        compute_zonal(series(box(0, -1, 1, 0), crs=None), path)


def test_undeclared_no_data_is_found_while_reading(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[-9999.0, 1.0], [2.0, 3.0]]))
    with pytest.raises(InputError, match="holds -9999"):
        compute_zonal(series(box(0, -2, 2, 0)), path)
    assert zonal_statistics(series(box(0, -2, 2, 0)), path, nodata=-9999).tolist() == [2.0]


def test_long_edges_are_divided(tmp_path: Path) -> None:
    """A country of one rectangle in degrees, on a raster in metres: its sides must bend."""
    side = rasterio.Affine(2000, 0, 0, 0, -2000, 7_000_000)
    path = write(tmp_path / "a.tif", np.ones((600, 600)), transform=side)
    country = gpd.GeoSeries([box(0, 44, 6, 48)], crs="EPSG:4326")
    dense = country.segmentize(0.001).to_crs(2154).area.iloc[0] / 4e6
    plain = country.to_crs(2154).area.iloc[0] / 4e6
    count = zonal_statistics(country, path, stat="count").iloc[0]
    assert count == pytest.approx(dense, rel=1e-5)
    assert abs(plain - dense) > 5e-4 * dense


def _north(shared_data: Path) -> gpd.GeoSeries:
    """Communes of the Nord, Pas-de-Calais, Somme and Aisne, on their codes."""
    communes = gpd.read_parquet(shared_data / "fr/boundaries/communes_2026.parquet")
    near = communes["code_dep"].isin(["59", "62", "80", "02", "08", "60"])
    return communes[near].set_index("code").geometry


def test_population_of_the_north(shared_data: Path) -> None:
    communes = gpd.read_parquet(shared_data / "fr/boundaries/communes_2026.parquet")
    communes = communes.set_index("code")
    zones = compute_zonal(communes.geometry, shared_data / "raster/belgium__POP.tif", stat="sum")
    west, south, east, north = zones.facts.bounds
    edge = communes.geometry.to_crs(zones.facts.crs).bounds
    inside = (edge.minx >= west) & (edge.maxx <= east) & (edge.miny >= south) & (edge.maxy <= north)
    people = zones.values[inside]
    assert len(people) == 2233
    assert people.sum() == pytest.approx(3_928_325, rel=1e-4)
    np.testing.assert_allclose(zones.covered[inside], 1, atol=1e-9)
    logs = pd.DataFrame({"grid": people, "census": _census(shared_data)}).dropna()
    logs = logs[(logs > 0).all(axis=1)]
    assert np.log(logs["grid"]).corr(np.log(logs["census"])) == pytest.approx(0.984, abs=0.001)


def test_density_of_the_alsace(shared_data: Path) -> None:
    communes = gpd.read_parquet(shared_data / "fr/boundaries/communes_2026.parquet")
    communes = communes.set_index("code")
    zones = compute_zonal(communes.geometry, shared_data / "raster/gpw_density_alsace.tif")
    inside = zones.covered > 1 - 1e-9
    assert inside.sum() == 422
    area = communes.geometry[inside].to_crs(3035).area / 1e6
    density = pd.DataFrame({"grid": zones.values[inside], "census": _census(shared_data) / area})
    assert np.log(density["grid"]).corr(np.log(density["census"])) == pytest.approx(
        0.970, abs=0.001
    )


def _census(shared_data: Path) -> pd.Series:
    table = pd.read_csv(
        shared_data / "fr/population/donnees_communes.csv", sep=";", dtype={"COM": "str"}
    )
    return table.set_index("COM")["PMUN"]


def test_equals_exactextract_on_a_coverage_map(shared_data: Path) -> None:
    raster = shared_data / "fr/connectivity/nb_operateurs_4g_2019_06_l93.tif"
    communes = _north(shared_data).to_crs(2154)[::8]
    features = gpd.GeoDataFrame(geometry=communes)
    reference = exact_extract(
        raster, features, ["mean", "sum", "count", "min", "max"], output="pandas"
    )
    integrals: tuple[Stat, ...] = ("mean", "sum", "count")
    for stat in integrals:
        statistics = zonal_statistics(communes, raster, stat=stat)
        some = (reference["count"] > 0).to_numpy()  # where it is 0, its sum is 0 and ours is NaN
        assert some.sum() > 500
        np.testing.assert_allclose(statistics[some], reference[stat][some], rtol=1e-6)
    others: tuple[Stat, ...] = ("min", "max")
    for stat in others:
        statistics = zonal_statistics(communes, raster, stat=stat)
        np.testing.assert_array_equal(statistics, reference[stat])


def test_exactextract_sees_a_south_up_raster_the_right_way_round(tmp_path: Path) -> None:
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    path = write(tmp_path / "a.tif", values, transform=rasterio.Affine(-1, 0, 2, 0, 1, 0))
    shapes = series(box(0.1, 0.1, 0.9, 0.9), box(1.1, 1.1, 1.9, 1.9), box(0, 0, 2, 2))
    assert zonal_statistics(shapes, path, stat="max").tolist() == [2.0, 3.0, 4.0]
    quantile = zonal_statistics(shapes, path, stat="quantile", quantile=0.0)
    assert quantile.tolist() == [2.0, 3.0, 1.0]


@pytest.mark.parametrize("date", ["2017_07", "2019_06"])
def test_share_of_area_with_two_operators_against_the_official_table(
    shared_data: Path, date: str
) -> None:
    """The official figures are by EPCI of 2018; ours add up communes by their covered area."""
    folder = shared_data / "fr"
    communes = gpd.read_parquet(folder / "boundaries/communes_2026.parquet").set_index("code")
    metropolitan = communes[~communes["code_dep"].str.startswith("97")].dropna(subset=["code_epci"])
    raster = folder / f"connectivity/nb_operateurs_4g_{date}_l93.tif"
    zones = compute_zonal(metropolitan.geometry, raster, stat="share", threshold=2)
    area = metropolitan.geometry.to_crs(2154).area * zones.covered
    parts = pd.DataFrame({"part": zones.values * area, "area": area})
    sums = parts.groupby(metropolitan["code_epci"]).sum()
    table = pd.read_csv(
        folder / "connectivity/epci_4g_share_area_2017_2019.csv", dtype={"siren_epci_2018": "str"}
    ).set_index("siren_epci_2018")
    both = pd.DataFrame(
        {"ours": sums["part"] / sums["area"], "theirs": table[f"pct_surface_4g_min2op_{date}"]}
    ).dropna()
    assert len(both) > 1100
    assert both["ours"].corr(both["theirs"]) >= 0.98


def test_a_bow_tie_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((2, 2)))
    crossed = Polygon([(0, 0), (2, -2), (2, 0), (0, -1)])
    with pytest.raises(InputError, match="invalid shape: t1"):
        compute_zonal(series(box(0, -1, 1, 0), crossed), path)
