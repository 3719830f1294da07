"""Premises that neither fibre nor cable reaches: what is left to build of fixed networks."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import union_of
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Derived, Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_share_of

FIBRE, TECHNOLOGIES = "arcep-ftth", "arcep-technologies"

INDICATOR = Indicator(
    id="lacking-fixed",
    title={
        "fr": "Locaux sans fibre ni câble",
        "en": "Premises with neither fibre nor cable",
    },
    unit="percent",
    better="lower",
    denominator="premises_fibre",
    bounds=(0, 100),
    digits=1,
    method={
        "fr": "100 moins la plus grande des deux parts : locaux raccordables à la fibre, locaux "
        "éligibles au câble. Les deux réseaux peuvent desservir des locaux différents ; la part "
        "réelle peut être moindre.",
        "en": "100 less the greater of two shares: premises that fibre passes, premises that can "
        "have cable. The two networks may serve different premises; the true share may be less.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """Percent of premises. Missing where fibre is; without a table of technologies, or a row in it,
    cable is not counted."""
    fibre = measure_share_of(
        INDICATOR, territories, inputs, source=FIBRE, part=("premises_ftth",), whole="premises"
    )
    if TECHNOLOGIES not in inputs:
        return replace(fibre, values=100 - fibre.values)
    cable = measure_share_of(
        INDICATOR,
        territories,
        inputs,
        source=TECHNOLOGIES,
        part=("premises_coaxial",),
        whole="premises",
    )
    present = fibre.values.notna()
    sources = union_of(fibre.indicator.sources, cable.indicator.sources)
    periods = dict.fromkeys((cable.indicator.period, fibre.indicator.period))
    return replace(
        fibre,
        indicator=replace(fibre.indicator, sources=sources, period="/".join(filter(None, periods))),
        values=lacking(pd.DataFrame({"fibre": fibre.values, "cable": cable.values})),
        reasons=fibre.reasons.mask(present, int(Reason.PRESENT)).astype("int8"),
    )


def lacking(shares: pd.DataFrame) -> pd.Series:
    """Return 100 less the greater of `fibre` and, where it is known, `cable`; percent of premises,
    missing where fibre is."""
    return 100.0 - shares.max(axis=1).where(shares["fibre"].notna())


LAYER = Layer(
    indicator=INDICATOR,
    needs=(FIBRE,),
    measure=measure,
    derived=Derived(("fibre", "cable"), lacking),
)
