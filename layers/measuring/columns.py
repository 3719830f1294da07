"""Layers that are a column of a table, or a share of two: most of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from zoneblanche.geo.nesting import sum_by
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Inputs, Measurement
from zoneblanche.layers.measure import from_table


def measure_column(
    indicator: Indicator,
    territories: Territories,
    inputs: Inputs,
    *,
    source: str,
    column: str,
    weight: str = "",
) -> Measurement:
    """Return a column of a table, with the publisher's reasons for missing cells.

    Args:
        source: id of the input.
        column: of its table, in the unit of the indicator. A table without it did not collect it.
        weight: column that the figure is a mean over; becomes the denominator of the indicator.
    """
    table = inputs[source]
    joined = join_table(territories, table)
    weights: Mapping[str, pd.Series] = {}
    if column in joined.frame:
        values, reasons = joined.frame[column].astype("float64"), joined.reasons_of(column)
    else:
        values = pd.Series(float("nan"), index=territories.codes)
        reasons = _everywhere(Reason.NOT_COLLECTED, territories)
    if weight:
        weights = {indicator.denominator: joined.frame[weight].astype("float64")}
    return Measurement(
        indicator=from_table(indicator, table),
        values=values,
        reasons=reasons,
        weights=weights,
        account=joined.account,
    )


def measure_share_of(
    indicator: Indicator,
    territories: Territories,
    inputs: Inputs,
    *,
    source: str,
    part: tuple[str, ...],
    whole: str,
) -> Measurement:
    """Return 100 × the sum of the columns `part` / the column `whole`, at most 100.

    If the whole is 0 the share is *not applicable*. The whole becomes the denominator of the
    indicator. A table without one of the parts did not collect the figure. If the table is
    of a containing level, each territory has the share of its container. Its weight is the whole
    of the container in proportion to population, so that every mean over the territories of a
    container is the figure of the container.
    """
    table = inputs[source]
    joined = join_table(territories, table)
    over = joined.frame[whole]
    weight = over
    if joined.native_level != territories.level:
        weight = _shared_out(territories, over, joined.native_level)
    if not set(part) <= set(joined.frame):
        return Measurement(
            indicator=from_table(indicator, table),
            values=pd.Series(float("nan"), index=territories.codes),
            reasons=_everywhere(Reason.NOT_COLLECTED, territories),
            weights={indicator.denominator: weight},
            account=joined.account,
        )
    counted = joined.frame[list(part)].sum(axis=1, skipna=False)
    values = (100 * counted / over).clip(upper=100).where(over > 0)
    missing = values.isna().to_numpy()
    reasons = joined.reasons_of(whole).to_numpy().copy()
    unknown = missing & (reasons == Reason.PRESENT)
    reasons[unknown] = joined.reasons_of(part[0]).to_numpy()[unknown]
    reasons[missing & (reasons == Reason.PRESENT)] = Reason.NOT_PUBLISHED
    reasons[(over == 0).to_numpy()] = Reason.NOT_APPLICABLE
    return Measurement(
        indicator=from_table(indicator, table),
        values=values,
        reasons=pd.Series(reasons, index=territories.codes),
        weights={indicator.denominator: weight},
        account=joined.account,
    )


def _shared_out(territories: Territories, total: pd.Series, level: str) -> pd.Series:
    """A container's total on its parts, chosen or not, in proportion to population."""
    whole = territories.whole
    people = sum_by(whole.facts["population"], whole.parents[level])
    inside = territories.parents[level].map(people).astype("float64")
    return total * territories.facts["population"] / inside


def _everywhere(reason: Reason, territories: Territories) -> pd.Series:
    return pd.Series(int(reason), index=territories.codes, dtype="int8")
