"""Names to addresses, once, checked; and the DNS records that tell how a domain's mail is set up.

An address that is not of the public internet is never given out, unless a network is allowed by
name: what a site leads to must not reach the machines around the one that asks.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zoneblanche.layers.fetching.addresses import is_numeric, is_public

LIFETIME = 8.0
"""Seconds for one question, all name servers and tries together."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Resolved:
    """What a name leads to.

    Attributes:
        address: that is connected to, or "".
        reason: why there is none: "no-address", "private-address", "no-dns-answer".
    """

    address: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Records:
    """The answers to one question; `reason` is "no-dns-answer" where there was none at all."""

    texts: tuple[str, ...] = ()
    reason: str = ""


class Names:
    """Questions to the name servers, each asked once."""

    def __init__(
        self, *, servers: Sequence[str] = (), port: int = 53, allowed: Sequence[Network] = ()
    ) -> None:
        """Ask `servers` (addresses) instead of the system's; `allowed` are private networks."""
        import dns.asyncresolver
        import dns.resolver

        self._resolver = dns.asyncresolver.Resolver(configure=not servers)
        if servers:
            self._resolver.nameservers = list(servers)
            self._resolver.port = port
        self._resolver.timeout, self._resolver.lifetime = LIFETIME / 2, LIFETIME
        self._resolver.search = []
        self.allowed = tuple(allowed)
        self._known: dict[str, Resolved] = {}

    def may_be_asked(self, address: str) -> bool:
        """Whether an address is public, or in a network that was allowed."""
        if is_public(address):
            return True
        try:
            number = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(
            number.version == network.version and number in network for network in self.allowed
        )

    async def resolve(self, host: str) -> Resolved:
        """The checked address of a host; the same for as long as this object lives."""
        if host not in self._known:
            self._known[host] = await self._resolve(host)
        return self._known[host]

    def address_of(self, host: str) -> str:
        """The address that was checked for a host, or "" where none was."""
        return self._known.get(host, Resolved()).address

    async def has_ipv6(self, host: str) -> bool:
        """Whether a name has a public IPv6 address."""
        addresses = [host] if is_numeric(host) else (await self.records(host, "AAAA")).texts
        return any(":" in address and self.may_be_asked(address) for address in addresses)

    async def _resolve(self, host: str) -> Resolved:
        if is_numeric(host):
            return self._literal(host)
        v4 = await self.records(host, "A")
        for address in v4.texts:
            if self.may_be_asked(address):
                return Resolved(address)
        v6 = await self.records(host, "AAAA")
        for address in v6.texts:
            if self.may_be_asked(address):
                return Resolved(address)
        if v4.texts or v6.texts:
            return Resolved(reason="private-address")
        return Resolved(reason=v4.reason or "no-address")

    def _literal(self, host: str) -> Resolved:
        try:
            address = str(ipaddress.ip_address(host))
        except ValueError:
            return Resolved(reason="no-address")
        if self.may_be_asked(address):
            return Resolved(address)
        return Resolved(reason="private-address")

    async def records(self, name: str, kind: str) -> Records:
        """The records of a kind that a name has, as text; none is an answer too."""
        import dns.exception
        import dns.resolver

        try:
            answer: Any = await self._resolver.resolve(
                name + ".", kind, raise_on_no_answer=False, search=False
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            return Records()
        except (dns.exception.DNSException, OSError, UnicodeError, ValueError):
            return Records(reason="no-dns-answer")
        if answer.rrset is None:
            return Records()
        return Records(tuple(_text(record) for record in list(answer.rrset)[:50]))


def _text(record: Any) -> str:
    strings = getattr(record, "strings", None)
    if strings is not None:
        return b"".join(strings)[:4000].decode("utf-8", "replace")
    exchange = getattr(record, "exchange", None)
    if exchange is not None:
        return f"{record.preference} {exchange.to_text(omit_final_dot=True).lower()}"
    return str(record.to_text())
