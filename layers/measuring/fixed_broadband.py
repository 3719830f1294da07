"""Shares of premises from counts of premises, for the fixed-broadband layers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zoneblanche.geo.nesting import sum_by
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Inputs, Measurement
from zoneblanche.layers.measure import from_table

SOURCE = "arcep-debit"
"""Id of the source: index code; `premises` and the counts `premises_<speed>`, cumulative."""


def speed_indicator(indicator_id: str, *, speed: str, digits: int) -> Indicator:
    """Return the description of a share of premises at a speed."""
    return Indicator(
        id=indicator_id,
        title={"fr": f"Locaux éligibles à {speed} ou plus", "en": f"Premises at {speed} or more"},
        unit="percent",
        better="higher",
        kind="intensive",
        denominator="premises",
        bounds=(0, 100),
        digits=digits,
        method={
            "fr": f"Nombre de locaux où un débit de {speed} est possible par une technologie fixe, "
            "divisé par le nombre de locaux.",
            "en": f"Premises where {speed} is possible by a fixed technology, over all premises.",
        },
    )


def measure_share(
    indicator: Indicator, territories: Territories, inputs: Inputs, *, counted: str
) -> Measurement:
    """Return 100 × `counted` / premises of the available table; rows of a containing level are
    repeated.

    A territory without premises is *not applicable*, not 0 %. If the table is of a containing
    level, each part has the share of its container. Its weight is the container's premises,
    distributed by population, so that any mean over the parts is the figure of the container.
    """
    table = inputs[SOURCE]
    joined = join_table(territories, table)
    premises = joined.frame["premises"]
    values = (100 * joined.frame[counted] / premises).where(premises > 0)
    reasons = np.select(
        [~joined.found, premises == 0, values.isna()],
        [int(Reason.NOT_MATCHED), int(Reason.NOT_APPLICABLE), int(Reason.NOT_PUBLISHED)],
        default=int(Reason.PRESENT),
    )
    if joined.native_level != territories.level:
        premises = _shared_out(territories, premises, joined.native_level)
    return Measurement(
        indicator=from_table(indicator, table),
        values=values,
        reasons=pd.Series(reasons, index=values.index, dtype="int8"),
        weights={"premises": premises},
        account=joined.account,
    )


def _shared_out(territories: Territories, premises: pd.Series, level: str) -> pd.Series:
    """Return the premises of containers on their parts, selected or not, in proportion to
    population."""
    whole = territories.whole
    people = sum_by(whole.facts["population"], whole.parents[level])
    total = territories.parents[level].map(people).astype("float64")
    return premises * territories.facts["population"] / total
