"""Atlases that somebody wrote by hand: every key and every column is checked before it is used."""

from __future__ import annotations

import copy
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.limits import MIB
from zoneblanche.geo.messages import _, quantity, remark
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import empty_atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.outputs.atlas_file import (
    KEY,
    country_of_atlas,
    load_atlas,
    save_atlas,
    write_atlas,
)

Metadata = dict[str, Any]


@pytest.fixture
def saved(toy: Territories, tmp_path: Path) -> Path:
    """An atlas with everything in it: an index with its recipe and intervals, notices, an account,
    a category, sources."""
    source = Source("Arcep", "Débits", note=_("Read from {file}.", file="a.csv"))
    atlas = empty_atlas(replace(toy, sources=(source,)))
    site = Indicator("site", "Site", "percent", "higher", bounds=(0, 100), sources=(source,))
    fibre = Indicator("fibre", {"fr": "Fibre", "en": "Fibre"}, "percent", "higher", bounds=(0, 100))
    kind = Indicator("kind", "Kind", "category", categories={1: "one", 2: {"en": "two"}})
    atlas = atlas.add(site, pd.Series([10.0, 20.0, 90.0], toy.codes[:3]))
    atlas = atlas.add(fibre, pd.Series([50.0, 0.0, 100.0, 70.0], toy.codes))
    atlas = atlas.add(kind, pd.Series([1.0, 2.0], toy.codes[:2]))
    table = {"title": "Index", "indicators": ["site", "fibre"], "min_available": 0.5}
    atlas = compute_index(atlas, recipe_from_table(table, file="r.toml"), draws=20)
    notice = remark(_("{count} rows are left out.", count=quantity(3000)))
    listed = [{"row": "1", "code": "x", "reason": "y"}]
    account = {"site": {"rows": 4, "matched": 3, "listed": listed}}
    atlas = replace(atlas, notices=(*atlas.notices, notice), account=account)
    save_atlas(atlas, tmp_path / "atlas.parquet")
    return tmp_path / "atlas.parquet"


def told_of(path: Path) -> Metadata:
    record: Metadata = json.loads(pq.read_schema(path).metadata[KEY])
    return record


def retell(path: Path, record: Any) -> None:
    table = pq.read_table(path)
    metadata = {**table.schema.metadata, KEY: json.dumps(record).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)


def put(path: Path, name: str, column: Any) -> None:
    """Another column in place of one, or of none."""
    table = pq.read_table(path)
    if name in table.column_names:
        table = table.set_column(table.column_names.index(name), name, column)
    else:
        table = table.append_column(name, column)
    pq.write_table(table, path)


def faults_of(path: Path) -> tuple[Fault, ...]:
    """The faults of an atlas that is refused in sentences of bounded length."""
    with pytest.raises(InputError) as caught:
        load_atlas(path)
    assert all(fault.file == str(path) for fault in caught.value.faults)
    assert all(len(str(fault)) < 1200 for fault in caught.value.faults)
    return caught.value.faults


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*path, key))


def changed(record: Metadata, path: tuple[Any, ...], value: Any) -> Metadata:
    record = copy.deepcopy(record)
    node: Any = record
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return record


def test_what_was_written_is_read(saved: Path) -> None:
    atlas = load_atlas(saved)
    again = saved.with_name("again.parquet")
    save_atlas(atlas, again)
    assert told_of(again) == told_of(saved)
    assert pq.read_table(again).to_pylist() == pq.read_table(saved).to_pylist()
    assert str(atlas.notices[-1]) == "3,000 rows are left out."
    assert atlas.indicators["site"].sources[0].note_in("fr") == "Read from a.csv."


def test_columns_that_repeat_figures_are_skipped(saved: Path, tmp_path: Path) -> None:
    atlas = load_atlas(saved)
    path = tmp_path / "both.parquet"
    table = pd.DataFrame({"name": "x", "site": "not a figure", "score": 1}, index=atlas.codes)
    write_atlas(atlas, path, table=table)
    schema = pq.read_schema(path)
    assert told_of(path)["table"] == ["site", "score"]
    assert {"site", "score", "value.site"} <= set(schema.names)
    again = load_atlas(path)
    pd.testing.assert_frame_equal(again.values, atlas.values)
    assert list(again.territories.names) == list(atlas.territories.names)
    record = told_of(path)
    record["table"] = ["site", "score", "value.site", "name", "geometry"]
    retell(path, record)
    faults = faults_of(path)
    assert [fault.column for fault in faults[1:]] == ["value.site"]


def test_every_key_of_the_metadata_is_checked(saved: Path) -> None:
    """Each value becomes one of another type in turn: never a defect, always the key."""
    record = told_of(saved)
    free = ("account",)  # names of inputs are any
    count = 0
    for path in leaves(record):
        for value in ([[]], {"zz": {}}, 7.5):
            if path[0] in free and len(path) == 2 and isinstance(value, dict):
                continue
            retell(saved, changed(record, path, value))
            try:
                load_atlas(saved)
            except InputError as error:
                count += 1
                assert all(fault.file == str(saved) for fault in error.faults)
                assert len(str(error)) < 5000
    assert count > 500


