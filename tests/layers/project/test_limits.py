"""Every limit of docs/reading.md refuses what is over it, set by a project."""

from __future__ import annotations

import dataclasses
import io
import re
import signal
import time
import zipfile
from pathlib import Path

import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.limits import Limits, bounded_time
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.project.read import read_project
from zoneblanche.layers.project.schema import LimitsTable
from zoneblanche.scripts.trials.sample import write_sample

ROOT = Path(__file__).resolve().parents[3]


def measure(folder: Path, limits: str, *, vector: str = "geojson", table: str = "csv") -> None:
    project = write_sample(folder, vector=vector, table=table)
    text = project.read_text("utf-8")
    project.write_text(f"{text}\n[limits]\n{limits}\n", encoding="utf-8")
    build_atlas(read_project(project))


@pytest.mark.parametrize(
    ("limits", "vector", "table"),
    [
        ("table_bytes = 20", "geojson", "csv"),
        ("rows = 3", "geojson", "csv"),
        ("rows = 3", "geojson", "json"),
        ("rows = 3", "geojson", "parquet"),
        ("rows = 3", "geojson", "xlsx"),
        ("columns = 1", "geojson", "csv"),
        ("cells = 7", "geojson", "csv"),
        ("cell_length = 9", "geojson", "csv"),
        ("archive_bytes = 100", "geojson", "xlsx"),
        ("archive_bytes = 100", "geojson", "parquet"),
        ("vector_bytes = 100", "gpkg", "csv"),
        ("vector_bytes = 100", "shp", "csv"),
        ("json_bytes = 100", "topojson", "csv"),
        ("features = 3", "geojson", "csv"),
        ("features = 3", "gpkg", "csv"),
        ("features = 3", "parquet", "csv"),
        ("vertices = 10", "geojson", "csv"),
        ("vertices = 10", "shp", "csv"),
        ("raster_bytes = 100", "geojson", "csv"),
    ],
)
def test_a_limit_of_a_project(tmp_path: Path, limits: str, vector: str, table: str) -> None:
    bound = limits.rpartition(" ")[2]
    with pytest.raises(InputError, match=rf"limit of {bound}\b"):
        measure(tmp_path / "p", limits, vector=vector, table=table)


def test_a_header_is_no_row(tmp_path: Path) -> None:
    measure(tmp_path / "p", "rows = 4\ncells = 8")


def test_the_cells_of_a_raster(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"4 × 4 cells .* at most 15 cells"):
        measure(tmp_path / "p", "raster_cells = 15")


def test_the_ratio_of_an_archive(tmp_path: Path) -> None:
    project = write_sample(tmp_path / "p", table="xlsx")
    book = project.parent / "fibre.xlsx"
    packed = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            blown = b" " * 12_000_000 if name.endswith("sheet1.xml") else b""
            new.writestr(name, old.read(name) + blown)
    book.write_bytes(packed.getvalue())
    with pytest.raises(InputError, match="the limit of 200"):
        build_atlas(read_project(project))
    project.write_text(project.read_text("utf-8") + "[limits]\narchive_ratio = 5000\n", "utf-8")
    build_atlas(read_project(project))


def test_faults_are_collected_up_to_the_limit(tmp_path: Path) -> None:
    project = write_sample(tmp_path / "p")
    (project.parent / "fibre.csv").write_text("code;taux\n" + "01001;1;2;3\n" * 50, "utf-8")
    project.write_text(project.read_text("utf-8") + "[limits]\nfaults = 7\n", "utf-8")
    with pytest.raises(InputError) as caught:
        build_atlas(read_project(project))
    assert len(caught.value.faults) <= 7


@pytest.mark.parametrize("clock", ["the system's", "a thread"])
def test_time_is_bounded(clock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if clock == "a thread":  # Windows has no other
        monkeypatch.delattr(signal, "setitimer", raising=False)
    with pytest.raises(InputError, match=r"not done after 0\.05 seconds"), bounded_time(0.05):
        for _ in range(1000):  # a thread interrupts between two of these, not within one
            time.sleep(0.02)
    with bounded_time(0.05):
        pass
    time.sleep(0.1)
    with bounded_time(None):
        pass


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ("row = 3", "Did you mean 'rows'"),
        ("rows = 0", "limits.rows"),
        ("rows = -1", "limits.rows"),
        ('rows = "many"', "limits.rows"),
        ("seconds = 0", "limits.seconds"),
        ("toml_bytes = 5", "toml_bytes"),
    ],
)
def test_limits_that_are_none(tmp_path: Path, limits: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        measure(tmp_path / "p", limits)
    assert message in str(caught.value)


def test_every_limit_is_settable_and_documented() -> None:
    names = {field.name for field in dataclasses.fields(Limits)}
    # The project's own file is read before it can say anything.
    assert set(LimitsTable.model_fields) == names - {"toml_bytes"}
    documented = (ROOT / "docs" / "reading.md").read_text("utf-8").split("## Limits")[1]
    assert names <= set(re.findall(r"`(\w+)`", documented.split("\n## ")[0]))
