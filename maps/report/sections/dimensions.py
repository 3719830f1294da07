"""Section: the maps of the dimensions of the index, and the glossary."""

from __future__ import annotations

from dataclasses import dataclass, replace

from zoneblanche.maps.report.content import Section
from zoneblanche.maps.report.map import Figure, draw_figure
from zoneblanche.maps.report.picture import lay_out
from zoneblanche.maps.report.scope import Scope

WIDTH, NARROW, MANY = 300, 200, 5000
"""Width of a small map in pixels of the page, two of them side by side; narrower ones of many
territories, so that the page stays small."""

TERMS = ("index", "interval", "rank", "flag", "decile", "deviation", "variance", "density")


@dataclass(frozen=True)
class Multiples:
    """Small maps side by side, and how to read them."""

    title: str
    figures: tuple[Figure, ...]
    note: str


@dataclass(frozen=True)
class Glossary:
    """Terms of the report with their definitions."""

    title: str
    entries: tuple[tuple[str, str], ...]


def dimensions_section(scope: Scope) -> Section:
    """Return a small map of each dimension of which a figure is known."""
    words = scope.words
    figures = []
    width = WIDTH if scope.area.count <= MANY else NARROW
    sheet = lay_out(scope.inner.territories, lang=scope.lang, width=width)
    if sheet is not None:  # names of places have no room; those of frames do
        sheet = replace(sheet, labels=tuple(one for one in sheet.labels if one.kind != "place"))
    for one in scope.atlas.indicators.values():
        if one.role != "dimension" or scope.inner.values[one.id].isna().all():
            continue
        figure = draw_figure(
            scope.atlas, one.id, scope.area.inside, scope.lang, width=width, sheet=sheet
        )
        if figure is not None:
            figures.append(figure)
    if not figures:
        return Section("dimensions", words["dimensions"], notes=(words["dimensions_none"],))
    multiples = Multiples(words["dimensions_caption"], tuple(figures), words["map_note"])
    return Section("dimensions", words["dimensions"], blocks=(multiples,))


def glossary_section(scope: Scope) -> Section:
    """Return the terms that the report uses."""
    words = scope.words
    entries = tuple((words[f"term_{name}"], words[f"define_{name}"]) for name in TERMS)
    return Section("glossary", words["glossary"], blocks=(Glossary(words["glossary"], entries),))
