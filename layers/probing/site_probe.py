"""One site from beginning to end: at most a robots.txt, a page, three more, and what they say.

The record is plain data, for the store. Of what is asked and why something is not known it says
all; a yes always has the page and the link that prove it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urljoin

from zoneblanche.layers.probing.asking.client import Answer, Client
from zoneblanche.layers.probing.asking.robots import PERMITTED, Rules, rules_of
from zoneblanche.layers.probing.pages import freshness, statements
from zoneblanche.layers.probing.pages.accounts import account_of, network_of
from zoneblanche.layers.probing.pages.links import Account, accounts_in
from zoneblanche.layers.probing.pages.markup import Document, decode, parse
from zoneblanche.layers.probing.pages.services import parked_sign, services_in, third_parties
from zoneblanche.layers.probing.pages.urls import (
    host_of,
    registrable,
    same_host,
    split,
    without_www,
)
from zoneblanche.layers.probing.sites import Site

MOST_REDIRECTS = 5
MOST_PAGES = 3
"""Pages of a site that are requested after the first."""

LEAST_TEXT = 150
"""Letters that a page has to show before what it does not show counts as absent."""


@dataclass
class Visit:
    """What is known of one site during its probe."""

    site: Site
    client: Client
    today: date
    country: str = ""
    rules: dict[str, Rules] = field(default_factory=dict)
    contacts: dict[tuple[str, str], str] = field(default_factory=dict)
    pages: list[dict[str, Any]] = field(default_factory=list)
    left: int = MOST_PAGES


async def probe_site(
    site: Site, client: Client, *, today: date, country: str = ""
) -> dict[str, Any]:
    """Ask a site and say what was found.

    Args:
        site: what to ask.
        today: the date that counts as today; later dates are not news.
        country: whose services are known, or "" for those of all.

    Returns:
        The record of the site; see `docs/probe.md` for its fields.
    """
    visit = Visit(site, client, today, country)
    record: dict[str, Any] = {"key": site.key, "asked": today.isoformat(), "reason": ""}
    host = await _host_that_resolves(visit, record)
    if host:
        home = await _first_page(visit, host, record)
        if home is not None:
            page = await _read_home(visit, home, record)
            del home  # a page is not kept while the site's next turns are waited for
            await _read_more(visit, page, record)
        for name in {host, *visit.rules}:
            client.turns.forget(name)
    record["pages"] = visit.pages
    return record


async def _host_that_resolves(visit: Visit, record: dict[str, Any]) -> str:
    """The host as declared or, where that does not resolve, with or without `www.`."""
    host = visit.site.host
    other = without_www(host) if host.startswith("www.") else "www." + host
    resolved = await visit.client.names.resolve(host)
    sibling = await visit.client.names.resolve(other)
    record["other_name"] = bool(sibling.address)
    if not resolved.address and resolved.reason == "no-address" and sibling.address:
        host, resolved = other, sibling
    record["host"] = host
    if not resolved.address:
        record["reason"] = resolved.reason
        return ""
    record["ipv6"] = await visit.client.names.has_ipv6(host)
    return host


async def _first_page(visit: Visit, host: str, record: dict[str, Any]) -> Answer | None:
    """The site's first page over https, else over http; what was learnt of both."""
    url = f"https://{host}{visit.site.path}"
    rules = await _rules(visit, url)
    record["https"] = visit.contacts["https", host] or "yes"
    if record["https"] != "yes":
        return await _over_http(visit, host, record)
    record["reason"] = rules.refusal(url)
    if record["reason"]:
        return None
    home = await _follow(visit, url, record)
    await _look_at_http(visit, host, record)
    return _or_reason(home, record)


async def _over_http(visit: Visit, host: str, record: dict[str, Any]) -> Answer | None:
    """The first page of a site whose https does not work."""
    visit.rules.pop(host, None)
    url = f"http://{host}{visit.site.path}"
    rules = await _rules(visit, url, attempts=1 if record["https"] == "no-answer" else 3)
    failed = visit.contacts["http", host]
    record["http"] = failed or "plain"
    if failed:
        certificate = record["https"].startswith(("certificate", "tls"))
        record["reason"] = record["https"] if certificate else failed
        return None
    record["reason"] = rules.refusal(url)
    if record["reason"]:
        return None
    return _or_reason(await _follow(visit, url, record), record)


def _or_reason(home: Answer, record: dict[str, Any]) -> Answer | None:
    """A page that can be read, or None and why not."""
    record["status"], record["final"] = home.status, home.url
    if home.reason and not record["reason"]:
        record["reason"] = home.reason
    elif home.status != 200 and not record["reason"]:
        record["reason"] = "not-found" if home.status in (404, 410) else f"http-{home.status}"
    elif not home.is_html and not record["reason"]:
        record["reason"] = "not-a-page"
    return None if record["reason"] else home


async def _look_at_http(visit: Visit, host: str, record: dict[str, Any]) -> None:
    """Whether http leads to https: one request, whose body is not read."""
    url = f"http://{host}{visit.site.path}"
    answer = await visit.client.get(url, read=False, attempts=1)
    _note(visit, answer)
    if answer.status == 0:
        record["http"] = answer.reason
    else:
        target = urljoin(url, answer.location) if answer.location else ""
        record["http"] = "https" if target.startswith("https://") else "plain"


