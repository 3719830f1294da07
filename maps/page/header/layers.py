"""The layers in the header of a page, and the bytes of their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zoneblanche.geo.country import Text, texts_of
from zoneblanche.geo.messages import as_title, in_languages, join, titled
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.layers.analysis.flagging.flags import FLAGGED, NOT_FLAGGED, POSSIBLE
from zoneblanche.layers.analysis.spatial.clusters import SUFFIX
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.drawn.bivariate import DEFAULT, Bivariate, toward
from zoneblanche.maps.drawn.breaks import (
    METHODS,
    goalpost_breaks,
    quantile_breaks,
    two_sided_breaks,
)
from zoneblanche.maps.drawn.words import YES_NO
from zoneblanche.maps.page.encoding import pack_column, packed_digits
from zoneblanche.maps.page.header.contributions import describe_contributions
from zoneblanche.maps.page.header.headline import write_headline

if TYPE_CHECKING:
    from zoneblanche.geo.territories import Territories
    from zoneblanche.layers.atlas import Atlas

INTERVAL_COLUMNS = {
    "rank": "standing",
    "rank_low": "rank",
    "rank_high": "rank",
    "score_low": "",
    "score_high": "",
}
"""Columns of an atlas' intervals in a page, each as its difference from another: an end of an
interval is near its middle, and small numbers take few bytes ("" is the score, "standing" the rank
of the score as the page has it, which the page computes)."""

FLAG_ORDER = {NOT_FLAGGED: 0, POSSIBLE: 1, FLAGGED: 2}
"""From the least conspicuous class to the most."""

FIRST_METHOD = "quantile"
"""How figures are classified at first; the page computes the breaks of other methods itself."""

MOST_DIGITS = 6


class Citations:
    """The sources of a page, each once; layers name them by their position."""

    def __init__(self) -> None:
        self.sources: list[Source] = []

    def cite(self, sources: tuple[Source, ...]) -> list[int]:
        """Return the positions of these sources; new ones are added."""
        self.sources += [source for source in dict.fromkeys(sources) if source not in self.sources]
        return [self.sources.index(source) for source in dict.fromkeys(sources)]

    def describe(self) -> list[dict[str, str]]:
        """Return all sources, for the header."""
        names = ("producer", "title", "url", "licence", "published", "note")
        return [{name: str(getattr(source, name)) for name in names} for source in self.sources]


def page_text(text: Text | str) -> Text | str:
    """Return a text with its languages, as the page chooses among them; a plain text is returned
    unchanged.

    >>> page_text({"en": "Area"}), page_text("Area")
    ({'en': 'Area'}, 'Area')
    """
    return dict(text) if not isinstance(text, str) else texts_of(text)


def describe_layer(
    atlas: Atlas,
    indicator: Indicator,
    citations: Citations,
    *,
    methods: Sequence[str] = (FIRST_METHOD,),
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return an indicator for the page, and its streams: figures, and its interval if any;
    `methods` are those whose breaks the page does not compute itself."""
    values, reasons = atlas.values[indicator.id], atlas.reasons[indicator.id]
    categories = _categories(indicator, values)
    digits = 0 if categories else shown_digits(indicator)
    column = pack_column(values, reasons, digits=digits)
    classes = describe_classes(atlas, indicator, digits=column.digits, methods=methods)
    interval, streams = _interval(atlas, indicator.id, column.digits)
    layer = {
        "id": indicator.id,
        "kind": "kinds" if categories else "figures",
        "role": indicator.role,
        "title": page_text(indicator.title),
        "unit": indicator.unit,
        "better": indicator.better,
        "digits": column.digits,
        "period": indicator.period,
        "suffix": page_text(indicator.suffix),
        "native": _native_level(atlas.territories, indicator),
        "coarse": is_coarse(atlas, indicator),
        "partly": measured_partly(atlas, indicator),
        "method": page_text(indicator.method),
        "bounds": [_finite(bound) for bound in indicator.bounds],
        "parts": list(indicator.parts),
        "wave_of": indicator.wave_of,
        "finding": in_languages(write_headline(atlas, indicator)),
        "definition": _definition(atlas, indicator),
        "sources": citations.cite(indicator.sources),
        "column": column.describe(),
        "interval": interval,
    }
    corrected = atlas.corrected(indicator.id)
    if corrected:
        layer["corrected"] = {
            place: {"old": item.old, "date": item.date, "who": item.who, "why": item.why}
            for place, code in enumerate(atlas.codes)
            if (item := corrected.get(str(code))) is not None
        }  # fmt: skip
    if indicator.role == "index":
        layer["tree"] = describe_contributions(atlas, indicator.id)
    layer |= classes
    if not categories:
        layer["pooled"] = _pooled_breaks(atlas, indicator, column.digits, methods)
        layer["spread"] = _spread(values)
        layer["thirds"] = _thirds(values, column.digits)
    return layer, {indicator.id: column.data, **streams}


