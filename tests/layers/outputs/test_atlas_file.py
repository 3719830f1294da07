"""An atlas on disk: what was written is read again, and a spoiled file is refused in a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import empty_atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.outputs.atlas_file import KEY, load_atlas, save_atlas, write_geoparquet


@pytest.fixture
def saved(toy: Territories, tmp_path: Path) -> Path:
    atlas = empty_atlas(toy).add(Indicator("site", "Site"), pd.Series([1.0, 2.0], toy.codes[:2]))
    ranks = pd.DataFrame({"rank_low": 1.0}, atlas.codes)
    atlas = replace(atlas, intervals={"site": ranks})
    save_atlas(atlas, tmp_path / "atlas.parquet")
    return tmp_path / "atlas.parquet"


def test_what_was_written_is_read(saved: Path) -> None:
    atlas = load_atlas(saved)
    assert atlas.values["site"].tolist()[:2] == [1.0, 2.0]
    assert atlas.values["site"].isna().sum() == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda metadata: metadata.pop("level"),
        lambda metadata: metadata["indicators"][0].pop("id"),
        lambda metadata: metadata.update(indicators="site"),
        lambda metadata: metadata.update(sources=[{"nobody": 1}]),
        lambda metadata: metadata.update(notices=[7]),
    ],
)
def test_a_spoiled_atlas_is_refused(saved: Path, spoil: Callable[[dict[str, Any]], Any]) -> None:
    table = pq.read_table(saved)
    record = json.loads(table.schema.metadata[KEY])
    spoil(record)
    metadata = {**table.schema.metadata, KEY: json.dumps(record).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), saved)
    with pytest.raises(InputError, match="damaged"):
        load_atlas(saved)


def test_a_list_for_metadata_and_a_short_file_are_no_atlas(saved: Path) -> None:
    table = pq.read_table(saved)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, KEY: b"[1]"}), saved)
    with pytest.raises(InputError, match="not an atlas"):
        load_atlas(saved)
    saved.write_bytes(saved.read_bytes()[:400])
    with pytest.raises(InputError, match="not an atlas"):
        load_atlas(saved)


@pytest.mark.parametrize("damage", ["no rows", "deep", "deep geo", "shapes", "lists"])
def test_a_damaged_file_is_refused(saved: Path, damage: str) -> None:
    table = pq.read_table(saved)
    deep = b'{"a":' * 100_000
    metadata = dict(table.schema.metadata)
    if damage == "no rows":
        table = table.slice(0, 0)
    elif damage == "shapes":
        place = table.column_names.index("geometry")
        table = table.set_column(place, "geometry", pa.array([b"\x01\xfa\0\0\0"] * len(table)))
    elif damage == "lists":
        place = next(n for n, name in enumerate(table.column_names) if name.endswith(".rank_low"))
        lists = pa.array([[1.0, 2.0]] * len(table))
        table = table.set_column(place, table.column_names[place], lists)
    else:
        metadata[KEY if damage == "deep" else b"geo"] = deep
    pq.write_table(table.replace_schema_metadata(metadata), saved)
    with pytest.raises(InputError, match=r"not an atlas|is damaged"):
        load_atlas(saved)


@pytest.mark.parametrize("height", [None, 3.0])
def test_shapes_are_described_as_geopandas_describes_them(
    tmp_path: Path, height: float | None
) -> None:
    squares = [shapely.box(x, -x, x + 1, 1 - x) for x in range(20)]
    shapes = [*squares, shapely.MultiPolygon([shapely.box(30, 40, 31, 41)]), squares[3]]
    if height is not None:
        shapes[7] = shapely.force_3d(shapes[7], height)
    codes = pd.Index([f"{place:02}" for place in range(len(shapes))], name="code")
    frame = gpd.GeoDataFrame({"geometry": shapes}, index=codes, crs="EPSG:2154")
    frame.to_parquet(tmp_path / "theirs.parquet")
    table = pd.DataFrame({"geometry": None}, index=codes, dtype="object")
    write_geoparquet(table, frame.geometry, tmp_path / "ours.parquet", metadata={"a": 1})
    ours, theirs = (pq.read_schema(tmp_path / f"{name}.parquet") for name in ("ours", "theirs"))
    assert json.loads(ours.metadata[b"geo"]) == json.loads(theirs.metadata[b"geo"])
    assert ours.field("geometry").equals(theirs.field("geometry"), check_metadata=True)
    assert json.loads(ours.metadata[b"zoneblanche"]) == {"a": 1}
    read = gpd.read_parquet(tmp_path / "ours.parquet")
    assert read.geometry.geom_equals_identical(frame.geometry).all()
