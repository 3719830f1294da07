"""The page as one self-contained file, without a folium map.

Importing folium takes as long as packing the page; `draw_map(…).save` writes the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zoneblanche.geo.country import Text, in_language
from zoneblanche.geo.runtime.memory import release_memory
from zoneblanche.maps.drawn.bivariate import Bivariate, ids_of, read_show
from zoneblanche.maps.drawn.classes import class_territories
from zoneblanche.maps.drawn.legend import describe_classes, keys_of
from zoneblanche.maps.page.html import Still, write_document, write_whole
from zoneblanche.maps.page.noscript_text import write_findings
from zoneblanche.maps.page.payload import Payload, write_payload
from zoneblanche.maps.page.shapes.geometry import PageGeometry
from zoneblanche.maps.page.shapes.still import paint_still

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas


def write_page(
    atlas: Atlas,
    path: Path,
    show: str | tuple[str, str] | Bivariate | None = None,
    *,
    lang: str | None = None,
    title: Text | str | None = None,
    geometry: PageGeometry | None = None,
) -> None:
    """Write the page that `draw_map(atlas, show).save(path)` writes, whole or not at all.

    Args:
        atlas, show, lang, title: as for `draw_map`.
        geometry: of the atlas' territories, if `encode_geometry` computed it before.

    Raises:
        InputError: the atlas has no such indicator, or none at all.
        ProblemWithEnvironment: the file cannot be written.
    """
    lang = lang or atlas.lang
    shown = read_show(atlas, show)
    payload = write_payload(atlas, shown, lang=lang, title=title, geometry=geometry)
    release_memory()  # the figures of the containing levels, before the picture is painted
    write_whole(path, page_text(atlas, payload, show=shown, lang=lang))


def page_text(atlas: Atlas, payload: Payload, *, show: str | Bivariate, lang: str) -> str:
    """Return the page as text."""
    return write_document(
        payload.blocks,
        lang=lang,
        title=full_title(payload.head, lang),
        findings=write_findings(atlas, ids_of(show), lang=lang),
        still=draw_still(atlas, payload, show=show, lang=lang),
        embedded=payload.head["embed"],
    )


def full_title(head: Mapping[str, Any], lang: str) -> str:
    """Return the title of a page, with the place if it is a part of the country."""
    title = in_language(head["title"], lang)
    place = in_language(head["place"], lang) if head["partial"] else ""
    return f"{place} – {title}" if place and place not in title else title


def draw_still(atlas: Atlas, payload: Payload, *, show: str | Bivariate, lang: str) -> Still | None:
    """Return the first map as a picture with its legend, for readers without a script."""
    classed = class_territories(atlas, show, lang=lang)
    painted = paint_still(payload.geometry, dict(payload.head), classed.of, classed.colours)
    if painted is None:
        return None
    png, width, height = painted
    everything = np.ones(len(atlas.codes), dtype=bool)
    shown = next(layer for layer in payload.head["layers"] if layer["id"] == payload.head["show"])
    title = in_language(shown["title"], lang)
    units = atlas.territories.level_title(lang, plural=len(atlas.codes) != 1)
    alt = describe_classes(classed, everything, title=title, units=units, lang=lang)
    return Still(png, width, height, title, alt, keys_of(classed, everything, lang))
