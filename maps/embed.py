"""`write_embed`: a map as snippets for a report or a content management system.

A folder with the page for the frame, the picture and the words that stand for it where frames are
refused, the snippets, what oEmbed asks for, and a page that shows each variant at work.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import jinja2
import numpy as np
from markupsafe import Markup

from geo.country import in_language
from geo.errors import Fault, InputError
from geo.source import sha256_of, union_of
from geo.staging import staged_folder
from maps.bivariate import Bivariate, read_show
from maps.citing import cite_all
from maps.document import page_scripts, read_asset
from maps.findings import write_findings
from maps.keys import Key
from maps.payload import write_payload
from maps.report import language_of
from maps.reporting.areas import find_area, part_of
from maps.reporting.drawing import Figure, draw_figure
from maps.reporting.picture import Sheet
from maps.standalone import page_text

if TYPE_CHECKING:
    from layers.atlas import Atlas

PAGE, PICTURE = "map.html", "map.png"
LARGEST_ALONE = 1_500_000
"""Size of a page above which it is not put into a single file as well: nobody pastes so much."""

SMALL = 340
"""Width of the picture that travels in a single file."""

WIDTH, HEIGHT = 960, 560
"""Of the frame, in pixels; the height until the page in it has told its own."""


@dataclass(frozen=True)
class Drawn:
    """A map page that is written.

    Attributes:
        atlas: that it shows.
        shown: what it opens with.
        lang, title: of the page.
        text: of the page, as `maps.standalone` writes it.
    """

    atlas: Atlas
    shown: str | Bivariate
    lang: str
    title: str
    text: str


@dataclass(frozen=True)
class Embed:
    """What the snippets are made of.

    Attributes:
        id: of the frame; the same for the same map.
        title, alt: of the map; what there is to see.
        page, image: addresses of the page and of the picture.
        width, height: of the picture.
        keys: its legend.
        findings: what the map shows, in sentences.
        sources: who the figures are from.
        words, lang: of the snippet.
    """

    id: str
    title: str
    alt: str
    page: str
    image: str
    width: int
    height: int
    keys: tuple[Key, ...]
    findings: tuple[str, ...]
    sources: str
    words: Mapping[str, str]
    lang: str


def write_embed(
    atlas: Atlas,
    folder: str | Path,
    *,
    show: str | None = None,
    lang: str | None = None,
    title: str | None = None,
    area: str | None = None,
    url: str = "",
) -> dict[str, int]:
    """Write a map's snippets into a folder, which appears or is replaced as a whole.

    Args:
        atlas: what to draw.
        folder: for the files; a new one, an empty one, or one that this function wrote.
        show: what the map opens with, as `draw_map` takes it.
        lang: "fr" or "en"; None takes the country's.
        title: of the map and the frame.
        area: code of a containing territory, to draw that part alone.
        url: address under which the folder will be published ("https://…/carte/"); without it the
            frame points to the file beside the page that holds it.

    Returns:
        Size in bytes of each file by its name.

    Raises:
        InputError: nothing of that name to show, no such area, no http(s) address, or a folder of
            something else.
        ProblemWithEnvironment: the folder cannot be written.
    """
    base = check_base(url)
    if area is not None:
        about = find_area(atlas, area, lang=lang or language_of(atlas))
        atlas = part_of(atlas, about.inside)
        title = title or _titled(atlas, show, about.name, lang or language_of(atlas))
    drawn = _draw(atlas, show, lang=lang or language_of(atlas), title=title)
    with staged_folder(Path(folder)) as staging:
        sizes = write_embed_files(drawn, staging, base=base)
        mark = {
            "zoneblanche": metadata.version("zoneblanche"),
            "command": "embed",
            "files": {name: {"sha256": sha256_of(staging / name)} for name in sorted(sizes)},
        }
        text = json.dumps(mark, ensure_ascii=False, indent=2) + "\n"
        (staging / "run.json").write_text(text, encoding="utf-8", newline="\n")
    return sizes


def _draw(atlas: Atlas, show: str | None, *, lang: str, title: str | None) -> Drawn:
    shown = read_show(atlas, show)
    payload = write_payload(atlas, shown, lang=lang, title=title)
    text = page_text(atlas, payload, show=shown, lang=lang)
    return Drawn(atlas, shown, lang, in_language(payload.head["title"], lang), text)


def write_embed_files(
    drawn: Drawn, folder: Path, *, base: str = "", sheet: Sheet | None = None
) -> dict[str, int]:
    """Write the snippets of a map that is written already into a folder that is there.

    `sheet` is that of all its territories, where they are laid out already.

    Raises:
        OSError: the folder cannot be written.
    """
    page = framed_page(drawn.text)
    embed, figure = _embed_of(drawn, base, sheet)
    alone = len(page) <= LARGEST_ALONE
    small = _figure_of(drawn, width=SMALL) if figure is not None and alone else None
    files: dict[str, bytes] = {PAGE: page.encode("utf-8")}
    if figure is not None:
        files[PICTURE] = figure.picture.png
    snippets = _snippets(embed, page if alone else "", small)
    for name, text in snippets.items():
        files[f"snippet{'' if name == 'iframe' else '-' + name}.html"] = text.encode("utf-8")
    files["oembed.json"] = _oembed(embed, snippets, base).encode("utf-8")
    for name, text in _examples(embed, snippets).items():
        files[name] = text.encode("utf-8")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {name: len(content) for name, content in files.items()}


def framed_page(page: str) -> str:
    """A map page that tells the page around it how high it wants to be, its scripts packed.

    Its policy lets two scripts and one style more of ours run; all else stays refused.
    """
    told, unpack, style = (read_asset(name) for name in ("frame.js", "unpack.js", "frame.css"))
    head, found, rest = page.partition("script-src ")
    middle, styled, rest = rest.partition("style-src ")
    body, ended, tail = rest.rpartition("</body>")
    if not (found and styled and ended):
        raise ValueError("the page has no policy to extend: it is not one of draw_map")
    for script in page_scripts():
        body = body.replace(f"<script>{script}</script>", _packed(script))
    return (
        f"{head}script-src {_hash(told)} {_hash(unpack)} {middle}style-src {_hash(style)} {body}"
        f"<style>{style}</style>\n<script>{told}</script>\n<script>{unpack}</script>\n</body>{tail}"
    )


@cache
def _packed(script: str) -> str:
    """A script as a block that `unpack.js` runs; the policy names its hash as before."""
    data = base64.b64encode(zlib.compress(script.encode("utf-8"), 9, 31)).decode("ascii")
    return f'<script type="application/octet-stream" data-packed>{data}</script>'


def _titled(atlas: Atlas, show: str | None, place: str, lang: str) -> str:
    """What is shown, and where."""
    shown = read_show(atlas, show)
    ids = [shown] if isinstance(shown, str) else [shown.x, shown.y]
    title = " × ".join(atlas.indicator(name).title_in(lang) for name in ids)
    return f"{title}{words_in(lang)['colon']}{place}" if place else title


def check_base(url: str) -> str:
    """The address of a folder, with its last slash; "" stays.

    Raises:
        InputError: not an http(s) address.

    >>> check_base("https://example.org/carte")
    'https://example.org/carte/'
    """
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    plain = not any(sign.isspace() or sign in "\"'<>`" for sign in url)
    if parts.scheme not in ("http", "https") or not parts.netloc or not plain:
        raise InputError(
            Fault(
                f"--url {url[:80]!r} is no http(s) address.",
                remedy="Write e.g. --url https://example.org/carte/.",
                kind="option",
            )
        )
    return url if url.endswith("/") else f"{url}/"


def _embed_of(drawn: Drawn, base: str, sheet: Sheet | None) -> tuple[Embed, Figure | None]:
    atlas, shown, lang, title = drawn.atlas, drawn.shown, drawn.lang, drawn.title
    figure = _figure_of(drawn, sheet=sheet)
    ids = [shown] if isinstance(shown, str) else [shown.x, shown.y]
    sources = union_of(*(atlas.indicator(name).sources for name in ids))
    words = words_in(lang)
    key = "\0".join([title, *ids, *map(str, atlas.codes)])
    embed = Embed(
        id="zoneblanche-" + hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:10],
        title=title,
        alt=figure.alt if figure else title,
        page=f"{base}{PAGE}",
        image=f"{base}{PICTURE}",
        width=figure.picture.width if figure else 1,
        height=figure.picture.height if figure else 1,
        keys=figure.keys if figure else (),
        findings=tuple(write_findings(atlas, ids, lang=lang)),
        sources=cite_all(sources, lang) or "–",
        words=words,
        lang=lang,
    )
    return embed, figure


def _figure_of(drawn: Drawn, *, width: int = 680, sheet: Sheet | None = None) -> Figure | None:
    everything = np.ones(len(drawn.atlas.codes), dtype=bool)
    return draw_figure(drawn.atlas, drawn.shown, everything, drawn.lang, width=width, sheet=sheet)


def _snippets(embed: Embed, page: str, small: Figure | None) -> dict[str, str]:
    """The text of each variant; without blank lines, which end HTML in Markdown."""
    template = _environment().get_template("embed.html")
    alone = replace(embed, id=f"{embed.id}-alone", page="")
    if small is not None:
        picture = small.picture
        alone = replace(alone, image=picture.data_url, width=picture.width, height=picture.height)
    srcdoc = template.render(embed=alone, variant="srcdoc", document=_in_attribute(page))
    found = {
        "iframe": template.render(embed=embed, variant="iframe", document=""),
        **({"srcdoc": srcdoc} if page else {}),
        "picture": template.render(embed=embed, variant="picture", document=""),
    }
    return {name: _without_blank_lines(text) for name, text in found.items()}


def _in_attribute(page: str) -> Markup:
    """A page as the value of an attribute, on one line: its scripts stay the same to the letter,
    as their hashes ask, and no blank line of theirs ends the snippet in Markdown."""
    for sign, written in (("&", "&amp;"), ('"', "&quot;"), ("\n", "&#10;")):
        page = page.replace(sign, written)
    return Markup(page)


def _without_blank_lines(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if line.strip()) + "\n"


def _oembed(embed: Embed, snippets: Mapping[str, str], base: str) -> str:
    """oEmbed 1.0, type rich: the frame by address where there is one, else the single file."""
    told: dict[str, object] = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "zoneblanche",
        "title": embed.title,
        "width": WIDTH,
        "height": HEIGHT,
        "html": snippets["iframe" if base or "srcdoc" not in snippets else "srcdoc"],
    }
    if base:
        told |= {
            "provider_url": base,
            "thumbnail_url": embed.image,
            "thumbnail_width": embed.width,
            "thumbnail_height": embed.height,
        }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _examples(embed: Embed, snippets: Mapping[str, str]) -> dict[str, str]:
    """Pages that hold the snippets as they are: HTML, Markdown, and Quarto's Markdown."""
    words, frame = embed.words, snippets["iframe"]
    labels = {"iframe": "iframe", "srcdoc": "srcdoc", "picture": "static"}
    shown = [{"name": labels[name], "html": Markup(text)} for name, text in snippets.items()]
    plain = _environment().get_template("embed_example.html")
    heading = f"# {words['example_title']}\n\n{words['before']}\n\n"
    raw = f"```{{=html}}\n{frame}```"
    quarto = f'---\ntitle: "{words["example_title"]}"\nformat: html\nlang: {embed.lang}\n---\n\n'
    return {
        "example.html": plain.render(words=words, lang=embed.lang, variants=shown),
        "example.md": f"{heading}{frame}\n{words['after']}\n",
        "example.qmd": f"{quarto}{words['before']}\n\n{raw}\n\n{words['after']}\n",
    }


@cache
def words_in(lang: str) -> dict[str, str]:
    """The words of an embed in a language."""
    text = (resources.files("maps") / "templates" / "embed.toml").read_text("utf-8")
    found: dict[str, str] = tomllib.loads(text)[lang]
    return found


@cache
def _environment() -> jinja2.Environment:
    def load(name: str) -> str:
        return (resources.files("maps") / "templates" / name).read_text("utf-8")

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(load),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
