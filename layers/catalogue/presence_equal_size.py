"""Digital presence at equal size: above or below what size and density predict."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import _, remark, titled
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.analysis.inequality.equal_size import add_equal_size
from zoneblanche.layers.atlas import empty_atlas
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measure import add_measurements
from zoneblanche.layers.presence.criteria import DIRECTORY, GENERIC

SCORE = "presence"
"""Id of the layer that is compared."""

INDICATOR = Indicator(
    id="presence-equal-size",
    title={
        "fr": "Présence numérique, à taille égale",
        "en": "Digital presence, at equal size",
    },
    unit="number",
    better="higher",
    bounds=(-100, 100),
    digits=0,
    suffix="points",
    method={
        "fr": "Écart, en points, à ce que prédisent la population et la densité (régression "
        "logistique sur des splines naturelles de leurs logarithmes).",
        "en": "Points above or below what population and density predict (logistic regression on "
        "natural splines of their logarithms).",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """Points above (below: negative) the prediction from population and density, which is
    that of the whole country wherever a part of it is chosen; not collected, and it is said why,
    where too little is known for a prediction."""
    whole = territories.whole
    atlas = add_measurements(empty_atlas(whole), [known_layers()[SCORE].measure(whole, inputs)])
    try:
        atlas = add_equal_size(atlas, SCORE)
    except InputError as error:
        return _unpredicted(territories, error)
    return Measurement(
        indicator=replace(
            atlas.indicator(INDICATOR.id), role=INDICATOR.role, digits=INDICATOR.digits
        ),
        values=atlas.values[INDICATOR.id].reindex(territories.codes),
        reasons=atlas.reasons[INDICATOR.id].reindex(territories.codes),
    )


def _unpredicted(territories: Territories, error: InputError) -> Measurement:
    notice = _("{layer}: not measured, {why}", layer=titled(INDICATOR.title), why=error.message)
    return Measurement(
        indicator=INDICATOR,
        values=pd.Series(float("nan"), index=territories.codes),
        reasons=pd.Series(int(Reason.NOT_COLLECTED), index=territories.codes, dtype="int8"),
        notices=(remark(notice),),
    )


LAYER = Layer(indicator=INDICATOR, needs=(DIRECTORY, GENERIC), measure=measure)
