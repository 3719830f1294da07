"""From the answers of the sites to one row for each authority: yes, no and unknown.

A yes has a page and a link as its evidence. A no needs a page that was read, with text and links.
All else is missing, and the columns `site_why`, `page_why` and `mail_why` say why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from zoneblanche.layers.probing.mail import EUROPEAN
from zoneblanche.layers.probing.packaged import packaged_table
from zoneblanche.layers.probing.pages.accounts import NETWORKS
from zoneblanche.layers.probing.pages.urls import registrable, without_www
from zoneblanche.layers.probing.site_probe import redirected_account
from zoneblanche.layers.probing.sites import Authority, Plan, declared_account, domain_of, place_of

SHARED_BY = 3
"""Authorities of different hosts whose pages show one account as theirs: it is then nobody's own
(an agency's, an intercommunality's)."""

KINDS = tuple(packaged_table("services")["kinds"])
"""Kinds of services, each a column `service_…`."""

LAYOUT = "zoneblanche-presence-1"
"""Of the table, written into it."""

TEXTS = (
    *("code", "level", "name", "website", "email_domain", "asked", "site_why", "page_why"),
    *("https_why", "final_url", "generator", "accessibility_level", "accessibility_page"),
    *("accessibility_link", "accessibility_date", "accessibility_why", "legal_page", "legal_link"),
    *("news_date", "news_page", "mail_why", "mx_host", "spf_all", "dmarc_policy", "mail_host"),
    *("mail_class",),
    *(f"{network}_{what}" for network in NETWORKS for what in ("page", "link", "handle")),
    *(f"service_{kind}_link" for kind in KINDS),
)
"""Its columns of text; all others are figures."""

Row = dict[str, Any]


def presence_table(
    authorities: Iterable[Authority],
    plan: Plan,
    sites: Mapping[str, Mapping[str, Any]],
    mail: Mapping[str, Mapping[str, Any]],
    *,
    handles: bool = True,
) -> pd.DataFrame:
    """One row an authority, sorted by level and code.

    Args:
        authorities: of the plan.
        plan: of the requests.
        sites: records by the key of the site; a site that is not there was not asked.
        mail: records by domain.
        handles: whether accounts are named; without them no column leads to an account.

    Returns:
        `code`, `level`, `name`, `website`, `email_domain`, `asked`, and what was found: 1, 0 or
        missing, each with `_page` and `_link` where there is evidence; see docs/probe.md.
    """
    listed = sorted(authorities, key=lambda authority: (authority.level, authority.code))
    shared = _shared_accounts(listed, plan, sites)
    columns: defaultdict[str, list[Any]] = defaultdict(list)  # rows would take six times the memory
    for authority in listed:
        key = plan.site_of[authority.level, authority.code]
        record = sites.get(key) if key else None
        row: Row = {
            "code": authority.code,
            "level": authority.level,
            "name": authority.name,
            "website": authority.website.strip() or None,
            "email_domain": domain_of(authority.email_domain) or None,
            "asked": (record or {}).get("asked"),
        }
        row |= _site_columns(authority, plan, record)
        row |= _account_columns(authority, record, shared.get(key, frozenset()), row["page_why"])
        row |= _statement_columns(record, row["page_why"])
        row |= _mail_columns(authority, mail)
        for name, cell in row.items():
            columns[name].append(cell)
    table = _framed(columns)
    if not handles:
        named = [f"{network}_{what}" for network in NETWORKS for what in ("link", "handle")]
        table = table.drop(columns=named)
        table["final_url"] = table["final_url"].where(table["site_why"] != "network-page")
        table["website"] = table["website"].where(table["site_why"] != "network-page")
    return table


def _framed(columns: dict[str, list[Any]]) -> pd.DataFrame:
    """The columns as a table: texts as objects, None where there is none, all others as floats.

    Each list is given up as its column is made: together they would take the memory twice.
    """
    made: dict[str, Any] = {}
    for name in tuple(columns):
        cells = columns.pop(name)
        made[name] = (
            pd.Series(cells, dtype="object") if name in TEXTS else np.array(cells, dtype="float64")
        )
    return pd.DataFrame(made, copy=False)


def _site_columns(authority: Authority, plan: Plan, record: Mapping[str, Any] | None) -> Row:
    """Whether the site answers, and how."""
    who = authority.level, authority.code
    why = plan.unreadable.get(who, "") or ("not-asked" if record is None else "")
    record = record or {}
    reason = why or str(record.get("reason") or "")
    status = int(record.get("status") or 0)
    https = record.get("https")
    answered: float | None = None
    if https is not None:  # otherwise it was never spoken to: no name, no public address
        spoke = https == "yes" or str(record.get("http")) in ("plain", "https") or status > 0
        refused = reason.startswith("robots")
        answered = 1.0 if spoke and (status == 200 or refused) else 0.0
        if reason in ("asked-to-wait", "http-429", "http-503"):
            answered = None
    elif reason in ("no-address",):
        answered = 0.0
    parked = record.get("parked")
    certificate = None if https is None else 1.0 if https == "yes" else (
        0.0 if str(https).startswith("certificate") else None
    )  # fmt: skip
    http = record.get("http")
    return {
        "site_why": reason,
        "page_why": reason or str(record.get("readable") or ""),
        "reachable": answered,
        "https": None if not https else float(https == "yes"),
        "https_why": "" if https in (None, "yes") else str(https),
        "certificate": certificate,
        "http_redirects": None if http not in ("https", "plain") else float(http == "https"),
        "hsts": _flag(record.get("hsts")),
        "own_domain": _flag(record.get("own_domain")),
        "other_name": _flag(record.get("other_name")),
        "redirections": _redirections(record),
        "ipv6": _flag(record.get("ipv6")) if https is not None else None,
        "parked": None if parked is None else float(bool(parked)),
        "final_url": record.get("final"),
        "generator": record.get("generator") or None,
        "third_parties": _count(record.get("third_parties")),
    }


def _redirections(record: Mapping[str, Any]) -> float | None:
    """0 where http does not lead to https, or the name with or without www is not there; that both
    lead to one another was not asked."""
    if record.get("https") is None:
        return None
    refuted = record.get("http") == "plain" or record.get("other_name") is False
    return 0.0 if refuted else None


def _account_columns(
    authority: Authority,
    record: Mapping[str, Any] | None,
    shared: frozenset[tuple[str, str]],
    why: str,
) -> Row:
    """Accounts by network, and how many networks; 0 only where the page was read whole."""
    accounts_of: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    for account in (record or {}).get("accounts") or ():
        if account["whose"] == "own" and (account["network"], account["handle"]) not in shared:
            accounts_of[account["network"]].append(account)
    declared = (
        declared_account(authority.website)
        if place_of(authority.website) == "network-page"
        else None
    )
    if declared:
        network, handle = declared
        evidence = {"handle": handle, "page": "", "link": authority.website.strip()}
        accounts_of[network].append(evidence)
    redirected = redirected_account(record or {})
    if redirected:
        network, handle, link = redirected
        page = f"https://{(record or {}).get('host', '')}/"
        accounts_of[network].append({"handle": handle, "page": page, "link": link})
    row: Row = {}
    for network in NETWORKS:
        accounts = accounts_of.get(network, [])
        row[network] = 1.0 if accounts else (None if why else 0.0)
        row[f"{network}_accounts"] = float(len(accounts)) if accounts or not why else None
        for what in ("page", "link", "handle"):
            row[f"{network}_{what}"] = (accounts[0][what] or None) if accounts else None
    row["networks"] = None if why else float(len(accounts_of))
    return row


def _statement_columns(record: Mapping[str, Any] | None, why: str) -> Row:
    """Accessibility, legal notice, contact, freshness, services."""
    record = record or {}
    stated = record.get("accessibility") or {}
    level = str(stated.get("level") or "")
    elsewhere = stated.get("why") == "elsewhere" and bool(stated.get("link"))
    declares = bool(level) or bool(stated.get("declares")) or elsewhere
    unread = str(stated.get("why") or "")
    unknown = bool(why) or (unread not in ("", "elsewhere", "not-found") and not declares)
    legal = record.get("legal") or {}
    news = record.get("news") or {}
    asked_day = str(record.get("asked") or "")
    row: Row = {
        "accessibility": 1.0 if declares else (None if unknown else 0.0),
        "accessibility_level": level or None,
        "accessibility_page": stated.get("page") or None if declares else None,
        "accessibility_link": stated.get("link") or None if declares else None,
        "accessibility_date": stated.get("date") or None,
        "accessibility_why": unread if unknown and not why else "",
        "legal": _legal(legal, why),
        "legal_page": legal.get("page") or None,
        "legal_link": legal.get("link") or None,
        "contact": 1.0 if record.get("contact") else (None if why else 0.0),
        "feed": 1.0 if record.get("feed") else (None if why else 0.0),
        "news_date": news.get("date") or None,
        "news_days": _days(news.get("date"), asked_day),
        "news_page": news.get("page") or None,
    }
    services: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    for service in record.get("services") or ():
        services[service["kind"]].append(service)
    for kind in KINDS:
        links = services.get(kind, [])
        row[f"service_{kind}"] = 1.0 if links else (None if why else 0.0)
        row[f"service_{kind}_link"] = links[0]["link"] if links else None
    row["services"] = None if why else float(len(services))
    return row


def _legal(legal: Mapping[str, Any], why: str) -> float | None:
    """1 where a notice is linked to and there, or could not be asked for; 0 where none is linked to
    or the link leads nowhere."""
    if not legal.get("link"):
        return None if why else 0.0
    return 0.0 if legal.get("why") == "not-found" else 1.0


def _mail_columns(authority: Authority, mail: Mapping[str, Mapping[str, Any]]) -> Row:
    """MX, SPF, DMARC and the host's class of the e-mail domain."""
    domain = domain_of(authority.email_domain)
    record = mail.get(domain) if domain else None
    why = "no-domain" if not domain else "not-asked" if record is None else str(record["reason"])
    record = record or {}
    spf, dmarc = record.get("spf"), record.get("dmarc")
    answered = not why
    exchangers = record.get("mx") or []
    policy = (dmarc or {}).get("policy", "")
    strict = policy in ("quarantine", "reject") and (dmarc or {}).get("percent") == 100
    seat = str(record.get("seat") or "")
    return {
        "mail_why": why,
        "mx": float(bool(exchangers)) if answered else None,
        "mx_host": exchangers[0] if exchangers else None,
        "spf": None if not answered or spf is None else float(spf not in ("", "invalid")),
        "spf_all": spf or None,
        "dmarc": None if not answered or dmarc is None else float(bool(dmarc)),
        "dmarc_policy": policy or None,
        "dmarc_strict": None if not answered or dmarc is None else float(strict),
        "mx_eu": float(seat in EUROPEAN) if answered and exchangers and seat else None,
        "mail_host": record.get("provider") or None,
        "mail_class": _mail_class(record),
    }


