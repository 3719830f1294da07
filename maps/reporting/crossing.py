"""Section: density against online presence, as a map and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geo.country import Text, in_language
from layers.atlas import Atlas
from layers.indicator import Indicator
from maps.bivariate import DEFAULT, Bivariate, toward
from maps.breaks import classify, quantile_breaks
from maps.header_layers import shown_digits
from maps.palettes import BIVARIATE, CONTEXT, KINDS, MISSING, NEED, ramp
from maps.reporting.areas import part_of
from maps.reporting.content import Cell, Piece, Section, Sentence, Table, make_table, name_of, say
from maps.reporting.measured import people_of
from maps.reporting.picture import Picture, Sheet, lay_out, paint_picture
from maps.reporting.scope import Scope
from maps.words import YES_NO, write_number

THIRDS = 3


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a colour and its words."""

    colour: str
    text: str


@dataclass(frozen=True)
class Square:
    """The legend of a map of two: nine colours, row by row from the top, and its axes."""

    rows: tuple[tuple[str, ...], ...]
    x_title: str
    y_title: str
    x_ends: tuple[str, str]
    y_ends: tuple[str, str]


@dataclass(frozen=True)
class Figure:
    """A map with its legend, as a report and an embed show it.

    Attributes:
        picture: what is drawn.
        title: of what is shown.
        alt: what there is to see, in words.
        keys, square: the legend: classes, or the square of a map of two.
        missing: words for "no data", "" where nothing is missing.
    """

    picture: Picture
    title: str
    alt: str
    keys: tuple[Key, ...]
    square: Square | None
    missing: str


def crossing_section(scope: Scope) -> Section:
    """The map, and how many territories and people are in each of the nine classes."""
    words, atlas = scope.words, scope.atlas
    pair = crossable(atlas)
    if pair is None:
        main = scope.shared.main
        shown = None if main is None else main.id
        figure = (
            None
            if shown is None
            else draw_figure(atlas, shown, scope.area.inside, scope.lang, sheet=scope.sheet)
        )
        said = say(words, "crossing.absent")
        return Section("map", words["map"], (said,), blocks=(figure,) if figure else ())
    breaks = breaks_of(atlas, pair)
    table = _table(scope, pair, breaks)
    figure = draw_figure(atlas, pair, scope.area.inside, scope.lang, sheet=scope.sheet)
    blocks = tuple(block for block in (figure, table) if block is not None)
    note = words["crossing_note"].format(units=scope.units)
    return Section("map", words["map"], _said(scope, table), blocks=blocks, notes=(note,))


def crossable(atlas: Atlas) -> Bivariate | None:
    """Density and presence, where the atlas has figures of both."""
    there = [name in atlas.indicators and atlas.values[name].notna().any()
             for name in (DEFAULT.x, DEFAULT.y)]  # fmt: skip
    return DEFAULT if all(there) else None


def breaks_of(atlas: Atlas, pair: Bivariate) -> tuple[list[float], list[float]]:
    """The two breaks of each figure, by thirds of all territories of the atlas, as on the page."""
    return _thirds(atlas, pair.x, pair.x_breaks), _thirds(atlas, pair.y, pair.y_breaks)


def _thirds(atlas: Atlas, name: str, given: tuple[float, ...]) -> list[float]:
    if given:
        return list(given)
    digits = shown_digits(atlas.indicator(name))
    figures = np.round(atlas.values[name].to_numpy(dtype=np.float64), digits)
    return quantile_breaks(figures, classes=THIRDS, digits=digits)


def steps_of(
    atlas: Atlas, pair: Bivariate, breaks: tuple[list[float], list[float]]
) -> tuple[np.ndarray, np.ndarray]:
    """Class of every territory on each axis, 0 to 2 toward the end that the strongest colour
    stands for; -1 where the figure is missing."""
    found = []
    for name, cuts, chosen in (
        (pair.x, breaks[0], pair.x_toward),
        (pair.y, breaks[1], pair.y_toward),
    ):
        indicator = atlas.indicator(name)
        figures = np.round(atlas.values[name].to_numpy(), shown_digits(indicator))
        step = classify(figures, cuts)
        if toward(indicator.better, chosen) == "low":
            step = np.where(step < 0, -1, len(cuts) - step)
        else:
            step = np.where(step < 0, -1, step + 2 - len(cuts))
        found.append(step)
    return found[0], found[1]


