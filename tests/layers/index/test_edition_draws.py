"""The draws that an edition has of its own index: those that would be drawn, and no others."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.country import read_country
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.edition import edition_folder, edition_project
from zoneblanche.layers.edition.draws import (
    DESCRIPTION,
    DRAWS,
    pack_tables,
    read_draws,
    unpack_tables,
)
from zoneblanche.layers.edition.files import read_streams
from zoneblanche.layers.index import compute
from zoneblanche.layers.project.index import with_index
from zoneblanche.layers.project.read import read_project
from zoneblanche.scripts.build.edition.draws import build_draws

FOLDER = edition_folder(read_country("fr"))
REMEDY = "python -m scripts.build.edition --country fr --draws -o layers/edition/fr"


def tables_of(count: int) -> dict[str, pd.DataFrame]:
    random = np.random.default_rng(0)
    single = random.uniform(-5, 5, count).astype("float32").astype("float64")
    columns = {
        "rank": random.integers(1, count + 1, count).astype("float64"),
        "minus": -random.integers(0, 9, count).astype("float64"),
        "share": random.integers(0, 200, count) / 200,
        "single": single,
        "double": np.where(random.random(count) < 0.1, random.random(count), single),
        "large": random.integers(0, 2**40, count).astype("float64"),
        "nothing": np.full(count, np.nan),
    }
    table = pd.DataFrame(columns, index=pd.Index([f"t{k}" for k in range(count)]))
    table = table.mask(random.random(table.shape) < 0.1)
    means = pd.DataFrame(random.random((7, 3)), columns=pd.Index(list("abc"), dtype="object"))
    return {"one": table, "means": means}


@pytest.mark.parametrize("count", [1, 50, 3000])
def test_tables_come_back_as_they_were(count: int) -> None:
    tables = tables_of(count)
    streams, header = pack_tables(tables, draws=200)
    rows = tables["one"].index
    again = unpack_tables(streams, json.loads(json.dumps(header)), rows=rows)
    assert list(again) == list(tables)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(again[name], table, check_exact=True)


def test_what_a_single_holds_takes_four_bytes() -> None:
    tables = tables_of(3000)
    streams, header = pack_tables({"one": tables["one"][["single", "share"]]}, draws=200)
    assert header["tables"][0]["kinds"] == ["single", "share"]
    assert sum(map(len, streams.values())) == 2 * 4 * 3000


def test_the_builder_draws_what_the_edition_has(tmp_path: Path) -> None:
    described = build_draws("fr", out=tmp_path)
    committed = json.loads((FOLDER / DESCRIPTION).read_text("utf-8"))
    assert described["rests_on"] == committed["rests_on"], REMEDY
    # Not the bytes of the file, which name the version of its library.
    (drawn, drawn_header), (streams, header) = (
        read_streams(folder / DRAWS) for folder in (tmp_path, FOLDER)
    )
    assert drawn_header == header
    assert drawn == streams, REMEDY


def test_the_default_answer_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: object, **_named: object) -> None:
        raise AssertionError(f"the draws of the edition are not used: {REMEDY}")

    monkeypatch.setattr(compute, "_draw", refuse)
    project = read_project(edition_project(read_country("fr")))
    atlas, recipe = with_index(project, build_atlas(project))
    assert recipe is not None
    table = atlas.intervals[recipe.id]
    scores = atlas.values[recipe.id]
    ranked = table["rank"].notna()
    assert ranked.sum() > 34_000
    assert (table["score_low"] <= scores)[ranked].all()
    assert (table["score_high"] >= scores)[ranked].all()
    assert atlas.area_means[recipe.id]["departement"].shape == (100, 101)


def test_draws_of_something_else_are_not_used() -> None:
    rests_on = json.loads((FOLDER / DESCRIPTION).read_text("utf-8"))["rests_on"]
    rows = pd.RangeIndex(len(pd.read_parquet(FOLDER / "communes.parquet", columns=["code"])))
    tables = read_draws(FOLDER, rests_on=rests_on, rows=rows)
    assert tables is not None
    assert len(tables["intervals digital-inequality"]) == len(rows)
    assert read_draws(FOLDER, rests_on=rests_on[::-1], rows=rows) is None


def test_a_country_without_draws_has_none(tmp_path: Path) -> None:
    assert read_draws(tmp_path, rests_on="", rows=pd.RangeIndex(1)) is None


def test_the_description_is_of_the_file() -> None:
    described = json.loads((FOLDER / DESCRIPTION).read_text("utf-8"))
    assert hashlib.sha256((FOLDER / DRAWS).read_bytes()).hexdigest() == described["sha256"]
    _streams, header = read_streams(FOLDER / DRAWS)
    assert header["draws"] == described["draws"]
