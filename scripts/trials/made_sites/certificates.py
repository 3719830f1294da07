"""Certificates of the farm: good ones for groups of names, and those that are bad in every way."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from zoneblanche.scripts.trials.made_sites.truths import Truth

if TYPE_CHECKING:
    import trustme

GROUP = 25
"""Sites that share a certificate, as shared hosting does."""


def server_contexts(truths: tuple[Truth, ...], folder: Path) -> ssl.SSLContext:
    """The context of the server, which chooses a certificate by the name that is asked for.

    `folder/authority.pem` is the authority that a client has to trust.
    """
    import trustme

    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    unknown = trustme.CA(key_type=trustme.KeyType.ECDSA)
    contexts: dict[str, ssl.SSLContext] = {}
    good = [truth for truth in truths if truth.behaviour not in _BAD]
    for start in range(0, len(good), GROUP):
        names = sorted({name for truth in good[start : start + GROUP] for name in _names(truth)})
        context = _context(authority.issue_cert(*names, key_type=trustme.KeyType.ECDSA))
        contexts |= dict.fromkeys(names, context)
    for truth in truths:
        if truth.behaviour in ("expired", "expired-only"):
            past = datetime.now(UTC) - timedelta(days=30)
            certificate = authority.issue_cert(
                *_names(truth), not_before=past - timedelta(days=90), not_after=past,
                key_type=trustme.KeyType.ECDSA,
            )  # fmt: skip
        elif truth.behaviour == "self-signed":
            certificate = unknown.issue_cert(*_names(truth), key_type=trustme.KeyType.ECDSA)
        elif truth.behaviour == "other-name":
            certificate = authority.issue_cert("hebergeur.example")
        else:
            continue
        contexts |= dict.fromkeys(_names(truth), _context(certificate))
    refused = {name for truth in truths if truth.behaviour == "http-only" for name in _names(truth)}

    def choose(socket: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        if name in refused:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        if name in contexts:
            socket.context = contexts[name]
        return None

    default = _context(authority.issue_cert("ferme.example", key_type=trustme.KeyType.ECDSA))
    default.sni_callback = choose
    return default


_BAD = ("expired", "expired-only", "self-signed", "other-name", "http-only")


def _names(truth: Truth) -> list[str]:
    bare = truth.host.removeprefix("www.")
    names = [bare, "www." + bare]
    return [*names, f"ailleurs-{truth.number}.example"] if truth.behaviour == "to-other" else names


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
