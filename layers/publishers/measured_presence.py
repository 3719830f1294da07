"""What `zoneblanche probe` measured of the websites and mail of authorities: its own table.

One row an authority, of one or several levels; each level has a connector, because a table is of
one level. Columns and reasons are described in docs/probe.md.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables import read_raw_table
from zoneblanche.layers.layer import FileRows, Table
from zoneblanche.layers.probing.packaged import packaged_table
from zoneblanche.layers.probing.pages.accounts import NETWORKS
from zoneblanche.layers.publishers.connector import Connector
from zoneblanche.layers.publishers.dila import PIVOTS
from zoneblanche.layers.publishers.read_records import repeated_codes
from zoneblanche.layers.publishers.read_tables import rows_of

SOURCE = Source(
    producer="zoneblanche probe",
    title="Présence numérique mesurée sur les sites des collectivités",
    licence="Licence Ouverte 2.0",
    note=_("Measured by the user; see docs/probe.md."),
)
RECENT_DAYS = 90
"""Days that news may be old and still count as recent."""

SITE = ("reachable", "https", "certificate", "http_redirects", "hsts", "own_domain",
        "redirections", "ipv6")  # fmt: skip
PAGE = (
    *NETWORKS,
    *("networks", "accessibility", "legal", "contact", "feed", "services", "third_parties"),
    *(f"service_{kind}" for kind in packaged_table("services")["kinds"]),
)
NEWS = ("news_days",)
MAIL = ("mx", "spf", "dmarc", "dmarc_strict", "mx_eu")
TEXTS = ("website", "email_domain", "asked", "site_why", "page_why", "mail_why",
         "accessibility_level", "mail_class")  # fmt: skip

LEVELS = {"": 0.0, "none": 1.0, "partial": 2.0, "full": 3.0}
"""Code of a stated level of accessibility."""

_NEEDED = ("code", "level", *SITE, *PAGE, *NEWS, *MAIL, *TEXTS)

_REASONS: dict[str, Reason] = {
    "no-site": Reason.NOT_APPLICABLE,
    "not-an-address": Reason.UNREADABLE,
    "network-page": Reason.NOT_APPLICABLE,
    "not-asked": Reason.NOT_COLLECTED,
    "robots": Reason.REFUSED,
    "http-401": Reason.REFUSED,
    "http-403": Reason.REFUSED,
    "asked-to-wait": Reason.REFUSED,
    "no-text": Reason.NO_TEXT,
    "not-a-page": Reason.NO_TEXT,
    "too-large": Reason.NO_TEXT,
    "inflated": Reason.NO_TEXT,
    "unknown-encoding": Reason.NO_TEXT,
    "parked": Reason.NOT_APPLICABLE,
    "no-domain": Reason.NOT_APPLICABLE,
}
"""What is said of a site where a figure is missing; all others are *no answer*."""


def read_presence(path: Path, *, level: str) -> Table:
    """The table that `zoneblanche probe` wrote, of the authorities of one level.

    Returns:
        Index `code`. The columns of `docs/probe.md` that are figures, 1, 0 or missing; and
        `networks_any` (an account on one network at least), `news_recent` (news of the last 90
        days), `accessibility_code` (0 to 3), `innovation` (kinds of services), `website`,
        `email_domain`. Where a figure is missing the reasons say why.

    Raises:
        InputError: another table, no row of that level, or an authority twice.
    """
    rows = rows_of(read_raw_table(path), _NEEDED)
    chosen = rows[rows["level"] == level]
    if not len(chosen):
        raise InputError(
            Fault(
                _("has no row of level {level}.", level=repr(level)),
                file=str(path),
                kind="no-records",
            )
        )
    if repeats := repeated_codes(chosen["code"], path):
        raise InputError(repeats)
    text = chosen[list(TEXTS)].apply(lambda column: column.str.strip())
    figures = _figures(chosen, path)
    reasons = _reasons(figures, text)
    codes = pd.Index(chosen["code"], name="code")
    days = text["asked"][text["asked"] != ""]
    declared = text[["website", "email_domain"]].astype("object")
    frame = pd.concat([figures, declared.mask(declared == "", None)], axis=1)
    return Table(
        frame=frame.set_index(codes),
        level=level,
        source=SOURCE,
        period=max(days, default=""),
        vintage=max(days, default="")[:4],
        reasons=reasons.set_index(codes),
        rows=FileRows(chosen["code"], {"of another level": len(rows) - len(chosen)}),
    )


def _figures(rows: pd.DataFrame, path: Path) -> pd.DataFrame:
    columns = {}
    faults = []
    for name in (*SITE, *PAGE, *NEWS, *MAIL):
        cells = rows[name].str.strip()
        numbers = pd.to_numeric(cells.mask(cells == ""), errors="coerce").astype("float64")
        wrong = numbers.isna() & (cells != "")
        if wrong.any():
            faults.append(
                Fault(
                    _(
                        "{cell} is not a figure (line {line}).",
                        cell=repr(cells[wrong].iloc[0]),
                        line=str(rows.index[wrong][0]),
                    ),
                    file=str(path),
                    column=name,
                    kind="number",
                )
            )
        columns[name] = numbers
    if faults:
        raise InputError(faults)
    frame = pd.DataFrame(columns, index=rows.index)
    accounts = frame[list(NETWORKS)]
    frame["networks_any"] = (
        (accounts.max(axis=1) > 0)
        .astype("float64")
        .where(accounts.notna().all(axis=1) | (accounts.max(axis=1) > 0))
    )
    days = frame["news_days"]
    frame["news_recent"] = (days <= RECENT_DAYS).astype("float64").where(days.notna())
    level = rows["accessibility_level"].str.strip().map(LEVELS)
    frame["accessibility_code"] = level.where(frame["accessibility"].notna())
    return frame


def _reasons(figures: pd.DataFrame, text: pd.DataFrame) -> pd.DataFrame:
    """Why figures are missing: by what the probe says of the site, of its page, of its mail."""
    groups = {
        **dict.fromkeys(SITE, "site_why"),
        **dict.fromkeys(MAIL, "mail_why"),
        **dict.fromkeys(("website", "email_domain"), ""),
    }
    columns = {}
    for name in map(str, figures.columns):
        why = text[groups.get(name, "page_why")]
        reason = why.map(_REASONS).fillna(Reason.NO_ANSWER).astype("int8")
        # A page was read, and what is missing is not told by it: a date of news, a seat.
        reason = reason.where(why != "", int(Reason.NOT_PUBLISHED))
        columns[name] = np.where(figures[name].isna(), reason, int(Reason.PRESENT)).astype("int8")
    return pd.DataFrame(columns, index=figures.index)


def holds_level(path: Path, *, level: str) -> bool:
    """Whether a table has an authority of that level."""
    try:
        return bool((rows_of(read_raw_table(path), _NEEDED)["level"] == level).any())
    except InputError:
        return False


def levels_in(path: Path) -> tuple[str, ...]:
    """The levels of the authorities of a table.

    Raises:
        InputError: another table, or a level that is not known.
    """
    levels = tuple(dict.fromkeys(rows_of(read_raw_table(path), _NEEDED)["level"]))
    unknown = [level for level in levels if level not in PIVOTS]
    if unknown:
        raise InputError(
            Fault(
                _("has rows of level {level}.", level=repr(unknown[0])),
                file=str(path),
                kind="level",
            )
        )
    return levels


def _connector(level: str) -> Connector:
    titles = {
        "commune": ("des communes", "of communes"),
        "epci": ("des intercommunalités", "of EPCI"),
        "departement": ("des départements", "of départements"),
        "region": ("des régions", "of régions"),
    }
    fr, en = titles[level]
    return Connector(
        id=name_of(level),
        title={"fr": f"Présence mesurée {fr}", "en": f"Measured presence {en}"},
        source=SOURCE,
        level=level,
        read=partial(read_presence, level=level),
        columns={
            **dict.fromkeys(NETWORKS, _("1 where the site links to an own account, 0 where not")),
            "networks": _("number of networks with an account"),
            "accessibility": _("1 where the site states its accessibility"),
            "accessibility_code": _("0 to 3: not stated, not, partially, fully compliant"),
            "legal": _("1 where the site has a legal notice"),
            "news_days": _("days from the newest news to the probe"),
            "news_recent": _("1 where the newest news is of the last 90 days"),
            "services": _("kinds of online services (number)"),
            "service_app": _("1 where the site links to a municipal app"),
            "third_parties": _("foreign domains that the page loads from (number)"),
            **dict.fromkeys(MAIL, _("1 or 0: records of the e-mail domain")),
            **dict.fromkeys(SITE, _("1 or 0: how the site answers")),
        },
        header=_NEEDED,
        named=r"presence.*\.parquet",
        holds=partial(holds_level, level=level),
        feeds="presence-probe",
    )


def name_of(level: str) -> str:
    """Id of the source that a probe of a level is given as."""
    return "presence-probe" if level == "commune" else f"presence-probe-{level}"


CONNECTORS = tuple(_connector(level) for level in PIVOTS)