async def _rules(visit: Visit, url: str, *, attempts: int = 3) -> Rules:
    """Return the rules of the host of an address, requested once."""
    host = host_of(url)
    if host in visit.rules:
        return visit.rules[host]
    target = f"{url.partition('://')[0]}://{host}/robots.txt"
    answer = await visit.client.get(target, attempts=attempts)
    visit.contacts[url.partition(":")[0], host] = answer.reason if not answer.status else ""
    for _ in range(MOST_REDIRECTS):
        if not answer.location:
            break
        target = urljoin(target, answer.location)
        if split(target) is None or network_of(target):
            answer = Answer(target, 404)
            break
        answer = await visit.client.get(target)
    _note(visit, answer)
    visit.rules[host] = rules_of(answer)
    if visit.rules[host].delay:
        visit.client.turns.set_interval(host, visit.rules[host].delay)
    return visit.rules[host]


async def _follow(visit: Visit, url: str, record: dict[str, Any]) -> Answer:
    """A page, its redirects followed where robots and good sense permit."""
    visited = {url}
    answer = await visit.client.get(url)
    for _ in range(MOST_REDIRECTS):
        _note(visit, answer)
        if not answer.location:
            return answer
        target = urljoin(answer.url, answer.location).partition("#")[0]
        if split(target) is None:
            return Answer(answer.url, answer.status, "redirect-to-nowhere")
        if network_of(target):
            record["redirected_to"] = target
            return Answer(answer.url, answer.status, "network-page")
        if target in visited:
            return Answer(answer.url, answer.status, "redirect-loop")
        visited.add(target)
        refusal = (await _rules(visit, target)).refusal(target)
        if refusal:
            return Answer(target, 0, refusal)
        answer = await visit.client.get(target)
    _note(visit, answer)
    if answer.location:
        return Answer(answer.url, answer.status, "too-many-redirects")
    return answer


def _note(visit: Visit, answer: Answer) -> None:
    visit.pages.append(
        {
            "url": answer.url,
            "status": answer.status,
            "reason": answer.reason,
            "milliseconds": answer.milliseconds,
            "bytes": len(answer.body),
            "sha256": hashlib.sha256(answer.body).hexdigest() if answer.body else "",
        }
    )


def _document(answer: Answer) -> Document:
    text = decode(answer.body, content_type=answer.headers.get("content-type", ""))
    return parse(text, answer.url)


@dataclass(frozen=True)
class Home:
    """What is still needed of the first page once it was read.

    Attributes:
        url: of the page.
        accounts: that it links to.
        level: of accessibility that it mentions, or "".
        links: to its accessibility statement and to its legal notice, the most telling first.
        date: newest machine-readable date, or "".
        feed: that it declares, or "".
    """

    url: str
    accounts: list[Account]
    level: str
    links: Mapping[statements.Kind, tuple[statements.Link, ...]]
    date: str
    feed: str


async def _read_home(visit: Visit, home: Answer, record: dict[str, Any]) -> Home:
    """All that the first page says."""
    document = _document(home)
    if document.refresh and len(document.text) < 500 and visit.left:
        home, document = await _refreshed(visit, home, document, record)
    record["final"], record["truncated"] = home.url, home.truncated
    record["hsts"] = home.url.startswith("https:") and "strict-transport-security" in home.headers
    asked_domain, final = registrable(record["host"]), registrable(host_of(home.url))
    record["own_domain"] = asked_domain == final
    record["parked"] = parked_sign(document)
    record["generator"] = document.generator
    record["letters"] = len(document.text)
    record["links"] = len(document.links)
    record["readable"] = _why_unreadable(document, home, record)
    record["third_parties"] = list(third_parties(document))
    record["services"] = [vars(service) for service in services_in(document, country=visit.country)]
    record["contact"] = statements.contact_of(document)
    return Home(
        url=document.url,
        accounts=list(accounts_in(document, levels=visit.site.levels)),
        level=statements.level_mentioned(document.text) or "",
        links={kind: statements.links_to(document, kind) for kind in ("accessibility", "legal")},
        date=freshness.newest_on_page(document, until=visit.today),
        feed=freshness.feed_of(document),
    )


async def _read_more(visit: Visit, page: Home, record: dict[str, Any]) -> None:
    """What the pages say that the first page leads to."""
    if not record["parked"]:
        await _read_statements(visit, page, record)
        await _read_freshness(visit, page, record)
    record["accounts"] = [account.as_dict() for account in _each_once(page.accounts)]


def _why_unreadable(document: Document, home: Answer, record: Mapping[str, Any]) -> str:
    """Why what the page does not show is not absent, or "" where it is."""
    if record["parked"]:
        return "parked"
    if home.truncated:
        return "too-large"
    if len(document.text) < LEAST_TEXT or not record["links"]:
        return "no-text"
    return ""


