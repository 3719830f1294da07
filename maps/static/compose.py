"""One static map put together on paper: title, map, frames of distant parts, legend, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from maps.classed import Classed
from maps.palettes import MISSING, RULE
from maps.static.layout import (
    BESIDE_FROM,
    GAP,
    MARGIN,
    MM,
    Caption,
    Frame,
    Letters,
    letters_for,
    place_frames,
    place_main,
    round_length,
)
from maps.static.legend import QUIET, Told, draw_legend
from maps.static.pen import Pen
from maps.static.shapes import (
    Placed,
    cut_regions,
    join_classes,
    outline_groups,
    simplify,
    typical_width,
)
from maps.words import write_number

if TYPE_CHECKING:
    from layers.atlas import Atlas

LEGEND_SHARE = 0.36
WIDE_ENOUGH = 6.0
"""Width in points of a typical territory from which borders between territories are drawn."""

NAMED_UP_TO, NAMED = 800, 8
"""Territories up to which the largest are named, and how many are."""

COAST, BORDER = "#1d2530", "#3a4350"


def compose(
    atlas: Atlas, classed: Classed, caption: Caption, *, inside: np.ndarray, width: float
) -> Any:
    """The figure of a map.

    Args:
        atlas: the territories that are drawn.
        classed: classes of all territories of the whole atlas.
        caption: the words.
        inside: which of the whole atlas are drawn.
        width: of the paper, in points.
    """
    pen = Pen(width)
    letters = letters_for(width / MM)
    inner = width - 2 * MARGIN
    y = _head(pen, caption, letters, inner)
    beside = width / MM >= BESIDE_FROM
    legend_wide = inner * LEGEND_SHARE if beside else inner
    map_wide = inner - legend_wide - GAP if beside else inner
    main, *distant = cut_regions(atlas.territories, lang=caption.lang)
    placed, box = place_main(main, MARGIN, y + 4, map_wide)
    of = classed.of[inside]
    _draw_part(pen, placed, of, classed.colours)
    _draw_names(pen, atlas, placed, letters)
    bottom = _draw_scale(pen, placed, MARGIN, box.bottom + 12, map_wide / 4, letters, caption.lang)
    frames = place_frames(distant, MARGIN, bottom + 6, map_wide)
    for frame in frames:
        bottom = max(bottom, _draw_frame(pen, frame, of, classed.colours, letters, caption.lang))
    told = Told(caption.heading, inside, caption.units, caption.lang)
    left, top = (width - MARGIN - legend_wide, y + 2) if beside else (MARGIN, bottom + 4)
    end = draw_legend(pen, classed, told, left=left, top=top, width=legend_wide, letters=letters)
    return pen.finish(_foot(pen, caption, max(bottom, end) + 6, inner, letters) + MARGIN)


def _head(pen: Pen, caption: Caption, letters: Letters, width: float) -> float:
    y = MARGIN - 2
    for line in pen.wrap(caption.title, width, letters.title, bold=True, most=4):
        y += letters.title * 1.22
        pen.write(MARGIN, y, line, letters.title, bold=True)
    y += 3
    for line in pen.wrap(caption.note, width, letters.text, most=4):
        y += letters.line
        pen.write(MARGIN, y, line, letters.text, colour=QUIET)
    return y + 4


def _foot(pen: Pen, caption: Caption, top: float, width: float, letters: Letters) -> float:
    """The sources, under a rule."""
    pen.box(MARGIN, top, width, 0, line=RULE["light"])
    y = top + 2
    for text in caption.sources:
        for line in pen.wrap(text, width, letters.small, most=12):
            y += letters.small_line
            pen.write(MARGIN, y, line, letters.small, colour=QUIET)
    return y + 3


def _draw_part(pen: Pen, placed: Placed, of: np.ndarray, colours: tuple[str, ...]) -> None:
    """Territories by class, with their borders where there is room, containing territories' and
    the coast."""
    ground, stripe = MISSING["light"]
    for k, shapes in join_classes(placed, of).items():
        pen.fill(shapes, ground if k < 0 else colours[k], hatch=stripe if k < 0 else None)
    fine = typical_width(placed) >= WIDE_ENOUGH
    if fine:
        borders = placed.on_paper(simplify(placed.region.shapes, placed.step))
        pen.trace(borders, "#ffffff", 0.6)
        pen.trace(borders, RULE["light"], 0.2)
    groups, coast = outline_groups(placed)
    if len(groups):
        # Dark between pale lines is seen on every colour.
        pen.trace(groups, "#ffffff", 1.0 if fine else 0.55)
        pen.trace(groups, BORDER, 0.6 if fine else 0.25)
    pen.trace(coast, COAST, 0.5)


def _draw_scale(
    pen: Pen, placed: Placed, left: float, base: float, most: float, letters: Letters, lang: str
) -> float:
    """A scale bar of a round length; returns where it ends."""
    metres = round_length(placed.step, most)
    kilometres = metres >= 1000
    number = metres / 1000 if kilometres else metres
    digits = 0 if number >= 1 else 1
    text = f"{write_number(number, digits, lang)}\u00a0{'km' if kilometres else 'm'}"
    pen.bar(left, base, metres / placed.step, text, letters.small)
    return base + 2


def _draw_frame(
    pen: Pen,
    frame: Frame,
    of: np.ndarray,
    colours: tuple[str, ...],
    letters: Letters,
    lang: str,
) -> float:
    box = frame.box
    _draw_part(pen, frame.placed, of, colours)
    pen.box(box.left, box.top, box.width, box.height, line=RULE["light"])
    size = letters.small
    title = frame.placed.region.title
    fitting = min(size, size * box.width / max(pen.measure(title, size), 1e-6))
    pen.write(box.left, box.bottom + size * 1.15, title, fitting)
    return _draw_scale(
        pen, frame.placed, box.left, box.bottom + size * 2.4, box.width * 0.55, letters, lang
    )


def _draw_names(pen: Pen, atlas: Atlas, placed: Placed, letters: Letters) -> None:
    """Names of the largest territories that do not stand in each other's way."""
    members = placed.region.members
    people = atlas.territories.facts.get("population")
    if people is None or not 8 <= len(members) <= NAMED_UP_TO:
        return
    size = people.to_numpy(dtype="float64")[members]
    order = np.argsort(-np.nan_to_num(size), kind="stable")[: NAMED * 4]
    middles = placed.on_paper(shapely.point_on_surface(placed.region.shapes[order]))
    names = atlas.territories.names.to_numpy()[members[order]]
    taken: list[tuple[float, float, float]] = []
    for x, y, name in zip(shapely.get_x(middles), shapely.get_y(middles), names, strict=True):
        reach = pen.measure(str(name), letters.small) / 2 + 3
        clear = all(abs(y - b) > 12 or abs(x - a) > reach + c for a, b, c in taken)
        if len(taken) < NAMED and clear and reach < x < pen.width - reach and len(str(name)) < 30:
            taken.append((x, y, reach))
            pen.write(x, y + 2, str(name), letters.small, align="center", halo=True)
