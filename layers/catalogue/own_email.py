"""Whether the e-mail is at a domain of the authority's own."""

from __future__ import annotations

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.presence import criteria as presence

INDICATOR = presence.criterion(
    "own-email",
    title_fr="Messagerie sur un domaine propre",
    title_en="E-mail at a domain of its own",
    method={
        "fr": "Le domaine de messagerie n'est pas celui d'un fournisseur générique ; sans objet "
        "quand aucune adresse n'est déclarée.",
        "en": "The e-mail domain is not a generic provider's; not applicable where no e-mail is "
        "declared.",
    },
)


def measure(territories: Territories, inputs: Inputs) -> Measurement:
    """1 or 0 where an e-mail is declared; not applicable elsewhere."""
    return presence.measure_criterion(
        INDICATOR, territories, inputs, presence.declares_own_email, reads="email_domain"
    )


LAYER = Layer(indicator=INDICATOR, needs=(presence.DIRECTORY, presence.GENERIC), measure=measure)
