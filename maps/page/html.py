"""The page as one HTML file: everything is inside, nothing is requested, only our script runs."""

from __future__ import annotations

import base64
import html
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from zoneblanche.geo.files.results.output import staged_file
from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.drawn.legend import Key
from zoneblanche.maps.drawn.palettes import RULE
from zoneblanche.maps.page.content_policy import hash_source

SCRIPTS = (
    "dom.js",
    "later.js",
    "gzip.js",
    "decode.js",
    "raster.js",
    "paint.js",
    "layer.js",
    "model.js",
    "levels.js",
    "labels.js",
    "speech.js",
    "classes.js",
    "breaks.js",
    "certainty.js",
    "waves.js",
    "histogram.js",
    "legend.js",
    "article.js",
    "contributions.js",
    "card.js",
    "neighbours.js",
    "matching.js",
    "search.js",
    "insets.js",
    "pairs.js",
    "chooser.js",
    "beside.js",
    "rows.js",
    "table.js",
    "files.js",
    "corrections.js",
    "encoding.js",
    "delimited.js",
    "workbook.js",
    "sheet.js",
    "marks.js",
    "figures.js",
    "groups.js",
    "codes.js",
    "classing.js",
    "owntable.js",
    "zip.js",
    "project.js",
    "dropping.js",
    "weights.js",
    "shapes.js",
    "picture.js",
    "tools.js",
    "address.js",
    "theme.js",
    "scale.js",
    "panel.js",
    "placing.js",
    "touch.js",
    "pointing.js",
    "verbs.js",
    "early.js",
    "restoring.js",
    "app.js",
    "embed.js",
)
"""The files of our script, in the order of concatenation; see docs/map-page.md."""

OF_THE_READER = frozenset(
    {
        "encoding.js",
        "delimited.js",
        "workbook.js",
        "sheet.js",
        "marks.js",
        "figures.js",
        "groups.js",
        "codes.js",
        "classing.js",
        "owntable.js",
        "project.js",
    }
)
"""Scripts that only a reader's table and weights need."""

LAST = ("inner", "data")
"""The blocks that the first picture does not need."""

START = 'window.zoneblanche.started = window.zoneblanche.startPage(document.getElementById("zb"));'
"""A promise of the page, for tests, benchmarks and embedding sites."""


@cache
def leaflet() -> str:
    """Return Leaflet as published, without the line that names its source map."""
    lines = read_asset("leaflet.js").splitlines()
    return "\n".join(line for line in lines if not line.startswith("//# sourceMappingURL="))


@cache
def our_script(*, embedded: bool = False) -> str:
    """Return our modules in one scope; the page and folium call what it exports. An embed has none
    of those for a reader's table and weights, which it does not offer."""
    names = [name for name in SCRIPTS if not (embedded and name in OF_THE_READER)]
    modules = "\n".join(without_comments(read_asset(name)) for name in names)
    exported = "window.zoneblanche = { startPage, layerFor };"
    return "\n".join(["(function () {", '"use strict";', modules, exported, "})();"])


def without_comments(script: str) -> str:
    """Return a script of ours without comment lines and indentation, which would be a third of it.
    No string of ours continues over a line break (a test checks this).

    >>> without_comments("/** Twice.\\n * x */\\nfunction f(x) {\\n  // why\\n  return 2 * x;\\n}")
    'function f(x) {\\nreturn 2 * x;\\n}'
    """
    kept, inside = [], False
    for line in map(str.strip, script.splitlines()):
        inside = inside or line.startswith("/*")
        if not inside and line and not line.startswith("//"):
            kept.append(line)
        inside = inside and not line.endswith("*/")
    return "\n".join(kept)


@cache
def page_scripts(*, embedded: bool = False) -> tuple[str, str]:
    """Return the scripts of a page, as they are written in it."""
    return leaflet(), our_script(embedded=embedded) + "\n" + START


@cache
def packed_script(script: str) -> str:
    """Return a script as a block that `unpack.js` runs: a third of its size. The policy of the page
    lists its hash, so nothing else can run in its place."""
    data = base64.b64encode(zlib.compress(script.encode("utf-8"), 9, 31)).decode("ascii")
    return f'<script type="application/octet-stream" data-packed>{data}</script>'


