"""Accounts of authorities as `zoneblanche probe` read them, and as Overture's places list them.

The other figures of the probe are in presence_measured_site.toml. A site that could not be read is
missing with its reason, never a no.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from zoneblanche.geo.country import Text
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import union_of
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measuring.columns import measure_column
from zoneblanche.layers.presence import criteria as presence
from zoneblanche.layers.probing.pages.accounts import known_networks

SOURCE = "presence-probe"
PLACES = "overture-places"
"""Second source of accounts, which says yes and never no."""


def measure_account(
    territories: Territories, inputs: Inputs, *, indicator: Indicator, column: str
) -> Measurement:
    """What the probe read; where it is not known, 1 where Overture's town hall lists an account.

    Overture never says that there is none.
    """
    columns = [
        measure_column(indicator, territories, inputs, source=source, column=column)
        for source in (SOURCE, PLACES)
        if source in inputs
    ]
    if len(columns) == 1:
        return columns[0]
    probe, places = columns
    present = probe.values.isna() & places.values.notna()
    return replace(
        probe,
        indicator=replace(
            probe.indicator,
            sources=union_of(probe.indicator.sources, places.indicator.sources),
        ),
        values=probe.values.mask(present, places.values),
        reasons=probe.reasons.mask(present, int(Reason.PRESENT)).astype("int8"),
    )


def _either(indicator_id: str, column: str, *, fr: str, en: str, method: Text) -> Layer:
    indicator = presence.criterion(indicator_id, title_fr=fr, title_en=en, method=method)
    return Layer(
        indicator=indicator,
        needs=(f"{SOURCE}|{PLACES}",),
        measure=partial(measure_account, indicator=indicator, column=column),
    )


def _account(network: str) -> Layer:
    title = known_networks()[network].title
    return _either(
        f"{network}-measured",
        network,
        fr=f"Compte {title} (mesuré)",
        en=f"Account on {title} (measured)",
        method={
            "fr": "Le site de la collectivité renvoie à un compte qui est le sien ; boutons de "
            "partage, publications et comptes d'autrui ne comptent pas.",
            "en": "The authority's site links to an account of its own; share buttons, posts and "
            "accounts of others do not count.",
        },
    )


LAYERS = (
    *(_account(network) for network in known_networks()),
    _either(
        "social-measured",
        "networks_any",
        fr="Compte sur un réseau social (mesuré)",
        en="Account on a social network (measured)",
        method={
            "fr": "Le site renvoie à un compte de la collectivité sur un réseau au moins.",
            "en": "The site links to an account of the authority on one network at least.",
        },
    ),
)
