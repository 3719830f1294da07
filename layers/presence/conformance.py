"""Conformance with the RPNT, from ANCT's evaluation or from our own.

ANCT publishes which criteria each authority meets; if its file is given, it is used. Otherwise the
criteria are evaluated from the declarations in the directory and from measurements of sites and
e-mail domains. What nobody measured stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source, union_of
from zoneblanche.geo.tables.account import Account
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Inputs
from zoneblanche.layers.presence import criteria as presence
from zoneblanche.layers.presence.rpnt import CRITERIA, LEVELS, evaluate, reasons_of
from zoneblanche.layers.publishers.etalab import statuses_of

ANCT = "anct-dpnt"
SITES = "etalab-https"
MAIL = "mxmap"
PROBE = "presence-probe"


@dataclass(frozen=True)
class Conformance:
    """The criteria and levels of territories.

    Attributes:
        criteria: index as the territories; columns `1.1` … `2.8` and the levels; 1, 0 or missing.
        reasons: why cells are missing, int8, same shape.
        sources: of the criteria.
        account: of the rows of the directory, or of ANCT's file.
        period: of the declarations.
        native_level: of the authorities.
    """

    criteria: pd.DataFrame
    reasons: pd.DataFrame
    sources: tuple[Source, ...]
    account: Account
    period: str
    native_level: str


def conformance_on(territories: Territories, inputs: Inputs) -> Conformance:
    """Return which criteria and levels each territory's authority meets.

    Args:
        inputs: `anct-dpnt`; or the directory and the generic providers, with the given measurements
            of sites and of e-mail domains.
    """
    if ANCT in inputs:
        return _published(territories, inputs)
    table = inputs[presence.DIRECTORY]
    joined = join_table(territories, table)
    generic = inputs[presence.GENERIC].frame.index
    measured = _measured(territories, inputs, joined.frame)
    criteria = evaluate(joined.frame, generic, measured=measured)
    reasons = reasons_of(criteria)
    criteria = criteria.where(joined.matched, axis=0)
    reasons = reasons.where(joined.matched, int(Reason.NOT_MATCHED), axis=0).astype("int8")
    measuring = (PROBE,) if PROBE in inputs else (SITES, MAIL)
    used = [name for name in (presence.DIRECTORY, *measuring) if name in inputs]
    return Conformance(
        criteria=criteria,
        reasons=reasons,
        sources=union_of([inputs[name].source for name in used]),
        account=joined.account,
        period=table.period,
        native_level=table.level,
    )


def _published(territories: Territories, inputs: Inputs) -> Conformance:
    table = inputs[ANCT]
    joined = join_table(territories, table)
    names = {"rpnt_" + name.replace(".", "_"): name for name in (*CRITERIA, *LEVELS)}
    reasons = {name: joined.reasons_of(column) for column, name in names.items()}
    return Conformance(
        criteria=joined.frame[list(names)].rename(columns=names).astype("float64"),
        reasons=pd.DataFrame(reasons, index=territories.codes),
        sources=(table.source,),
        account=joined.account,
        period=table.period,
        native_level=table.level,
    )


def _measured(
    territories: Territories, inputs: Inputs, directory: pd.DataFrame
) -> pd.DataFrame | None:
    parts = []
    if PROBE in inputs:
        parts.append(_probed(territories, inputs, directory))
    elif SITES in inputs:
        parts.append(statuses_of(inputs[SITES], directory["website"]))
    if MAIL in inputs and PROBE not in inputs:
        scan = join_table(territories, inputs[MAIL]).frame
        # The scan and the declaration differ in date: the scan counts for the same domain only.
        same = scan["domain"] == directory["email_domain"].astype("object")
        parts.append(scan[["mx", "spf"]].where(same, axis=0))
    return pd.concat(parts, axis=1) if parts else None


def _probed(territories: Territories, inputs: Inputs, directory: pd.DataFrame) -> pd.DataFrame:
    """What the user's own probe measured, which is of the same day for sites and mail; only where
    it asked the site and domain that the directory declares."""
    probe = join_table(territories, inputs[PROBE]).frame
    sites = ["reachable", "https", "certificate", "own_domain", "redirections"]
    mail = ["mx", "spf", "dmarc", "dmarc_strict", "mx_eu"]
    same_site = presence.hosts_of(probe["website"]) == presence.hosts_of(directory["website"])
    domains = probe["email_domain"].astype("string").str.lower()
    same_domain = (domains == directory["email_domain"].astype("string").str.lower()).fillna(False)
    return pd.concat(
        [
            probe[sites].where(same_site, axis=0),
            probe[mail].where(same_domain.astype(bool), axis=0),
        ],
        axis=1,
    )
