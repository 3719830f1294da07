"""An atlas as the data blocks of a page: a header in JSON, and streams of bytes.

Text of the data is only in these blocks. docs/map-page.md describes the layout.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zoneblanche.geo.country import Text
from zoneblanche.geo.messages import _, in_languages, notice_texts, remark, warnings_first
from zoneblanche.geo.reasons import Reason
from zoneblanche.maps.drawn.bivariate import Bivariate, ids_of
from zoneblanche.maps.drawn.breaks import METHODS
from zoneblanche.maps.drawn.palettes import for_page
from zoneblanche.maps.drawn.words import HOW_TO_READ, page_words
from zoneblanche.maps.page.encoding import pack_block
from zoneblanche.maps.page.header.layers import (
    FIRST_METHOD,
    Citations,
    describe_bivariate,
    describe_layer,
    list_bivariates,
    page_text,
)
from zoneblanche.maps.page.header.places import (
    choose_opening,
    choose_outline,
    describe_bands,
    describe_facts,
    describe_level,
    describe_levels,
    describe_places,
    describe_project,
    pack_codes,
    pack_text,
    place_of,
    write_json,
)
from zoneblanche.maps.page.header.probability import with_probabilities
from zoneblanche.maps.page.header.table_words import table_words
from zoneblanche.maps.page.header.upper_levels import describe_upper
from zoneblanche.maps.page.shapes.geometry import PageGeometry, encode_territories
from zoneblanche.maps.page.shapes.lines import pack_lines, part_lines

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas

Streams = dict[str, bytes]

GLANCE = 5_000
"""Number of territories above which a page opens with a containing level."""


@dataclass(frozen=True)
class Embedded:
    """What the page of an embed has.

    Attributes:
        findings: the headline of each of its layers, by language; other layers are left out.
        towns: name, latitude and longitude of towns to name on the map, the largest first; empty
            to name the territories.
        full_map: address of the whole map page, to link to; "" without.
    """

    findings: Mapping[str, Mapping[str, str]]
    towns: Sequence[tuple[str, float, float]] = ()
    full_map: str = ""


@dataclass(frozen=True)
class Payload:
    """The data of a page.

    Attributes:
        blocks: base64 text by name: `head`, `arcs` and `map` (needed for the first picture), and
            `data` (all else); `inner` are the arcs that a page which opens with a containing level
            shows later.
        head: the header before it was packed.
        geometry: of the territories.
    """

    blocks: Mapping[str, str]
    head: Mapping[str, Any]
    geometry: PageGeometry


def write_payload(
    atlas: Atlas,
    show: str | Bivariate,
    *,
    lang: str,
    title: Text | str | None = None,
    geometry: PageGeometry | None = None,
    embedded: Embedded | None = None,
) -> Payload:
    """Pack an atlas for a page that opens with `show` in `lang`.

    Args:
        atlas, show, lang, title: as for `draw_map`.
        geometry: of the atlas' territories, if it was encoded before.
        embedded: for a map in an article; None for a whole page.
    """
    territories = atlas.territories
    if geometry is None:
        geometry = encode_territories(territories)
    citations = Citations()
    # A map in an article has no script that computes breaks.
    methods = (FIRST_METHOD,) if embedded is None else tuple(METHODS)
    wanted = None if embedded is None else {*embedded.findings, _id_of(show)}
    layers, figures = _layers(with_probabilities(atlas), show, citations, methods, wanted)
    levels, parents, containers = describe_levels(territories)
    upper, upper_streams = describe_upper(atlas, layers, citations, methods=methods, wanted=wanted)
    shown = next(layer for layer in layers if layer["id"] == _id_of(show))
    heading = title
    if heading is None:
        heading = shown["title"] if embedded else _title(layers, shown)
    if embedded is not None:
        only = embedded.findings
        # The parts of an index are not in the file.
        layers = [layer | {"tree": None, "finding": only.get(layer["id"], {})} for layer in layers]
        upper = [_without_trees(level) for level in upper]
    facts, fact_streams = describe_facts(territories)
    codes, code_width = pack_codes(territories)
    outline = choose_outline(levels, len(territories))
    place = place_of(territories)
    # A level above has no categories: a page that shows them opens with the territories.
    showing = [level for level in upper if set(ids_of(show)) <= _ids_in(level)]
    opening = choose_opening(showing, levels) if len(territories) > GLANCE else ""
    head = {
        "lang": lang,
        "show": shown["id"],
        "title": heading,
        "readings": {name: in_languages(text) for name, text in HOW_TO_READ.items()},
        "place": place,
        "partial": territories.country is not None and place != page_text(territories.country.name),
        "level": describe_level(territories),
        "levels": levels,
        "outline": outline,
        "upper": upper,
        "opening": opening,
        "code_width": code_width,
        "facts": facts,
        "bands": describe_bands(territories),
        "layers": layers,
        "boundaries": citations.cite(territories.sources),
        "sources": citations.describe(),
        "reasons": {int(reason): reason.title for reason in Reason if reason},
        "notices": [*map(notice_texts, warnings_first(atlas.notices)), *_simplified(geometry)],
        "colours": for_page(),
        "words": {
            language: page_words(language) | ({} if embedded else table_words(language))
            for language in ((lang,) if embedded else dict.fromkeys((*atlas.languages, lang)))
        },
        "embed": embedded is not None,
        "towns": [] if embedded is None else list(embedded.towns),
        **({"full_map": embedded.full_map} if embedded and embedded.full_map else {}),
        "project": None if embedded else describe_project(territories),
        "geometry": geometry.header,
        **_report(atlas),
        **describe_places(territories, geometry),
    }
    text = pack_text(territories, containers, with_codes=not codes, with_former=embedded is None)
    first = {*ids_of(show), f"parent/{outline}"}
    if opening:
        above = next(level for level in upper if level["id"] == opening)
        first = {f"{opening}:{name}" for name in ids_of(show)}
        first |= {f"parent/{opening}", f"parent/{outline}", f"parent/{above['outline']}"}
    streams = {"text": text, **codes, **parents, **fact_streams, **figures, **upper_streams}
    units = None
    if opening and not geometry.header["layered"]:
        units, _known = pd.factorize(territories.parents[opening])
    return _pack(head, geometry, streams, first, units)


def _report(atlas: Atlas) -> dict[str, Any]:
    """Return where readers report errors, if the territories are those that were measured."""
    country = atlas.territories.country
    measured = country is None or atlas.territories.level == country.base.id
    return {"report": {"mail": atlas.contact}} if measured else {}


def _ids_in(level: Mapping[str, Any]) -> set[str]:
    """Return the ids of the layers of a described level."""
    return {layer["id"] for layer in level["layers"]}


def _without_trees(upper: dict[str, Any]) -> dict[str, Any]:
    """Return a containing level without the parts of its indices."""
    return upper | {"layers": [layer | {"tree": None} for layer in upper["layers"]]}


def _id_of(show: str | Bivariate) -> str:
    return show if isinstance(show, str) else show.id


def _layers(
    atlas: Atlas,
    show: str | Bivariate,
    citations: Citations,
    methods: Sequence[str],
    wanted: Collection[str] | None,
) -> tuple[list[dict[str, Any]], Streams]:
    layers: list[dict[str, Any]] = []
    figures: Streams = {}
    for name, indicator in atlas.indicators.items():
        if wanted is None or name in wanted:
            layer, streams = describe_layer(atlas, indicator, citations, methods=methods)
            layers.append(layer)
            figures |= streams
    layers += [
        describe_bivariate(atlas, pair, citations)
        for pair in list_bivariates(atlas, show)
        if wanted is None or pair.id in wanted
    ]
    return layers, figures


def _pack(
    head: dict[str, Any],
    geometry: PageGeometry,
    streams: Streams,
    first: set[str],
    units: np.ndarray | None,
) -> Payload:
    """Return blocks: first what the first picture needs, so that it appears immediately. `units` is
    the position of what it shows by territory, or None for the territories."""
    blocks, places = {}, {}
    at_once = {name: data for name, data in streams.items() if name in first}
    later = {name: data for name, data in streams.items() if name not in first}
    arcs = {"arcs": geometry.streams}
    if units is not None:
        parts = part_lines(geometry.lines, units)
        arcs = {name: pack_lines(part) for name, part in zip(("arcs", "inner"), parts, strict=True)}
    for name, packed in arcs.items():
        blocks[name], places[name] = pack_block(packed, kind="tokens")
    blocks["map"], places["map"] = pack_block(at_once)
    blocks["data"], places["data"] = pack_block(later)
    head["places"] = places
    blocks["head"], _unused = pack_block({"head": write_json(head)})
    return Payload(blocks, head, geometry)


def _title(layers: list[dict[str, Any]], shown: Mapping[str, Any]) -> Any:
    return next((layer for layer in layers if layer["role"] == "index"), shown)["title"]


def _simplified(geometry: PageGeometry) -> list[dict[str, str]]:
    if not geometry.tolerance_m:
        return []
    notice = _(
        "Borders are simplified: they leave their source by at most {metres} m.",
        metres=f"{geometry.tolerance_m:.0f}",
    )
    return [notice_texts(remark(notice))]
