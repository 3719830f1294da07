"""`write_site`: a static atlas for a web space; relative links, nothing of a third party."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zoneblanche.geo.files.results.account import MARK, sealed
from zoneblanche.geo.files.results.output import check_folder_place, staged_folder
from zoneblanche.geo.numerals import format_number
from zoneblanche.geo.source import sha256_of
from zoneblanche.layers.outputs.export import write_json, write_open_data
from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.drawn.cite import cite
from zoneblanche.maps.drawn.templates import templates
from zoneblanche.maps.drawn.words import colon, write_date
from zoneblanche.maps.embed.write import check_base
from zoneblanche.maps.page.noscript_text import write_findings
from zoneblanche.maps.page.shapes.geometry import encode_territories
from zoneblanche.maps.page.write_page import write_page
from zoneblanche.maps.report.write import Shared, compose_report, render_report
from zoneblanche.maps.site.addresses import PAGE, level_folder, link_to, root_of
from zoneblanche.maps.site.changes import list_changes
from zoneblanche.maps.site.feeds import FEED, SITEMAP, write_feed, write_sitemap
from zoneblanche.maps.site.model import SiteAtlas, compose_site
from zoneblanche.maps.site.places import compose_places
from zoneblanche.maps.site.search import FILE, write_names
from zoneblanche.maps.site.tables import Table, TerritoryRows, places_table

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas
    from zoneblanche.layers.indicator import Indicator

STYLE, SCRIPT = "site.css", "site.js"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""Only the style and the scripts next to the first page."""


def write_site(
    atlas: Atlas,
    folder: str | Path,
    *,
    lang: str | None = None,
    title: str | None = None,
    url: str = "",
    since: Atlas | None = None,
) -> dict[str, int]:
    """Write a static atlas into a folder, which appears or is replaced as a whole.

    Args:
        atlas: measured, preferably with an index.
        folder: for the pages; a new one, an empty one, or one that this function wrote.
        lang: one with a catalogue; None uses that of the atlas.
        title: of the whole.
        url: address where the folder will be published, for the sitemap and the feed.
        since: an earlier atlas; the feed says what changed since.

    Returns:
        Size in bytes of each file by its name.

    Raises:
        InputError: not an http(s) address, or a folder with other content.
        ProblemWithEnvironment: the folder cannot be written.
    """
    base = check_base(url)
    check_folder_place(Path(folder), "site")
    geometry = encode_territories(atlas.territories)
    site = compose_site(atlas, geometry, lang=lang, title=title)
    changes = () if since is None else list_changes(site, since)
    with staged_folder(Path(folder), command="site") as staging:
        folders = _write_pages(site, staging)
        _write_parts(site, staging)
        folders += _write_downloads(site, staging)
        if site.newest:
            _write_text(staging / FEED, write_feed(site, changes, url=base))
        if base:
            text = write_sitemap(sorted(folders), url=base, newest=site.newest)
            _write_text(staging / SITEMAP, text)
        return _write_account(staging)


def _write_pages(site: SiteAtlas, staging: Path) -> list[str]:
    """Write all pages of our own template, and the index of names; return their folders."""
    rows = TerritoryRows(site)
    folders = []
    for folder, text in (*_first_pages(site, rows), *_place_pages(site, rows)):
        (staging / folder).mkdir(parents=True, exist_ok=True)
        _write_text(staging / folder / PAGE, text)
        folders.append(folder)
    _write_text(staging / FILE, write_names(site, rows))
    return folders


def _place_pages(site: SiteAtlas, rows: TerritoryRows) -> Iterator[tuple[str, str]]:
    template = templates().get_template("site_place.html")
    for level in site.above:
        for place in compose_places(site, level, rows):
            shared = _shared(site, root_of(place.folder))
            yield place.folder, template.render(place=place, **shared)


def _first_pages(site: SiteAtlas, rows: TerritoryRows) -> Iterator[tuple[str, str]]:
    """Yield the first page, the list of each level, and the definitions."""
    root = root_of("")
    findings = [] if site.main is None else _findings(site, site.main)
    tables = [] if site.home is None else [places_table(site, site.home, root=root)]
    yield "", _page(site, "", site.title, sentences=findings, tables=tables)
    for level in site.above:
        folder = level_folder(level)
        table = places_table(site, level, root=root_of(folder))
        yield folder, _page(site, folder, table.caption, tables=[table])
    folder = level_folder(site.level)
    heading = site.level_title(site.level, plural=True).capitalize()
    links, alone = _homes(site, rows, root_of(folder))
    yield folder, _page(site, folder, heading, links=links, tables=alone, leads=True)
    definitions = [
        {
            "id": indicator.id,
            "title": indicator.title_in(site.lang),
            "method": indicator.method_in(site.lang),
            "date": write_date(indicator.period, site.lang) if indicator.period else "",
            "sources": [
                (cite(source, site.lang), _safe(source.url)) for source in indicator.sources
            ],
        }
        for indicator in site.atlas.indicators.values()
    ]
    words = site.words["definitions"]
    yield "definitions", _page(site, "definitions", words, definitions=definitions)


