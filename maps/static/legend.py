"""The legend of a static map: classes with their counts, the square of two, what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maps.classed import Classed
from maps.palettes import INK, MISSING, RULE, contrast
from maps.static.layout import Letters
from maps.static.pen import Pen
from maps.words import WORDS, write_number

SWATCH_WIDE, SWATCH_HIGH = 15.0, 8.5
QUIET = "#4f5a68"
"""Colour of notes: on white it keeps the contrast of 4.5 : 1 that letters need."""


@dataclass(frozen=True)
class Told:
    """What a legend says beside its colours.

    Attributes:
        heading: its title; "" where the map's title says it already.
        inside: the territories of the atlas that are drawn.
        units: what they are called, in the plural.
        lang: of all words.
    """

    heading: str
    inside: np.ndarray
    units: str
    lang: str


def draw_legend(
    pen: Pen,
    classed: Classed,
    told: Told,
    *,
    left: float,
    top: float,
    width: float,
    letters: Letters,
) -> float:
    """Draws the legend and returns where it ends."""
    y = top
    if told.heading:
        for line in pen.wrap(told.heading, width, letters.text, bold=True, most=4):
            y += letters.line
            pen.write(left, y, line, letters.text, bold=True)
        y += 4
    if classed.square is not None:
        y = _square(pen, classed, told, left, y, width, letters)
    else:
        y = _classes(pen, classed, told, left, y, width, letters)
    return _missing(pen, classed, told, left, y + 2, width, letters)


def _classes(
    pen: Pen,
    classed: Classed,
    told: Told,
    left: float,
    top: float,
    width: float,
    letters: Letters,
) -> float:
    y = top
    if classed.ends:
        y += letters.small_line
        pen.write(left, y, classed.ends[0], letters.small, colour=QUIET)
        y += 3
    counts = classed.counts(told.inside)
    for colour, label, count in zip(classed.colours, classed.labels, counts, strict=True):
        y = _row(pen, label, count, told, left, y, width, letters, colour=colour)
    if classed.ends:
        y += letters.small_line + 1
        pen.write(left, y, classed.ends[1], letters.small, colour=QUIET)
        y += 2
    words = WORDS[told.lang]
    if classed.method:
        whole = f"{write_number(len(classed.of), 0, told.lang)} {told.units}"
        note = f"{words['scheme']}{words['colon']}{words[f'scheme_{classed.method}']}, {whole}"
        for line in pen.wrap(note, width, letters.small, most=3):
            y += letters.small_line
            pen.write(left, y, line, letters.small, colour=QUIET)
    return y + 3


def _row(
    pen: Pen,
    label: str,
    count: int,
    told: Told,
    left: float,
    top: float,
    width: float,
    letters: Letters,
    *,
    colour: str,
    hatch: str | None = None,
) -> float:
    """A swatch, its label in as many lines as it needs, and its number and share at the right."""
    share = _share(count, int(told.inside.sum()), told.lang)
    number = write_number(count, 0, told.lang)
    share_wide = pen.measure("< 1\u00a0%", letters.small) + 4
    reach = pen.measure(number, letters.small) + share_wide + 4
    lines = pen.wrap(label, width - SWATCH_WIDE - 6 - reach, letters.text, most=6)
    base = top + letters.line
    pen.box(left, base - SWATCH_HIGH + 1.5, SWATCH_WIDE, SWATCH_HIGH, colour=colour, hatch=hatch,
            line=RULE["light"])  # fmt: skip
    pen.write(left + width - share_wide, base, number, letters.small, align="right")
    pen.write(left + width, base, share, letters.small, colour=QUIET, align="right")
    for at, line in enumerate(lines):
        pen.write(left + SWATCH_WIDE + 6, base + at * letters.line, line, letters.text)
    return base + (len(lines) - 1) * letters.line + 2


def _missing(
    pen: Pen, classed: Classed, told: Told, left: float, top: float, width: float, letters: Letters
) -> float:
    """The hatch for "no data", with its number and its reasons; nothing where none is missing."""
    reasons = classed.missing(told.inside, told.lang)
    if not reasons:
        return top
    ground, stripe = MISSING["light"]
    count = sum(number for _, number in reasons)
    words = WORDS[told.lang]
    y = _row(pen, words["no_data"], count, told, left, top, width, letters, colour=ground,
             hatch=stripe)  # fmt: skip
    said = ", ".join(
        f"{reason} ({write_number(number, 0, told.lang)})" for reason, number in reasons
    )
    for line in pen.wrap(said, width - SWATCH_WIDE - 6, letters.small, most=5):
        y += letters.small_line
        pen.write(left + SWATCH_WIDE + 6, y, line, letters.small, colour=QUIET)
    return y + 3


def _square(
    pen: Pen,
    classed: Classed,
    told: Told,
    left: float,
    top: float,
    width: float,
    letters: Letters,
) -> float:
    """Three by three colours, strongest in the upper right corner; in each its number."""
    assert classed.square is not None
    across, up = classed.square
    counts = classed.counts(told.inside)
    y = top
    for line in pen.wrap(f"↑ {up.title}", width, letters.text, bold=True, most=3):
        y += letters.line
        pen.write(left, y, line, letters.text, bold=True)
    y += 4
    margin = max(pen.measure(label, letters.small) for label in up.labels) + 5
    side = min((width - margin) / 3, 40.0)
    high = side * 0.72
    for row in range(3):
        step = 2 - row
        middle = y + row * high + high / 2 + letters.small * 0.36
        pen.write(left + margin - 4, middle, up.labels[step], letters.small, align="right")
        for column in range(3):
            k = 3 * step + column
            x = left + margin + column * side
            pen.box(x, y + row * high, side, high, colour=classed.colours[k], line=RULE["light"])
            dark = contrast(classed.colours[k], "#ffffff") >= 4.5
            ink = "#ffffff" if dark else INK["light"]
            pen.write(x + side / 2, middle, write_number(counts[k], 0, told.lang), letters.small,
                      colour=ink, align="center")  # fmt: skip
    y += 3 * high + letters.small_line
    for column, label in enumerate(across.labels):
        x = left + margin + (column + 0.5) * side
        pen.write(x, y, label, _smaller(pen, label, side - 2, letters.small), align="center")
    y += 2
    for line in pen.wrap(f"{across.title} →", width, letters.text, bold=True, most=3):
        y += letters.line
        pen.write(left, y, line, letters.text, bold=True)
    return y + 4


def _smaller(pen: Pen, text: str, width: float, size: float) -> float:
    """A size of letters in which the text fits, not under three quarters."""
    wide = pen.measure(text, size)
    return size if wide <= width else max(size * width / wide, size * 0.75)


def _share(count: int, of: int, lang: str) -> str:
    percent = 100 * count / of if of else 0.0
    text = "< 1" if 0 < percent < 1 else write_number(percent, 0, lang)
    return f"{text}\u00a0%"
