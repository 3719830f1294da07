"""How the mail of a domain is set up, from its DNS: MX, SPF, DMARC, and who hosts it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from zoneblanche.layers.probing.asking.names import Names
from zoneblanche.layers.probing.packaged import packaged_table
from zoneblanche.layers.probing.pages.urls import registrable

EUROPEAN = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)
"""The member states of the European Union."""

_ALL = {"-": "fail", "~": "softfail", "?": "neutral", "+": "pass", "": "pass"}


@dataclass(frozen=True)
class Host:
    """Who hosts a domain's mail: a name of `mail_hosts.toml`, or "own" or "other"."""

    provider: str
    kind: str
    seat: str = ""


async def probe_mail(domain: str, names: Names, *, today: date) -> dict[str, Any]:
    """The records of one domain, as plain data for the store."""
    record: dict[str, Any] = {"domain": domain, "asked": today.isoformat(), "reason": ""}
    mx = await names.records(domain, "MX")
    texts = await names.records(domain, "TXT")
    policy = await names.records("_dmarc." + domain, "TXT")
    organisation = registrable(domain)
    if not policy.texts and organisation != domain:
        policy = await names.records("_dmarc." + organisation, "TXT")  # RFC 7489, 6.6.3
    record["reason"] = mx.reason
    exchangers = exchangers_of(mx.texts)
    record["mx"] = list(exchangers)
    record["spf"] = spf_of(texts.texts) if not texts.reason else None
    record["dmarc"] = dmarc_of(policy.texts) if not policy.reason else None
    host = host_of_mail(domain, exchangers)
    record["provider"], record["kind"], record["seat"] = host.provider, host.kind, host.seat
    return record


def exchangers_of(records: tuple[str, ...]) -> tuple[str, ...]:
    """The hosts of MX records, by preference; none for a "null MX" (RFC 7505).

    >>> exchangers_of(("20 b.example", "10 a.example"))
    ('a.example', 'b.example')
    """
    exchangers = []
    for record in records:
        preference, _, host = record.partition(" ")
        if host.strip(". ") and preference.isdigit():
            exchangers.append((int(preference), host))
    return tuple(host for _, host in sorted(exchangers))


def spf_of(texts: tuple[str, ...]) -> str:
    """What a domain's SPF says of everybody else: "fail", "softfail", "neutral", "pass", or
    "redirect", "open" where it says nothing, "invalid" for two records; "" without SPF.

    >>> spf_of(("v=spf1 include:mx.ovh.com ~all",))
    'softfail'
    """
    records = [text for text in texts if re.match(r"v=spf1(?:\s|$)", text, re.IGNORECASE)]
    if not records:
        return ""
    if len(records) > 1:
        return "invalid"
    everybody = re.search(r"(?:^|\s)([-~?+]?)all(?:\s|$)", records[0], re.IGNORECASE)
    if everybody:
        return _ALL[everybody[1]]
    return "redirect" if "redirect=" in records[0].lower() else "open"


def dmarc_of(texts: tuple[str, ...]) -> dict[str, Any]:
    """A domain's DMARC policy and the percentage that it is applied to; empty without DMARC.

    >>> dmarc_of(("v=DMARC1; p=quarantine; pct=50",))
    {'policy': 'quarantine', 'percent': 50}
    """
    records = [text for text in texts if re.match(r"v\s*=\s*DMARC1\s*(?:;|$)", text, re.IGNORECASE)]
    if len(records) != 1:
        return {}
    tags = {
        name.strip().lower(): value.strip().lower()
        for name, _, value in (part.partition("=") for part in records[0].split(";"))
    }
    percent = tags.get("pct", "100")
    policy = tags.get("p", "")
    return {
        "policy": policy if policy in ("none", "quarantine", "reject") else "none",
        "percent": int(percent) if percent.isdigit() and int(percent) <= 100 else 100,
    }


@cache
def _ends() -> dict[str, Host]:
    return {
        end: Host(rule["provider"], rule["kind"], rule["seat"])
        for rule in packaged_table("mail_hosts")["hosts"]
        for end in rule["ends"]
    }


def host_of_mail(domain: str, exchangers: tuple[str, ...]) -> Host:
    """Who hosts a domain's mail, by its first MX; nobody's name without one.

    >>> host_of_mail("mende.example", ("mx1.mail.ovh.net",))
    Host(provider='ovh', kind='commercial', seat='FR')
    """
    if not exchangers:
        return Host("", "")
    first = exchangers[0]
    labels = first.split(".")
    for start in range(len(labels) - 1):
        host = _ends().get(".".join(labels[start:]))
        if host:
            return host
    if registrable(first) == registrable(domain):
        return Host("own", "own")
    return Host("other", "unknown")
