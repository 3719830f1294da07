"""The description of a column of figures: its unit, its direction, its source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from zoneblanche.geo.country import Text, in_language, texts_of
from zoneblanche.geo.messages import _
from zoneblanche.geo.source import Source, source_from_dict

Better = Literal["higher", "lower"] | None
Kind = Literal["extensive", "intensive"]
Unit = Literal["count", "percent", "ratio", "number", "boolean", "category", "score"]
Role = Literal["indicator", "dimension", "index", "flag", "context", "typology"]


RESERVED = (
    "code", "name", "score", "rank", "rank_low", "rank_high", "missing", "corrected", "geometry",
    "geom", "fid", "index",
)  # fmt: skip
"""Columns of the results that are not indicators, and the id of a project's own index."""

_NEAR = 1e-6
"""Share of its range by which a computed figure may lie outside."""


def beyond(bounds: tuple[float | None, float | None], figures: np.ndarray) -> np.ndarray:
    """Return which figures lie outside the bounds by more than rounding; a missing one does not.

    >>> beyond((0, 1), np.array([0.5, 1.2, np.nan])).tolist()
    [False, True, False]
    """
    low, high = bounds
    least = -np.inf if low is None else low
    most = np.inf if high is None else high
    span = most - least if np.isfinite(most - least) else max(1, abs(low or 0), abs(high or 0))
    near = _NEAR * span
    return (figures < least - near) | (figures > most + near)


def impossible(
    figures: np.ndarray,
    *,
    unit: str,
    bounds: tuple[float | None, float | None],
    categories: Collection[int],
) -> tuple[int, str] | None:
    """Return the place of the first figure that a layer cannot have, and what is said of it; None
    if it can have all. A missing one it can.

    Args:
        figures: float64.
        unit, bounds, categories: of the layer, see `Indicator`.
    """
    infinite = np.isinf(figures)
    outside = beyond(bounds, figures)
    if infinite.any():
        at = int(np.argmax(infinite))
        return at, _("{value} is not a finite number.", value=str(figures[at]))
    if outside.any():
        at = int(np.argmax(outside))
        value, (low, high) = str(figures[at]), bounds
        if high is None:
            return at, _("{value} lies below {low}.", value=value, low=low)
        if low is None:
            return at, _("{value} lies above {high}.", value=value, high=high)
        return at, _("{value} lies outside {low} to {high}.", value=value, low=low, high=high)
    if unit == "category":
        unnamed = ~np.isnan(figures) & ~np.isin(figures, list(categories))
        if unnamed.any():
            at = int(np.argmax(unnamed))
            return at, _("{value} is not the code of a category.", value=str(figures[at]))
    return None


@dataclass(frozen=True)
class Indicator:
    """One column of an atlas, measured or computed.

    Attributes:
        id: letters, digits, `-` and `_`; the name of the column everywhere.
        title: in French and English (or one text).
        suffix: text after a figure ("hab./km²"), if the unit does not give it.
        unit: `percent` is 0 to 100; `boolean` is 0 or 1; `category` is a whole-number code whose
            titles are `categories`; `score` is 0 to 100.
        better: which direction is better for people, or None for context.
        kind: extensive figures are summed over territories, intensive ones averaged with
            `denominator` as weight.
        denominator: the column of the atlas' weights that an intensive figure is a mean over
            ("premises", "population", "area_km2"), or "territories" if each counts as one.
        bounds: lowest and highest possible value; None for no bound.
        digits: decimals that are published, displayed and written to a page.
        period: the date or interval that it describes ("2022-12-31/2026-09-22"), ISO 8601.
        native_level: id of the level at which it was measured.
        sources: of the figures.
        method: how it was measured, in French and English, in one or two sentences.
        categories: titles of the codes of a `category`.
        role: its role on a page.
        parts: ids of the indicators of a computed one, in order.
        wave_of: id of the indicator that this one is an earlier date of, with the same definition;
            "" if it is none. Its role is context.
    """

    id: str
    title: Text | str
    unit: Unit = "number"
    better: Better = None
    kind: Kind = "intensive"
    denominator: str = "territories"
    bounds: tuple[float | None, float | None] = (None, None)
    digits: int = 1
    period: str = ""
    native_level: str = ""
    sources: tuple[Source, ...] = ()
    method: Text | str = ""
    categories: Mapping[int, Text | str] = field(default_factory=dict)
    role: Role = "indicator"
    parts: tuple[str, ...] = ()
    suffix: Text | str = ""
    wave_of: str = ""

    def __post_init__(self) -> None:
        """Keep a message as its text in each language, as files do."""
        for name in ("title", "method", "suffix"):
            object.__setattr__(self, name, texts_of(getattr(self, name)))
        kinds = {code: texts_of(text) for code, text in self.categories.items()}
        object.__setattr__(self, "categories", kinds)

    def title_in(self, lang: str) -> str:
        """Return the title in `lang`."""
        return in_language(self.title, lang)

    def method_in(self, lang: str) -> str:
        """Return the method note in `lang`."""
        return in_language(self.method, lang)

    def as_dict(self) -> dict[str, Any]:
        """Return everything needed to create it again, for JSON. See `indicator_from_dict`."""
        return {
            "id": self.id,
            "title": _plain(self.title),
            "unit": self.unit,
            "better": self.better,
            "kind": self.kind,
            "denominator": self.denominator,
            "bounds": list(self.bounds),
            "digits": self.digits,
            "period": self.period,
            "native_level": self.native_level,
            "sources": [source.as_dict() for source in self.sources],
            "method": _plain(self.method),
            "categories": {str(code): _plain(text) for code, text in self.categories.items()},
            "role": self.role,
            "parts": list(self.parts),
            "suffix": _plain(self.suffix),
            **({"wave_of": self.wave_of} if self.wave_of else {}),
        }


def indicator_from_dict(table: Mapping[str, Any]) -> Indicator:
    """Return the indicator that `as_dict` wrote.

    >>> indicator_from_dict(Indicator("a", "A", bounds=(0, None)).as_dict()) == Indicator(
    ...     "a", "A", bounds=(0, None))
    True
    """
    fields = dict(table)
    low, high = fields["bounds"]
    fields["bounds"] = (low, high)
    fields["sources"] = tuple(map(source_from_dict, fields["sources"]))
    fields["categories"] = {int(code): text for code, text in fields["categories"].items()}
    fields["parts"] = tuple(fields["parts"])
    return Indicator(**fields)


def _plain(text: Text | str) -> str | dict[str, str]:
    return text if isinstance(text, str) else dict(text)