def _mail_class(record: Mapping[str, Any]) -> str | None:
    """own, public, commercial, abroad (a firm whose group has its seat outside the European Union),
    or unknown."""
    kind, seat = str(record.get("kind") or ""), str(record.get("seat") or "")
    if kind == "commercial" and seat and seat not in EUROPEAN:
        return "abroad"
    return kind or None


def _shared_accounts(
    listed: list[Authority], plan: Plan, sites: Mapping[str, Mapping[str, Any]]
) -> dict[str, frozenset[tuple[str, str]]]:
    """By key of site, the accounts that its pages show as their own and that are not.

    On a portal: those that its beginning shows too, or another member's place. Anywhere: those that
    pages of `SHARED_BY` different hosts show.
    """
    shown: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for key in plan.sites:
        for account in sites.get(key, {}).get("accounts") or ():
            if account["whose"] == "own":
                shown[account["network"], account["handle"]].add(key)
    owners: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for account, keys in shown.items():
        hosts: defaultdict[str, set[str]] = defaultdict(set)
        for key in keys:
            hosts[without_www(plan.sites[key].host)].add(key)
        everywhere = len({registrable(host) for host in hosts}) >= SHARED_BY
        for host, places in hosts.items():
            beginning = f"{host}/"
            for key in places:
                portal = plan.sites[key].portal and key != beginning and len(places) > 1
                if everywhere or portal:
                    owners[key].add(account)
    return {key: frozenset(accounts) for key, accounts in owners.items()}


def _days(day: Any, asked_day: str) -> float | None:
    if not day or not asked_day:
        return None
    return float(max((date.fromisoformat(asked_day) - date.fromisoformat(str(day))).days, 0))


def _flag(value: Any) -> float | None:
    return None if value is None else float(bool(value))


def _count(value: Any) -> float | None:
    return None if value is None else float(len(value))