def draw_figure(
    atlas: Atlas,
    show: str | Bivariate,
    inside: np.ndarray,
    lang: str,
    *,
    width: int = 680,
    sheet: Sheet | None = None,
) -> Figure | None:
    """The map of an indicator, or of two, over some territories, with its legend.

    Classes are those of the whole atlas, so that a part is coloured as it is on the whole map.

    Args:
        atlas: whose figures they are.
        show: an indicator's id, or a map of two.
        inside: the territories that are drawn, boolean.
        lang: of the legend.
        width: of the picture, in pixels of the page.
        sheet: of these territories, where they are laid out already; it has its own width.

    Returns:
        None where no territory has a shape.
    """
    if isinstance(show, Bivariate):
        classes, colours, legend = _pair_classes(atlas, show, lang)
    else:
        classes, colours, legend = _single_classes(atlas, atlas.indicator(show), lang)
    inner = part_of(atlas, inside)
    own = classes[inside]
    sheet = sheet or lay_out(inner.territories, lang=lang, width=width)
    if sheet is None:
        return None
    picture = paint_picture(
        sheet, inner.territories, own, colours,
        missing=MISSING["light"], outline=_outline(inner),
    )  # fmt: skip
    title, keys, square = legend
    blank = bool((own < 0).any())
    words = _WORDS[lang]
    return Figure(
        picture=picture,
        title=title,
        alt=_described(own, keys, square, title, inner, lang),
        keys=keys,
        square=square,
        missing=words["missing"] if blank else "",
    )


_Legend = tuple[str, tuple[Key, ...], Square | None]


def _pair_classes(
    atlas: Atlas, pair: Bivariate, lang: str
) -> tuple[np.ndarray, list[str], _Legend]:
    x, y = steps_of(atlas, pair, breaks_of(atlas, pair))
    classes = np.where((x < 0) | (y < 0), -1, 3 * y + x)
    colours = list(BIVARIATE["light"])
    titles = [atlas.indicator(name).title_in(lang) for name in (pair.x, pair.y)]
    words = _WORDS[lang]
    ends = {"low": words["low"], "high": words["high"]}
    sides = []
    for name, chosen in ((pair.x, pair.x_toward), (pair.y, pair.y_toward)):
        strong = toward(atlas.indicator(name).better, chosen)
        weak = "high" if strong == "low" else "low"
        sides.append((ends[weak], ends[strong]))
    rows = tuple(tuple(colours[3 * row : 3 * row + 3]) for row in (2, 1, 0))
    square = Square(rows, titles[0], titles[1], sides[0], sides[1])
    return classes, colours, (f"{titles[0]} × {titles[1]}", (), square)


def _single_classes(
    atlas: Atlas, indicator: Indicator, lang: str
) -> tuple[np.ndarray, list[str], _Legend]:
    values = atlas.values[indicator.id].to_numpy(dtype=np.float64)
    title = indicator.title_in(lang)
    kinds: Mapping[int, Text | str] = indicator.categories
    if indicator.unit == "boolean" and not kinds:
        kinds = YES_NO
    known = values[~np.isnan(values)]
    if kinds and np.isin(known, [*kinds]).all():
        codes = sorted(kinds)
        place = {code: at for at, code in enumerate(codes)}
        classes = np.array([-1 if np.isnan(v) else place[int(v)] for v in values])
        colours = kind_colours(indicator, len(codes))
        texts = [in_language(kinds[code], lang) for code in codes]
        return classes, colours, (title, tuple(map(Key, colours, texts)), None)
    digits = shown_digits(indicator)
    breaks = quantile_breaks(np.round(values, digits), digits=digits)
    classes = classify(np.round(values, digits), breaks)
    colours = ramp(NEED["light"] if indicator.better else CONTEXT["light"], len(breaks) + 1)
    if indicator.better == "higher":
        colours = colours[::-1]
    keys = tuple(map(Key, colours, class_texts(breaks, indicator, lang)))
    return classes, colours, (title, keys, None)


def kind_colours(indicator: Indicator, count: int) -> list[str]:
    """Colours of kinds, in the order of their codes."""
    if indicator.role == "flag":
        return ["#e7e2da", "#73204f", "#d96c4b"][:count]
    if count == 2:
        return [NEED["light"][5], NEED["light"][1]]
    return list(KINDS["light"])[:count] + ["#bbbbbb"] * max(0, count - len(KINDS["light"]))


def class_texts(breaks: list[float], indicator: Indicator, lang: str) -> list[str]:
    """What each class of a figure holds, in words."""
    words, digits = _WORDS[lang], shown_digits(indicator)
    suffix = in_language(indicator.suffix, lang) if indicator.suffix else ""
    suffix = "%" if indicator.unit == "percent" else suffix
    suffix = f"\u00a0{suffix}" if suffix else ""
    ends = [write_number(value, digits, lang) for value in breaks]
    if not ends:
        return [words["all"]]
    middle = [words["from_to"].format(low=a, high=b) + suffix
              for a, b in pairwise(ends)]  # fmt: skip
    return [
        words["under"].format(high=ends[0] + suffix),
        *middle,
        words["above"].format(low=ends[-1] + suffix),
    ]


