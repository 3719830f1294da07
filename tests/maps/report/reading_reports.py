"""A report's page read back: what stands in its cells, and what its sentences say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from string import Formatter
from typing import Any

import pandas as pd
import shapely

from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.content import Table
from zoneblanche.maps.report.words import (
    words_in,
)
from zoneblanche.maps.report.write import Report, compose_report, render_report

AREAS = (None, "48", "departement:976", "epci:200069144")
PAIRS = [*((area, "fr") for area in AREAS), (None, "en"), ("48", "en")]
MONTHS = "janvier|février|avril|mai|juillet|septembre|February|April|May|July|September"
VOID = {"meta", "img", "br", "link", "input", "rect", "circle", "path"}


@dataclass
class Cell:
    """Attributes and text of an element with an id."""

    attributes: dict[str, str]
    text: str = ""


@dataclass
class Said:
    """A sentence: its key, its figures with where they lead, and all else that it says."""

    key: str
    links: list[tuple[str, str]] = field(default_factory=list)
    words: str = ""
    names: str = ""


class ReportPage(HTMLParser):
    """The cells and sentences of a page; `tags` counts every element."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.cells: dict[str, Cell] = {}
        self.sentences: list[Said] = []
        self.tags: dict[str, int] = {}
        self.attributes: list[tuple[str, str, str | None]] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes += [(tag, name, value) for name, value in attrs]
        attributes = {name: value or "" for name, value in attrs}
        if "id" in attributes:
            assert attributes["id"] not in self.cells, (
                f"two elements have the id {attributes['id']}"
            )
            self.cells[attributes["id"]] = Cell(attributes)
        if "data-says" in attributes:
            self.sentences.append(Said(attributes["data-says"]))
        if tag == "a" and attributes.get("class") == "of":
            self.sentences[-1].links.append((attributes["href"][1:], ""))
        if tag not in VOID:
            self._open.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        own = next(
            (attributes["id"] for _, attributes in reversed(self._open) if "id" in attributes), None
        )
        if own is not None and not any(tag == "title" for tag, _ in self._open):
            self.cells[own].text += data
        inside = [tag for tag, attributes in self._open if "data-says" in attributes]
        if not inside:
            return
        if any(attributes.get("class") == "of" for _, attributes in self._open):
            target, text = self.sentences[-1].links[-1]
            self.sentences[-1].links[-1] = (target, text + data)
        elif any(tag == "bdi" for tag, _ in self._open):
            self.sentences[-1].names += data
        else:
            self.sentences[-1].words += data


def squeezed(text: str) -> str:
    """Text with single spaces."""
    return re.sub(r"[ \n]+", " ", text).strip()


def table_of(report: Report, table_id: str) -> Table:
    """A table of the pages, or of the workbook alone."""
    return next(table for table in report.tables() if table.id == table_id)


def check_page(report: Report) -> ReportPage:
    """Each figure of each sentence stands in the cell it leads to; no other figure is said."""
    page = ReportPage(render_report(report))
    assert page.sentences
    literals = {
        key: "".join(part for part, _, _, _ in Formatter().parse(text))
        for key, text in words_in(report.scope.lang).items()
    }
    for sentence in page.sentences:
        for target, text in sentence.links:
            cell = page.cells[target]
            assert squeezed(text), sentence.key
            if target.endswith("-i"):
                assert squeezed(cell.text) == squeezed(text), (sentence.key, target)
            else:
                assert squeezed(cell.text).startswith(squeezed(text)), (sentence.key, target)
        loose = re.sub(rf"\d{{1,2}} ({MONTHS}) \d{{4}}", "", sentence.words)
        loose = loose.replace("hab./km²", "").replace("people/km²", "")
        if sentence.key.startswith("index."):  # the first and last year of the figures of the index
            main = report.scope.shared.main
            years = sorted(re.findall(r"\b\d{4}\b", "" if main is None else main.period))
            for of_years in ("données de {} à {}", "figures of {} to {}") if years else ():
                loose = loose.replace(of_years.format(years[0], years[-1]), "")
        allowed = re.findall(r"\d+", literals[sentence.key] + literals["of_a_hundred"])
        for number in re.findall(r"\d+", loose):
            assert number in allowed, (sentence.key, number, sentence.words)
    return page


def squares(count: int, indicators: dict[str, Indicator], values: dict[str, Any]) -> Atlas:
    """Squares in a row, a hundred people in each, in two départements."""
    import geopandas as gpd

    from zoneblanche.geo.territories import Territories

    codes = pd.Index([f"T{k:03}" for k in range(count)], name="code", dtype="object")
    shapes = [shapely.box(k * 1000, 0, k * 1000 + 1000, 1000) for k in range(count)]
    frame = gpd.GeoDataFrame(
        {"name": [f"Place {k}" for k in range(count)]},
        geometry=gpd.GeoSeries(shapes, index=codes),
        index=codes,
        crs="EPSG:2154",
    )
    table = pd.DataFrame(values, index=codes, dtype="float64")
    half = ["A"] * (count // 2) + ["B"] * (count - count // 2)
    return Atlas(
        territories=Territories(
            frame=frame,
            level="commune",
            parents=pd.DataFrame({"departement": half, "country": "T"}, index=codes),
            facts=pd.DataFrame({"population": 100.0, "area_km2": 1.0}, index=codes),
            parent_names={"departement": {"A": "Alpha", "B": "Beta"}},
        ),
        values=table,
        reasons=table.isna().astype("int8") * int(Reason.NOT_PUBLISHED),
        indicators=indicators,
        weights=pd.DataFrame(index=codes),
    )


def assert_sound(atlas: Atlas, **options: Any) -> ReportPage:
    for lang in ("fr", "en"):
        page = check_page(compose_report(atlas, lang=lang, **options))
    return page
