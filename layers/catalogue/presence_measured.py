"""Digital presence as `zoneblanche probe` measured it: accounts, use, innovation.

A site that could not be read is missing with its reason, never a no.
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
from zoneblanche.layers.probing.accounts import known_networks

SOURCE = "presence-probe"
PLACES = "overture-places"
"""Second source of accounts, which says yes and never no."""

_HOW: Text = {
    "fr": "Lu sur le site déclaré par la collectivité (zoneblanche probe).",
    "en": "Read on the website that the authority declares (zoneblanche probe).",
}


def _layer(indicator: Indicator, column: str) -> Layer:
    return Layer(
        indicator=indicator,
        needs=(SOURCE,),
        measure=lambda territories, inputs: measure_column(
            indicator, territories, inputs, source=SOURCE, column=column
        ),
    )


def _criterion(indicator_id: str, column: str, *, fr: str, en: str, method: Text) -> Layer:
    return _layer(presence.criterion(indicator_id, title_fr=fr, title_en=en, method=method), column)


def measure_account(
    territories: Territories, inputs: Inputs, *, indicator: Indicator, column: str
) -> Measurement:
    """What the probe read; where it is not known, 1 where Overture's town hall lists an account.

    Overture never says that there is none.
    """
    found = [
        measure_column(indicator, territories, inputs, source=source, column=column)
        for source in (SOURCE, PLACES)
        if source in inputs
    ]
    if len(found) == 1:
        return found[0]
    probe, places = found
    known = probe.values.isna() & places.values.notna()
    return replace(
        probe,
        indicator=replace(
            probe.indicator,
            sources=union_of(probe.indicator.sources, places.indicator.sources),
        ),
        values=probe.values.mask(known, places.values),
        reasons=probe.reasons.mask(known, int(Reason.PRESENT)).astype("int8"),
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


NETWORKS_NUMBER = Indicator(
    id="networks-measured",
    title={"fr": "Réseaux sociaux (nombre)", "en": "Social networks (number)"},
    unit="number",
    better="higher",
    bounds=(0, len(known_networks())),
    digits=1,
    method={
        "fr": "Nombre de réseaux où le site renvoie à un compte de la collectivité.",
        "en": "Number of networks on which the site links to an account of the authority.",
    },
)
NEWS_AGE = Indicator(
    id="news-age",
    title={"fr": "Âge de la dernière actualité", "en": "Age of the last news"},
    unit="number",
    better="lower",
    bounds=(0, None),
    digits=0,
    suffix={"fr": "jours", "en": "days"},
    method={
        "fr": "Jours depuis la date la plus récente d'un flux, du plan du site ou de la page.",
        "en": "Days since the newest date of a feed, of the sitemap's news or of the page.",
    },
)
SERVICES = Indicator(
    id="services-measured",
    title={"fr": "Types de services en ligne", "en": "Kinds of online services"},
    unit="number",
    better="higher",
    bounds=(0, 9),
    digits=1,
    method={
        "fr": "Types de services auxquels la page d'accueil renvoie : démarches de l'État, "
        "urbanisme, famille, paiement, rendez-vous, application, participation, marchés, données.",
        "en": "Kinds of services that the home page links to: state forms, planning, families, "
        "payment, appointments, app, participation, contracts, data.",
    },
)
THIRD_PARTIES = Indicator(
    id="third-parties",
    title={"fr": "Tiers appelés par la page", "en": "Third parties of the page"},
    unit="number",
    better="lower",
    bounds=(0, None),
    digits=1,
    method={
        "fr": "Domaines étrangers au site dont la page d'accueil charge scripts, cadres, styles ou "
        "images.",
        "en": "Foreign domains that the home page loads scripts, frames, styles or pictures from.",
    },
)
ACCESSIBILITY = Indicator(
    id="accessibility-level",
    title={"fr": "Accessibilité déclarée", "en": "Accessibility as stated"},
    unit="category",
    better=None,
    role="context",
    bounds=(0, 3),
    digits=0,
    categories={
        0: {"fr": "non indiquée", "en": "not stated"},
        1: {"fr": "non conforme", "en": "not compliant"},
        2: {"fr": "partiellement conforme", "en": "partially compliant"},
        3: {"fr": "totalement conforme", "en": "fully compliant"},
    },
    method=_HOW,
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
    _layer(NETWORKS_NUMBER, "networks"),
    _criterion(
        "accessibility-stated",
        "accessibility",
        fr="Accessibilité du site indiquée",
        en="Accessibility of the site stated",
        method={
            "fr": "Une mention (non, partiellement, totalement conforme) ou une déclaration "
            "d'accessibilité, comme la loi le demande.",
            "en": "A mention (not, partially, fully compliant) or an accessibility statement, as "
            "the law asks for.",
        },
    ),
    _layer(ACCESSIBILITY, "accessibility_code"),
    _criterion(
        "legal-notice", "legal", fr="Mentions légales", en="Legal notice",
        method={
            "fr": "La page d'accueil renvoie à des mentions légales, et la page existe.",
            "en": "The home page links to a legal notice, and the page exists.",
        },
    ),
    _criterion(
        "news-recent",
        "news_recent",
        fr="Actualité de moins de 90 jours",
        en="News of the last 90 days",
        method={
            "fr": "La date la plus récente d'un flux, du plan du site ou de la page a moins de 90 "
            "jours ; inconnu là où aucune date n'est lisible par une machine.",
            "en": "The newest date of a feed, of the sitemap's news or of the page is less than 90 "
            "days old; unknown where no date is told to machines.",
        },
    ),
    _layer(NEWS_AGE, "news_days"),
    _layer(SERVICES, "services"),
    _criterion(
        "municipal-app", "service_app", fr="Application municipale", en="Municipal app",
        method={
            "fr": "La page d'accueil renvoie à une application d'information municipale connue.",
            "en": "The home page links to a known app for municipal news and alerts.",
        },
    ),
    _layer(THIRD_PARTIES, "third_parties"),
    _criterion(
        "certificate-valid", "certificate", fr="Certificat valide", en="Valid certificate",
        method={
            "fr": "Le site répond en HTTPS avec un certificat valide (RPNT 1.5).",
            "en": "The site answers over HTTPS with a valid certificate (RPNT 1.5).",
        },
    ),
    _criterion(
        "https-redirect", "http_redirects", fr="HTTP renvoie à HTTPS", en="HTTP leads to HTTPS",
        method={
            "fr": "La réponse en HTTP renvoie à HTTPS ; inconnu là où rien ne répond en HTTP.",
            "en": "The answer over HTTP leads to HTTPS; unknown where nothing answers over HTTP.",
        },
    ),
    _criterion(
        "dmarc", "dmarc", fr="Domaine de messagerie avec DMARC", en="E-mail domain with DMARC",
        method={
            "fr": "Le domaine de messagerie a un enregistrement DMARC (RPNT 2.6).",
            "en": "The e-mail domain has a DMARC record (RPNT 2.6).",
        },
    ),
)  # fmt: skip