def _outline(inner: Atlas) -> str | None:
    """The containing level whose borders help most: of three groups to a hundred and fifty."""
    parents = inner.territories.parents
    for level in map(str, parents):
        if 3 <= parents[level].nunique() <= 150 and parents[level].nunique() <= len(parents) / 4:
            return level
    return None


def _described(
    classes: np.ndarray,
    keys: tuple[Key, ...],
    square: Square | None,
    title: str,
    inner: Atlas,
    lang: str,
) -> str:
    """What there is to see: how many territories have the strongest colour, or each."""
    words, units = _WORDS[lang], inner.territories.level_title(lang, plural=True)
    size = write_number(len(classes), 0, lang)
    if square is not None:
        strong = write_number(int((classes == 8).sum()), 0, lang)
        return words["alt_pair"].format(title=title, n=strong, of=size, units=units)
    parts = [
        f"{key.text}{words['colon']}{write_number(int((classes == place).sum()), 0, lang)}"
        for place, key in enumerate(keys)
    ]
    return words["alt"].format(title=title, of=size, units=units, parts="; ".join(parts))


def _table(scope: Scope, pair: Bivariate, breaks: tuple[list[float], list[float]]) -> Table:
    words = scope.words
    x, y = steps_of(scope.atlas, pair, breaks)
    inside = scope.area.inside
    titles = [scope.atlas.indicator(name) for name in (pair.x, pair.y)]
    rows = {}
    for step_y in (2, 1, 0):
        for step_x in (2, 1, 0):
            chosen = inside & (x == step_x) & (y == step_y)
            rows[f"{step_x}{step_y}"] = (
                Cell(_span(scope, titles[0], breaks[0], step_x, pair.x_toward)),
                Cell(_span(scope, titles[1], breaks[1], step_y, pair.y_toward)),
                scope.count(chosen.sum()),
                scope.count(people_of(scope, chosen) if chosen.any() else 0.0),
            )
    unknown = inside & ((x < 0) | (y < 0))
    people = people_of(scope, unknown) if unknown.any() else 0.0
    dash = Cell("–")
    rows["unknown"] = (Cell(words["no_data"]), dash, scope.count(unknown.sum()),
                       scope.count(people))  # fmt: skip
    columns = {
        "x": titles[0].title_in(scope.lang),
        "y": titles[1].title_in(scope.lang),
        "units": scope.units,
        "people": words["people"],
    }
    return make_table("t-crossing", words["crossing_caption"], columns, rows)


def _span(
    scope: Scope, indicator: Indicator, breaks: list[float], step: int, chosen: str | None
) -> str:
    """The range of figures of a step of the legend's square."""
    texts = class_texts(breaks, indicator, scope.lang)
    low_is_strong = toward(indicator.better, chosen) == "low"  # type: ignore[arg-type]
    place = len(breaks) - step if low_is_strong else step - (2 - len(breaks))
    return texts[place] if 0 <= place < len(texts) else "–"


def _said(scope: Scope, table: Table) -> tuple[Sentence, ...]:
    strong = table.at("22", "units")
    key = "crossing.both" if strong.value else "crossing.none"
    if table.at("unknown", "units").value == scope.area.count:
        return (say(scope.words, "crossing.unknown"),)
    if "–" in (table.at("22", "x").text, table.at("22", "y").text):
        return (say(scope.words, "crossing.level"),)
    if scope.area.count == 1:
        key = f"{key}.one"
    return (
        say(
            scope.words,
            key,
            n=strong,
            people=table.at("22", "people"),
            x=name_of(table.at("22", "x")),
            y=name_of(table.at("22", "y")),
            x_title=Piece(table.columns["x"], is_name=True),
            y_title=Piece(table.columns["y"], is_name=True),
            units=scope.units_of(strong.value),
            name=Piece(scope.label(scope.area), is_name=True),
        ),
    )


_WORDS = {
    "fr": {
        "low": "faible",
        "high": "élevée",
        "all": "toutes les valeurs",
        "under": "moins de {high}",
        "from_to": "de {low} à moins de {high}",
        "above": "{low} et plus",
        "missing": "pas de donnée",
        "colon": "\u00a0: ",
        "alt": "Carte de {of} {units}\u00a0: {title}. {parts}.",
        "alt_pair": "Carte de {of} {units}\u00a0: {title}. La couleur la plus marquée, où les deux "
        "situations se cumulent, est celle de {n} {units}.",
    },
    "en": {
        "low": "low",
        "high": "high",
        "all": "all values",
        "under": "under {high}",
        "from_to": "{low} to under {high}",
        "above": "{low} and more",
        "missing": "no data",
        "colon": ": ",
        "alt": "Map of {of} {units}: {title}. {parts}.",
        "alt_pair": "Map of {of} {units}: {title}. The strongest colour, where both conditions "
        "meet, is that of {n} {units}.",
    },
}
