"""Etalab, sites of public bodies: the measured answer of each web host over HTTP and HTTPS.

The table lists hosts, not territories: `statuses_of` converts it to authorities by their declared
addresses.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.messages import _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.layers.layer import Table
from zoneblanche.layers.presence.criteria import hosts_of
from zoneblanche.layers.publishers.connector import Connector
from zoneblanche.layers.publishers.read_tables import read_rows

SOURCE = Source(
    producer="Etalab",
    title="Noms de domaine d'organismes publics, état des sites",
    url="https://gitlab.adullact.net/dinum/noms-de-domaine-organismes-secteur-public",
    licence="Licence Ouverte 2.0",
    published="2022-12-12",
)
_UNKNOWN = "Temporary failure in name resolution"


def read_statuses(path: Path) -> Table:
    """Return the answer of each host: reachable, over HTTPS, with a valid certificate.

    `reachable`: an answer below 400, by either protocol. `https`: such an answer over HTTPS that is
    not a redirect to plain HTTP. `certificate`: 0 for a TLS error, 1 if HTTPS answered at all,
    missing if nothing could be requested. A failure of name resolution on the measuring side is not
    a measurement: missing.
    """
    needed = ("name", "http_last_check", "http_status", "https_last_check", "https_status")
    rows = read_rows(path, needed, separator=",")
    hosts = pd.Index(rows["name"].str.strip().str.lower(), name="code")
    http, https = (rows[f"{protocol}_status"].to_numpy(str) for protocol in ("http", "https"))
    plain, secure = _code(http), _code(https)
    tls_error = np.char.startswith(https, "[SSL")
    to_plain = np.char.find(https, " http://") >= 0
    unknown = (http == _UNKNOWN) & (https == _UNKNOWN)
    answered = ((plain > 0) & (plain < 400)) | ((secure > 0) & (secure < 400))
    frame = pd.DataFrame(
        {
            "reachable": np.where(unknown, np.nan, answered),
            "https": np.where(unknown, np.nan, (secure > 0) & (secure < 400) & ~to_plain),
            "certificate": np.select([tls_error, secure > 0], [0.0, 1.0], default=np.nan),
        },
        index=hosts,
    )
    frame = frame[~frame.index.duplicated(keep="last")]
    reasons = pd.DataFrame(
        np.where(frame.isna(), int(Reason.NOT_COLLECTED), int(Reason.PRESENT)).astype("int8"),
        index=frame.index,
        columns=frame.columns,
    )
    period = max(rows["https_last_check"], default="")
    return Table(frame=frame, level="host", source=SOURCE, period=period, reasons=reasons)


def statuses_of(table: Table, website: pd.Series) -> pd.DataFrame:
    """Return the measured status of each declared website, on the index of `website`.

    The host is looked up as declared, then without or with `www.`.

    Args:
        table: of `read_statuses`.
        website: declared addresses; missing if none is.

    Returns:
        The columns of the table; NaN if no site is declared or its host was not measured.
    """
    declared = website.astype("string").str.extract(r"^\s*https?://([^/?#:\s]+)", expand=False)
    bare = hosts_of(website)
    statuses = pd.DataFrame(index=website.index, columns=table.frame.columns, dtype="float64")
    for host in (declared.str.lower(), bare, "www." + bare):
        looked_up = table.frame.reindex(host.fillna("")).set_axis(website.index)
        statuses = statuses.where(statuses.notna().any(axis=1), looked_up)
    return statuses


def _code(status: np.ndarray) -> np.ndarray:
    """Return the HTTP status at the beginning of an answer, or 0 if there was none."""
    heads = np.array([text[:3] for text in status])
    return np.array([int(head) if head.isdigit() else 0 for head in heads])


CONNECTORS = (
    Connector(
        id="etalab-https",
        named=r"communes_http_status.*\.csv",
        title={"fr": "État mesuré des sites publics", "en": "Measured status of public sites"},
        source=SOURCE,
        level="host",
        read=read_statuses,
        columns={
            "reachable": _("1 or 0 (RPNT 1.3)"),
            "https": _("1 or 0 (RPNT 1.4)"),
            "certificate": _("1 or 0 (RPNT 1.5)"),
        },
        header=("name", "http_last_check", "http_status", "https_last_check", "https_status"),
        separator=",",
    ),
)
