"""`zoneblanche barometer` on the embedded waves, on files, and misused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.scripts.conftest import Command
from zoneblanche.layers.publishers.dila import DEPARTEMENTS_OF
from zoneblanche.scripts.trials.publishers_files import write_fixtures


def test_the_table_of_the_embedded_waves(zoneblanche: Command) -> None:
    status, out, err = zoneblanche("barometer", "--lang", "en")
    assert status == 0, err
    lines = out.splitlines()
    website = next(line for line in lines if "Communes" in line)
    assert "61.6" in website
    assert "+7." in website, "the change since 2021"
    assert "[" in website, "with its interval"
    regions = next(line for line in lines if "Régions" in line)
    assert "n. c." in regions
    assert "embedded list of former codes" in out
    assert "Sources: DILA" in out


def test_french_is_the_default(zoneblanche: Command) -> None:
    out = zoneblanche("barometer")[1]
    assert "non collecté" in out
    assert "61,6" in out
    assert "Les vagues sont comparées" in out


def whole_directory(folder: Path) -> Path:
    """The sample of the directory, its region written for each of all eighteen."""
    write_fixtures(folder)
    file = folder / "annuaire.json"
    records = json.loads(file.read_text("utf-8"))
    region = next(record for record in records if record["pivot"] and '"cr"' in record["pivot"])
    seats = [
        f"{departements[0]}001"[:5] if len(departements[0]) == 2 else f"{departements[0]}01"
        for departements in DEPARTEMENTS_OF.values()
    ]
    others = [record for record in records if record is not region]
    everywhere = [region | {"code_insee_commune": seat} for seat in seats]
    file.write_text(json.dumps([*others, *everywhere]), "utf-8")
    return file


def test_a_directory_is_one_more_wave_of_its_level(zoneblanche: Command, tmp_path: Path) -> None:
    file = whole_directory(tmp_path)
    status, out, err = zoneblanche(
        "barometer", "--source", f"dila-directory-region={file}", "--format", "csv"
    )
    assert status == 0, err
    rows = list(csv.DictReader(io.StringIO(out)))
    last = max(row["wave"] for row in rows)
    assert last > "2026-09-22"
    cells = {(row["category"], row["criterion"]): row for row in rows if row["wave"] == last}
    assert cells["region", "youtube"]["share_percent"] == "100.0"
    assert cells["region", "youtube"]["authorities"] == "18.0"
    assert cells["departement", "website"]["state"] == "not collected"
    assert cells["departement", "website"]["share_percent"] == ""
    embedded = next(row for row in rows if row["wave"] == "2026-09-22")
    assert embedded["state"] == "not collected", "no wave of the edition knows régions"


def test_a_part_of_a_directory_shrinks_no_category(zoneblanche: Command, tmp_path: Path) -> None:
    write_fixtures(tmp_path)
    file = tmp_path / "annuaire.json"
    status, out, _err = zoneblanche(
        "barometer", "--source", f"dila-directory={file}", "--lang", "en"
    )
    assert status == 0
    assert "dila-directory lists 2 of 34,875 authorities" in out
    assert "34,827" in out, "the communes of the edition's own wave"


def test_hosts_and_published_shares_are_history(zoneblanche: Command) -> None:
    out = zoneblanche("barometer", "--lang", "en")[1]
    assert "≥ 93.1" in out
    assert "137 hosts of websites are listed; 94 of 101 authorities are matched by name" in out
    published = out[out.index("Published by others") :]
    assert "96" in published
    assert "touleco.fr" in published
    csv_text = zoneblanche("barometer", "--format", "csv")[1]
    rows = list(csv.DictReader(io.StringIO(csv_text)))
    states = {row["state"] for row in rows if row["category"] == "region"}
    assert states == {"at least", "published", "not collected"}
    hosts = list(
        csv.DictReader(
            io.StringIO(zoneblanche("barometer", "--table", "hosts", "--format", "csv")[1])
        )
    )
    lozere = [row for row in hosts if row["code"] == "48"]
    assert {row["name"] for row in lozere} == {"Lozère"}
    assert any(row["code"] == "" for row in hosts)


def test_change_on_constant_territory(
    zoneblanche: Command, tmp_path: Path, shared_data: Path
) -> None:
    out = tmp_path / "change.json"
    status, _, err = zoneblanche(
        "barometer", "--table", "change", "-o", out,
        "--source", f"presence-waves={shared_data / 'fr/presence/presence_panel.parquet'}",
        "--source", f"insee-code-events={shared_data / 'fr/population/mouvements-communes.csv'}",
    )  # fmt: skip
    assert status == 0, err
    rows = json.loads(out.read_text("utf-8"))
    row = next(
        row
        for row in rows
        if (row["category"], row["criterion"], row["from"], row["to"])
        == ("commune", "website", "2018-05-01", "2026-09-22")
    )
    assert row["authorities"] == 34741
    assert row["change_points"] == pytest.approx(10.27, abs=0.01)
    assert row["low"] < row["change_points"] < row["high"]
    mail = [row for row in rows if (row["category"], row["criterion"]) == ("commune", "own-email")]
    assert (mail[-1]["from"], mail[-1]["to"]) == ("2021-02-03", "2026-09-22"), "as far as collected"


def test_départements_at_equal_size(zoneblanche: Command) -> None:
    status, out, err = zoneblanche("barometer", "--table", "equal-size", "--format", "csv")
    assert status == 0, err
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 100, "Paris has no row in the directory"
    residuals = [float(row["residual"]) for row in rows]
    assert residuals == sorted(residuals)
    assert residuals[0] < -15 < 15 < residuals[-1]
    assert rows[-1]["name"] == "Aveyron"


def test_a_survey_stands_beside_the_barometer(zoneblanche: Command, tmp_path: Path) -> None:
    file = tmp_path / "survey.csv"
    file.write_text(
        "category,date,question,answer,percent,sample_size\n"
        "commune,2017,Freins ?,Moyens,20,400\ncommune,2018,Freins ?,=Moyens,31,512\n"
        "commune,2018,Freins ?,Moyens,31,512\n",
        "utf-8",
    )
    out = zoneblanche("barometer", "--survey", file)[1]
    assert "± 3,9" in out
    assert "+11,0 [" in out
    assert "Sources\u00a0: DILA" in out
    out = zoneblanche("barometer", "--survey", file, "--table", "survey")[1]
    assert "DILA" not in out, "a survey is not a directory"
    out = zoneblanche("barometer", "--survey", file, "--table", "survey", "--format", "csv")[1]
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["answer"] for row in rows} == {"Moyens", "'=Moyens"}
    assert rows[-1]["since"] in ("", "2017")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--table", "chnge"), "Did you mean 'change'"),
        (("--format", "xml"), "--format 'xml' is not known"),
        (("-o", "table.txt"), "has no known file extension"),
        (("--table", "survey"), "--survey FILE"),
        (("--source", "arcep-debit=x.csv"), "not counted from arcep-debit"),
        (("--source", "dila-directori=x.json"), "Did you mean 'dila-directory'"),
        (("--source", "dila-directory=nowhere.json"), "nowhere.json"),
        (("--country", "ch"), "no edition"),
    ],
)
def test_a_misuse_is_a_sentence(
    zoneblanche: Command, arguments: tuple[str, ...], message: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    status, _, err = zoneblanche("barometer", "--lang", "en", *arguments)
    assert status == 2
    assert message in err
    assert list(tmp_path.iterdir()) == []