async def _refreshed(
    visit: Visit, home: Answer, document: Document, record: dict[str, Any]
) -> tuple[Answer, Document]:
    """The page that a nearly empty one leads on to by itself, where it is of the same host."""
    target = document.refresh.partition("#")[0]
    if not same_host(target, home.url) or target == home.url:
        return home, document
    visit.left -= 1
    if not (await _rules(visit, target)).permit(target):
        return home, document
    answer = await _follow(visit, target, record)
    if answer.status != 200 or answer.reason or not answer.is_html:
        return home, document
    return answer, _document(answer)


async def _more(visit: Visit, url: str, record: dict[str, Any]) -> Answer | None:
    """One more page of the same host; None where it is another's, refused, or one too many."""
    if visit.left < 1 or not same_host(url, record["final"]):
        return None
    refusal = (await _rules(visit, url)).refusal(url)
    if refusal:
        return Answer(url, 0, refusal)
    visit.left -= 1
    return await _follow(visit, url, record)


async def _read_statements(visit: Visit, home: Home, record: dict[str, Any]) -> None:
    statement_of: dict[str, Any] = {
        "level": home.level,
        "page": home.url if home.level else "",
        "link": "",
        "date": "",
        "how": "mention" if home.level else "",
    }
    for kind, links in home.links.items():
        entry: dict[str, Any] = (
            {"page": "", "link": "", "why": ""} if kind == "legal" else statement_of
        )
        if links:
            entry["page"], entry["link"] = entry["page"] or home.url, links[0].url
            answer = await _more(visit, links[0].url, record)
            entry["status"] = answer.status if answer else 0
            entry["why"] = _why_not(answer) if answer else "elsewhere"
            if answer and answer.status == 200 and answer.is_html and not answer.reason:
                _read_statement(visit, answer, kind, home.accounts, statement_of)
        record[kind] = entry


def _read_statement(
    visit: Visit,
    answer: Answer,
    kind: statements.Kind,
    accounts: list[Account],
    entry: dict[str, Any],
) -> None:
    """What an accessibility statement or a legal notice adds to the accounts and to `entry`."""
    page = _document(answer)
    _add_accounts(accounts, page, visit)
    if kind == "accessibility":
        _read_declaration(page, entry, until=visit.today)
    elif not entry["level"] and (level := statements.level_mentioned(page.text)):
        entry |= {"level": level, "page": page.url, "how": "mention"}


def _read_declaration(page: Document, entry: dict[str, Any], *, until: date) -> None:
    declared = statements.level_declared(page.text)
    entry["declares"] = bool(declared) or "rgaa" in page.text.lower()
    if declared:
        entry |= {"level": declared, "page": page.url, "how": "statement"}
    entry["date"] = statements.date_declared(page.text, until=until)


def _why_not(answer: Answer) -> str:
    if answer.reason:
        return answer.reason
    if answer.status in (404, 410):
        return "not-found"
    return "" if answer.status == 200 else f"http-{answer.status}"


def _add_accounts(accounts: list[Account], page: Document, visit: Visit) -> None:
    seen = {(account.network, account.handle) for account in accounts if account.whose == "own"}
    # A statement names hosts and agencies: only what is the site's own there is taken.
    accounts += [
        account
        for account in accounts_in(page, levels=visit.site.levels)
        if account.whose == "own" and (account.network, account.handle) not in seen
    ]


def _each_once(accounts: list[Account]) -> list[Account]:
    once: dict[tuple[str, str], Account] = {}
    for account in accounts:
        key = account.network, account.handle
        if key not in once or (account.whose == "own" and once[key].whose != "own"):
            once[key] = account
    return sorted(once.values(), key=lambda account: (account.network, account.handle))


async def _read_freshness(visit: Visit, home: Home, record: dict[str, Any]) -> None:
    """The newest date of the declared feed, else of a sitemap's news, and of the page."""
    dates = []
    if home.date:
        dates.append((home.date, home.url, "page"))
    rules = visit.rules.get(host_of(home.url), PERMITTED)
    scheme = record["final"].partition("://")[0]
    maps = [
        f"{scheme}://{url.partition('://')[2]}"
        for url in rules.sitemaps
        if same_host(url, record["final"])
    ]
    sitemap = freshness.sitemaps_first(maps)
    record["feed"] = home.feed
    for url, how in ((home.feed, "feed"), (sitemap, "sitemap")):
        if not url or (how == "sitemap" and home.feed):
            continue
        answer = await _more(visit, url, record)
        if answer is None or answer.status != 200 or answer.reason:
            continue
        text = decode(answer.body, content_type=answer.headers.get("content-type", ""))
        read = freshness.newest_in_feed if how == "feed" else freshness.newest_in_sitemap
        day = read(text, until=visit.today)
        if day:
            dates.append((day, answer.url, how))
    day, page, how = max(dates, default=("", "", ""))
    record["news"] = {"date": day, "page": page, "how": how}


def redirected_account(record: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Network, handle and link of the page of a network that a whole site leads on to, or None."""
    target = str(record.get("redirected_to") or "")
    linked = account_of(target) if target else None
    if linked is None or linked.kind != "account":
        return None
    return linked.network, linked.handle, target
