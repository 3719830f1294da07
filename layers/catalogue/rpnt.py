"""The référentiel of digital presence (RPNT 0.2): criteria met, ANCT's levels and map score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.presence import criteria as presence
from zoneblanche.layers.presence.conformance import ANCT, Conformance, conformance_on
from zoneblanche.layers.presence.rpnt import CRITERIA, score_of_commune

DECLARED = (f"{ANCT}|{presence.DIRECTORY}", f"{ANCT}|{presence.GENERIC}")
EVALUATED = (ANCT,)
"""Levels ask for what only ANCT measures (1.6, 2.8): from other sources they would be known where
they are missed and nowhere else."""

CRITERIA_MET = Indicator(
    id="rpnt-criteria",
    title={"fr": "Critères RPNT remplis", "en": "RPNT criteria met"},
    unit="score",
    better="higher",
    bounds=(0, 100),
    method={
        "fr": "Part des critères du référentiel de la présence numérique des territoires qui sont "
        "remplis, parmi ceux dont on sait s'ils le sont. D'après l'ANCT si son fichier est donné.",
        "en": "Share of the criteria of ANCT's référentiel that are met, of those of which it is "
        "known. As ANCT evaluated them where its file is given.",
    },
)
WEBSITE = presence.criterion(
    "rpnt-website",
    title_fr="Site conforme (RPNT 1.a)",
    title_en="Conforming website (RPNT 1.a)",
    method={
        "fr": "Critères 1.1 à 1.6 : site déclaré, extension souveraine, joignable, HTTPS, "
        "certificat valide, sans redirection hors du domaine. Inconnu si l'un n'est pas mesuré.",
        "en": "Criteria 1.1 to 1.6: declared, sovereign extension, reachable, HTTPS, valid "
        "certificate, no redirect to another domain. Unknown where one is not measured.",
    },
)
EMAIL = presence.criterion(
    "rpnt-email",
    title_fr="Messagerie conforme (RPNT 2.a)",
    title_en="Conforming e-mail (RPNT 2.a)",
    method={
        "fr": "Critères 2.1, 2.2, 2.4, 2.5 et 2.8, et 2.3 si un site est déclaré. Inconnu si l'un "
        "n'est pas mesuré.",
        "en": "Criteria 2.1, 2.2, 2.4, 2.5 and 2.8, and 2.3 where a site is declared. Unknown "
        "where one is not measured.",
    },
)
SCORE = Indicator(
    id="rpnt-score",
    title={"fr": "Score de la carte ANCT (0 à 2)", "en": "Score of ANCT's map (0 to 2)"},
    unit="number",
    better="higher",
    bounds=(0, 2),
    digits=2,
    method={
        "fr": "Un point pour un site conforme (1.a), un point pour une messagerie conforme (2.a) ; "
        "au-dessus de la commune, moyenne des communes connues.",
        "en": "A point for a conforming website (1.a), one for a conforming e-mail (2.a); above "
        "the commune the mean of the communes that are known.",
    },
)

Figure = Callable[[Conformance], pd.Series]


def measure(
    territories: Territories, inputs: Inputs, *, indicator: Indicator, figure: Figure
) -> Measurement:
    """A figure from the criteria; missing where what it needs is unknown."""
    conformance = conformance_on(territories, inputs)
    values = figure(conformance).astype("float64")
    reasons = np.where(values.isna(), _reason(conformance.reasons), int(Reason.PRESENT))
    return Measurement(
        indicator=replace(
            indicator,
            sources=conformance.sources,
            period=conformance.period,
            native_level=conformance.native_level,
        ),
        values=values,
        reasons=pd.Series(reasons, index=values.index, dtype="int8"),
        account=conformance.account,
    )


def _reason(reasons: pd.DataFrame) -> pd.Series:
    """A territory without a row is *not in the table*; any other was not evaluated in full."""
    absent = (reasons == Reason.NOT_MATCHED).all(axis=1)
    return pd.Series(
        np.where(absent, int(Reason.NOT_MATCHED), int(Reason.NOT_COLLECTED)), index=reasons.index
    )


def _layer(indicator: Indicator, figure: Figure, *, needs: tuple[str, ...]) -> Layer:
    return Layer(
        indicator=indicator,
        needs=needs,
        measure=partial(measure, indicator=indicator, figure=figure),
    )


LAYERS = (
    _layer(
        CRITERIA_MET,
        lambda conformance: 100 * conformance.criteria[list(CRITERIA)].mean(axis=1),
        needs=DECLARED,
    ),
    _layer(WEBSITE, lambda conformance: conformance.criteria["1.a"], needs=EVALUATED),
    _layer(EMAIL, lambda conformance: conformance.criteria["2.a"], needs=EVALUATED),
    _layer(SCORE, lambda conformance: score_of_commune(conformance.criteria), needs=EVALUATED),
)
