"""Distance to the nearest of many points."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.points import files as point_files
from zoneblanche.geo.points.distance import distance_to_nearest
from zoneblanche.geo.points.files import Layout
from zoneblanche.geo.points.nearest import compute_nearest
from zoneblanche.geo.runtime.executors import Executor

XY = Layout("x", "y")


def test_by_hand_and_by_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A degree of the meridian at the equator is 110.574 km, of the equator 111.320 km."""
    (tmp_path / "p.csv").write_text("x,y\n0,1\n3,3\n,\n102,0\n999,999\n361,0\n")
    places = gpd.GeoSeries([Point(0, 0), None, Point(101, 0)], index=["a", "b", "c"], crs=4326)
    for size in (5, 1000):
        monkeypatch.setattr(point_files, "CHUNK_BYTES", size)
        nearest = compute_nearest(places, tmp_path / "p.csv", layout=XY)
        np.testing.assert_allclose(nearest.distance_m, [110_574, np.nan, 111_320], atol=1)
        assert (nearest.rows, nearest.unreadable) == (6, 3), (
            "no coordinate is turned round the globe"
        )
    with pytest.raises(InputError, match="must be points"):
        compute_nearest(places.to_crs(3857).buffer(1), tmp_path / "p.csv", layout=XY)
    with pytest.raises(InputError, match="no coordinate system"):
        compute_nearest(places.set_crs(None, allow_override=True), tmp_path / "p.csv", layout=XY)


def test_an_island_looks_at_its_own_points(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("x,y\n2,48\n3,48\n-61.5,16.3\n-70,0\n")
    places = gpd.GeoSeries.from_xy(
        [2.0, -61.5, -61.0, 55.5], [48.0, 16.2, 14.6, -21.1], index=list("mgxr"), crs=4326
    )
    groups = pd.Series(["main", "guadeloupe", "martinique", "reunion"], index=places.index)
    distances = compute_nearest(places, tmp_path / "p.csv", layout=XY, groups=groups).distance_m
    assert distances["m"] == 0
    assert 11_000 < distances["g"] < 11_200
    assert distances[["x", "r"]].isna().all()
    alone = compute_nearest(places[["x"]], tmp_path / "p.csv", layout=XY, groups=groups[["x"]])
    assert 185_000 < alone.distance_m["x"] < 200_000, "the only group takes whatever is nearest"


@pytest.mark.parametrize("executor", ["serial", "processes"])
def test_equals_what_is_found_in_memory(tmp_path: Path, executor: Executor) -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.uniform(-5, 8, (2000, 2)), columns=["x", "y"])
    frame["y"] += 45
    frame.to_parquet(tmp_path / "p.parquet", row_group_size=300)
    places = gpd.GeoSeries.from_xy(*rng.uniform(0, 50, (2, 40)), crs=4326).to_crs(3857)
    points = gpd.GeoSeries.from_xy(frame["x"], frame["y"], crs=4326)
    nearest = compute_nearest(
        places, tmp_path / "p.parquet", layout=XY, executor=executor, workers=2
    )
    expected = distance_to_nearest(places, points)
    np.testing.assert_allclose(nearest.distance_m, expected, rtol=1e-9)


def test_the_real_mobile_sites(shared_data: Path) -> None:
    """Against a search on the plane of Lambert 93, whose lengths are out by 0.3 % at most."""
    path = next((shared_data / "fr/connectivity").glob("2018_01_Sites_mobiles*.csv"))
    sites = pd.read_csv(path, sep=";", na_values="#N/A").dropna(subset=["x", "y"])
    flat = gpd.GeoSeries.from_xy(sites["x"], sites["y"], crs=2154)
    rng = np.random.default_rng(5)
    places = gpd.GeoSeries.from_xy(
        rng.uniform(2e5, 1e6, 300), rng.uniform(63e5, 70e5, 300), crs=2154
    )
    nearest = compute_nearest(places, path, layout=XY, crs="EPSG:2154")
    near, far = flat.sindex.nearest(places, return_all=False, return_distance=True)
    assert (nearest.rows, nearest.unreadable) == (77_148, 1)
    np.testing.assert_allclose(nearest.distance_m.iloc[near[0]], far, rtol=3e-3)
