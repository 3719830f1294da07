"""The data-quality page, to read before drawing a map."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

from zoneblanche.geo.country import in_language
from zoneblanche.geo.files.results.output import staged_file
from zoneblanche.geo.messages import (
    _,
    join,
    ngettext,
    quantity,
    semicolons,
    severity_of,
    titled,
    translate,
    translate_all,
)
from zoneblanche.geo.numerals import format_number
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.analysis.quality import ColumnQuality, Quality
from zoneblanche.layers.atlas import Atlas
from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.drawn.words import percent_sign
from zoneblanche.maps.page.content_policy import hash_source

MOST = 12
"""Maximum number of territories named in one sentence; the JSON names all."""

WORDS = {
    "title": _("Data quality"),
    "complete": _("Completeness and dates"),
    "look": _("To look at"),
    "rows": _("Rows of the files"),
    "sources": _("Sources"),
    "warning": _("Warnings"),
    "remark": _("Remarks: what the reading decided"),
    "indicator": _("Indicator"),
    "source": _("Source"),
    "for": _("Indicators"),
    "level": _("Measured by"),
    "period": _("Date"),
    "known": _("Known"),
    "people": _("People"),
    "why": _("Missing, and why"),
    "range": _("Least – median – greatest"),
    "input": _("File of"),
    "read": _("Read"),
    "matched": _("Matched"),
    "outside": _("Of other territories"),
    "listed": _("Listed"),
    "lost": _("Unaccounted"),
    "nothing": _("Nothing stands out."),
    "no_rows": _("No file of the user's."),
    "territories": _("territories"),
    "note": _("What is odd may be right: nothing is changed, all is to be looked at."),
}


@dataclass(frozen=True)
class Section:
    """A part of the page: a table, or sentences where it has no header."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    header: tuple[str, ...] = ()
    note: str = ""


def _head(quality: Quality, atlas: Atlas) -> str:
    """Return how many territories and people are counted, and the dates of the figures."""
    level = atlas.territories.level_message(plural=quality.territories != 1)
    counted = [_("{count} {level}", count=quantity(quality.territories), level=level)]
    if quality.people is not None:
        counted.append(_("{number} people", number=quantity(quality.people, 0)))
    first, last = quality.periods
    dates = _("figures date from {first} to {last}", first=first, last=last) if first else ""
    return semicolons((join(counted), dates))


def compose_quality(quality: Quality, atlas: Atlas, *, lang: str) -> tuple[str, list[Section]]:
    """Return the line under the title, and the sections of the page, in `lang`."""
    words = translate_all(WORDS, lang)
    head = translate(_head(quality, atlas), lang)
    rows = {"rows": "read", "matched": "matched", "listed": "listed", "unaccounted": "lost"}
    if any(counts["outside"] for counts in quality.rows.values()):
        rows = {"rows": "read", "matched": "matched", "outside": "outside", **rows}
    odd = [row for column in quality.columns for row in _odd(column, atlas, lang)]
    odd += _doubles(quality, lang)
    return head, [
        _complete(quality, atlas, lang),
        Section(words["look"], tuple(odd) or ((words["nothing"],),), note=words["note"]),
        Section(
            words["rows"],
            tuple(
                (_titled(name, atlas, lang), *(format_number(counts[key], 0, lang) for key in rows))
                for name, counts in quality.rows.items()
            )
            or ((words["no_rows"],),),
            tuple(words[key] for key in ("input", *rows.values())) if quality.rows else (),
        ),
        Section(
            words["sources"],
            _by_source(quality, atlas, lang),
            (words["source"], words["for"]),
        ),
        *(
            Section(words[severity], sentences)
            for severity in ("warning", "remark")
            if (
                sentences := tuple(
                    (translate(notice, lang),)
                    for notice in atlas.notices
                    if severity_of(notice) == severity
                )
            )
        ),
    ]


def _titled(name: str, atlas: Atlas, lang: str) -> str:
    """Return what the rows of a file were read for: an indicator by its title, else a source's
    id."""
    return atlas.indicators[name].title_in(lang) if name in atlas.indicators else name


def _by_source(quality: Quality, atlas: Atlas, lang: str) -> tuple[tuple[str, str], ...]:
    """Return each source once, with the indicators measured from it."""
    titles: dict[str, list[str]] = {}
    for column in quality.columns:
        for source in column.sources:
            titles.setdefault(source, []).append(atlas.indicators[column.id].title_in(lang))
    return tuple((source, ", ".join(dict.fromkeys(named))) for source, named in titles.items())


def _complete(quality: Quality, atlas: Atlas, lang: str) -> Section:
    words = translate_all(WORDS, lang)
    rows = []
    for column in quality.columns:
        indicator = atlas.indicators[column.id]
        missing = [
            f"{in_language(Reason[name.upper()].title, lang)} {format_number(count, 0, lang)}"
            for name, count in column.missing.items()
        ]
        people = column.people_percent
        figures = [column.least, column.median, column.greatest]
        rows.append(
            (
                indicator.title_in(lang),
                atlas.territories.level_title(lang, level=column.native_level)
                if column.native_level
                else "–",
                (column.period or "–").replace("-", "\u2011"),
                _percent(100 * column.known / max(quality.territories, 1), lang),
                "–" if people is None else _percent(people, lang),
                " – ".join(
                    format_number(figure, indicator.digits, lang)
                    for figure in figures
                    if figure is not None
                ),
                ", ".join(missing),
            )
        )
    keys = ("indicator", "level", "period", "known", "people", "range", "why")
    return Section(words["complete"], tuple(rows), tuple(words[key] for key in keys))


