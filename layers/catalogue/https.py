"""Whether the declared website is declared in HTTPS."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.presence import criteria as presence

INDICATOR = presence.criterion(
    "https",
    title_fr="Site déclaré en HTTPS",
    title_en="Website declared in HTTPS",
    method={
        "fr": "L'adresse déclarée commence par https ; sans site, le critère n'est pas rempli.",
        "en": "The declared address begins with https; it is not met without a website.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """1 where the declared address begins with https, else 0."""
    return presence.measure_criterion(
        INDICATOR, territories, inputs, lambda directory, _: presence.declares_https(directory)
    )


LAYER = Layer(indicator=INDICATOR, needs=(presence.DIRECTORY,), measure=measure)
