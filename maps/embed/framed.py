"""A map page for a frame: it sends its height to the page around it, and is compressed."""

from __future__ import annotations

import base64
import zlib
from functools import cache

from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.page.content_policy import hash_source
from zoneblanche.maps.page.html import page_scripts


def framed_page(page: str) -> str:
    """Return a map page that sends its height to the page around it, with compressed scripts.

    Its policy allows two more scripts and one more style of ours; everything else stays refused.
    """
    frame_script, unpack, style = (
        read_asset(name) for name in ("frame.js", "unpack.js", "frame.css")
    )
    head, found, rest = page.partition("script-src ")
    middle, styled, rest = rest.partition("style-src ")
    body, ended, tail = rest.rpartition("</body>")
    if not (found and styled and ended):
        raise ValueError("the page has no policy to extend: it is not one of draw_map")
    for script in page_scripts():
        body = body.replace(f"<script>{script}</script>", _packed(script))
    scripts = f"{hash_source(frame_script)} {hash_source(unpack)}"
    return (
        f"{head}script-src {scripts} {middle}style-src {hash_source(style)} {body}"
        f"<style>{style}</style>\n<script>{frame_script}</script>\n<script>{unpack}</script>\n</body>{tail}"
    )


@cache
def _packed(script: str) -> str:
    """Return a script as a block that `unpack.js` runs; the policy lists its hash as before."""
    data = base64.b64encode(zlib.compress(script.encode("utf-8"), 9, 31)).decode("ascii")
    return f'<script type="application/octet-stream" data-packed>{data}</script>'
