"""A presence score: the share of the known criteria of digital presence that are met."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.presence import criteria as presence

INDICATOR = Indicator(
    id="presence",
    title={"fr": "Présence numérique", "en": "Digital presence"},
    unit="score",
    better="higher",
    kind="intensive",
    denominator="territories",
    bounds=(0, 100),
    digits=1,
    method={
        "fr": "Part des critères connus qui sont remplis : site déclaré, site déclaré en HTTPS, "
        "messagerie sur un domaine propre, messagerie au domaine du site ; un critère sans "
        "objet ne compte pas.",
        "en": "Share of the known criteria that are met: declared website, declared in HTTPS, "
        "e-mail at a domain of its own, e-mail at the website's domain; one that does not "
        "apply does not count.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """0 to 100: the mean of the criteria that are known and apply."""
    return presence.measure_criterion(INDICATOR, territories, inputs, presence.presence_score)


LAYER = Layer(indicator=INDICATOR, needs=(presence.DIRECTORY, presence.GENERIC), measure=measure)
