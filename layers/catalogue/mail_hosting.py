"""How the e-mail of town halls is set up: MX and SPF records, and who hosts it."""

from __future__ import annotations

from functools import partial

import pandas as pd

from zoneblanche.geo.country import Text
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Inputs, Layer, Measurement
from zoneblanche.layers.measure import from_table
from zoneblanche.layers.measuring.columns import measure_column
from zoneblanche.layers.presence import criteria as presence

SOURCE = "mxmap"
PROBE = "presence-probe"
"""The user's own measurement, which goes before the scan."""

PROVIDERS = (
    *("orange", "microsoft", "google", "ovh", "ionos", "infomaniak", "sfr", "free", "gandi"),
    *("bouygues", "yahoo", "aws", "french-isp", "zimbra", "bluemind", "exchange", "local"),
    "independent",
)
"""Names of the scan; the code of a provider is its place here, from 1. The last four are servers
of a kind, or of somebody not known by name, rather than firms."""

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
        **dict(enumerate(PROVIDERS, start=1)),
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
    reasons = reasons.mask(~joined.found, int(Reason.NOT_MATCHED))
    return Measurement(
        indicator=from_table(PROVIDER, table),
        values=values.astype("float64"),
        reasons=reasons.astype("int8"),
        account=joined.account,
    )


def _record(indicator_id: str, *, fr: str, en: str, method: Text) -> Layer:
    indicator = presence.criterion(indicator_id, title_fr=fr, title_en=en, method=method)
    return Layer(
        indicator=indicator,
        needs=(f"{SOURCE}|{PROBE}",),
        measure=partial(_measure_record, indicator=indicator),
    )


def _measure_record(
    territories: Territories, inputs: Inputs, *, indicator: Indicator
) -> Measurement:
    source = PROBE if PROBE in inputs else SOURCE
    return measure_column(indicator, territories, inputs, source=source, column=indicator.id)


LAYERS = (
    _record(
        "mx",
        fr="Domaine de messagerie avec MX",
        en="E-mail domain with MX",
        method={
            "fr": "Le domaine de messagerie a un enregistrement MX (RPNT 2.4) ; non collecté chez "
            "les fournisseurs génériques, sans objet sans domaine.",
            "en": "The e-mail domain has an MX record (RPNT 2.4); not collected at generic "
            "providers, not applicable without a domain.",
        },
    ),
    _record(
        "spf",
        fr="Domaine de messagerie avec SPF",
        en="E-mail domain with SPF",
        method={
            "fr": "Le domaine de messagerie a un enregistrement SPF (RPNT 2.5) ; non collecté chez "
            "les fournisseurs génériques, sans objet sans domaine.",
            "en": "The e-mail domain has an SPF record (RPNT 2.5); not collected at generic "
            "providers, not applicable without a domain.",
        },
    ),
    Layer(indicator=PROVIDER, needs=(SOURCE,), measure=measure_provider),
)
