"""Codes of the rows of a table: postal codes, and those of another year."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.layers.project.test_any_file import faults, measured
from zoneblanche.geo.errors import InputError
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.outputs.atlas_file import load_atlas, save_atlas
from zoneblanche.layers.project.read import read_project


def test_postal_codes_are_recognised(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("cp;v\n48000;3\n48100;7\n48200;4\n")
    (tmp_path / "project.toml").write_text(
        'country = "fr"\nwithin = ["48"]\n[[layers]]\nid = "v"\npath = "v.csv"\ncode = "cp"\n'
        'value = "v"\n'
    )
    with pytest.raises(InputError, match=r"postal codes, not codes of communes \(48000, 48200\)"):
        build_atlas(read_project(tmp_path / "project.toml"))


@pytest.mark.parametrize(
    ("name", "codes"),
    [("code_postal", "69001 69002 69003"), ("Code postal", "01000 69001"), ("x", "75001 75018")],
)
def test_a_column_of_postal_codes_that_are_codes_too(tmp_path: Path, name: str, codes: str) -> None:
    rows = "".join(f"{code};{row}\n" for row, code in enumerate(codes.split()))
    (tmp_path / "v.csv").write_text(f"{name};v\n{rows}")
    (tmp_path / "project.toml").write_text(
        'country = "fr"\ncatalogue = []\n[[layers]]\nid = "v"\npath = "v.csv"\n'
        f'code = "{name}"\nvalue = "v"\n'
    )
    with pytest.raises(InputError, match="the column has postal codes, not codes of communes"):
        build_atlas(read_project(tmp_path / "project.toml"))


def test_codes_of_another_year_of_any_country_are_carried(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(
        "from,to,date,kind,share\n01000,01001,2019-01-01,split,0.75\n01000,01002,2019-01-01,split,0.25\n"
    )
    options = {
        "territories": 'vintage = "2021"\n[sources]\ninsee-code-events = "events.csv"',
        "layer": 'vintage = "2017"\nunit = "count"',
    }
    atlas = measured(tmp_path, "code,v\n01000,80\n02003,5\n", **options)
    assert atlas.values["v"].tolist()[:3] == [60, 20, 5]
    assert "nothing is known of codes that changed between 2017 and 2021" in faults(
        tmp_path,
        "code,v\n01000,80\n02003,5\n",
        territories='vintage = "2021"',
        layer=options["layer"],
    )


def test_former_names_of_any_country_come_from_its_events(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(
        "from,to,date,kind,from_name,to_name\n"
        "01000,01001,2019-01-01,merged,Old Aa,Aa\n"
        "02003,02003,2020-01-01,recoded,Cold,Cc\n"
    )
    sources = '[sources]\ninsee-code-events = "events.csv"'
    atlas = measured(tmp_path, "code,v\n01001,80\n", territories=sources)
    extra = atlas.territories.extra
    assert extra is not None
    assert extra["merged_names"].tolist() == ["Old Aa", "", "", ""]
    assert extra["earlier_names"].tolist() == ["", "", "Cold", ""]
    save_atlas(atlas, tmp_path / "atlas.parquet")
    again = load_atlas(tmp_path / "atlas.parquet").territories.extra
    assert again is not None
    assert again.equals(extra)
    (tmp_path / "events.csv").write_text("from,to,date\n01000,01001,2019-01-01\n")
    assert measured(tmp_path, "code,v\n01001,80\n", territories=sources).territories.extra is None
