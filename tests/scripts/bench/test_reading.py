"""The benchmark of reading compares like with like: both sides read the same figures."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from zoneblanche.scripts.bench import reading


@pytest.mark.parametrize("checks", [False, True])
def test_both_read_the_same_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checks: bool
) -> None:
    squares = [box(3 + x, 45, 4 + x, 46) for x in range(3)]
    names = {"code": ["48001", "48002", "48003"], "name": ["A", "B", "C"]}
    frame = gpd.GeoDataFrame(names, geometry=squares, crs=4326)
    frame.to_parquet(tmp_path / "t.parquet")
    (tmp_path / "v.csv").write_text("code;taux\n48003;12,5\n48001;s\n99999;3\n", "utf-8")
    table = reading.Table("v.csv", "code", "taux", "percent", ";", ",")
    monkeypatch.setattr(reading, "TABLES", (table,))
    monkeypatch.setattr(reading, "POLYGONS", "t.parquet")
    ours = reading.read_with_package(tmp_path)
    pd.testing.assert_frame_equal(
        ours,
        reading.read_with_pandas(tmp_path, checks=checks),
        check_names=False,
        check_index_type=False,
    )
    assert ours["taux"].tolist()[2] == 12.5
