"""The figures by commune of the embedded edition, against the publishers' files they come from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from zoneblanche.geo.country import read_country
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source, sha256_of
from zoneblanche.layers.edition import FORMER_NAMES, HOSTS, edition_inputs, edition_territories
from zoneblanche.layers.edition.figures import DESCRIPTION, FIGURES, PackedColumn, read_figures
from zoneblanche.layers.layer import Table
from zoneblanche.scripts.build.edition.figures.build import MOST_BYTES, build_figures
from zoneblanche.scripts.build.edition.figures.pack import pack_tables, write_figures

FOLDER = Path(__file__).resolve().parents[2] / "layers" / "edition" / "fr"
WRITTEN = (FIGURES, HOSTS, FORMER_NAMES)


@pytest.fixture(scope="module")
def inputs() -> dict[str, Table]:
    return dict(edition_inputs(read_country("fr")))


def share(table: Table, part: str, *, departement: str = "") -> float:
    frame = table.frame
    if departement:
        parents = edition_territories(read_country("fr")).parents["departement"]
        frame = frame[(parents.reindex(frame.index) == departement).to_numpy()]
    return float(100 * frame[part].sum() / frame["premises"].sum())


def test_the_same_files_give_the_same_bytes(shared_data: Path, tmp_path: Path) -> None:
    build_figures("fr", files=shared_data / "fr", out=tmp_path)
    for name in (*WRITTEN, DESCRIPTION):
        assert sha256_of(tmp_path / name) == sha256_of(FOLDER / name), name


def test_they_are_small_and_described() -> None:
    assert sum((FOLDER / name).stat().st_size for name in WRITTEN) <= MOST_BYTES
    described = json.loads((FOLDER / DESCRIPTION).read_text("utf-8"))
    assert described["sha256"] == {name: sha256_of(FOLDER / name) for name in WRITTEN}
    for name, table in described["tables"].items():
        source = table["source"]
        assert source["producer"], name
        assert source["published"], name
        assert len(source["sha256"]) == 64, name
        assert table["definition"].endswith("."), name
        assert table["rows"]["read"] > 100, name
    names = described["former_names"]
    assert (names["source"]["producer"], names["source"]["licence"]) == (
        "INSEE",
        "Licence Ouverte 2.0",
    )
    assert names["definition"].endswith(".") and len(names["source"]["sha256"]) == 64
    stored = pd.read_parquet(FOLDER / FORMER_NAMES)
    assert names["rows"] == stored["kind"].value_counts().to_dict()
    assert list(names["columns"]) == list(stored)


def test_arcep_shares_at_one_gigabit(inputs: dict[str, Table]) -> None:
    debit = inputs["arcep-debit"]
    assert debit.period == "2022-12-31"
    assert round(share(debit, "premises_1gbps"), 1) == 77.8
    shares = {"75": 99.3, "48": 76.9, "24": 37.0, "976": 0.0}
    for departement, percent in shares.items():
        assert round(share(debit, "premises_1gbps", departement=departement), 1) == percent


def test_fibre_of_2018_keeps_its_premises(inputs: dict[str, Table]) -> None:
    assert inputs["arcep-ftth-2018"].frame["premises"].sum() == 36_756_661


def test_fibre_is_what_was_published(inputs: dict[str, Table], shared_data: Path) -> None:
    path = shared_data / "fr/connectivity/communes_fibre_pct.csv"
    theirs = pd.read_csv(path, dtype={"code_insee": "str"}).set_index("code_insee")["fibre_pct"]
    frame = inputs["arcep-ftth"].frame
    counted = frame[frame["premises"] > 0]
    ours = 100 * counted["premises_ftth"] / counted["premises"]
    known = theirs.reindex(ours.index).notna()
    np.testing.assert_allclose(ours[known], theirs.reindex(ours.index)[known], atol=1e-9)
    assert set(ours.index[~known]) <= {"75056", "69123", "13055"}
    assert ours["75056"] == pytest.approx(97.9, abs=0.05)


def test_inputs_are_those_of_the_reference(inputs: dict[str, Table], shared_data: Path) -> None:
    """The table that the specification of the index was computed from."""
    path = shared_data / "reference/index/first_answer.csv"
    theirs = pd.read_csv(path, dtype={"code": "str"}).set_index("code")
    ages = inputs["insee-ages"].frame.reindex(theirs.index)
    aged = 100 * ages["people_65"] / ages["people_census"]
    assert (aged.isna() == theirs["aged_65"].isna()).all()
    assert (aged - theirs["aged_65"]).abs().max() < 0.2  # in communes of a few people
    assert (aged - theirs["aged_65"]).abs().median() < 0.005
    income = inputs["insee-filosofi"].frame["median_income"].reindex(theirs.index)
    assert (income.isna() == theirs["income"].isna()).all()
    assert (income - theirs["income"]).abs().max() <= 5  # merged communes, to ten euros


def test_secrecy_is_told(inputs: dict[str, Table]) -> None:
    filosofi = inputs["insee-filosofi"]
    assert filosofi.reasons is not None
    reasons = filosofi.reasons["median_income"][filosofi.frame["median_income"].isna()]
    assert len(reasons) == 3_589
    assert (reasons == Reason.SECRET).sum() == 3_577  # the publisher has no figure of the others


def test_the_domain_of_paris_is_known(inputs: dict[str, Table]) -> None:
    assert inputs["mxmap"].frame.loc["75056", "domain"] == "paris.fr"
    assert "75056" not in inputs["town-halls"].frame.index


def test_the_area_is_the_official_one() -> None:
    facts = edition_territories(read_country("fr")).facts
    assert facts.loc["75056", "area_km2"] == 105.4
    assert facts["area_km2"].notna().all()


CODES = pd.Index(["a", "b", "c", "d"], name="code", dtype="object")


def packed(tmp_path: Path, frame: pd.DataFrame, *columns: PackedColumn, **known: Table) -> Table:
    """One table, written and read again."""
    reasons = pd.DataFrame({"n": [0, 0, 0, int(Reason.SECRET)]}, index=CODES, dtype="int8")
    reasons = reasons[[name for name in reasons if name in frame]]
    table = Table(frame, level="commune", source=Source("A", "B"), reasons=reasons)

    class Four:
        codes = CODES
        facts = pd.DataFrame({"population": [10.0, 20.0, 30.0, 40.0]}, index=CODES)

    content, described = pack_tables({"one": (table, columns)}, Four(), known)  # type: ignore[arg-type] # what is read of territories
    write_figures(content, tmp_path / FIGURES)
    record = {"level": "commune", "source": {"producer": "A", "title": "B"}}
    tables = {"tables": {"one": {**record, "columns": described["one"]}}}
    (tmp_path / DESCRIPTION).write_text(json.dumps(tables), "utf-8")
    Four.facts.reset_index().to_parquet(tmp_path / "communes.parquet")
    return read_figures(tmp_path, known)["one"]


def test_figures_are_kept_to_their_precision(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "n": [12.0, 18.0, 31.0, np.nan],
            "half": [6.04, 9.0, np.nan, 0.0],
            "text": ["x", "y", "x", None],
        },
        index=CODES,
    )
    table = packed(
        tmp_path,
        frame,
        PackedColumn("n", added_to="population"),
        PackedColumn("half", digits=1, percent_of="population"),
        PackedColumn("text"),
    )
    assert table.frame["n"].tolist()[:3] == [12, 18, 31]
    assert np.isnan(table.frame.loc["d", "n"])
    assert table.frame["half"].fillna(-1).tolist() == pytest.approx([6.04, 9.0, -1, 0.0])
    assert table.frame["text"].fillna("").tolist() == ["x", "y", "x", ""]
    assert table.reasons is not None
    assert table.reasons.loc["d", "n"] == Reason.SECRET


def test_a_territory_without_anything_has_no_row(tmp_path: Path) -> None:
    frame = pd.DataFrame({"m": [1.0, np.nan]}, index=CODES[:2])
    assert packed(tmp_path, frame, PackedColumn("m")).frame.index.tolist() == ["a"]


def test_texts_that_another_table_has_are_not_stored_twice(tmp_path: Path) -> None:
    other = pd.DataFrame({"domain": ["x.fr", None, "y.fr", "z.fr"]}, index=CODES)
    frame = pd.DataFrame({"domain": ["x.fr", "new.fr", None, "w.fr"]}, index=CODES)
    known = {"halls": Table(other, level="commune", source=Source())}
    column = PackedColumn("domain", same_as="halls/domain")
    table = packed(tmp_path, frame, column, **known)
    assert table.frame["domain"].reindex(CODES).fillna("").tolist() == [
        "x.fr",
        "new.fr",
        "",
        "w.fr",
    ]
    stored = pa.parquet.read_table(tmp_path / FIGURES).column("one/domain").to_pylist()
    assert stored == [None, "new.fr", "-", "w.fr"]