@pytest.mark.parametrize(
    ("path", "value", "key", "message"),
    [
        (("level",), 3, "level", "it is '3', not a text."),
        (("vintage",), None, "vintage", "it is null, not a text."),
        (("country",), "zz", "country", "no country 'zz' is described."),
        (("extra",), 1, "extra", "it is '1', not true or false."),
        (("sources",), [{"nobody": 1}], "sources[0].nobody", "the key 'nobody' is not known."),
        (("indicators", 0, "role"), "x", "indicators[0].role", "'x' is not a choice here."),
        (("indicators", 0, "unit"), "x", "indicators[0].unit", "'x' is not a choice here."),
        (("indicators", 0, "better"), "up", "indicators[0].better", "'up' is not a choice here."),
        (("indicators", 0, "kind"), 1, "indicators[0].kind", "'1' is not a choice here."),
        (("indicators", 0, "title"), {}, "indicators[0].title", "no text in any language"),
        (("indicators", 0, "title"), 7, "indicators[0].title", "not a text, nor one by language"),
        (("indicators", 0, "bounds"), [1], "indicators[0].bounds", "it has 1 parts, not 2."),
        (("indicators", 0, "bounds"), [9, 1], "indicators[0].bounds", "not below the upper one"),
        (("indicators", 0, "digits"), 10**9, "indicators[0].digits", "digits are 0 to 12."),
        (("indicators", 0, "id"), "a b", "indicators[0].id", "'a b' is not an id."),
        (("indicators", 0, "id"), "fibre", "indicators[0].id", "'fibre' is there more than once."),
        (("indicators", 2, "categories"), {}, "indicators[2].categories", "titles for its codes"),
        (("indicators", 2, "categories"), {"x": "y"}, "indicators[2].categories.x", "not a whole"),
        (("intervals",), ["nobody"], "intervals[0]", "there is no indicator 'nobody'."),
        (("recipes", 0, "orientation"), "up", "recipes[0].orientation", "is not a choice here"),
        (("recipes", 0, "min_available"), 2, "recipes[0].min_available", "not within 0 and 1"),
        (("recipes", 0, "draws"), 10**9, "recipes[0].draws", "not within 0 and 1,000,000"),
        (("recipes", 0, "root", "children"), [], "recipes[0].root.children", "there are none"),
        (("recipes", 0, "root", "weights"), {}, "recipes[0].root.weights", "of the children"),
        (("notices", 0), {"en": 1}, "notices[0].en", "it is '1', not a text."),
        (("notices", 0), {"severity": "x"}, "notices[0]", "it holds no text"),
        (("account", "site", "rows"), "4", "account.site.rows", "not a whole number"),
        (("account", "site", "listed"), [1], "account.site.listed[0]", "not a table"),
    ],
)
def test_faults_name_the_key(
    saved: Path, path: tuple[Any, ...], value: Any, key: str, message: str
) -> None:
    retell(saved, changed(told_of(saved), path, value))
    first, *others = faults_of(saved)
    assert first.kind == "damaged-atlas"
    by_key = {fault.column: str(fault) for fault in others}
    assert message in by_key[key]
    assert f"key '{key}'" in by_key[key]


def test_all_faults_come_at_once(saved: Path) -> None:
    record = changed(told_of(saved), ("indicators", 0, "role"), "x")
    record = changed(changed(record, ("level",), 3), ("account", "site", "rows"), None)
    retell(saved, record)
    assert {fault.column for fault in faults_of(saved)} == {
        None, "indicators[0].role", "level", "account.site.rows",
    }  # fmt: skip


def test_a_message_that_grows_without_end(saved: Path) -> None:
    """Slots in slots: a kilobyte that becomes more than there is memory for."""
    message: Any = "x" * 100
    for _level in range(8):
        message = {"template": "{a}" * 100, "slots": {"a": message}}
    retell(saved, changed(told_of(saved), ("notices", 0), {"en": "x", "message": message}))
    assert "the text is too long." in str(faults_of(saved)[1])


@pytest.mark.parametrize("deep", [30, 300, 100_000])
def test_metadata_that_is_nested_deep(saved: Path, deep: int) -> None:
    table = pq.read_table(saved)
    text = json.dumps(changed(told_of(saved), ("notices", 0), {"message": "HERE"}))
    nested = '{"template": "{a}", "slots": {"a": ' * deep + '"x"' + "}}" * deep
    metadata = {**table.schema.metadata, KEY: text.replace('"HERE"', nested).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), saved)
    assert faults_of(saved)