def describe_scale(
    atlas: Atlas, indicator: Indicator, *, methods: Sequence[str] = ()
) -> dict[str, Any]:
    """Return of an indicator what `describe_layer` says of its classes and their legend, with the
    breaks of some methods."""
    values = atlas.values[indicator.id]
    wanted = 0 if _categories(indicator, values) else shown_digits(indicator)
    digits = packed_digits(values, digits=wanted)
    scale = {
        "id": indicator.id,
        "title": page_text(indicator.title),
        "unit": indicator.unit,
        "better": indicator.better,
        "digits": digits,
        "suffix": page_text(indicator.suffix),
    }
    return scale | describe_classes(atlas, indicator, digits=digits, methods=methods)


def describe_classes(
    atlas: Atlas, indicator: Indicator, *, digits: int, methods: Sequence[str] = (FIRST_METHOD,)
) -> dict[str, Any]:
    """Return the categories of an indicator, or the breaks of its figures by method."""
    values = atlas.values[indicator.id]
    categories = _categories(indicator, values)
    flag = indicator.role == "flag"
    if categories:
        if flag:
            categories.sort(key=lambda category: FLAG_ORDER.get(category[0], category[0]))
        described: dict[str, Any] = {
            "categories": categories,
            "ordered": indicator.unit == "boolean" or flag,
            "lisa": indicator.id.endswith(SUFFIX),
        }
        # A flag is set where people are worse off.
        return described | ({"better": "lower"} if flag and indicator.better is None else {})
    described = {
        "diverging": diverges(values, digits),
        "breaks": class_breaks(indicator, values, digits, methods=methods),
        "scheme": FIRST_METHOD,
    }
    recipe = atlas.recipes.get(indicator.id)
    if recipe is not None and recipe.classes and not described["diverging"]:
        described["breaks"]["named"] = [named.low for named in recipe.classes[1:]]
        described["class_titles"] = [page_text(named.title) for named in recipe.classes]
    return described


def _definition(atlas: Atlas, indicator: Indicator) -> Text | str:
    """Return what an index measures, in its recipe's words; other layers have their method."""
    recipe = atlas.recipes.get(indicator.id)
    return page_text(recipe.description) if recipe is not None else ""


def shown_digits(indicator: Indicator) -> int:
    """Return the decimals that a page contains and displays."""
    return 0 if indicator.unit == "count" else max(0, min(indicator.digits, MOST_DIGITS))


def list_bivariates(atlas: Atlas, show: str | Bivariate) -> list[Bivariate]:
    """Return the bivariate maps that a page offers: the requested one, and the default."""
    pairs = [show] if isinstance(show, Bivariate) else []
    offered = DEFAULT.x in atlas.indicators and DEFAULT.y in atlas.indicators
    if offered and all(pair.id != DEFAULT.id for pair in pairs):
        pairs.append(DEFAULT)
    return pairs


def describe_bivariate(atlas: Atlas, pair: Bivariate, citations: Citations) -> dict[str, Any]:
    """Return a bivariate map for the page; it has no figures of its own."""
    x, y = atlas.indicator(pair.x), atlas.indicator(pair.y)
    breaks = {}
    for axis, indicator, pinned in (("x", x, pair.x_breaks), ("y", y, pair.y_breaks)):
        digits = shown_digits(indicator)
        breaks[axis] = list(pinned) or _thirds(atlas.values[indicator.id], digits)
    return {
        "id": pair.id,
        "kind": "bivariate",
        "role": "bivariate",
        "title": as_title(join((titled(x.title), titled(y.title)), " × ")),
        "x": pair.x,
        "y": pair.y,
        "toward": {"x": toward(x.better, pair.x_toward), "y": toward(y.better, pair.y_toward)},
        "breaks": breaks,
        "period": "",
        "native": None,
        "coarse": is_coarse(atlas, x) or is_coarse(atlas, y),
        "sources": citations.cite((*x.sources, *y.sources)),
    }


def _categories(indicator: Indicator, values: pd.Series) -> list[list[Any]] | None:
    titles: Mapping[int, Any] = indicator.categories
    if not titles and indicator.unit != "boolean":
        return None
    observed = values.dropna()
    if not titles:
        if not observed.isin((0, 1)).all():
            return None  # an average of yes and no is a share, and is displayed as a figure
        titles = YES_NO
    classes = {round(value) for value in observed.unique()}
    always = {0, 1} if indicator.unit == "boolean" or indicator.role == "flag" else set()
    codes = sorted(classes | (always & set(titles)) or set(titles))
    return [[code, page_text(titles.get(code, str(code)))] for code in codes]


