"""A map with its legend for a report or an embed, in the page's classes, colours and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from zoneblanche.geo.country import in_language
from zoneblanche.layers.atlas import Atlas
from zoneblanche.maps.drawn.bivariate import Bivariate, title_of
from zoneblanche.maps.drawn.breaks import classify
from zoneblanche.maps.drawn.classes import Axis, Classed, class_territories
from zoneblanche.maps.drawn.legend import Key, describe_classes, keys_of
from zoneblanche.maps.drawn.palettes import MISSING
from zoneblanche.maps.report.areas import part_of
from zoneblanche.maps.report.picture import DENSITY, Label, Picture, Sheet, lay_out, paint_picture


@dataclass(frozen=True)
class Square:
    """The legend of a bivariate map: nine colours, row by row from the top, and its two sides."""

    rows: tuple[tuple[str, ...], ...]
    across: Axis
    up: Axis


@dataclass(frozen=True)
class Figure:
    """A map with its legend.

    Attributes:
        picture: of the map.
        title: of what is shown, with its unit.
        alt: its content in words.
        keys: the legend as a list, "no data" last if a figure is missing.
        square: the legend of a bivariate map; else None.
    """

    picture: Picture
    title: str
    alt: str
    keys: tuple[Key, ...]
    square: Square | None


def draw_figure(
    atlas: Atlas,
    show: str | Bivariate,
    inside: np.ndarray,
    lang: str,
    *,
    width: int = 680,
    sheet: Sheet | None = None,
    classed: Classed | None = None,
    title: str | None = None,
    outline: str | None = None,
) -> Figure | None:
    """Return the map of an indicator, or of two, over some territories, with its legend.

    Classes are those of the whole atlas, so that a part has the colours of the whole map.

    Args:
        atlas: with the figures.
        show: an indicator's id, or a bivariate map.
        inside: the territories to draw, boolean.
        lang: of the legend.
        width: of the picture, in pixels of the page.
        sheet: of these territories, if they are laid out already; it has its own width.
        classed: the classes of the atlas, if known already.
        title: of the figure; by default that of the indicator.
        outline: containing level whose borders are drawn stronger; by default the most useful one.

    Returns:
        None if no territory has a shape.
    """
    classed = classed or class_territories(atlas, show, lang=lang)
    inner = part_of(atlas, inside)
    sheet = sheet or lay_out(inner.territories, lang=lang, width=width)
    if sheet is None:
        return None
    picture = paint_picture(
        sheet, inner.territories, classed.of[inside], list(classed.colours),
        missing=MISSING["light"], outline=outline or _outline(inner),
    )  # fmt: skip
    title = title or title_with_unit(atlas, show, lang)
    units = inner.territories.level_title(lang, plural=len(inner.codes) != 1)
    return Figure(
        picture=picture,
        title=title,
        alt=describe_classes(classed, inside, title=title, units=units, lang=lang),
        keys=keys_of(classed, inside, lang),
        square=_square_of(classed),
    )


def class_areas(classed: Classed, figures: np.ndarray) -> Classed:
    """Return the same classes for other figures of the territories, such as the mean of the area
    that contains each."""
    return replace(classed, of=classify(figures, list(classed.breaks)))


NUMBER_APART = 18.0
"""Least distance of the middles of two numbers on a map, in pixels of the page."""


def number_places(sheet: Sheet, groups: Sequence[np.ndarray]) -> Sheet:
    """Return a sheet that names nothing but groups of territories, each by its number from 1.

    Args:
        sheet: of the territories.
        groups: masks of the territories; a number is in the middle of the pixels of its group, or
            near it if another number is there, or nowhere if the group has none.
    """
    labels = [label for label in sheet.labels if label.kind == "frame"]
    canvas = sheet.canvas
    inside = canvas >= 0
    for number, group in enumerate(groups, start=1):
        down, across = np.nonzero(inside & np.append(group, False)[canvas])
        if len(down):
            # A pixel of the group, so that the number of a concave one is not outside it.
            middle = (down - down.mean()) ** 2 + (across - across.mean()) ** 2
            at = int(np.argmin(middle))
            place = float(across[at]) / DENSITY, float(down[at]) / DENSITY
            numbered = [(label.x, label.y) for label in labels if label.kind == "number"]
            x, y = _free_near(place, numbered, sheet)
            moved = None if (x, y) == place else place
            labels.append(Label(x, y, str(number), "number", moved))
    return replace(sheet, labels=tuple(labels))


def _free_near(
    place: tuple[float, float], taken: Sequence[tuple[float, float]], sheet: Sheet
) -> tuple[float, float]:
    """Return the nearest point on the sheet where a number overlaps none of those before it; the
    place itself if there is none."""
    x, y = place
    around = [
        (x + distance * np.cos(angle), y + distance * np.sin(angle))
        for distance in NUMBER_APART * np.array([1.0, 1.5, 2.0, 3.0])
        for angle in np.linspace(0.0, 2 * np.pi, 16, endpoint=False)
    ]
    half = NUMBER_APART / 2
    for a, b in (place, *around):
        on_sheet = half <= a <= sheet.width - half and half <= b <= sheet.height - half
        free = all(np.hypot(a - c, b - d) >= NUMBER_APART for c, d in taken)
        if free and (on_sheet or (a, b) == place):
            return float(a), float(b)
    return place


def title_with_unit(atlas: Atlas, show: str | Bivariate, lang: str) -> str:
    """Return what is shown; for one indicator with its unit, which a bivariate map has on its
    sides."""
    title = title_of(atlas, show, lang)
    suffix = "" if isinstance(show, Bivariate) else atlas.indicator(show).suffix
    return f"{title} ({in_language(suffix, lang)})" if suffix else title


def _square_of(classed: Classed) -> Square | None:
    if classed.square is None:
        return None
    colours = classed.colours
    rows = tuple(tuple(colours[3 * row : 3 * row + 3]) for row in (2, 1, 0))
    return Square(rows, *classed.square)


def _outline(inner: Atlas) -> str | None:
    """Return the containing level whose borders are most useful: three to a hundred and fifty
    groups."""
    parents = inner.territories.parents
    for level in map(str, parents):
        if 3 <= parents[level].nunique() <= 150 and parents[level].nunique() <= len(parents) / 4:
            return level
    return None