def _findings(site: SiteAtlas, main: Indicator) -> list[str]:
    """Return what the index says; its sources are on the page of definitions."""
    cited = {cite(source, site.lang) + "." for source in main.sources}
    findings = write_findings(site.atlas, [main.id], lang=site.lang)
    return [sentence for sentence in findings if sentence not in cited]


def _homes(
    site: SiteAtlas, rows: TerritoryRows, root: str
) -> tuple[list[tuple[str, str]], list[Table]]:
    """Return links to the pages with the cards of territories, and the cards without a page."""
    links = []
    alone = np.arange(len(rows.codes))
    if rows.home is not None and site.home is not None:
        links = [(row.name, row.link) for row in places_table(site, site.home, root=root).rows]
        links.sort()
        alone = np.array([at for at in alone if not isinstance(rows.home[at], str)], dtype=np.int64)
    return links, [rows.table(alone, root=root, cards=True)] if len(alone) else []


def _page(
    site: SiteAtlas,
    folder: str,
    heading: str,
    *,
    sentences: Sequence[str] = (),
    links: Sequence[tuple[str, str]] = (),
    tables: Sequence[Table] = (),
    definitions: Sequence[dict[str, Any]] = (),
    files: Sequence[tuple[str, str, str, str]] = (),
    leads: bool = False,
) -> str:
    cited = [(cite(source, site.lang), _safe(source.url)) for source in site.sources]
    return (
        templates()
        .get_template("site_page.html")
        .render(
            heading=heading,
            sentences=sentences,
            links=links,
            tables=tables,
            definitions=definitions,
            files=files,
            cited=cited,
            leads=leads,
            colon=colon(site.lang),
            **_shared(site, root_of(folder)),
        )
    )


def _shared(site: SiteAtlas, root: str) -> dict[str, Any]:
    """Return what every page needs."""
    return {
        "site": site,
        "words": site.words,
        "root": root,
        "policy": POLICY,
        "nav": lambda root: _nav(site, root),
        "decimal": format_number(0.5, 1, site.lang)[1],
    }


def _nav(site: SiteAtlas, root: str) -> list[tuple[str, str]]:
    """Return the links of every page."""
    levels = [
        (site.level_title(level, plural=True).capitalize(), link_to(level_folder(level), root=root))
        for level in (*reversed(site.above), site.level)
    ]
    links = [
        (site.words["definitions"], link_to("definitions", root=root)),
        (site.words["report"], link_to("report", root=root)),
        (site.words["downloads"], link_to("data", root=root)),
    ]
    feed = [(site.words["feed"], f"{root}{FEED}")] if site.newest else []
    return [(site.words["map"], link_to("map", root=root)), *levels, *links, *feed]


def _safe(url: str) -> str:
    """Return an address that a page may link to, "" for any other."""
    return url if url.startswith(("http://", "https://")) else ""


def _write_parts(site: SiteAtlas, staging: Path) -> None:
    """Write the map, the report, the style and the script."""
    for name in (STYLE, SCRIPT):
        _write_text(staging / name, read_asset(name))
    for name in ("map", "report"):
        (staging / name).mkdir(exist_ok=True)
    write_page(
        site.atlas,
        staging / "map" / PAGE,
        lang=site.lang,
        title=site.title,
        geometry=site.geometry,
    )
    report = compose_report(Shared(site.atlas), lang=site.lang, title=site.title)
    _write_text(staging / "report" / PAGE, render_report(report))


def _write_downloads(site: SiteAtlas, staging: Path) -> list[str]:
    """Write the files of the atlas and the page that lists them; return the folders of all other
    pages."""
    data = staging / "data"
    data.mkdir(exist_ok=True)
    write_open_data(site.atlas, data, lang=site.lang, title=site.title)
    files = [
        (path.name, path.name, format_number(path.stat().st_size, 0, site.lang), sha256_of(path))
        for path in sorted(data.iterdir())
    ]
    _write_text(data / PAGE, _page(site, "data", site.words["downloads"], files=files))
    return ["data", "map", "report"]


def _write_account(staging: Path) -> dict[str, int]:
    """Write the account of the folder; return the size of every file by its name."""
    files = {
        path.relative_to(staging).as_posix(): path
        for path in sorted(staging.rglob("*"))
        if path.is_file()
    }
    mark = {
        "zoneblanche": metadata.version("zoneblanche"),
        "command": "site",
        "files": {name: {"sha256": sha256_of(path)} for name, path in files.items()},
    }
    write_json(sealed(mark), staging / MARK)
    return {name: path.stat().st_size for name, path in files.items()}


def _write_text(path: Path, text: str) -> None:
    # An unpaired surrogate, which UTF-8 cannot represent, becomes a question mark.
    clean = text.encode("utf-8", "replace").decode("utf-8")
    path.write_text(clean, encoding="utf-8", newline="\n")
