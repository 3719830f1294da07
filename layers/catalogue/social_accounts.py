"""Accounts on social networks, one layer a network, where the directory that knows them is given.

No open table of them exists by territory: without the directory they are unknown, not absent.
"""

from __future__ import annotations

from functools import partial

from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column
from zoneblanche.layers.presence import criteria as presence
from zoneblanche.layers.presence.barometer import CRITERIA
from zoneblanche.layers.publishers.dila import NETWORKS

SOURCE = "dila-directory"


def measure(territories: Territories, inputs: Inputs, *, indicator: Indicator) -> Measurement:
    """1 where an account is declared, 0 where the directory has the authority and none is."""
    return measure_column(indicator, territories, inputs, source=SOURCE, column=indicator.id)


def _layer(network: str) -> Layer:
    name = CRITERIA[network]
    indicator = presence.criterion(
        network,
        title_fr=f"Compte {name}",
        title_en=f"Account on {name}",
        method={
            "fr": "Un compte sur ce réseau figure dans l'annuaire de l'administration.",
            "en": "The directory of public services holds an account on this network.",
        },
    )
    return Layer(
        indicator=indicator, needs=(SOURCE,), measure=partial(measure, indicator=indicator)
    )


LAYERS = tuple(_layer(network) for network in NETWORKS)
