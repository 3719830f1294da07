# ruff: noqa: E501
"""Town halls of Overture: a fixture in the official schema, on the toy country."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.publishers.overture import measure_town_halls, read_town_halls

_TEXTS = pa.list_(pa.string())
_BOX = pa.struct([(name, pa.float32()) for name in ("xmin", "xmax", "ymin", "ymax")])
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("geometry", pa.binary()),
        ("bbox", _BOX),
        ("version", pa.int32()),
        (
            "sources",
            pa.list_(
                pa.struct(
                    [("property", pa.string()), ("dataset", pa.string()), ("license", pa.string()),
                     ("record_id", pa.string()), ("update_time", pa.string()),
                     ("confidence", pa.float64())]
                )
            ),
        ),
        (
            "names",
            pa.struct([("primary", pa.string()), ("common", pa.map_(pa.string(), pa.string()))]),
        ),
        ("operating_status", pa.string()),
        ("categories", pa.struct([("primary", pa.string()), ("alternate", _TEXTS)])),
        ("basic_category", pa.string()),
        (
            "taxonomy",
            pa.struct([("primary", pa.string()), ("hierarchy", _TEXTS), ("alternates", _TEXTS)]),
        ),
        ("confidence", pa.float64()),
        ("websites", _TEXTS),
        ("socials", _TEXTS),
        ("emails", _TEXTS),
        ("phones", _TEXTS),
        (
            "addresses",
            pa.list_(
                pa.struct(
                    [(name, pa.string()) for name in
                     ("freeform", "locality", "postcode", "region", "country")]
                )
            ),
        ),
        ("brand", pa.struct([("wikidata", pa.string())])),
    ]
)  # fmt: skip
"""The columns of a release of 2026-08, which has the old and the new category
(docs.overturemaps.org/schema/reference/places/place)."""

ERAS = {"2025": ("basic_category", "taxonomy"), "2026-08": (), "2026-09": ("categories",)}
"""By release, the columns of the schema that it does not have."""


def place(
    x: float, y: float, category: str, socials: list[str] | None, **more: Any
) -> dict[str, Any]:
    point = gpd.GeoSeries([shapely.Point(x, y)], crs="EPSG:2154").to_crs("EPSG:4326").iloc[0]
    return {
        "id": "08f1", "geometry": shapely.to_wkb(point), "version": 1, "sources": [],
        "bbox": {"xmin": point.x, "xmax": point.x, "ymin": point.y, "ymax": point.y},
        "names": {"primary": "Mairie", "common": None},
        "categories": {"primary": category, "alternate": None},
        "basic_category": "government_office", "brand": None, "confidence": 0.9,
        "taxonomy": {
            "primary": category,
            "hierarchy": ["community_and_government", "government_office", category],
            "alternates": None,
        },
        "websites": None, "socials": socials, "emails": None, "phones": None, "addresses": [],
        "operating_status": "open", **more,
    }  # fmt: skip


@pytest.fixture(params=ERAS)
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    rows = [
        place(605_000, 6_505_000, "town_hall",
              ["https://www.facebook.com/100064000000001", "https://twitter.com/aone"]),
        place(615_000, 6_505_000, "town_hall", None),
        place(625_000, 6_505_000, "bakery", ["https://www.facebook.com/pain"]),
        place(625_000, 6_505_000, "town_hall", ["https://www.facebook.com/doubtful"], confidence=0.1),
        place(655_000, 6_505_000, "town_hall", ["https://www.facebook.com/sharer/sharer.php?u=x"]),
        place(900_000, 6_505_000, "town_hall", ["https://www.facebook.com/elsewhere"]),
        place(625_000, 6_505_000, "town_hall", ["https://www.facebook.com/closed"],
              confidence=None, operating_status="permanently_closed"),
    ]  # fmt: skip
    path = tmp_path / "overture-places.parquet"
    table = pa.Table.from_pylist(rows, schema=SCHEMA).drop_columns(list(ERAS[request.param]))
    pq.write_table(table, path)
    return path


def test_accounts_of_town_halls_by_the_territory_of_their_point(
    places: Path, toy: Territories
) -> None:
    table = measure_town_halls(places, toy)
    assert table.frame.index.tolist() == ["A1", "A2", "B2"]
    assert table.frame["facebook"].fillna(-1).tolist() == [1, -1, -1]
    assert table.frame["x"].fillna(-1).tolist() == [1, -1, -1]
    assert table.frame["networks_any"].fillna(-1).tolist() == [1, -1, -1]
    assert table.account is not None and table.account.rows == 7
    assert sum(table.account.counted.values()) + table.account.matched == 7


def test_it_says_yes_and_never_no_and_fills_what_the_probe_does_not_know(
    places: Path, toy: Territories
) -> None:
    table = measure_town_halls(places, toy)
    layer = known_layers()["facebook-measured"]
    alone = layer.measure(toy, {"overture-places": table})
    assert alone.values.fillna(-1).tolist() == [1, -1, -1, -1]
    assert alone.reasons.tolist() == [
        Reason.PRESENT, Reason.NOT_PUBLISHED, Reason.NOT_MATCHED, Reason.NOT_PUBLISHED,
    ]  # fmt: skip
    index = pd.Index(["A1", "A2", "B1"], name="code")
    probe = type(table)(
        frame=pd.DataFrame({"facebook": [float("nan"), 0.0, 1.0]}, index=index),
        level="commune",
        source=table.source,
        reasons=pd.DataFrame({"facebook": [int(Reason.REFUSED), 0, 0]}, index=index, dtype="int8"),
    )
    both = layer.measure(toy, {"presence-probe": probe, "overture-places": table})
    assert both.values.fillna(-1).tolist() == [1, 0, 1, -1]
    assert both.reasons.tolist() == [0, 0, 0, Reason.NOT_MATCHED]


def test_what_is_no_file_of_places_is_refused(tmp_path: Path, toy: Territories) -> None:
    other = tmp_path / "other.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(other)
    text = tmp_path / "text.parquet"
    text.write_text("no parquet")
    for path, message in (
        (other, "has no column 'geometry'"),
        (text, "the Parquet file is damaged"),
    ):
        with pytest.raises(InputError, match=message):
            measure_town_halls(path, toy)


def test_a_point_that_is_nested_deep_is_left_out(tmp_path: Path) -> None:
    """GEOS reads shapes in shapes by recursion: a hundred thousand ended the process."""
    path = tmp_path / "places.parquet"
    point = shapely.to_wkb(shapely.Point(1, 2))
    nested = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 100_000 + point
    cells = {
        "geometry": [nested, point],
        "categories": [{"primary": "town_hall", "alternate": []}] * 2,
        "socials": [[]] * 2,
        "confidence": [0.9] * 2,
    }
    columns = {name: pa.array(two, SCHEMA.field(name).type) for name, two in cells.items()}
    pq.write_table(pa.table(columns), path)
    halls, rows = read_town_halls(path)
    assert ([(hall.longitude, hall.latitude) for hall in halls], rows) == ([(1.0, 2.0)], 2)
