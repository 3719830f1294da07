"""The snippets of an embed: the frame, the single file, the picture with its words; oEmbed; pages
that show each variant at work."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from markupsafe import Markup

from zoneblanche.geo.messages import translate_text
from zoneblanche.maps.drawn.legend import Key
from zoneblanche.maps.drawn.templates import read_template, templates
from zoneblanche.maps.report.map import Figure

WIDTH, HEIGHT = 960, 560
"""Of the frame, in pixels; the height until the page in it has sent its own."""


@dataclass(frozen=True)
class Embed:
    """The content of the snippets.

    Attributes:
        id: of the frame; the same for the same map.
        title, alt: of the map; its content in words.
        page, image: addresses of the page and of the picture.
        width, height: of the picture.
        keys: its legend.
        findings: what the map shows, in sentences.
        sources: of the figures.
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


def write_snippets(embed: Embed, page: str, small: Figure | None) -> dict[str, str]:
    """Return the text of each variant, without blank lines, which end HTML in Markdown."""
    template = templates().get_template("embed.html")
    alone = replace(embed, id=f"{embed.id}-alone", page="")
    if small is not None:
        picture, sheet = small.picture, small.picture.sheet
        alone = replace(alone, image=picture.data_url, width=sheet.width, height=sheet.height)
    srcdoc = template.render(embed=alone, variant="srcdoc", document=_in_attribute(page))
    snippets = {
        "iframe": template.render(embed=embed, variant="iframe", document=""),
        **({"srcdoc": srcdoc} if page else {}),
        "picture": template.render(embed=embed, variant="picture", document=""),
    }
    return {name: _without_blank_lines(text) for name, text in snippets.items()}


def _in_attribute(page: str) -> Markup:
    """Return a page as the value of an attribute, on one line. Its scripts do not change, as their
    hashes require, and no blank line ends the snippet in Markdown."""
    for sign, written in (("&", "&amp;"), ('"', "&quot;"), ("\n", "&#10;")):
        page = page.replace(sign, written)
    return Markup(page)


def _without_blank_lines(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if line.strip()) + "\n"


def write_oembed(embed: Embed, snippets: Mapping[str, str], base: str) -> str:
    """Return oEmbed 1.0, type rich: the frame by address if there is one, else the single file."""
    record: dict[str, object] = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "zoneblanche",
        "title": embed.title,
        "width": WIDTH,
        "height": HEIGHT,
        "html": snippets["iframe" if base or "srcdoc" not in snippets else "srcdoc"],
    }
    if base:
        record |= {
            "provider_url": base,
            "thumbnail_url": embed.image,
            "thumbnail_width": embed.width,
            "thumbnail_height": embed.height,
        }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def write_examples(embed: Embed, snippets: Mapping[str, str]) -> dict[str, str]:
    """Return pages that contain the snippets: HTML, Markdown, and Quarto's Markdown."""
    words, frame = embed.words, snippets["iframe"]
    labels = {"iframe": "iframe", "srcdoc": "srcdoc", "picture": "static"}
    shown = [{"name": labels[name], "html": Markup(text)} for name, text in snippets.items()]
    plain = templates().get_template("embed_example.html")
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
    """Return the words of an embed in a language: those of `embed.toml`, translated."""
    words: dict[str, str] = tomllib.loads(read_template("embed.toml"))
    return {key: translate_text(text, lang, "embed") for key, text in words.items()}
