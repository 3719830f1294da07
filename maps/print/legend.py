"""The legend of a static map: classes with their counts, the bivariate square, missing figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoneblanche.geo.messages import translate, translate_all
from zoneblanche.geo.numerals import format_number
from zoneblanche.maps.drawn.classes import Axis, Classed
from zoneblanche.maps.drawn.palettes import INK, MISSING, RULE, contrast
from zoneblanche.maps.drawn.words import WORDS, percent_sign
from zoneblanche.maps.print.layout import Letters
from zoneblanche.maps.print.pen import Pen

SWATCH_WIDE, SWATCH_HIGH = 15.0, 8.5
INDENT = SWATCH_WIDE + 6.0
SIDE = 40.0
"""Width of a colour of the square, unless its label needs more."""

QUIET = "#4f5a68"
"""Colour of notes: on white it has the contrast of 4.5 : 1 that text needs."""


@dataclass(frozen=True)
class CaptionFacts:
    """The texts of a legend.

    Attributes:
        heading: its title; "" if the title of the map says it already.
        inside: the territories of the atlas that are drawn.
        units: their name, plural.
        lang: of all texts.
        coarse: whether the colours of classes are hatched. Those of the square are not, because
            numbers are written on them.
    """

    heading: str
    inside: np.ndarray
    units: str
    lang: str
    coarse: bool = False


def draw_legend(
    pen: Pen,
    classed: Classed,
    facts: CaptionFacts,
    *,
    left: float,
    top: float,
    width: float,
    letters: Letters,
) -> float:
    """Draw the legend and return where it ends."""
    column = _Column(pen, facts, letters, left, width, top)
    if facts.heading:
        column.say(facts.heading, letters.text, bold=True, most=4)
        column.y += 4
    if classed.square is not None:
        _draw_square(column, classed, *classed.square)
    else:
        _draw_classes(column, classed)
    column.y += 2
    _draw_missing(column, classed)
    return column.y


@dataclass
class _Column:
    """A column of the paper that is filled from its top; `y` is the end of its content."""

    pen: Pen
    facts: CaptionFacts
    letters: Letters
    left: float
    width: float
    y: float

    def say(
        self,
        text: str,
        size: float,
        *,
        bold: bool = False,
        quiet: bool = False,
        indent: float = 0.0,
        most: int = 3,
    ) -> None:
        """Write a text in as many lines as it needs."""
        self.y = self.pen.write_lines(
            self.left + indent, self.y, text, self.width - indent, size,
            bold=bold, colour=QUIET if quiet else INK["light"], most=most,
        )  # fmt: skip

    def row(self, label: str, count: int, colour: str, *, hatch: str | None = None) -> None:
        """Draw a swatch, its label in as many lines as it needs, and its number and share at the
        right."""
        pen, small, right = self.pen, self.letters.small, self.left + self.width
        number = format_number(count, 0, self.facts.lang)
        share_wide = pen.measure(f"< 1{percent_sign(self.facts.lang)}", small) + 4
        reach = pen.measure(number, small) + share_wide + 4
        base = self.y + self.letters.line
        pen.box(self.left, base - SWATCH_HIGH + 1.5, SWATCH_WIDE, SWATCH_HIGH, colour=colour,
                hatch=hatch, coarse=self.facts.coarse and hatch is None,
                line=RULE["light"])  # fmt: skip
        pen.write(right - share_wide, base, number, small, align="right")
        pen.write(right, base, self._share(count), small, colour=QUIET, align="right")
        lines = pen.wrap(label, self.width - INDENT - reach, self.letters.text, most=6)
        for at, line in enumerate(lines):
            pen.write(self.left + INDENT, base + at * self.letters.line, line, self.letters.text)
        self.y = base + (len(lines) - 1) * self.letters.line + 2

    def _share(self, count: int) -> str:
        total = int(self.facts.inside.sum())
        percent = 100 * count / total if total else 0.0
        text = "< 1" if 0 < percent < 1 else format_number(percent, 0, self.facts.lang)
        return text + percent_sign(self.facts.lang)


def _draw_classes(column: _Column, classed: Classed) -> None:
    small, lang = column.letters.small, column.facts.lang
    if classed.ends:
        column.say(classed.ends[0], small, quiet=True)
        column.y += 3
    counts = classed.counts(column.facts.inside)
    for colour, label, count in zip(classed.colours, classed.labels, counts, strict=True):
        if count:
            column.row(label, count, colour)
    if classed.ends:
        column.y += 1
        column.say(classed.ends[1], small, quiet=True)
        column.y += 2
    words = translate_all(WORDS, lang)
    if classed.method:
        whole = f"{format_number(len(classed.of), 0, lang)} {column.facts.units}"
        how = f"{words['scheme']}{words['colon']}{words[f'scheme_{classed.method}']}, {whole}"
        column.say(how, small, quiet=True)
    column.y += 3


def _draw_missing(column: _Column, classed: Classed) -> None:
    """Draw the hatch for "no data", with its number and its reasons; nothing if none is missing."""
    lang = column.facts.lang
    reasons = classed.missing(column.facts.inside, lang)
    if not reasons:
        return
    ground, stripe = MISSING["light"]
    count = sum(number for _, number in reasons)
    column.row(translate(WORDS["no_data"], lang), count, ground, hatch=stripe)
    text = ", ".join(f"{reason} ({format_number(number, 0, lang)})" for reason, number in reasons)
    column.say(text, column.letters.small, quiet=True, indent=INDENT, most=5)
    column.y += 3


def _draw_square(column: _Column, classed: Classed, across: Axis, up: Axis) -> None:
    """Draw three by three colours, strongest in the upper right corner, with the number of
    territories in each. Each arrow says in words where it leads, and the ends of the classes are at
    every step."""
    pen, letters, left = column.pen, column.letters, column.left
    small = letters.small
    column.say(f"↑ {up.heading}", letters.text, bold=True)
    column.y += 4
    margin = max(pen.measure(label, small) for label in up.labels) + 5
    widest = max(pen.measure(label, small) for label in across.labels) + 5
    side = min((column.width - margin) / 3, max(SIDE, widest))
    high = SIDE * 0.72
    counts = classed.counts(column.facts.inside)
    for row, step in enumerate((2, 1, 0)):
        middle = column.y + row * high + high / 2 + small * 0.36
        pen.write(left + margin - 4, middle, up.labels[step], small, align="right")
        for place in range(3):
            k, x = 3 * step + place, left + margin + place * side
            colour = classed.colours[k]
            pen.box(x, column.y + row * high, side, high, colour=colour, line=RULE["light"])
            ink = max(
                ("#ffffff", INK["light"]), key=lambda ink_colour: contrast(colour, ink_colour)
            )
            number = format_number(counts[k], 0, column.facts.lang)
            pen.write(x + side / 2, middle, number, small, colour=ink, align="center")
    column.y += 3 * high
    below = [
        pen.write_lines(
            left + margin + (place + 0.5) * side, column.y, label, side - 2, small, align="center"
        )
        for place, label in enumerate(across.labels)
    ]
    column.y = max(below) + 2
    column.say(f"{across.heading} →", letters.text, bold=True)
    column.y += 4
