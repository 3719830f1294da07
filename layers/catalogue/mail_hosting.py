"""Who hosts the e-mail of town halls; its MX and SPF records are in mail_hosting.toml."""

from __future__ import annotations

import pandas as pd

from zoneblanche.geo.country import Text
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measure import from_table

SOURCE = "mxmap"
PROVIDERS = (
    *("orange", "microsoft", "google", "ovh", "ionos", "infomaniak", "sfr", "free", "gandi"),
    *("bouygues", "yahoo", "aws", "french-isp", "zimbra", "bluemind", "exchange", "local"),
    "independent",
)
"""Names of the scan; the code of a provider is its place here, from 1. The last five are servers
of a kind, or of somebody not known by name, rather than firms."""

TITLES: dict[str, Text | str] = {
    "orange": "Orange",
    "microsoft": "Microsoft",
    "google": "Google",
    "ovh": "OVHcloud",
    "ionos": "IONOS",
    "infomaniak": "Infomaniak",
    "sfr": "SFR",
    "free": "Free",
    "gandi": "Gandi",
    "bouygues": "Bouygues Telecom",
    "yahoo": "Yahoo",
    "aws": "Amazon (AWS)",
    "french-isp": {"fr": "autre fournisseur d'accès français", "en": "other French provider"},
    "zimbra": {"fr": "serveur Zimbra", "en": "Zimbra server"},
    "bluemind": {"fr": "serveur BlueMind", "en": "BlueMind server"},
    "exchange": {"fr": "serveur Exchange", "en": "Exchange server"},
    "local": {"fr": "serveur local", "en": "local server"},
    "independent": {"fr": "serveur indépendant", "en": "independent server"},
}

OTHER = len(PROVIDERS) + 1

PROVIDER = Indicator(
    id="mail-provider",
    title={"fr": "Hébergeur de la messagerie", "en": "Host of the e-mail"},
    unit="category",
    better=None,
    bounds=(1, OTHER),
    digits=0,
    role="context",
    categories={
        **{code: TITLES[name] for code, name in enumerate(PROVIDERS, start=1)},
        OTHER: {"fr": "autre", "en": "other"},
    },
    method={
        "fr": "D'après les enregistrements DNS du domaine de messagerie déclaré.",
        "en": "From the DNS records of the domain of the declared e-mail.",
    },
)


def measure_provider(territories: Territories, inputs: Inputs) -> Measurement:
    """The number of the provider; missing where the scan could not tell."""
    table = inputs[SOURCE]
    joined = join_table(territories, table)
    provider = joined.frame["provider"]
    numbers = {name: float(number) for number, name in enumerate(PROVIDERS, start=1)}
    values = provider.map(numbers).fillna(float(OTHER)).where(provider.notna())
    reasons = pd.Series(int(Reason.PRESENT), index=values.index)
    reasons = reasons.mask(values.isna(), int(Reason.NOT_COLLECTED))
    reasons = reasons.mask(~joined.matched, int(Reason.NOT_MATCHED))
    return Measurement(
        indicator=from_table(PROVIDER, table),
        values=values.astype("float64"),
        reasons=reasons.astype("int8"),
        account=joined.account,
    )


LAYER = Layer(indicator=PROVIDER, needs=(SOURCE,), measure=measure_provider)
