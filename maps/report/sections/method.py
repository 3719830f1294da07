"""Section: method, sources and licences."""

from __future__ import annotations

from collections.abc import Sequence

from zoneblanche.geo.source import Source, union_of
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.content import Cell, Section, Table, make_table, name_cell
from zoneblanche.maps.report.scope import Scope

LINKED = ("https://", "http://")


def method_section(scope: Scope) -> Section:
    """Return how the index is computed, how to read intervals, and where every figure comes from.
    For the workbook, the method of each figure and the remarks on each source."""
    words = scope.words
    main = scope.shared.main
    described = [
        (indicator, indicator.method_in(scope.lang)) for indicator in scope.shared.measured
    ]
    notes = [
        _sentence(scope, indicator, text)
        for indicator, text in described
        if text and indicator is main
    ]
    if main is not None:
        notes.append(words["method_intervals"])
    sources = union_of(
        scope.atlas.territories.sources,
        *(indicator.sources for indicator in scope.atlas.indicators.values()),
    )
    table = _sources(scope, sources)
    methods = make_table(
        "t-methods",
        words["methods_caption"],
        {"indicator": words["indicator"], "method": words["how_computed"]},
        {indicator.id: (name_cell(indicator.title_in(scope.lang)), name_cell(text or "–"))
         for indicator, text in described},
    )  # fmt: skip
    more = [_every_source(scope, sources), methods]
    return Section(
        "method",
        words["method"],
        blocks=(table,) if table.rows else (),
        notes=tuple(notes),
        more=tuple(block for block in more if block.rows),
    )


def _sentence(scope: Scope, indicator: Indicator, text: str) -> str:
    title = indicator.title_in(scope.lang)  # some methods name their subject themselves
    return text if text.startswith(title) else f"{title}{scope.words['colon']}{text}"


def _sources(scope: Scope, sources: Sequence[Source]) -> Table:
    """Return one row for each publication, with all its dates."""
    words = scope.words
    issues_of: dict[tuple[str, str], list[Source]] = {}
    for source in sources:
        issues_of.setdefault((source.producer, source.title), []).append(source)
    rows = {}
    for place, issues in enumerate(issues_of.values()):
        issue = issues[0]
        dates = dict.fromkeys(scope.day(each.published) for each in issues if each.published)
        rows[str(place)] = (
            name_cell(issue.producer or "–"),
            name_cell(issue.title or "–", url=_link(issue)),
            Cell(words["list_break"].join(dates) or "–", is_name=True),
            name_cell(issue.licence or "–"),
        )
    columns = {
        "producer": words["producer"],
        "title": words["publication"],
        "published": words["state_of"],
        "licence": words["licence"],
    }
    return make_table("t-sources", words["sources_caption"], columns, rows)


def _every_source(scope: Scope, sources: Sequence[Source]) -> Table:
    words = scope.words
    rows = {
        str(place): (
            name_cell(source.producer or "–"),
            name_cell(source.title or "–", url=_link(source)),
            Cell(scope.day(source.published) if source.published else "–", is_name=True),
            name_cell(source.licence or "–"),
            name_cell(source.note_in(scope.lang) or "–"),
        )
        for place, source in enumerate(sources)
    }
    columns = {
        "producer": words["producer"],
        "title": words["publication"],
        "published": words["state_of"],
        "licence": words["licence"],
        "note": words["remark"],
    }
    return make_table("t-sources-all", words["sources_caption"], columns, rows)


def _link(source: Source) -> str:
    return source.url if source.url.lower().startswith(LINKED) else ""
