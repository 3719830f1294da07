"""A table that several layers name is parsed once, and what is parsed is the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from zoneblanche.geo.files.limits import DEFAULT_LIMITS
from zoneblanche.geo.tables import Codes, RawTable, parse_codes, read_raw_table
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.project.read import read_project
from zoneblanche.layers.project.user_layers import shared_tables, table
from zoneblanche.layers.project.user_layers.shared_tables import SharedTables


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were parsed."""
    names: list[str] = []

    def read(path: Path, **options: Any) -> RawTable:
        names.append(path.name)
        return read_raw_table(path, **options)

    monkeypatch.setattr(shared_tables, "read_raw_table", read)
    return names


def test_a_table_is_kept_until_its_last_layer_has_read_it(
    tmp_path: Path, parsed: list[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,x,y\n1,2,3\n2,3,4\n")
    tables = SharedTables([path] * 3)
    for wanted in (("code", "x"), ("code", "y"), ("y",), ("code", "x")):
        raw = tables.read(path, {"wanted": wanted}, limits=DEFAULT_LIMITS).raw
        again = read_raw_table(path, wanted=wanted)
        assert {name: list(cells) for name, cells in raw.columns.items()} == {
            name: list(cells) for name, cells in again.columns.items()
        }
        assert (raw.header, raw.notices) == (again.header, again.notices)
    assert parsed == ["a.csv", "a.csv"]  # the fourth was not announced


def test_other_options_and_headers_below_titles_are_parsed_anew(
    tmp_path: Path, parsed: list[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,x\n1,2\n01,3\n")
    titled = tmp_path / "b.csv"
    titled.write_text("A title\n\ncode,x\n1,2\nk,y\n2,3\n")
    tables = SharedTables([path, path, titled, titled])
    tables.read(path, {"wanted": ("x",)}, limits=DEFAULT_LIMITS)
    other = tables.read(path, {"wanted": ("1",), "header": 0}, limits=DEFAULT_LIMITS)
    assert list(other.raw.columns) == ["1", "2"]
    first = tables.read(titled, {"wanted": ("code", "x")}, limits=DEFAULT_LIMITS)
    second = tables.read(titled, {"wanted": ("k", "y")}, limits=DEFAULT_LIMITS)
    assert (first.raw.header, second.raw.header) == (3, 5)
    assert parsed == ["a.csv", "a.csv", "b.csv", "b.csv"]


def test_codes_of_a_column_are_matched_once(
    toy: Territories, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.frame.reset_index().to_parquet(tmp_path / "units.parquet")
    (tmp_path / "f.csv").write_text("code,other,x,y\nA1,A2,1,5\n A2 ,A1,2,6\nZ,B1,3,7\n")
    seen: list[str] = []

    def parse(raw: RawTable, name: str, **options: Any) -> Codes:
        seen.append(name)
        return parse_codes(raw, name, **options)

    monkeypatch.setattr(table, "parse_codes", parse)
    layers = [("x", "code", ""), ("y", "code", ""), ("z", "other", ""), ("w", "code", "where")]
    project = tmp_path / "project.toml"
    project.write_text(
        '[territories]\npath = "units.parquet"\ncode = "code"\nname = "name"\n'
        'source = "A, 2026, CC BY 4.0"\n'
        + "".join(
            f'[[layers]]\nid = "{one}"\ntitle = "{one}"\npath = "f.csv"\ncode = "{code}"\n'
            f'value = "x"\nsource = "A, 2026, CC BY 4.0"\n'
            + ('where = { y = "5" }\n' if where else "")
            for one, code, where in layers
        )
    )
    atlas = build_atlas(read_project(project))
    assert seen == ["code", "other", "code"]
    assert atlas.values["x"].fillna(0).tolist() == [1, 2, 0, 0]
    assert atlas.values["z"].fillna(0).tolist() == [2, 1, 3, 0]
    assert atlas.values["w"].fillna(0).tolist() == [1, 0, 0, 0]
    for one in ("x", "y"):  # each layer lists the row and says what was taken away
        assert [row["code"] for row in atlas.account[one]["listed"]] == ["Z"]
    assert sum("spaces around a code" in str(note) for note in atlas.notices) == 1


@pytest.mark.parametrize("name", ["figures.csv", "figures.parquet"])
def test_the_layers_of_a_project_parse_their_table_once(
    toy: Territories, tmp_path: Path, parsed: list[str], name: str
) -> None:
    toy.frame.reset_index().to_parquet(tmp_path / "units.parquet")
    figures = pd.DataFrame({"code": toy.codes, "x": [1.5, 2, 3, 4], "y": [5, 6, 7, 8.5]})
    if name.endswith("csv"):
        figures.to_csv(tmp_path / name, index=False)
    else:
        figures.to_parquet(tmp_path / name)
    layers = "".join(
        f'[[layers]]\nid = "{one}"\ntitle = "{one}"\npath = "{name}"\ncode = "code"\n'
        f'value = "{one}"\nsource = "A, 2026, CC BY 4.0"\n'
        for one in ("x", "y")
    )
    (tmp_path / "project.toml").write_text(
        '[territories]\npath = "units.parquet"\ncode = "code"\nname = "name"\n'
        f'source = "A, 2026, CC BY 4.0"\n{layers}'
    )
    atlas = build_atlas(read_project(tmp_path / "project.toml"))
    assert atlas.values["x"].tolist() == [1.5, 2, 3, 4]
    assert atlas.values["y"].tolist() == [5, 6, 7, 8.5]
    assert parsed == [name]


def test_a_project_of_tables_loads_no_library_of_rasters(tmp_path: Path) -> None:
    """It takes a second to load them."""
    (tmp_path / "t.csv").write_text("code,x\n01001,2\n", "utf-8")
    (tmp_path / "project.toml").write_text(
        'country = "fr"\n[[layers]]\nid = "x"\ntitle = "X"\npath = "t.csv"\ncode = "code"\n'
        'value = "x"\nunit = "count"\nsource = "Made up, 2026-01-01"\n',
        "utf-8",
    )
    command = (
        "import sys; from pathlib import Path\n"
        "from zoneblanche.layers.project.read import read_project\n"
        "from zoneblanche.layers.project.user_layers.kinds import user_layers\n"
        "print([layer.id for layer in user_layers(read_project(Path('project.toml')))])\n"
        "print({'rasterio', 'numba', 'scipy'} & {name.split('.')[0] for name in sys.modules})"
    )
    shown = subprocess.run(
        [sys.executable, "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert shown.stdout.splitlines() == ["['x']", "set()"]
