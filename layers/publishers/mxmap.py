"""mxmap-fr: the hosts of the e-mail of town halls, from a scan of the DNS of their domains."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from zoneblanche.geo.messages import _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.layers.layer import Table
from zoneblanche.layers.publishers.connector import Connector
from zoneblanche.layers.publishers.insee import COMMUNE
from zoneblanche.layers.publishers.read_tables import read_codes, read_rows

SOURCE = Source(
    producer="mxmap-fr",
    title="Hébergement des messageries des mairies",
    licence="MIT / Licence Ouverte 2.0",
    published="2026-07-01",
    note=_("Scan of the DNS of the e-mail domains that town halls declare."),
)
_PROVIDER_KNOWN = "classified_via_known_email_domain"


def read_mail_hosting(path: Path) -> Table:
    """Return provider, domain, and whether the domain has MX and SPF records, by commune.

    For addresses at a generic provider the scan did not look up the domain: `mx` and `spf` are not
    collected, although its flags have values. Without a domain they are not applicable.
    """
    rows = read_rows(path, ("insee", "provider", "domain", "flags"), separator=",")
    codes = pd.Index(read_codes(rows, "insee", path, pattern=COMMUNE), name="code")
    flags = ";" + rows["flags"].str.replace(" ", "", regex=False) + ";"
    not_scanned = flags.str.contains(f";{_PROVIDER_KNOWN};", regex=False)
    no_domain = flags.str.contains(";no_domain;", regex=False)
    values, reasons = {}, {}
    for record in ("mx", "spf"):
        absent = flags.str.contains(f";no_{record};", regex=False)
        values[record] = (~absent).astype("float64").mask(not_scanned | no_domain)
        filled = pd.Series(int(Reason.PRESENT), index=rows.index)
        filled = filled.mask(not_scanned, int(Reason.NOT_COLLECTED))
        reasons[record] = filled.mask(no_domain, int(Reason.NOT_APPLICABLE)).astype("int8")
    frame = pd.DataFrame(
        {
            **values,
            "provider": rows["provider"].mask(rows["provider"].isin(["", "unknown"])),
            "domain": rows["domain"].str.lower().mask(rows["domain"] == ""),
        }
    )
    return Table(
        frame=frame.set_index(codes),
        level="commune",
        source=SOURCE,
        period=SOURCE.published,
        reasons=pd.DataFrame(reasons).set_index(codes),
    )


CONNECTORS = (
    Connector(
        id="mxmap",
        named=r"mxmap_fr.*\.csv",
        title={"fr": "Hébergement des messageries", "en": "Hosting of e-mail"},
        source=SOURCE,
        level="commune",
        read=read_mail_hosting,
        columns={
            "mx": _("1 where the domain has an MX record, 0 where not (RPNT 2.4)"),
            "spf": _("1 where the domain has an SPF record, 0 where not (RPNT 2.5)"),
            "provider": _("text"),
            "domain": _("text: the domain of the address, never what stands before the @"),
        },
        header=("insee", "provider", "domain", "flags"),
        separator=",",
    ),
)
