"""A map page for a frame: it sends its height to the page around it."""

from __future__ import annotations

from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.page.content_policy import hash_source


def framed_page(page: str) -> str:
    """Return a map page that sends its height to the page around it.

    Its policy allows one more script and one more style of ours; everything else stays refused.
    """
    frame_script, style = read_asset("frame.js"), read_asset("frame.css")
    head, found, rest = page.partition("script-src ")
    middle, styled, rest = rest.partition("style-src ")
    body, ended, tail = rest.rpartition("</body>")
    if not (found and styled and ended):
        raise ValueError("the page has no policy to extend: it is not one of draw_map")
    return (
        f"{head}script-src {hash_source(frame_script)} {middle}style-src {hash_source(style)} "
        f"{body}<style>{style}</style>\n<script>{frame_script}</script>\n</body>{tail}"
    )