def _interval(atlas: Atlas, name: str, digits: int) -> tuple[dict[str, Any], dict[str, bytes]]:
    # Only the card of an index shows ranks and intervals.
    index = atlas.indicators[name].role == "index"
    table = atlas.intervals.get(name) if index else None
    described: dict[str, Any] = {}
    streams: dict[str, bytes] = {}
    if table is None:
        return described, streams
    score = atlas.values[name].round(digits)
    bases = {"": score, "standing": score.rank(method="min", ascending=False)}
    # Where draws say in which tenth a single territory is, its rank says less and takes more room.
    unranked = ("rank", "rank_low", "rank_high") if "tenth" in table else ()
    for column, base in INTERVAL_COLUMNS.items():
        if column in unranked or column not in table or table[column].isna().all():
            continue
        decimals = digits if base == "" else 0
        figures = table[column].astype("float64").round(decimals)
        bases[column] = figures
        if base not in bases:
            continue
        figures = figures - bases[base]
        packed = pack_column(figures, _unexplained(figures, Reason.TOO_FEW), digits=decimals)
        described[column] = packed.describe() | {"from": base}
        streams[f"{name}/{column}"] = packed.data
    return described, streams


def _unexplained(figures: pd.Series, reason: Reason) -> pd.Series:
    return pd.Series(np.where(figures.isna(), int(reason), 0), index=figures.index)


def class_breaks(
    indicator: Indicator,
    values: pd.Series,
    digits: int,
    *,
    methods: Sequence[str] = tuple(METHODS),
) -> dict[str, list[float]]:
    """Return where the classes of an indicator begin, by method."""
    figures = np.round(values.to_numpy(dtype=np.float64), digits)
    if diverges(values, digits):
        return {name: two_sided_breaks(figures, name, digits=digits) for name in methods}
    breaks = {name: METHODS[name](figures, digits=digits) for name in methods}
    low, high = indicator.bounds
    if low is not None and high is not None and high > low:
        breaks["goalposts"] = goalpost_breaks(low, high, digits=digits)
    return breaks


def _pooled_breaks(
    atlas: Atlas, indicator: Indicator, digits: int, methods: Sequence[str]
) -> dict[str, list[float]] | None:
    """Return the breaks of all waves of an indicator together, for the newest one; None without
    earlier waves."""
    waves = [name for name, item in atlas.indicators.items() if item.wave_of == indicator.id]
    if not waves:
        return None
    pooled = np.concatenate([atlas.values[name].to_numpy() for name in (indicator.id, *waves)])
    return class_breaks(indicator, pd.Series(pooled), digits, methods=methods)


def diverges(values: pd.Series, digits: int) -> bool:
    """Return whether figures are on both sides of zero, as they are displayed, like differences:
    then zero is a break, and the two sides have their own hues."""
    rounded = np.round(_known(values), digits)
    return bool(len(rounded) and rounded.min() < 0 < rounded.max())


def _thirds(values: pd.Series, digits: int) -> list[float]:
    """Return breaks of a bivariate map: each class has about a third of the territories."""
    figures = np.round(values.to_numpy(dtype=np.float64), digits)
    return quantile_breaks(figures, classes=3, digits=digits)


def _spread(values: pd.Series) -> str:
    """Return whether a histogram needs a logarithmic scale: the maximum exceeds a hundred
    medians."""
    figures = _known(values)
    skewed = len(figures) and figures.min() >= 0 and figures.max() > 100 * np.median(figures)
    return "log" if skewed else "linear"


def _known(values: pd.Series) -> np.ndarray:
    figures = values.to_numpy(dtype=np.float64)
    return figures[~np.isnan(figures)]


def _native_level(territories: Territories, indicator: Indicator) -> Any:
    """Return the title of the native level of a figure, if it is not that of the page."""
    native, country = indicator.native_level, territories.country
    if native in ("", territories.level):
        return None
    if country is None:
        return native
    if native in country.finer_than(territories.level):
        return None  # an aggregate of figures that were measured at a finer level
    titles = {level.id: level.title for level in country.levels}
    return page_text(titles.get(native, native))


def is_coarse(atlas: Atlas, indicator: Indicator) -> bool:
    """Return whether figures are those of larger areas than the territories, so that maps hatch
    them. Not those of an index whose recipe allows it, nor of its dimensions."""
    allowed = any(
        recipe.coarse == "allow" and indicator.id in {part.id for part in recipe.dimensions}
        for recipe in atlas.recipes.values()
    )
    return not allowed and _native_level(atlas.territories, indicator) is not None


def measured_partly(atlas: Atlas, indicator: Indicator) -> bool:
    """Return whether only some parts of an indicator were measured at its native level."""
    parts = [atlas.indicators[name] for name in indicator.parts if name in atlas.indicators]
    return any(
        part.native_level != indicator.native_level or measured_partly(atlas, part)
        for part in parts
        if part.role != "context"
    )


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)