COLUMNS: list[tuple[str, pa.Array]] = [
    ("code", pa.array([1, 2, 3, 4])),
    ("code", pa.array(["A1", "A1", "B1", "B2"])),
    ("code", pa.array(["A1", None, "B1", "B2"])),
    ("code", pa.array(["x" * 40_000, "A2", "B1", "B2"])),
    ("name", pa.array([1.0] * 4)),
    ("name", pa.array([None] * 4, pa.string())),
    ("name", pa.array(["x" * 40_000] * 4)),
    ("geometry", pa.array(["x"] * 4)),
    ("geometry", pa.array([b"x"] * 4)),
    ("geometry", pa.array([None] * 4, pa.binary())),
    ("geometry", pa.array([b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 100_000] * 4)),
    ("geometry", pa.array([shapely.to_wkb(shapely.Point(1, 2))] * 4)),
    ("value.site", pa.array(["x"] * 4)),
    ("value.site", pa.array([[1.0]] * 4)),
    ("value.site", pa.array([np.inf, 20.0, 90.0, None])),
    ("value.site", pa.array([1e308, 20.0, 90.0, None])),
    ("value.site", pa.array([101.0, 20.0, 90.0, None])),
    ("value.site", pa.nulls(4, pa.float64())),
    ("value.kind", pa.array([7.0, 2.0, None, None])),
    ("value.kind", pa.array([1.5, 2.0, None, None])),
    ("value.more", pa.array([1.0] * 4)),
    ("reason.site", pa.array([99, 0, 0, 4], pa.int8())),
    ("reason.site", pa.array([2**40, 0, 0, 4])),
    ("reason.site", pa.array([None, 0, 0, 4], pa.int8())),
    ("reason.site", pa.array(["0"] * 4)),
    ("fact.population", pa.array(["x"] * 4)),
    ("fact.population", pa.array([-1.0] * 4)),
    ("fact.population", pa.array([1e308] * 4)),
    ("fact.area_km2", pa.array([np.inf] * 4)),
    ("parent.epci", pa.array([1, 2, 3, 4])),
    ("parent.epci", pa.array(["x" * 40_000] * 4)),
    ("extra.seat", pa.array([[1]] * 4)),
    ("interval.index.rank", pa.array(["x"] * 4)),
    ("interval.index.rank", pa.array([np.inf] * 4)),
    ("interval.nobody.rank", pa.array([1.0] * 4)),
    ("anything", pa.array([1.0] * 4)),
]


@pytest.mark.parametrize(
    ("name", "column"), COLUMNS, ids=[f"{n}-{name}" for n, (name, _c) in enumerate(COLUMNS)]
)
def test_every_column_is_checked(saved: Path, name: str, column: pa.Array) -> None:
    put(saved, name, column)
    assert faults_of(saved)


@pytest.mark.parametrize("name", ["code", "name", "geometry", "value.site", "reason.site"])
@pytest.mark.parametrize("twice", [False, True])
def test_columns_that_are_absent_or_there_twice(saved: Path, name: str, twice: bool) -> None:
    table = pq.read_table(saved)
    place = table.column_names.index(name)
    table = table.append_column(name, table[name]) if twice else table.remove_column(place)
    pq.write_table(table, saved)
    assert name in {fault.column for fault in faults_of(saved)}


@pytest.mark.parametrize(
    "crs", ["EPSG:4978", "EPSG:5698", "EPSG:2154", 'LOCAL_CS["x",UNIT["metre",1]]', 7, "nowhere"]
)
def test_a_reference_system_that_does_not_fit(saved: Path, crs: Any) -> None:
    table = pq.read_table(saved)
    geo = json.loads(table.schema.metadata[b"geo"])
    geo["columns"]["geometry"]["crs"] = crs
    metadata = {**table.schema.metadata, b"geo": json.dumps(geo).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), saved)
    if crs in ("EPSG:2154", "EPSG:5698"):  # the latter has heights besides
        assert len(load_atlas(saved).codes) == 4
    else:
        assert faults_of(saved)


@pytest.mark.parametrize("name", ["name", "extra.x", "value.site", "geometry"])
def test_a_bomb_is_refused_before_it_is_unpacked(saved: Path, name: str) -> None:
    """A million rows that repeat one cell: a file of kilobytes, gigabytes in memory."""
    table = pq.read_table(saved)
    rows = np.zeros(1_000_000, dtype="int32")
    bomb = {}
    for one in table.column_names:
        cell = table[one][0].as_py()
        if one == name and name in ("name", "geometry"):
            cell = "x" * 30_000 if name == "name" else shapely.to_wkb(_large())
        kind = table.schema.field(one).type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
            bomb[one] = pa.DictionaryArray.from_arrays(rows, pa.array([cell], kind))
        else:
            bomb[one] = pa.array([cell], kind).take(rows)
    if name == "extra.x":
        text = pa.array(["x" * 30_000])
        bomb[name] = pa.DictionaryArray.from_arrays(rows, text)
    pq.write_table(pa.table(bomb).replace_schema_metadata(table.schema.metadata), saved)
    assert saved.stat().st_size < 2 * MIB
    begin, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert faults_of(saved)
    assert time.monotonic() - begin < 5
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 200 * MIB


def _large() -> shapely.Polygon:
    turn = np.linspace(0, 6.28, 2_000)
    return shapely.Polygon(np.column_stack([np.cos(turn), np.sin(turn)]))


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices have paths")
@pytest.mark.parametrize("make", [_pipe, _device, Path.mkdir])
def test_only_plain_files_are_atlases(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "atlas.parquet"
    make(path)
    (fault,) = faults_of(path)
    assert fault.kind == "not-a-file"
    assert country_of_atlas(path) == ""
