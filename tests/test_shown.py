"""What is shown of the project: the notebook runs, the gallery is whole and light."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from zoneblanche.scripts.build.gallery import CHAPTERS, MOST_BYTES, write_index

DOCS = Path(__file__).resolve().parents[1] / "docs"


EXECUTE = "from nbclient.cli import main; main()"  # what `jupyter execute` calls


def test_a_kernel_executes_the_notebook(tmp_path: Path) -> None:
    given = json.loads((DOCS / "notebook.ipynb").read_text("utf-8"))
    assert not any(cell.get("outputs") for cell in given["cells"])
    shutil.copy(DOCS / "notebook.ipynb", tmp_path)
    own = {
        name: str(tmp_path / "jupyter")
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    command = [
        sys.executable,
        "-c",
        EXECUTE,
        "--inplace",
        "--kernel_name=python3",
        "notebook.ipynb",
    ]
    subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **own}, check=True, capture_output=True
    )
    done = json.loads((tmp_path / "notebook.ipynb").read_text("utf-8"))
    cells = {cell["id"]: cell["outputs"] for cell in done["cells"] if cell.get("outputs")}
    assert {"lozere.html", "lozere.svg", "report.html"} <= {one.name for one in tmp_path.iterdir()}
    page = (tmp_path / "lozere.html").read_text("utf-8")
    assert srcdoc_of(cells["draw"][0]) == page
    assert "Where the next sites serve most people" in srcdoc_of(cells["draw-plan"][0])
    points = float(text_of(cells["explain"][0]).split(": ")[1].split(" ")[0])
    assert sum(last_column(cells["explain"][1])) == pytest.approx(points, abs=0.06)
    assert len(last_column(cells["score"][0])) == 10
    assert len(text_of(cells["sites"][0]).splitlines()) == 3
    assert "Map of 152 communes: Digital inequality" in text_of(cells["picture"][0])


def text_of(output: dict[str, Any]) -> str:
    """What a cell prints or displays, as text."""
    return "".join(output.get("text") or output["data"]["text/plain"])


def last_column(output: dict[str, Any]) -> list[float]:
    """The figures at the end of the rows of a table with text in its first column."""
    ends = [re.match(r"\S.*\s(-?[\d.]+)$", line) for line in text_of(output).splitlines()]
    return [float(end[1]) for end in ends if end]


def srcdoc_of(output: dict[str, Any]) -> str:
    """The page in the frame that a cell shows."""
    pages: list[str] = []

    class Frames(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag == "iframe"
            pages.append(dict(attrs)["srcdoc"] or "")

    Frames().feed("".join(output["data"]["text/html"]))
    (page,) = pages
    return page


def test_the_gallery_is_whole_and_light() -> None:
    page = (DOCS / "gallery" / "index.md").read_text("utf-8")
    links = re.findall(r"(?<!\\)\]\(([^)]+)\)", page)
    shots = [shot for _, some in CHAPTERS for shot in some]
    assert {shot.name for shot in shots} <= set(links)
    for link in links:
        assert (DOCS / "gallery" / link).stat().st_size <= MOST_BYTES, link
    files = [path for path in (DOCS / "gallery").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 6_000_000
    for shot in shots:
        assert f"`{shot.command}`" in page


def test_an_odd_name_stays_words_in_the_gallery() -> None:
    titles = {shot.name: "a ](x) <b>" for _, some in CHAPTERS for shot in some}
    page = write_index(titles, {"arcep-debit": Path("somewhere/debit.csv")})
    assert "--source arcep-debit=debit.csv" in page and "somewhere" not in page
    assert "![a \\](x) \\<b\\>](france-index.png)" in page
