"""The name server of the farm: addresses of its sites, and how the mail of each is set up."""

from __future__ import annotations

import asyncio
from typing import Any

from zoneblanche.scripts.trials.made_sites.truths import Truth

_MX = {
    "ovh": ["1 mx1.mail.ovh.net.", "5 mx2.mail.ovh.net."],
    "microsoft": ["0 mairie.mail.protection.outlook.com."],
    "own": ["10 mail.{domain}."],
    "null": ["0 ."],
    "no-spf": ["1 mx1.mail.ovh.net."],
    "strict": ["1 spool.mail.gandi.net."],
    "two-spf": ["10 smtp.exemple.example."],
}
_TXT = {
    "ovh": ["v=spf1 include:mx.ovh.com ~all", "google-site-verification=abc"],
    "microsoft": ["v=spf1 include:spf.protection.outlook.com -all"],
    "own": ["v=spf1 mx ?all"],
    "null": ["v=spf1 -all"],
    "strict": ["v=spf1 include:_mailcust.gandi.net -all"],
    "two-spf": ["v=spf1 mx -all", "v=spf1 a ~all"],
}
_DMARC = {
    "microsoft": ["v=DMARC1; p=none; rua=mailto:dmarc@exemple.example"],
    "null": ["v=DMARC1; p=reject"],
    "strict": ["v=DMARC1; p=quarantine; pct=100"],
    "ovh": ["v=spf1 -all"],
}
MAIL = {
    "ovh": {"mx": True, "spf": "softfail", "dmarc": "", "kind": "commercial"},
    "microsoft": {"mx": True, "spf": "fail", "dmarc": "none", "kind": "commercial"},
    "own": {"mx": True, "spf": "neutral", "dmarc": "", "kind": "own"},
    "null": {"mx": False, "spf": "fail", "dmarc": "reject", "kind": ""},
    "no-spf": {"mx": True, "spf": "", "dmarc": "", "kind": "commercial"},
    "strict": {"mx": True, "spf": "fail", "dmarc": "quarantine", "kind": "commercial"},
    "two-spf": {"mx": True, "spf": "invalid", "dmarc": "", "kind": "unknown"},
}
"""What is true of each way of setting mail up."""


class NameServer(asyncio.DatagramProtocol):
    """Answers questions about the farm over UDP."""

    def __init__(self, truths: tuple[Truth, ...]) -> None:
        """Index the sites by their names."""
        self._by_name: dict[str, Truth] = {}
        for truth in truths:
            bare = truth.host.removeprefix("www.")
            for name in (truth.host, bare, "www." + bare):
                self._by_name.setdefault(name, truth)
            if truth.behaviour == "to-other":
                self._by_name[f"ailleurs-{truth.number}.example"] = truth
        self._transport: Any = None
        self.asked: list[tuple[str, str]] = []

    def connection_made(self, transport: Any) -> None:
        """Keep the way back."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Answer one question."""
        import dns.flags
        import dns.message
        import dns.rcode
        import dns.rdatatype
        import dns.rrset

        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        records = self._records(name, kind)
        if records is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif records == ["SERVFAIL"]:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif records:
            response.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, records))
        self._transport.sendto(response.to_wire(), addr)

    def _records(self, name: str, kind: str) -> list[str] | None:
        mail = name.removeprefix("_dmarc.")
        truth = self._by_name.get(mail)
        if truth is None:
            return None
        if name != mail:
            texts = _DMARC.get(truth.mail, [])
            return [f'"{text}"' for text in texts] if kind == "TXT" else []
        if kind in ("A", "AAAA"):
            return self._addresses(truth, name, kind)
        if kind == "MX":
            return [text.format(domain=name) for text in _MX.get(truth.mail, [])]
        return [f'"{text}"' for text in _TXT.get(truth.mail, [])] if kind == "TXT" else []

    def _addresses(self, truth: Truth, name: str, kind: str) -> list[str] | None:
        if truth.behaviour == "unknown-name":
            return None
        if truth.behaviour == "broken-dns":
            return ["SERVFAIL"]
        if truth.behaviour == "www-only" and not name.startswith("www."):
            return []
        if truth.behaviour == "refused":
            return ["::1"] if kind == "AAAA" else []
        if ":" in truth.address:
            return [truth.address] if kind == "AAAA" else []
        return [truth.address] if kind == "A" else []