@cache
def unpacking_script() -> str:
    """Return the script that unpacks and runs the others. It comes before them, so it has its own
    copy of what unpacks the data."""
    modules = "\n".join(without_comments(read_asset(name)) for name in ("gzip.js", "unpack.js"))
    return "\n".join(["(function () {", '"use strict";', modules, "unpackScripts();", "})();"])


@cache
def our_style() -> str:
    """Return Leaflet's style and ours."""
    return "\n".join(map(read_asset, ("leaflet.css", "page.css", "owntable.css", "weights.css")))


def data_blocks(blocks: Mapping[str, str], *, prefix: str = "zoneblanche") -> str:
    """Return the data as elements that no browser executes; base64 contains neither markup nor
    templates."""
    return "\n".join(
        f'<script type="application/octet-stream" id="{prefix}-{name}">{text}</script>'
        for name, text in blocks.items()
    )


@dataclass(frozen=True)
class Still:
    """A picture of the first map: its PNG and size in pixels, its title, its content in words, and
    its legend."""

    png: bytes
    width: int
    height: int
    title: str
    alt: str
    legend: tuple[Key, ...]


def write_document(
    blocks: Mapping[str, str],
    *,
    lang: str,
    title: str,
    findings: list[str],
    still: Still | None = None,
    embedded: bool = False,
) -> str:
    """Return the whole page.

    Args:
        blocks: base64 text by name.
        lang: language in which the page opens.
        title: of the document, as in the data; it is escaped here.
        findings: sentences for a reader without a script; escaped here.
        still: a picture for that reader.
        embedded: whether it is the page of an embed.
    """
    scripts = page_scripts(embedded=embedded)
    style = our_style()
    paragraphs = "".join(f"<p>{_escaped(sentence)}</p>" for sentence in findings)
    # Joined, not formatted into each other: a title that looks like a template stays a title.
    parts = [
        "<!DOCTYPE html>\n",
        f'<html lang="{lang}" class="zb-page">\n<head>\n<meta charset="utf-8">\n',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts, style)}">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        '<meta name="referrer" content="no-referrer">\n',
        '<meta name="generator" content="zoneblanche">\n',
        '<meta name="color-scheme" content="light dark">\n',
        "<title>", _escaped(title), "</title>\n",
        "<style>", style, "</style>\n</head>\n<body>\n",
        '<div id="zb" class="zb-root"></div>\n',
        "<noscript><h1>", _escaped(title), "</h1>", _picture(still), paragraphs, "</noscript>\n",
        data_blocks({name: text for name, text in blocks.items() if name not in LAST}), "\n",
    ]  # fmt: skip
    parts += [f"{packed_script(script)}\n" for script in scripts]
    # The map is painted while the browser still reads what the first picture does not need.
    parts.append(f"<script>{unpacking_script()}</script>\n")
    last = {name: blocks[name] for name in LAST if name in blocks}
    parts += [data_blocks(last), "\n</body>\n</html>\n"]
    return "".join(parts)


def _picture(still: Still | None) -> str:
    """Return the picture with its legend; swatches are SVG, whose colours the policy allows."""
    if still is None:
        return ""
    data = base64.b64encode(still.png).decode("ascii")
    marks = "".join(
        f'<li><svg width="20" height="14"><rect width="20" height="14" fill="{key.colour}" '
        f'stroke="{RULE["light"]}"/>{_stripes(key)}</svg> {_escaped(key.text)}</li>'
        for key in still.legend
    )
    return (
        f'<figure><img src="data:image/png;base64,{data}" width="{still.width}" '
        f'height="{still.height}" alt="{_escaped(still.alt)}">'
        f"<figcaption>{_escaped(still.title)}<ul>{marks}</ul></figcaption></figure>"
    )


def _stripes(key: Key) -> str:
    lines = "M0 14L14 0M7 14L20 1M-7 14L7 0M14 14L28 0"
    return f'<path stroke="{key.stripe}" stroke-width="1.6" d="{lines}"/>' if key.stripe else ""


def _policy(scripts: Iterable[str], style: str) -> str:
    allowed = " ".join(map(hash_source, (*scripts, unpacking_script())))
    return (
        f"default-src 'none'; script-src {allowed}; style-src {hash_source(style)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _escaped(text: str) -> str:
    return html.escape(text.encode("utf-8", "replace").decode("utf-8"))


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        InputError: the path leads to a folder or a device.
        ProblemWithEnvironment: the place cannot be written, or the disk is full.
    """
    with staged_file(path, "map") as staging:
        staging.write_text(text, encoding="utf-8", newline="\n")
