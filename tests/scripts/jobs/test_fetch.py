"""`zoneblanche fetch` without a network, and what a run takes from the store."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scripts.conftest import Command
from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.messages import translate
from zoneblanche.geo.source import sha256_of
from zoneblanche.layers.fetching.fetch import Fetched
from zoneblanche.layers.fetching.from_folder import file_of, files_below, left_in
from zoneblanche.layers.fetching.store import Record, Store
from zoneblanche.layers.publishers.connector import connector_named, known_connectors
from zoneblanche.scripts.jobs.fetch import fetch_country, fetched_sources, print_fetched
from zoneblanche.scripts.trials.publishers_files import write_communes
from zoneblanche.scripts.trials.serving import answer, published

DEBIT = "code_insee;nbr;type;date\n"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("ZONEBLANCHE_CACHE", str(tmp_path / "cache"))
    return Store(tmp_path / "cache")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of publishers' files, by the publishers' names."""
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("commune_debit.csv", "commune_debit_filaire.csv"):
        (folder / name).write_text(DEBIT)
    write_communes(folder / "commune.parquet")
    return folder


def test_files_of_a_folder_are_taken_and_listed(
    zoneblanche: Command, folder: Path, store: Store
) -> None:
    status, out, err = zoneblanche("fetch", "fr", "--from", folder, "--lang", "en")
    assert status == 0, err
    assert "arcep-debit " in out
    assert "taken from the folder" in out
    held = store.held("arcep-debit-filaire")
    assert held is not None
    status, out, _ = zoneblanche("list", "sources")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert f"fetched {held.retrieved}" in lines["arcep-debit-filaire"]
    assert "not fetched" in lines["arcep-ftth"]
    assert "by name: --only" in lines["insee-population-grid"]
    assert "fetched" in lines["ign-admin-express"], "large files are taken from a folder as well"
    assert "no address: --source" in lines["mxmap"]
    assert "Licence Ouverte 2.0" in lines["arcep-debit"]
    status, out, _ = zoneblanche("list", "sources", "--lang", "fr")
    assert status == 0
    assert f"téléchargé le {held.retrieved}" in out
    assert "sans adresse\u00a0: --source" in out
    assert "Grille de densité à 7 niveaux" in out
    status, out, _ = zoneblanche("fetch", "fr", "--offline", "--lang", "en")
    assert status == 0
    assert "was fetched before" in out
    status, out, _ = zoneblanche("fetch", "fr", "--offline")
    assert "déjà téléchargé" in out, "French where France is meant"


def test_files_by_other_names_and_in_folders_below(
    zoneblanche: Command, folder: Path, store: Store
) -> None:
    (folder / "insee" / "2024").mkdir(parents=True)
    for name in ("commune_debit_filaire.csv", "commune_debit.csv", "commune.parquet"):
        (folder / name).unlink()
    named = {
        "commune_debit_2022-12-31.csv": "arcep-debit",
        "insee/2024/grille_densite_7_niveaux_2024.xlsx": "insee-density",
        "insee/mouvements-communes.csv": "insee-code-events",
        "mxmap_fr_2026-07.csv": "mxmap",
        "notes.csv": "",
    }
    for name in named:
        (folder / name).write_text(name)
    status, out, err = zoneblanche("fetch", "fr", "--from", folder, "--lang", "en")
    assert status == 0, err
    for name, connector in named.items():
        held = store.held(connector) if connector else None
        assert (held is None) == (not connector), name
        assert held is None or store.path_of(held).read_text() == name
    assert "1 file was not taken:\n  notes.csv: a list of one column" in out


def test_every_real_file_is_taken_or_said_why_not(
    zoneblanche: Command, shared_data: Path, store: Store
) -> None:
    folder = shared_data / "fr"
    status, out, err = zoneblanche("fetch", "fr", "--from", folder, "--lang", "en")
    assert status == 0, err
    left = {
        name.strip(): why for name, _, why in (
            line.partition(": ") for line in out.splitlines() if line.startswith("  ")
        )
    }  # fmt: skip
    files = {path.name for path in folder.rglob("*") if path.is_file()}
    held = {
        record.filename
        for record in (store.held(name) for name in known_connectors())
        if record is not None
    }
    assert held | set(left) == files
    assert not held & set(left)
    for name in (
        "donnees_communes_mayotte.csv",
        "communes_ftth_2018T1.csv",
        "dpnt_sample_organizations.json",
        "iris_2021.parquet",
    ):
        assert name in held
    assert store.held("anct-dpnt-epci") is None, "the sample has communes only"
    assert left["nb_operateurs_4g_2017_07_l93.tif"].startswith("nb_operateurs_4g_2019_06_l93.tif")
    assert 'code = "code_insee"' in left["communes_fibre_pct.csv"]
    assert "codes and levels" in left["epcicom.xlsx"]
    assert left["communes_2026.parquet"].startswith("by its name it is that of ign-admin-express")
    usable = set(fetched_sources({}))
    assert {"insee-populations-mayotte", "insee-areas", "arcep-ftth"} <= usable
    assert "presence-waves" not in usable


def test_a_packed_grid_is_left_and_the_unpacked_one_taken(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "Filosofi2019_carreaux_200m_gpkg.zip", "w") as archive:
        archive.writestr("Filosofi2019_carreaux_200m_gpkg.7z", b"")
    (tmp_path / "carreaux_200m_met.csv").write_text("idcar_200m,ind\n")
    file = file_of(connector_named("insee-population-grid"), files_below(tmp_path))
    assert file == tmp_path / "carreaux_200m_met.csv"
    (packed,) = left_in(tmp_path, {"anything": file.name})
    assert "unpack it" in packed.why
    assert "7z x" in translate(packed.why, "fr")


