"""INSEE's seven density classes, where their table is given."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measure import from_table

SOURCE = "insee-density"

INDICATOR = Indicator(
    id="density-class",
    title={"fr": "Classe de densité (INSEE)", "en": "Density class (INSEE)"},
    unit="category",
    better=None,
    denominator="population",
    bounds=(1, 7),
    digits=0,
    role="context",
    categories={
        1: {"fr": "Grands centres urbains", "en": "Large urban centres"},
        2: {"fr": "Centres urbains intermédiaires", "en": "Intermediate urban centres"},
        3: {"fr": "Ceintures urbaines", "en": "Urban belts"},
        4: {"fr": "Petites villes", "en": "Small towns"},
        5: {"fr": "Bourgs ruraux", "en": "Rural market towns"},
        6: {"fr": "Rural à habitat dispersé", "en": "Rural, dispersed"},
        7: {"fr": "Rural à habitat très dispersé", "en": "Rural, very dispersed"},
    },
    method={
        "fr": "Grille communale de densité à 7 niveaux : la classe où vit la plus grande part des "
        "habitants, d'après des carreaux de 1 km².",
        "en": "Communal density grid in 7 levels: the class in which most inhabitants live, from "
        "squares of 1 km².",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """1 (dense) to 7 (very dispersed); missing where the table has no row."""
    table = inputs[SOURCE]
    joined = join_table(territories, table)
    values = joined.frame["density_level"].astype("float64")
    reasons = np.select(
        [~joined.found, values.isna()],
        [int(Reason.NOT_MATCHED), int(Reason.NOT_PUBLISHED)],
        default=int(Reason.PRESENT),
    )
    return Measurement(
        indicator=from_table(INDICATOR, table),
        values=values,
        reasons=pd.Series(reasons, index=values.index, dtype="int8"),
        account=joined.account,
    )


LAYER = Layer(indicator=INDICATOR, needs=(SOURCE,), measure=measure)
