"""Whether the e-mail is at a domain of the authority's own."""

from __future__ import annotations

from geo.territories import Territories
from layers import presence
from layers.layer import Inputs, Layer, Measurement

INDICATOR = presence.criterion(
    "own-email",
    title_fr="Messagerie sur un domaine propre",
    title_en="E-mail at a domain of its own",
    method={
        "fr": "Le domaine de messagerie n'est pas celui d'un fournisseur générique.",
        "en": "The e-mail domain is not a generic provider's.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """1 where an e-mail is declared and not at a generic provider's, else 0."""
    return presence.measure_criterion(INDICATOR, territories, inputs, presence.declares_own_email)


LAYER = Layer(indicator=INDICATOR, needs=(presence.DIRECTORY, presence.GENERIC), measure=measure)
