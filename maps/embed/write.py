"""`write_embed`: a map as snippets for a report or a content management system.

The folder has the page for the frame, the picture and the words that replace it where frames are
refused, the snippets, the files for oEmbed, and a page that shows each variant at work.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from zoneblanche.geo.country import Text, in_language
from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.results.account import MARK, sealed
from zoneblanche.geo.files.results.output import check_folder_place, staged_folder
from zoneblanche.geo.messages import _
from zoneblanche.geo.source import sha256_of, union_of
from zoneblanche.layers.outputs.tiles import write_pmtiles
from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.drawn.bivariate import Bivariate, ids_of, read_show, title_of
from zoneblanche.maps.drawn.cite import cite_all
from zoneblanche.maps.embed.compact import compact_payload
from zoneblanche.maps.embed.snippets import (
    Embed,
    words_in,
    write_examples,
    write_oembed,
    write_snippets,
)
from zoneblanche.maps.page.content_policy import hash_source
from zoneblanche.maps.page.noscript_text import write_findings
from zoneblanche.maps.page.shapes.geometry import PageGeometry
from zoneblanche.maps.page.write_page import page_text
from zoneblanche.maps.report.areas import find_area, part_of
from zoneblanche.maps.report.map import Figure, draw_figure
from zoneblanche.maps.report.picture import Sheet, lay_out

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas

PAGE, PICTURE, TILES = "map.html", "map.png", "territories.pmtiles"
LARGEST_ALONE = 1_500_000
"""Size of a page above which it is not written as a single file too: it is too large to paste."""

SMALL = 340
"""Width of the picture in a single file."""


@dataclass(frozen=True)
class Drawn:
    """A map page that is written already.

    Attributes:
        atlas: that it shows.
        shown: what it opens with.
        lang, title: of the page.
        text: of the page, as `maps.page.write_page` writes it.
    """

    atlas: Atlas
    shown: str | Bivariate
    lang: str
    title: str
    text: str


def write_embed(
    atlas: Atlas,
    folder: str | Path,
    *,
    show: str | None = None,
    lang: str | None = None,
    title: str | None = None,
    area: str | None = None,
    url: str = "",
    tiles: bool = False,
    layers: Sequence[str] = (),
    full_map: str = "",
) -> dict[str, int]:
    """Write a map's snippets into a folder, which appears or is replaced as a whole.

    Args:
        atlas: to draw.
        folder: for the files; a new one, an empty one, or one that this function wrote.
        show: what the map opens with, as for `draw_map`.
        lang: one with a catalogue; None uses that of the atlas.
        title: of the map and the frame; None takes that of what is shown.
        area: code of a containing territory, to draw that part only.
        url: address where the folder will be published ("https://…/carte/"); without it the frame
            points to the file next to the page that contains it.
        tiles: whether to write `territories.pmtiles` as well.
        layers: ids of further layers that the reader can choose.
        full_map: address of the whole map page, to which the map in the frame links.

    Returns:
        Size in bytes of each file by its name.

    Raises:
        InputError: nothing with that name to show, no such area, not an http(s) address, or a
            folder with other content.
        ProblemWithEnvironment: the folder cannot be written.
    """
    base = check_base(url)
    check_address(full_map, option="--full-map")
    check_folder_place(Path(folder), "embed")
    if area is not None:
        about = find_area(atlas, area, lang=lang or atlas.lang)
        atlas = part_of(atlas, about.inside)
        title = title or _titled(atlas, show, about.name, lang or atlas.lang)
    drawn = draw_embed(
        atlas,
        read_show(atlas, show),
        lang=lang or atlas.lang,
        title=title,
        layers=layers,
        full_map=full_map,
    )
    with staged_folder(Path(folder), command="embed") as staging:
        sizes = write_embed_files(drawn, staging, base=base)
        if tiles:
            write_pmtiles(atlas, staging / TILES, lang=drawn.lang)
            sizes[TILES] = (staging / TILES).stat().st_size
        mark = {
            "zoneblanche": metadata.version("zoneblanche"),
            "command": "embed",
            "files": {name: {"sha256": sha256_of(staging / name)} for name in sorted(sizes)},
        }
        text = json.dumps(sealed(mark), ensure_ascii=False, indent=2) + "\n"
        (staging / MARK).write_text(text, encoding="utf-8", newline="\n")
    return sizes


def draw_embed(
    atlas: Atlas,
    shown: str | Bivariate,
    *,
    lang: str,
    title: Text | str | None,
    layers: Sequence[str] = (),
    geometry: PageGeometry | None = None,
    full_map: str = "",
) -> Drawn:
    """Return the page of an embed; see `compact_payload` for its arguments.

    Raises:
        InputError: an unknown layer.
    """
    for name in layers:
        atlas.indicator(name)
    small, payload = compact_payload(
        atlas,
        shown,
        lang=lang,
        title=title,
        layers=layers,
        geometry=geometry,
        full_map=full_map,
    )
    text = page_text(small, payload, show=shown, lang=lang)
    return Drawn(atlas, shown, lang, in_language(payload.head["title"], lang), text)


def write_embed_files(
    drawn: Drawn, folder: Path, *, base: str = "", sheet: Sheet | None = None
) -> dict[str, int]:
    """Write the snippets of a map that is written already into an existing folder.

    `sheet` is that of all its territories, if they are laid out already.

    Raises:
        OSError: the folder cannot be written.
    """
    page = framed_page(drawn.text)
    embed, figure = _embed_of(drawn, base, sheet)
    alone = len(page) <= LARGEST_ALONE
    small = _smaller(drawn, figure) if figure is not None and alone else None
    files: dict[str, bytes] = {PAGE: page.encode("utf-8")}
    if figure is not None:
        files[PICTURE] = figure.picture.png
    snippets = write_snippets(embed, page if alone else "", small)
    for name, text in snippets.items():
        files[f"snippet{'' if name == 'iframe' else '-' + name}.html"] = text.encode("utf-8")
    files["oembed.json"] = write_oembed(embed, snippets, base).encode("utf-8")
    for name, text in write_examples(embed, snippets).items():
        files[name] = text.encode("utf-8")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {name: len(content) for name, content in files.items()}


def _titled(atlas: Atlas, show: str | None, place: str, lang: str) -> str:
    """Return what is shown, and where."""
    title = title_of(atlas, read_show(atlas, show), lang)
    return f"{title}{words_in(lang)['colon']}{place}" if place else title


def check_base(url: str) -> str:
    """Return the address of a folder with its final slash; "" is returned unchanged.

    Raises:
        InputError: not an http(s) address.

    >>> check_base("https://example.org/carte")
    'https://example.org/carte/'
    """
    check_address(url, option="--url")
    return url if not url or url.endswith("/") else f"{url}/"


def check_address(url: str, *, option: str) -> None:
    """Check the address that an option gives, if it gives one.

    Raises:
        InputError: not an http(s) address.
    """
    if not url:
        return
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    plain = not any(sign.isspace() or sign in "\"'<>`" for sign in url)
    if parts.scheme not in ("http", "https") or not parts.netloc or not plain:
        raise InputError(
            Fault(
                _(
                    "{option} {url} is not an http(s) address.",
                    option=option,
                    url=repr(url[:80]),
                ),
                remedy=_("Write e.g. {option} https://example.org/carte/.", option=option),
                kind="option",
            )
        )


def _embed_of(drawn: Drawn, base: str, sheet: Sheet | None) -> tuple[Embed, Figure | None]:
    atlas, shown, lang, title = drawn.atlas, drawn.shown, drawn.lang, drawn.title
    figure = _figure_of(drawn, sheet=sheet)
    ids = ids_of(shown)
    sources = union_of(*(atlas.indicator(name).sources for name in ids))
    words = words_in(lang)
    key = "\0".join([title, *ids, *map(str, atlas.codes)])
    embed = Embed(
        id="zoneblanche-" + hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:10],
        title=title,
        alt=figure.alt if figure else title,
        page=f"{base}{PAGE}",
        image=f"{base}{PICTURE}",
        width=figure.picture.sheet.width if figure else 1,
        height=figure.picture.sheet.height if figure else 1,
        keys=figure.keys if figure else (),
        findings=tuple(write_findings(atlas, ids, lang=lang)),
        sources=cite_all(sources, lang) or "–",
        words=words,
        lang=lang,
    )
    return embed, figure


def _figure_of(drawn: Drawn, *, sheet: Sheet | None = None) -> Figure | None:
    everything = np.ones(len(drawn.atlas.codes), dtype=bool)
    return draw_figure(drawn.atlas, drawn.shown, everything, drawn.lang, sheet=sheet)


def _smaller(drawn: Drawn, figure: Figure) -> Figure | None:
    """Return the figure in the width of a single file."""
    territories, sheet = drawn.atlas.territories, figure.picture.sheet
    return _figure_of(drawn, sheet=lay_out(territories, lang=drawn.lang, width=SMALL, like=sheet))


def framed_page(page: str) -> str:
    """Return a map page that sends its height to the page around it.

    Its policy allows one more script and one more style of ours; everything else stays refused.
    The style is in the head: the map is drawn once, at the size that it keeps.
    """
    frame_script, style = read_asset("frame.js"), read_asset("frame.css")
    head, scripted, rest = page.partition("script-src ")
    middle, styled, rest = rest.partition("style-src ")
    names, headed, rest = rest.partition("</head>")
    body, ended, tail = rest.rpartition("</body>")
    if not (scripted and styled and headed and ended):
        raise ValueError("the page has no policy to extend: it is not one of draw_map")
    return (
        f"{head}script-src {hash_source(frame_script)} {middle}style-src {hash_source(style)} "
        f"{names}<style>{style}</style>\n</head>{body}<script>{frame_script}</script>\n</body>{tail}"
    )