def test_a_packed_grid_that_was_fetched_waits_to_be_unpacked(
    tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    content = tmp_path / "fetched"
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("Filosofi2019_carreaux_200m_gpkg.7z", b"")
    size, name = content.stat().st_size, "insee-population-grid"
    record = Record(name, "grid.zip", sha256_of(content), size, "https://x", "2026-11-24")
    path = store.keep(record, content)
    assert fetched_sources({}) == {}
    got = Fetched(name, path, record.source(connector_named(name)), "fetched")
    print_fetched([got], store, lang="fr")
    assert "la décompresser (`7z x`)" in capsys.readouterr().out


def test_a_file_is_known_by_its_columns(tmp_path: Path) -> None:
    (tmp_path / "revenus.csv").write_text("CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;TP6021;RD21\n")
    (tmp_path / "dpnt.json").write_text("[]")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    why = {file.name: file.why for file in left_in(tmp_path, {})}
    assert why["revenus.csv"].startswith("it has the columns of insee-filosofi")
    assert "holds nothing of it" in why["dpnt.json"]
    assert "no publisher's file" in why["photo.png"]
    assert translate(why["revenus.csv"], "fr").startswith("il a les colonnes de insee-filosofi")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("fetch", "fr", "--offline"), 3, "nothing of 'fr' was fetched yet"),
        (("fetch", "fr", "--only", "arcep-debit", "--offline"), 3, "nothing was fetched yet"),
        (("fetch", "fr", "--only", "mxmap"), 3, "--source mxmap=FILE"),
        (("fetch", "fr", "--only", "arcep-debits"), 2, "Did you mean 'arcep-debit'"),
        (("fetch", "fr", "--from", "nowhere"), 2, "nowhere"),
        (("fetch", "ch"), 2, "no publisher of 'ch'"),
        (("fetch", "zz"), 2, "'zz'"),
        (("fetch",), 2, "COUNTRY"),
    ],
)
def test_what_cannot_be_had_is_a_sentence(
    zoneblanche: Command, arguments: tuple[str, ...], status: int, message: str
) -> None:
    returned, _, err = zoneblanche(*arguments, "--lang", "en")
    assert returned == status
    assert message in err
    assert "Traceback" not in err


def test_an_empty_folder_says_what_it_lacks(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ProblemWithEnvironment, match=r"commune_debit\.csv"):
        fetch_country("fr", from_folder=empty, quiet=True)


def test_a_given_file_wins_over_what_was_fetched(folder: Path, store: Store) -> None:
    fetch_country("fr", from_folder=folder, quiet=True)
    boundaries = {"ign-admin-express": store.path_of(store.held("ign-admin-express"))}
    assert set(fetched_sources({})) == {"arcep-debit", "arcep-debit-filaire", *boundaries}
    own = folder / "mine.csv"
    shutil.copyfile(folder / "commune_debit.csv", own)
    # Both feed the same input; boundaries are nothing that a run measures from.
    assert fetched_sources({"arcep-debit": own}) == {"arcep-debit": own, **boundaries}


@pytest.mark.parametrize(
    ("content", "status", "message"),
    [
        (answer("200 OK", body=DEBIT.encode()), 0, ""),
        (answer("302 Found", "Location: //["), 3, "not an http or https address"),
        (answer("302 Found", "Location: http://127.0.0.1/x"), 3, "not a public address"),
        (answer("304 Not Modified"), 3, "it answered 304"),
        (answer("429 No", "Retry-After: ²"), 3, "it answered 429"),
        (answer("200 OK").replace(b": 0", b": \xb2"), 0, ""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabcde", 3, "no size"),
        (b"\x00{hang}\x00", 3, "in 2 attempts: .*timed out|took too long"),
        (b"", 3, "without response"),
    ],
)
def test_whatever_a_publisher_answers_is_a_file_or_a_sentence(
    zoneblanche: Command, tmp_path: Path, content: bytes, status: int, message: str
) -> None:
    name = "arcep-debit-filaire"
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / f"{name}.http").write_bytes(content)
    with published(tmp_path / "answers", tmp_path / "elsewhere"):
        returned, _, err = zoneblanche("fetch", "fr", "--only", name, "--lang", "en", "-q")
    assert returned == status, err
    assert re.search(message, err)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(os.name != "posix", reason="pipes and links")
@pytest.mark.parametrize(
    "spoil",
    [
        os.mkfifo,
        Path.mkdir,
        Path.touch,
        lambda entry: entry.symlink_to(entry.name),
        lambda entry: entry.symlink_to("/dev/zero"),
        lambda entry: entry.write_text("[" * 200_000),
        lambda entry: entry.write_text('{"filename": "../../files/commune_debit.csv"}'),
        lambda entry: entry.write_text('{"size": "7", "sha256": 3, "filename": null}'),
        lambda entry: entry.write_bytes(b"\xff\xfe"),
    ],
)
def test_whatever_lies_in_the_store_is_a_result_or_a_sentence(
    zoneblanche: Command, folder: Path, store: Store, spoil: Callable[[Path], object]
) -> None:
    (folder / "commune.parquet").unlink()
    assert zoneblanche("fetch", "fr", "--from", folder, "-q")[0] == 0
    for name in ("arcep-debit", "arcep-debit-filaire"):
        entry = store.folder / "index" / f"{name}.json"
        entry.unlink()
        spoil(entry)
    status, out, _ = zoneblanche("list", "sources", "--lang", "en")
    assert status == 0
    assert "fetched 20" not in out
    status, _, err = zoneblanche("fetch", "fr", "--offline", "--lang", "en")
    assert status == 3
    assert "nothing of 'fr' was fetched yet" in err or "is a folder" in err
    assert fetched_sources({}) == {}
