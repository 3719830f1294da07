"""Measure how long a table takes that a reader drops on a map page: as CSV, and as a workbook.

    python -m scripts.bench.dropped zoneblanche-out/index.html [--repeat 3]

The table is made: a row for each territory of the page, with its code, its name and 18 columns of
figures, a third of them whole. The workbook is written as Excel writes one, with shared strings,
and as some libraries do, with the strings in the cells. The page is opened from disk in headless
Chromium (1280 × 900, no GPU), each time in a new browser, so that its scripts are not compiled yet.

*Processor* is the time of the page's main thread from the choice of the file until the dialog with
the account is there, in thread ticks, so that other load counts little. *Clock* is the measure
`zb-own` of the page for the same.
"""

from __future__ import annotations

import io
import statistics
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import numpy as np

from zoneblanche.scripts.bench.page import FLAGS, PATIENCE_MS, find_chromium, page_options

COLUMNS = 20
MOST_MS = 1_000.0
SETTLE_MS = 2_000
"""In which the page prepares layers and names."""

Rows = Sequence[Sequence[str | int | float]]

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def made_rows(codes: Sequence[str], names: Sequence[str], *, seed: int = 1) -> Rows:
    """Return a table with a header: code, name, and columns of figures."""
    rng = np.random.default_rng(seed)
    whole = rng.integers(0, 5_000, (len(codes), (COLUMNS - 2) // 3)).tolist()
    parts = rng.random((len(codes), COLUMNS - 2 - len(whole[0]))).round(4) * 100
    figures = [
        [*counts, *percents]
        for counts, percents in zip(whole, parts.round(2).tolist(), strict=True)
    ]
    head = ["code", "name", *(f"figure {k}" for k in range(COLUMNS - 2))]
    return [
        head,
        *([code, name, *row] for code, name, row in zip(codes, names, figures, strict=True)),
    ]


def as_csv(rows: Rows) -> bytes:
    """Return the rows as CSV with semicolons; no cell has one."""
    return "\n".join(";".join(map(str, row)) for row in rows).encode()


def as_workbook(rows: Rows, *, shared: bool = True) -> bytes:
    """Return the rows as an XLSX workbook.

    Args:
        rows: of at most 26 columns.
        shared: whether the strings are shared, as Excel writes them; else each is in its cell.
    """
    strings: dict[str, int] = {}

    def cell(column: int, line: int, value: str | int | float) -> str:
        place = f"{chr(65 + column)}{line}"
        if not isinstance(value, str):
            return f'<c r="{place}"><v>{value}</v></c>'
        if shared:
            return f'<c r="{place}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value, quote=False)}</t></is></c>'

    lines = [
        f'<row r="{line}" spans="1:{len(row)}">'
        + "".join(cell(column, line, value) for column, value in enumerate(row))
        + "</row>"
        for line, row in enumerate(rows, start=1)
    ]
    texts = "".join(f"<si><t>{escape(text, quote=False)}</t></si>" for text in strings)
    members = {
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}">{texts}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{"".join(lines)}'
        "</sheetData></worksheet>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return stream.getvalue()


KINDS: dict[str, tuple[str, Callable[[Rows], bytes]]] = {
    "CSV": ("table.csv", as_csv),
    "XLSX": ("table.xlsx", as_workbook),
    "XLSX, strings in cells": ("table.xlsx", lambda rows: as_workbook(rows, shared=False)),
}


def main() -> None:
    """Drop each kind of table on the page, and print the times in Markdown."""
    options = page_options(__doc__)
    print("| table | rows | file | processor | clock | budget | |")
    print("| --- | ---: | ---: | ---: | ---: | --- | --- |")
    for kind, (file, write) in KINDS.items():
        drops = [measure_drop(options.page, file, write) for _turn in range(options.repeat)]
        work, clock = (statistics.median(drop[k] for drop in drops) for k in (0, 1))
        rows, size = drops[0][2:]
        print(
            f"| {kind} | {rows:,} | {size / 1e6:.1f} MB | {work:.0f} ms | {clock:.0f} ms "
            f"| {MOST_MS:.0f} ms | {'within' if work <= MOST_MS else 'missed'} |"
        )


def measure_drop(
    path: Path, file: str, write: Callable[[Rows], bytes]
) -> tuple[float, float, int, int]:
    """Open a page in a new browser and give it a table. Return the milliseconds of the processor
    and by the clock, the number of rows, and the bytes of the file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS.split())
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(path.resolve().as_uri())
        page.wait_for_selector("html[data-ready]")
        page.wait_for_timeout(SETTLE_MS)
        codes, names = page.evaluate(
            "zoneblanche.started.then(({ base: { codes, names } }) => [codes, names])"
        )
        content = write(made_rows(codes, names))
        table = Path(folder) / file
        table.write_bytes(content)
        page.locator("[data-own=open]").click()
        tools = page.context.new_cdp_session(page)
        tools.send("Performance.enable", {"timeDomain": "threadTicks"})

        def spent() -> float:
            metrics = tools.send("Performance.getMetrics")["metrics"]
            return 1_000 * next(
                metric["value"] for metric in metrics if metric["name"] == "ThreadTime"
            )

        before = spent()
        page.locator(".zb-own input[type=file]").set_input_files(table)
        page.wait_for_selector(".zb-own-account")
        work = spent() - before
        clock = float(page.evaluate("performance.getEntriesByName('zb-own')[0].duration"))
        browser.close()
    return work, clock, len(codes), len(content)


if __name__ == "__main__":
    main()