def _percent(share: float, lang: str) -> str:
    """Return a share; one below the whole is not rounded to 100 %."""
    shown = 99.9 if 99.95 <= share < 100 else share
    return ("> " if shown != share else "") + format_number(shown, 1, lang) + percent_sign(lang)


def _odd(column: ColumnQuality, atlas: Atlas, lang: str) -> list[tuple[str, ...]]:
    indicator, sentences = atlas.indicators[column.id], []
    if column.large_zeros or column.lonely_zeros:
        sentences.append(_("The figure of {zeros} territories is 0.", zeros=quantity(column.zeros)))
    if column.large_zeros:
        sentences.append(
            ngettext(
                "{count} of them is among the most populous twentieth: {names}.",
                "{count} of them are among the most populous twentieth: {names}.",
                len(column.large_zeros),
                names=_named(column.large_zeros, atlas),
            )
        )
    if column.lonely_zeros:
        sentences.append(
            ngettext(
                "{count} has neighbours whose median is above the country's: {names}.",
                "{count} have neighbours whose median is above the country's: {names}.",
                len(column.lonely_zeros),
                names=_named(column.lonely_zeros, atlas),
            )
        )
    if column.outliers:
        sentences.append(
            ngettext(
                "{count} figure lies far from all others: {names}.",
                "{count} figures lie far from all others: {names}.",
                len(column.outliers),
                names=_named(column.outliers, atlas),
            )
        )
    if column.usual is not None:
        value, count = column.usual
        figure = quantity(value, digits=indicator.digits)
        sentences.append(
            _(
                "{count} territories have the very same figure, {figure}.",
                count=quantity(count),
                figure=figure,
            )
        )
    if not sentences:
        return []
    line = _("{title}: {sentences}", title=titled(indicator.title), sentences=join(sentences, " "))
    return [(translate(line, lang),)]


def _named(codes: tuple[str, ...], atlas: Atlas) -> str:
    more = f" (+\u00a0{len(codes) - MOST})" if len(codes) > MOST else ""
    return ", ".join(atlas.territories.label(code) for code in codes[:MOST]) + more


def _doubles(quality: Quality, lang: str) -> list[tuple[str, ...]]:
    if not quality.double_names:
        return []
    pairs = [f"{name} ({', '.join(codes)})" for name, codes in quality.double_names.items()]
    more = f" (+\u00a0{len(pairs) - MOST})" if len(pairs) > MOST else ""
    named = join((semicolons(pairs[:MOST]), more), "")
    line = _("The same name in the same territory: {names}.", names=named)
    return [(translate(line, lang),)]


def write_quality_page(path: Path, *, head: str, sections: list[Section], lang: str) -> None:
    """Write the page: one file, no script, no request; every text is escaped.

    Raises:
        ProblemWithEnvironment: the place cannot be written.
    """
    style = read_asset("report.css")
    title = translate(WORDS["title"], lang)
    # Joined, not formatted into each other: a name that looks like a template stays a name.
    parts = [
        "<!DOCTYPE html>\n", f'<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; ',
        f"style-src {hash_source(style)}; base-uri 'none'; form-action 'none'\">\n",
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        "<title>", _escaped(title), "</title>\n<style>", style, "</style>\n</head>\n<body>\n",
        '<header class="head"><h1>', _escaped(title), '</h1><p class="subtitle">',
        _escaped(head), "</p></header>\n<main>\n",
    ]  # fmt: skip
    for section in sections:
        parts += ["<section><h2>", _escaped(section.title), "</h2>\n", *_block(section)]
        parts += ['<p class="note">', _escaped(section.note), "</p>"] if section.note else []
        parts.append("</section>\n")
    parts.append("</main>\n</body>\n</html>\n")
    with staged_file(path, "quality") as staging:
        staging.write_text("".join(parts), encoding="utf-8", newline="\n")


def _block(section: Section) -> list[str]:
    if not section.header:
        return [f'<p class="said">{_escaped(" ".join(row))}</p>\n' for row in section.rows]
    head = "".join(f'<th scope="col">{_escaped(cell)}</th>' for cell in section.header)
    parts = ['<div class="scroll"><table><thead><tr>', head, "</tr></thead>\n<tbody>\n"]
    for row in section.rows:
        parts += ['<tr><th scope="row">', _escaped(row[0]), "</th>"]
        parts += [f"<td>{_escaped(cell)}</td>" for cell in row[1:]]
        parts.append("</tr>\n")
    return [*parts, "</tbody></table></div>\n"]


def _escaped(text: str) -> str:
    return html.escape(text.encode("utf-8", "replace").decode("utf-8"))
