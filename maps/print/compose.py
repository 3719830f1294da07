"""The composition of a static map: title, map, frames of distant parts, legend, sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from zoneblanche.maps.drawn.classes import Classed
from zoneblanche.maps.drawn.distance import round_length, write_distance
from zoneblanche.maps.drawn.palettes import MISSING, RULE
from zoneblanche.maps.print.layout import (
    BESIDE_FROM,
    GAP,
    MARGIN,
    MM,
    Box,
    Caption,
    Frame,
    Letters,
    Paper,
    letters_for,
    place_frames,
    place_main,
)
from zoneblanche.maps.print.legend import QUIET, CaptionFacts, draw_legend
from zoneblanche.maps.print.pen import Pen
from zoneblanche.maps.print.shapes import (
    Placed,
    cut_regions,
    join_classes,
    outline_groups,
    simplify,
    typical_width,
)

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas

LEGEND_SHARE = 0.36
WIDE_ENOUGH = 6.0
"""Width in points of a typical territory above which borders between territories are drawn."""

NAMED_UP_TO, NAMED = 800, 8
"""Number of territories up to which the largest are named, and number of names."""

MOST_LINES = 12
"""Of the sources."""

SHORTEST_BAR = 6.0
"""Length in points below which a scale bar is not shortened for its text."""

UNDER_MAP = 14.0
"""Height of the scale bar and the space above it, in points."""

COAST, BORDER = "#1d2530", "#3a4350"


def compose(
    atlas: Atlas, classed: Classed, caption: Caption, *, inside: np.ndarray, paper: Paper
) -> Any:
    """Return the figure of a map.

    Args:
        atlas: the territories to draw.
        classed: classes of all territories of the whole atlas.
        caption: the texts.
        inside: which territories of the whole atlas are drawn.
        paper: the size limits. If the height is bounded, frames of distant parts are under the
            legend, and the map has the height between title and sources.
    """
    pen = Pen(paper.width * MM)
    letters = letters_for(paper.width)
    inner = pen.width - 2 * MARGIN
    legend_beside = paper.width >= BESIDE_FROM
    y = _head(pen, caption, letters, inner)
    end = None  # of the content between head and foot
    if paper.height is not None and legend_beside:
        end = paper.height * MM - _foot_height(pen, caption, inner, letters) - 6
    legend_wide = inner * LEGEND_SHARE if legend_beside else inner
    map_wide = inner - legend_wide - GAP if legend_beside else inner
    main, *distant = cut_regions(atlas.territories, lang=caption.lang)
    highest = None if end is None else end - y - 4 - UNDER_MAP
    placed, box = place_main(main, MARGIN, y + 4, map_wide, highest)
    class_numbers = classed.of[inside]
    hand = Hand(pen, classed.colours, letters, caption.lang, coarse=caption.coarse)
    hand.draw_part(placed, class_numbers)
    hand.draw_names(atlas, placed, box)
    bottom = hand.draw_scale(placed, MARGIN, box.bottom + 12, map_wide, longest=map_wide / 4)
    if end is None:
        for frame in place_frames(distant, MARGIN, bottom + 6, map_wide):
            bottom = max(bottom, hand.draw_frame(frame, class_numbers))
    caption_facts = CaptionFacts(
        caption.heading, inside, caption.units, caption.lang, coarse=caption.coarse
    )
    left, top = (pen.width - MARGIN - legend_wide, y + 2) if legend_beside else (MARGIN, bottom + 4)
    under = draw_legend(
        pen, classed, caption_facts, left=left, top=top, width=legend_wide, letters=letters
    )
    if end is not None:
        for frame in place_frames(distant, left, under + 8, legend_wide, end - under - 8):
            under = max(under, hand.draw_frame(frame, class_numbers))
    return pen.finish(_foot(pen, caption, max(bottom, under) + 6, inner, letters))


def _head(pen: Pen, caption: Caption, letters: Letters, width: float) -> float:
    y = pen.write_lines(
        MARGIN, MARGIN - 2, caption.title, width, letters.title, bold=True, spacing=1.22
    )
    return 4 + pen.write_lines(MARGIN, y + 3, caption.note, width, letters.text, colour=QUIET)


def _foot(pen: Pen, caption: Caption, top: float, width: float, letters: Letters) -> float:
    """Draw the sources, under a line; return where the paper ends."""
    pen.box(MARGIN, top, width, 0, line=RULE["light"])
    y = top + 2
    for text in caption.sources:
        y = pen.write_lines(MARGIN, y, text, width, letters.small, colour=QUIET, most=MOST_LINES)
    return y + 3 + MARGIN


def _foot_height(pen: Pen, caption: Caption, width: float, letters: Letters) -> float:
    lines = [pen.wrap(text, width, letters.small, most=MOST_LINES) for text in caption.sources]
    return 2 + sum(map(len, lines)) * letters.small_line + 3 + MARGIN


@dataclass(frozen=True)
class Hand:
    """What every part of the map is drawn with: the pen, colours of classes, font sizes,
    language, and whether classes are hatched."""

    pen: Pen
    colours: tuple[str, ...]
    letters: Letters
    lang: str
    coarse: bool = False

    def draw_part(self, placed: Placed, class_numbers: np.ndarray) -> None:
        """Draw territories by class, with their borders if there is room, those of containing
        territories, and the coast."""
        pen, (ground, stripe) = self.pen, MISSING["light"]
        for k, shapes in join_classes(placed, class_numbers).items():
            colour = ground if k < 0 else self.colours[k]
            coarse = self.coarse and k >= 0
            pen.fill(shapes, colour, hatch=stripe if k < 0 else None, coarse=coarse)
        fine = typical_width(placed) >= WIDE_ENOUGH
        if fine:
            borders = placed.on_paper(simplify(placed.region.shapes, placed.step))
            pen.trace(borders, "#ffffff", 0.6)
            pen.trace(borders, RULE["light"], 0.2)
        groups, coast = outline_groups(placed)
        if len(groups):
            # Dark between pale lines is visible on every colour.
            pen.trace(groups, "#ffffff", 1.0 if fine else 0.55)
            pen.trace(groups, BORDER, 0.6 if fine else 0.25)
        pen.trace(coast, COAST, 0.5)

    def draw_scale(
        self, placed: Placed, left: float, base: float, width: float, *, longest: float
    ) -> float:
        """Draw a scale bar of a round length, with its text, in that width; return where it
        ends."""
        metres = round_length(placed.step, longest)
        text = write_distance(metres, self.lang)
        while (
            metres / placed.step + self.pen.measure(text, self.letters.small) + 3 > width
            and metres / placed.step > SHORTEST_BAR
        ):
            metres = round_length(1.0, metres * 0.9)
            text = write_distance(metres, self.lang)
        self.pen.bar(left, base, metres / placed.step, text, self.letters.small)
        return base + 2

    def draw_frame(self, frame: Frame, class_numbers: np.ndarray) -> float:
        """Draw a distant part in its frame, with its name and scale; return where it ends."""
        pen, box, size = self.pen, frame.box, self.letters.small
        self.draw_part(frame.placed, class_numbers)
        pen.box(box.left, box.top, box.width, box.height, line=RULE["light"])
        title = frame.placed.region.title
        largest = min(size, size * (box.width + GAP - 2) / max(pen.measure(title, size), 1e-6))
        pen.write(box.left, box.bottom + size * 1.15, title, largest)
        base = box.bottom + size * 2.4
        return self.draw_scale(frame.placed, box.left, base, box.width, longest=box.width * 0.55)

    def draw_names(self, atlas: Atlas, placed: Placed, box: Box) -> None:
        """Draw names of the largest territories that fit within the map without overlaps."""
        members, size = placed.region.members, self.letters.small
        people = atlas.territories.facts.get("population")
        if people is None or not 8 <= len(members) <= NAMED_UP_TO:
            return
        count = people.to_numpy(dtype="float64")[members]
        order = np.argsort(-np.nan_to_num(count), kind="stable")[: NAMED * 4]
        middles = placed.on_paper(shapely.point_on_surface(placed.region.shapes[order]))
        names = atlas.territories.names.to_numpy()[members[order]]
        boxes: list[tuple[float, float, float]] = []
        for x, y, name in zip(shapely.get_x(middles), shapely.get_y(middles), names, strict=True):
            reach = self.pen.measure(str(name), size) / 2 + 3
            clear = all(abs(y - b) > 12 or abs(x - a) > reach + c for a, b, c in boxes)
            within = box.left + reach < x + 3 and x - 3 < box.right - reach
            if len(boxes) < NAMED and clear and within and len(str(name)) < 30:
                boxes.append((x, y, reach))
                self.pen.write(x, y + 2, str(name), size, align="center", halo=True)
