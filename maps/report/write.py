"""`write_report`: a policy report on an area, as one self-contained HTML page, and as a PDF."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import markupsafe

from zoneblanche.geo.errors import InputError, ProblemWithEnvironment
from zoneblanche.geo.files.results.output import staged_file
from zoneblanche.geo.messages import _, languages
from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.drawn.templates import read_template, templates
from zoneblanche.maps.page.content_policy import hash_source
from zoneblanche.maps.report.areas import find_area, references_of
from zoneblanche.maps.report.content import Line, LineChart, Section, Sentence, Table
from zoneblanche.maps.report.imprint import NO_IMPRINT, Imprint, imprint_parts
from zoneblanche.maps.report.map import Figure
from zoneblanche.maps.report.scope import Scope, Shared
from zoneblanche.maps.report.sections.brief import brief_section
from zoneblanche.maps.report.sections.crossing import crossing_section
from zoneblanche.maps.report.sections.dimensions import (
    Glossary,
    Multiples,
    dimensions_section,
    glossary_section,
)
from zoneblanche.maps.report.sections.flagged import flagged_section
from zoneblanche.maps.report.sections.key_figures import key_section
from zoneblanche.maps.report.sections.like_sized import like_sized_section
from zoneblanche.maps.report.sections.measured import (
    Notices,
    measured_section,
    people_of,
)
from zoneblanche.maps.report.sections.method import method_section
from zoneblanche.maps.report.sections.plan import plan_section
from zoneblanche.maps.report.sections.ranking import ranking_section
from zoneblanche.maps.report.sections.unequal import unequal_section
from zoneblanche.maps.report.sections.waves import waves_section
from zoneblanche.maps.report.words import words_in

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas

STYLE = "report.css"

SECTIONS = (
    brief_section,
    key_section,
    dimensions_section,
    crossing_section,
    flagged_section,
    ranking_section,
    unequal_section,
    like_sized_section,
    waves_section,
    measured_section,
    glossary_section,
    method_section,
)
"""In the order of the report."""

BRIEF = 2
"""Number of the sections that are the brief, before a plan."""

WITHOUT_INDEX = (measured_section, method_section)
"""The sections after a plan on an atlas without an index."""

ESSENTIAL = (
    r"index\.alone",
    r"index\.(worse|better|same|equal|unsure|unknown|unweighted|none)",
    r"index\.partial",
    r"coarse\.",
    r"beside\.rank",
    r"flag\.(people|none|count)|flag\.\w+\.one",
    r"waves\.(better|worse|equal|single)",
    r"quality\.unscored_many",
)
"""The sentences of the summary: the first of each kind."""


@dataclass(frozen=True)
class Report:
    """The content of a report, before it is rendered.

    Attributes:
        title: of the page.
        scope: area, references, language.
        essential: its main sentences; each is in its section as well.
        sections: in order.
        imprint: author, commissioner, date and logo.
    """

    title: str
    scope: Scope
    essential: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    imprint: Imprint = NO_IMPRINT

    @property
    def annex(self) -> str:
        """Id of the first section of the annex; "" if there is none."""
        brief = {"brief", "plan", "key"}
        return next((section.id for section in self.sections if section.id not in brief), "")

    def sentences(self) -> Iterable[Sentence]:
        """All sentences, in order."""
        for section in self.sections:
            yield from section.sentences
            for block in section.blocks:
                if isinstance(block, Multiples):
                    yield from (sentence for _, sentence in block.figures if sentence is not None)

    def tables(self) -> Iterable[Table]:
        """All tables, in order: those of the page, and those of the workbook alone."""
        for section in self.sections:
            yield from section.tables
            for table in section.more:
                yield table if isinstance(table, Table) else table()


def write_report(
    atlas: Atlas | Shared,
    path: str | Path,
    *,
    lang: str | None = None,
    title: str | None = None,
    area: str | None = None,
    imprint: Imprint = NO_IMPRINT,
) -> None:
    """Write the report on an area of an atlas as one HTML page, whole or not at all.

    The page opens without a network and runs no script; it prints to A4.

    Args:
        atlas: measured, preferably with an index and flags. The area is compared with its
            surroundings in it. (`Shared` avoids repeated computation in a batch.)
        path: of the page.
        lang: one with a catalogue; None uses that of the atlas.
        title: of the page.
        area: code of a containing territory ("48", "region:76", "epci:200066868"), as
            `Territories.within` reads it; None for the whole atlas.
        imprint: see `zoneblanche.maps.report.imprint.read_imprint`.

    Raises:
        InputError: no such area, or another language.
        ProblemWithEnvironment: the file cannot be written.
    """
    text = render_report(compose_report(atlas, lang=lang, title=title, area=area, imprint=imprint))
    with staged_file(Path(path), "report") as staging:
        staging.write_text(text, encoding="utf-8", newline="\n")


def compose_report(
    atlas: Atlas | Shared,
    *,
    lang: str | None = None,
    title: str | None = None,
    area: str | None = None,
    imprint: Imprint = NO_IMPRINT,
) -> Report:
    """Return the content of a report. See `write_report`."""
    shared = atlas if isinstance(atlas, Shared) else Shared(atlas)
    lang = lang or shared.atlas.lang
    if lang not in languages():
        raise InputError(
            _(
                "the language {lang} is not known. Known: {known}.",
                lang=repr(lang),
                known=", ".join(languages()),
            )
        )
    about = find_area(shared.atlas, area, lang=lang)
    scope = Scope(shared, about, references_of(shared.atlas, about, lang=lang), lang)
    alone = shared.plan is not None and shared.main is None
    sections = tuple(section(scope) for section in (WITHOUT_INDEX if alone else SECTIONS))
    essential = _essential(sections)
    if shared.plan is not None:
        planned = plan_section(scope, shared.plan)
        first = 0 if alone else BRIEF
        sections = (*sections[:first], planned, *sections[first:])
        # Beside the index, what the plan brings; how it is today is in the plan's section.
        positions = shared.plan.essential if alone else shared.plan.essential[1:]
        essential += tuple(planned.sentences[at] for at in positions or shared.plan.essential)
    return Report(
        title=title or scope.words["default_title"],
        scope=scope,
        essential=essential,
        sections=sections,
        imprint=imprint,
    )


def render_report(report: Report, *, inputs: str = "") -> str:
    """Return the page as text.

    Args:
        report: its content.
        inputs: hash of its inputs, which a batch uses; "" for none.
    """
    text = (
        templates()
        .get_template("report.html")
        .render(
            report=report,
            scope=report.scope,
            words=report.scope.words,
            lang=report.scope.lang,
            area=report.scope.area,
            subtitle=_subtitle(report.scope),
            imprint=imprint_parts(report.imprint, report.scope.lang),
            policy=_policy(),
            style=markupsafe.Markup(read_asset(STYLE)),  # ours, from maps/assets
            inputs=inputs,
            version=metadata.version("zoneblanche"),
            kind=_kind_of,
            spread=_spread,
        )
    )
    # An unpaired surrogate, which UTF-8 cannot represent, becomes a question mark.
    return text.encode("utf-8", "replace").decode("utf-8")


def render_list(entries: list[tuple[str, str]], *, lang: str, title: str | None) -> str:
    """Return a page with links to many reports: the name and the file of each."""
    return (
        templates()
        .get_template("report_list.html")
        .render(
            entries=entries,
            lang=lang,
            title=title or words_in(lang)["default_title"],
            policy=_policy(),
            style=markupsafe.Markup(read_asset(STYLE)),
            version=metadata.version("zoneblanche"),
        )
    )


def _policy() -> str:
    """No script, no request; the style is ours."""
    return (
        f"default-src 'none'; style-src {hash_source(read_asset(STYLE))}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def write_pdf(html: str, path: str | Path) -> None:
    """Write the page as a tagged PDF (PDF/UA-1), whole or not at all.

    Args:
        html: the result of `render_report`.
        path: of the PDF.

    Raises:
        ProblemWithEnvironment: weasyprint or its system libraries are missing (the sentence says
            what to install), or the file cannot be written.
    """
    try:
        import weasyprint
    except ImportError as error:
        raise _no_pdf(_("weasyprint is not installed (pip install 'zoneblanche[pdf]')")) from error
    except OSError as error:
        raise _no_pdf(
            _(
                "a system library of weasyprint is missing ({error})",
                error=str(error).splitlines()[0][:120],
            )
        ) from error
    page = weasyprint.HTML(string=html, url_fetcher=_only_data(weasyprint), media_type="print")
    with staged_file(Path(path), "report") as staging:
        page.write_pdf(staging, pdf_variant="pdf/ua-1")


def _no_pdf(why: str) -> ProblemWithEnvironment:
    return ProblemWithEnvironment(
        _(
            "The PDF is not written: {why}. The PDF needs the PyPI package weasyprint and the "
            "system libraries Pango and HarfBuzz (Debian and Ubuntu: apt install libpango-1.0-0 "
            "libpangoft2-1.0-0; macOS: brew install pango; Windows: MSYS2's pango). The HTML "
            "report is complete and prints to A4 from any browser.",
            why=why,
        )
    )


def _only_data(weasyprint: ModuleType) -> Any:
    """Allow weasyprint to read only what the page itself contains."""
    if hasattr(weasyprint, "URLFetcher"):
        return weasyprint.URLFetcher(allowed_protocols=["data"], allow_redirects=False)

    def fetch(url: str, *_options: Any, **_named: Any) -> Any:  # releases before 68
        if not url.startswith("data:"):
            raise ValueError("a report holds all that it shows")
        return weasyprint.default_url_fetcher(url)

    return fetch


def recipe_hash() -> str:
    """Return the hash of everything that turns an atlas into a report: the version, the template,
    style and words."""
    parts = [metadata.version("zoneblanche"), read_asset(STYLE), read_template("report.html")]
    parts += [read_template("report.toml")]
    parts += [json.dumps(words_in(lang)) for lang in languages()]
    folder = resources.files("zoneblanche.maps.report")
    modules = [*folder.iterdir(), *(folder / "sections").iterdir()]
    parts += [
        entry.read_text("utf-8")
        for entry in sorted(modules, key=lambda entry: entry.name)
        if entry.name.endswith(".py")
    ]
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()


def _essential(sections: tuple[Section, ...]) -> tuple[Sentence, ...]:
    sentences = [sentence for section in sections for sentence in section.sentences]
    chosen = []
    for pattern in ESSENTIAL:
        matching = next(
            (sentence for sentence in sentences if re.match(pattern, sentence.key)), None
        )
        if matching is not None:
            chosen.append(matching)
    return tuple(chosen)


def _subtitle(scope: Scope) -> list[str]:
    """Return level and code, number of territories, and people of the area."""
    area = scope.area
    parts = []
    if area.level and area.name and area.level not in ("country", "sparse"):
        parts.append(f"{scope.level_title(area.level)} {area.code}")
    units = scope.atlas.territories.level_title(scope.lang, plural=area.count != 1)
    parts.append(f"{scope.number(area.count)} {units}")
    people = people_of(scope, area.inside)
    if people == people:  # not NaN
        older = [year for _, year, mask in scope.shared.older_people if mask[area.inside].all()]
        key = "people_count_of" if older else "people_count"
        parts.append(scope.words[key].format(n=scope.number(people), year=next(iter(older), "")))
    if scope.atlas.territories.vintage:
        vintage = scope.atlas.territories.vintage
        parts.append(scope.words["vintage"].format(vintage=vintage))
    return parts


def _kind_of(block: object) -> str:
    """Return which macro of the template draws a block."""
    kinds: dict[type, str] = {
        Table: "table",
        LineChart: "lines",
        Figure: "figure",
        Notices: "notices",
        Multiples: "multiples",
        Glossary: "glossary",
    }
    return kinds[type(block)]


def _spread(lines: tuple[Line, ...]) -> list[tuple[float, Line]]:
    """Return the positions of the names of the lines of a chart: at their ends, without
    overlaps."""
    placed: list[tuple[float, Line]] = []
    for line in sorted(lines, key=lambda curve: -curve.points[-1][1]):
        height = 204 - line.points[-1][1] * 190
        above = placed[-1][0] + 16 if placed else 0.0
        placed.append((max(height, above), line))
    return placed
