"""A report as files: the page, the workbook and the PDF."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import openpyxl
import pytest

from tests.maps.report.reading_reports import (
    ReportPage,
    table_of,
)
from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.layers.atlas import Atlas
from zoneblanche.maps.report.words import (
    words_in,
)
from zoneblanche.maps.report.workbook import write_report_workbook
from zoneblanche.maps.report.write import Report, Shared, compose_report, render_report, write_pdf


def test_the_workbook_has_all_tables_with_figures_as_numbers(
    reports: dict[tuple[str | None, str], Report], tmp_path: Path
) -> None:
    report = reports["48", "fr"]
    write_report_workbook(report, tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    tables = list(report.tables())
    assert len(book.worksheets) == 1 + len(tables)
    listed = list(book.worksheets[0].values)[1:]
    assert [row[1] for row in listed] == [table.caption for table in tables]
    names = [str(row[0]) for row in listed]
    sheet = book[next(name for name in names if name.endswith(" key"))]
    head, index, *_rest = sheet.values
    cell = table_of(report, "t-key").at("digital-inequality", "area")
    assert index[1:4] == (pytest.approx(cell.value), pytest.approx(cell.low),
                          pytest.approx(cell.high))  # fmt: skip
    assert len(set(head)) == len(head)
    flagged = book[next(name for name in names if "flagged0" in name)]
    assert flagged.max_row - 1 == table_of(report, "t-flag0").at("area", "flagged").value


def test_the_page_is_self_contained_and_accessible(
    reports: dict[tuple[str | None, str], Report],
) -> None:
    for (area, lang), report in reports.items():
        text = render_report(report)
        page = ReportPage(text)
        assert f'<html lang="{lang}">' in text
        assert page.tags["h1"] == 1 and page.tags["h2"] == len(report.sections) + 1
        assert "script" not in page.tags and "link" not in page.tags
        assert page.tags["caption"] == page.tags["table"]
        assert all(value for tag, name, value in page.attributes if (tag, name) == ("img", "alt"))
        assert [n for t, n, _ in page.attributes if t == "img"].count("alt") == page.tags["img"]
        assert not [one for one in page.attributes if one[1] == "style"]
        assert len(text) < (900_000 if area is None else 480_000)
        loaded = [v for _, n, v in page.attributes if n in ("src", "data", "srcset")]
        assert all((value or "").startswith("data:image/png;base64,") for value in loaded)
        policy = next(v for t, n, v in page.attributes if n == "content" and "default-src" in v)
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "script-src" not in policy and "unsafe" not in policy


def test_the_same_atlas_gives_the_same_bytes(shared: Shared) -> None:
    once = render_report(compose_report(Shared(shared.atlas), area="48"))
    assert once == render_report(compose_report(shared, area="48"))


def test_words_are_the_same_in_both_languages() -> None:
    def slots(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    french, english = words_in("fr"), words_in("en")
    assert french.keys() == english.keys()
    for key in french:
        assert slots(french[key]) == slots(english[key]), key


@pytest.fixture
def without_weasyprint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Exception], None]]:
    """Makes `import weasyprint` fail as it does on machines that lack something."""
    import builtins

    real = builtins.__import__

    def install(error: Exception) -> None:
        def failing(name: str, *rest: Any, **options: Any) -> Any:
            if name == "weasyprint":
                raise error
            return real(name, *rest, **options)

        monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
        monkeypatch.setattr(builtins, "__import__", failing)

    yield install


def test_without_the_libraries_of_the_pdf_a_sentence_says_what_to_install(
    tmp_path: Path, without_weasyprint: Callable[[Exception], None]
) -> None:
    without_weasyprint(OSError("cannot load library 'libpango-1.0-0'"))
    with pytest.raises(ProblemWithEnvironment, match="apt install libpango"):
        write_pdf("<p>", tmp_path / "report.pdf")
    without_weasyprint(ModuleNotFoundError("No module named 'weasyprint'"))
    with pytest.raises(ProblemWithEnvironment, match=r"zoneblanche\[pdf\]"):
        write_pdf("<p>", tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_pdf_is_tagged(toy_atlas: Atlas, tmp_path: Path) -> None:
    pytest.importorskip("weasyprint")
    path = tmp_path / "report.pdf"
    write_pdf(render_report(compose_report(toy_atlas, lang="en", title="Toy")), path)
    content = path.read_bytes()
    assert content.startswith(b"%PDF-1.")
    text = b"".join(map(inflated, re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)))
    assert b"pdfuaid" in text + content and b"/MarkInfo" in text + content
    assert b"/Figure" in text and text.count(b"/Alt") >= 1


def inflated(stream: bytes) -> bytes:
    """A stream of a PDF, unpacked where it is packed."""
    import zlib

    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return stream
