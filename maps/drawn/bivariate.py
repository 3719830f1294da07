"""Two indicators on one map: three classes of each, nine colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas

Toward = Literal["low", "high"]


@dataclass(frozen=True)
class Bivariate:
    """A bivariate map.

    Attributes:
        x, y: ids of the indicators along the bottom and the side of the legend's square.
        x_toward, y_toward: the end of each with the strongest colour; None uses the worse end, and
            the low end if the indicator has none (sparse, few).
        x_breaks, y_breaks: two ascending breaks each; empty for terciles of the territories.
    """

    x: str
    y: str
    x_toward: Toward | None = None
    y_toward: Toward | None = None
    x_breaks: tuple[float, ...] = ()
    y_breaks: tuple[float, ...] = ()

    @property
    def id(self) -> str:
        """Name of the map in options and addresses: "density-presence"."""
        return f"{self.x}-{self.y}"


DEFAULT = Bivariate("density", "presence")
"""The map that is offered if the atlas has both indicators."""


def ids_of(shown: str | Bivariate) -> tuple[str, ...]:
    """Return the indicators that a map shows: one, or the two of a bivariate map."""
    return (shown,) if isinstance(shown, str) else (shown.x, shown.y)


def title_of(atlas: Atlas, shown: str | Bivariate, lang: str) -> str:
    """Return the title of what a map shows."""
    return " × ".join(atlas.indicator(name).title_in(lang) for name in ids_of(shown))


def toward(better: str | None, chosen: Toward | None) -> Toward:
    """Return the end of an indicator that has the strongest colour.

    >>> toward("higher", None), toward("lower", None), toward(None, None), toward("higher", "high")
    ('low', 'high', 'low', 'high')
    """
    if chosen is not None:
        return chosen
    return "high" if better == "lower" else "low"


def read_show(atlas: Atlas, show: str | tuple[str, str] | Bivariate | None) -> str | Bivariate:
    """Return what to show first: an indicator's id, or a bivariate map.

    Args:
        atlas: with the indicators.
        show: an indicator's id, two ids, two ids joined by a hyphen, a `Bivariate`, or None for the
            index, else the first indicator.

    Raises:
        InputError: the atlas has no such indicator, or none at all.
    """
    if isinstance(show, tuple):
        show = Bivariate(*show)
    if isinstance(show, Bivariate):
        atlas.indicator(show.x), atlas.indicator(show.y)
        return show
    if show is None:
        return _first(atlas)
    if show in atlas.indicators:
        return show
    for place in [at for at, letter in enumerate(show) if letter == "-"]:
        x, y = show[:place], show[place + 1 :]
        if x in atlas.indicators and y in atlas.indicators:
            return DEFAULT if (x, y) == (DEFAULT.x, DEFAULT.y) else Bivariate(x, y)
    raise InputError(
        Fault(
            _("there is no layer called {show} to show.", show=repr(show)),
            remedy=_(
                "{nearest} A map of two is written x-y.", nearest=nearest(show, atlas.indicators)
            ),
            kind="unknown-indicator",
        )
    )


def _first(atlas: Atlas) -> str:
    if not atlas.indicators:
        raise InputError(_("the atlas has no indicator to draw. Measure or add one first."))
    # A map without figures is not shown first, unless there is no other.
    measured = [name for name in atlas.indicators if atlas.values[name].notna().any()]
    names = measured or list(atlas.indicators)
    for role in ("index", "dimension", "indicator"):
        for name in names:
            if atlas.indicators[name].role == role:
                return name
    return names[0]
