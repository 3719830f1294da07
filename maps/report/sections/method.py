"""Section: method, sources and licences."""

from __future__ import annotations

from zoneblanche.geo.source import Source, union_of
from zoneblanche.maps.report.content import Cell, Section, make_table, name_cell
from zoneblanche.maps.report.scope import Scope

LINKED = ("https://", "http://")


def method_section(scope: Scope) -> Section:
    """Return how the scores are computed, how to read intervals, and where every figure comes
    from."""
    words = scope.words
    notes = []
    for indicator in scope.shared.measured:
        method = indicator.method_in(scope.lang)
        title = indicator.title_in(scope.lang)
        if method:  # some name their subject themselves
            notes.append(method if method.startswith(title) else f"{title}{words['colon']}{method}")
    notes.append(words["method_intervals"])
    sources = union_of(
        scope.atlas.territories.sources,
        *(indicator.sources for indicator in scope.atlas.indicators.values()),
    )
    rows = {str(place): _row(scope, source) for place, source in enumerate(sources)}
    columns = {
        "producer": words["producer"],
        "title": words["publication"],
        "published": words["state_of"],
        "licence": words["licence"],
        "note": words["remark"],
    }
    table = make_table("t-sources", words["sources_caption"], columns, rows)
    return Section("method", words["method"], blocks=(table,) if rows else (), notes=tuple(notes))


def _row(scope: Scope, source: Source) -> tuple[Cell, ...]:
    url = source.url if source.url.lower().startswith(LINKED) else ""
    return (
        name_cell(source.producer or "–"),
        name_cell(source.title or "–", url=url),
        Cell(scope.day(source.published) if source.published else "–", is_name=True),
        name_cell(source.licence or "–"),
        name_cell(source.note_in(scope.lang) or "–"),
    )
