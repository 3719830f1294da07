"""What is shown of the project: the notebook runs, the gallery is whole and light."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from zoneblanche.scripts.build.gallery import CHAPTERS, MOST_BYTES, write_index

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    notebook = json.loads((DOCS / "notebook.ipynb").read_text("utf-8"))
    scope: dict[str, Any] = {}
    shown = [
        run_cell("".join(cell["source"]), scope, name=cell["id"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]
    assert not any(cell.get("outputs") for cell in notebook["cells"])
    assert "iframe" in shown[3]._repr_html_()
    assert str(shown[4]).startswith("Map of 152 communes: Digital inequality: Lozère.")
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"lozere.html", "lozere.svg", "report.html"}
    assert len(shown[2]) == 10


def run_cell(text: str, scope: dict[str, Any], *, name: str) -> Any:
    """What a notebook would show of a cell: the value of its last expression."""
    tree = ast.parse(text)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), scope)
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), name, "eval"), scope)


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
    told = {shot.name: "a ](x) <b>" for _, some in CHAPTERS for shot in some}
    page = write_index(told, {"arcep-debit": Path("somewhere/debit.csv")})
    assert "--source arcep-debit=debit.csv" in page and "somewhere" not in page
    assert "![a \\](x) \\<b\\>](france-index.png)" in page
