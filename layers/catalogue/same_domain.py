"""Whether e-mail and website share one domain."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.presence import criteria as presence

INDICATOR = presence.criterion(
    "same-domain",
    title_fr="Messagerie au domaine du site",
    title_en="E-mail at the website's domain",
    method={
        "fr": "Le domaine de messagerie est celui du site (www. excepté) ; sans objet quand l'un "
        "des deux n'est pas déclaré.",
        "en": "The e-mail domain is the website's host (without www.); not applicable where one of "
        "them is not declared.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """1 or 0 where website and e-mail are declared; not applicable elsewhere."""
    return presence.measure_criterion(
        INDICATOR,
        territories,
        inputs,
        lambda directory, _: presence.email_matches_website(directory),
    )


LAYER = Layer(indicator=INDICATOR, needs=(presence.DIRECTORY,), measure=measure)
