"""Generic e-mail providers, with the reason for each."""

from __future__ import annotations

import pandas as pd

SOURCE = "RPNT rules of ANCT"

WEBMAIL = "webmail that anyone may open"
NATIONAL = "mailbox that comes with a national internet or telephone subscription"
BUSINESS = "mailbox that comes with a national operator's business subscription"
REGIONAL = "mailbox of a regional or rural internet, cable or IT provider"
SHARED = "one domain shared by several authorities of an area"
NEIGHBOUR = "domain of one commune whose mailboxes a neighbouring town hall uses too"
HOSTING = "domain of the hosting company itself"
APPLICATION = "domain of a mobile application for authorities"

REASONS: dict[str, tuple[str, ...]] = {
    WEBMAIL: (
        "gmail.com", "gmx.fr", "hotmail.com", "hotmail.fr", "icloud.com", "laposte.net", "live.fr",
        "outlook.com", "outlook.fr", "yahoo.com", "yahoo.fr",
    ),
    NATIONAL: (
        "bbox.fr", "cegetel.net", "free.fr", "neuf.fr", "nordnet.fr", "numericable.com",
        "numericable.fr", "orange.fr", "sfr.fr", "wanadoo.fr",
    ),
    BUSINESS: ("9business.fr", "fr.oleane.com", "orange-business.fr"),
    REGIONAL: (
        "adeli.biz", "akeonet.com", "alsatis.net", "aricia.fr", "evc.net", "idyle-telecom.com",
        "lgtel.fr", "mcom.fr", "ozone.net", "rtvc.fr", "telwan.fr", "tubeo.eu", "tv-com.net",
        "vialis.net", "west-telecom.com", "wibox.fr",
    ),
    SHARED: (
        "collectivite47.fr", "copler.fr", "info46.fr", "inforoutes-ardeche.fr", "inforoutes.fr",
        "pole-secretariat.fr", "sivucesny.fr",
    ),
    NEIGHBOUR: ("selonnet.fr",),
    HOSTING: ("ovh.fr",),
    APPLICATION: ("intramuros.org",),
}  # fmt: skip
"""The domains in ANCT's rules of digital presence (MIT licence), grouped by our reasons."""


def generic_providers() -> pd.DataFrame:
    """Return columns `domain` and `note` (the reason, and who lists it), sorted by domain."""
    rows = [
        (domain, f"{reason}; {SOURCE}") for reason, domains in REASONS.items() for domain in domains
    ]
    return pd.DataFrame(sorted(rows), columns=["domain", "note"])
