"""A language is added by its catalogue alone: German, for a project of Switzerland."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.maps.unpacking import Opened, blocks_of
from zoneblanche.geo.messages import languages
from zoneblanche.scripts.build.catalogues import catalogue_files, read_catalogue
from zoneblanche.scripts.cli import main

PROJECT = """country = "ch"
catalogue = []
[territories]
path = "g.geojson"
code = "nr"
name = "name"
population = "pop"
[[layers]]
id = "breitband"
path = "t.csv"
title = { de = "Breitband", en = "Broadband" }
code = "nr"
value = "anteil"
unit = "percent"
"""


def square(number: int, people: int) -> dict[str, object]:
    west, east = 7.4 + number / 10, 7.5 + number / 10
    ring = [[west, 46.9], [east, 46.9], [east, 47.0], [west, 47.0], [west, 46.9]]
    return {
        "type": "Feature",
        "properties": {"nr": str(351 + number), "name": f"Dorf {number}", "pop": people},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    features = [square(number, people) for number, people in enumerate((120, 800, 12500, 3300))]
    shapes = {"type": "FeatureCollection", "features": features}
    (tmp_path / "g.geojson").write_text(json.dumps(shapes), encoding="utf-8")
    table = "nr;anteil\n351;45,5\n352;80,25\n353;99,0\n354;12,75\n"
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    path = tmp_path / "p.toml"
    path.write_text(PROJECT, encoding="utf-8")
    return path


def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["zoneblanche", *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        main()
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


def test_a_run_speaks_german(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = project.parent / "out"
    status, out_text, noted = call(
        monkeypatch, capsys, "run", project, "--lang", "de", "-o", out, "-v"
    )
    assert status == 0
    assert "16.720 Einwohner" in out_text
    assert "Breitband: insgesamt" in out_text
    assert "Öffnen Sie file://" in out_text
    assert "Bemerkung: t.csv: Das Trennzeichen ist ';'" in noted
    head = Opened(blocks_of((out / "index.html").read_text("utf-8"))).head
    words = head["words"]["de"]
    assert head["lang"] == "de"
    assert (words["language"], words["locale"]) == ("Deutsch", "de")
    assert words["search"] == "Gebiet suchen"
    assert words["saved_rows"]["one"] == "{count} Zeile gespeichert."
    assert "Hälfte der Gemeinden" in (out / "index.html").read_text("utf-8")
    notices = json.loads((out / "run.json").read_text("utf-8"))["notices"]
    assert any("Das Trennzeichen" in notice.get("de", "") for notice in notices)


def test_failures_and_help_speak_german(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write_text(PROJECT.replace('"anteil"', '"antel"'), encoding="utf-8")
    status, _, err = call(monkeypatch, capsys, "run", project, "--lang=de")
    assert status == 2
    assert "Die Spalte 'antel' gibt es nicht. Meinten Sie 'anteil'?" in err
    status, _, err = call(monkeypatch, capsys, "run", "--lang=de", "--levl")
    assert status == 2
    assert "Unbekannte Option: --levl" in err
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "de_CH.UTF-8")
    assert "Befehle:" in call(monkeypatch, capsys, "--help")[1]


def test_what_has_no_german_is_said_in_english(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write_text(PROJECT.replace('"percent"', '"count"'), encoding="utf-8")
    status, _, err = call(monkeypatch, capsys, "run", project, "--lang=de")
    assert status == 2
    assert "'45,5' is not a whole number, as a count is." in err
    assert "Zeile 2" in err


def test_all_words_of_the_page_have_their_german() -> None:
    from zoneblanche.maps.drawn.words import HOW_TO_READ, WORDS

    assert "de" in languages()
    catalogue = read_catalogue(catalogue_files()["de"])
    for message in (*WORDS.values(), *HOW_TO_READ.values()):
        entry = catalogue.get(message.template, message.context)
        assert entry is not None and entry.string, message
