"""Whether the authority declares a website."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.presence import criteria as presence

INDICATOR = presence.criterion(
    "website",
    title_fr="Site internet déclaré",
    title_en="Declared website",
    method={
        "fr": "Une adresse http(s) bien formée figure dans l'annuaire.",
        "en": "The directory holds a well-formed http(s) address.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """1 where a website is declared, 0 where the directory has the row and no address."""
    return presence.measure_criterion(
        INDICATOR, territories, inputs, lambda directory, _: presence.declares_website(directory)
    )


LAYER = Layer(indicator=INDICATOR, needs=(presence.DIRECTORY,), measure=measure)
