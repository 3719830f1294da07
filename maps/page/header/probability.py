"""The probability of being in the worst tenth as a layer of its own, from the draws of an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoneblanche.geo.messages import _, titled
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.indicator import Indicator

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas

SUFFIX = "-worst-tenth"
"""Of the id of the layer, after that of its index."""


def with_probabilities(atlas: Atlas) -> Atlas:
    """Return the atlas with a layer for each index whose draws say how often a territory is in the
    worst tenth; in percent of the draws."""
    for name, indicator in list(atlas.indicators.items()):
        table = atlas.intervals.get(name)
        if indicator.role != "index" or table is None or "worst_decile" not in table:
            continue
        if f"{name}{SUFFIX}" in atlas.indicators or table["worst_decile"].isna().all():
            continue
        layer = Indicator(
            id=f"{name}{SUFFIX}",
            title=_("{title}: probability of the worst tenth", title=titled(indicator.title)),
            unit="percent",
            better="lower",
            bounds=(0, 100),
            digits=0,
            period=indicator.period,
            native_level=indicator.native_level,
            sources=indicator.sources,
            parts=(name,),
            method=_(
                "Share of the draws in which the territory is in the worst tenth: each draw varies "
                "the weights and the figures within their errors."
            ),
        )
        atlas = atlas.add(layer, 100.0 * table["worst_decile"], reasons=Reason.TOO_FEW)
    return atlas
