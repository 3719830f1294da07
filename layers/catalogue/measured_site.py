"""What was measured of the declared website: that it answers, and that it does in HTTPS."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from zoneblanche.geo.country import Text
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import union_of
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measure import from_table
from zoneblanche.layers.measuring.columns import measure_column
from zoneblanche.layers.presence import criteria as presence
from zoneblanche.layers.publishers.etalab import statuses_of

SOURCE = "etalab-https"
PROBE = "presence-probe"
"""The user's own measurement, which goes before the scan."""


def measure(
    territories: Territories, inputs: Inputs, *, indicator: Indicator, column: str
) -> Measurement:
    """1 or 0 where the declared site was measured; *not applicable* without a site. A 0 there
    would weigh on one side only, since of those with a site not all were measured."""
    if PROBE in inputs:
        return measure_column(indicator, territories, inputs, source=PROBE, column=column)
    directory = inputs[presence.DIRECTORY]
    joined = join_table(territories, directory)
    website = joined.frame["website"]
    measured = statuses_of(inputs[SOURCE], website)[column]
    declared = presence.declares_website(joined.frame)
    values = measured.where(joined.matched & (declared == 1))
    reasons = np.select(
        [~joined.matched, declared == 0, values.isna()],
        [int(Reason.NOT_MATCHED), int(Reason.NOT_APPLICABLE), int(Reason.NOT_COLLECTED)],
        default=int(Reason.PRESENT),
    )
    described = from_table(indicator, inputs[SOURCE])
    return Measurement(
        indicator=_cited(described, inputs, level=directory.level),
        values=values,
        reasons=pd.Series(reasons, index=values.index, dtype="int8"),
        account=joined.account,
    )


def _cited(indicator: Indicator, inputs: Inputs, *, level: str) -> Indicator:
    sources = union_of([inputs[SOURCE].source], [inputs[presence.DIRECTORY].source])
    return replace(indicator, sources=sources, native_level=level)


def _layer(indicator_id: str, column: str, *, fr: str, en: str, method: Text) -> Layer:
    indicator = presence.criterion(indicator_id, title_fr=fr, title_en=en, method=method)
    return Layer(
        indicator=indicator,
        needs=(f"{SOURCE}|{PROBE}", presence.DIRECTORY),
        measure=partial(measure, indicator=indicator, column=column),
    )


LAYERS = (
    _layer(
        "site-reachable",
        "reachable",
        fr="Site qui répond",
        en="Website that answers",
        method={
            "fr": "Le site déclaré a répondu, en HTTP ou en HTTPS, à la date de la mesure ; sans "
            "objet sans site déclaré.",
            "en": "The declared website answered, over HTTP or HTTPS, on the day of measurement; "
            "not applicable without a website.",
        },
    ),
    _layer(
        "https-measured",
        "https",
        fr="HTTPS mesuré",
        en="HTTPS as measured",
        method={
            "fr": "Le site déclaré a répondu en HTTPS, sans renvoyer vers HTTP ; sans objet "
            "sans site déclaré.",
            "en": "The declared website answered over HTTPS and did not lead back to HTTP; not "
            "applicable without a website.",
        },
    ),
)
