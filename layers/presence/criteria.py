"""Declarations in a directory of authorities: website, HTTPS, e-mail at an own domain.

Each criterion is 1, 0 or missing. If the directory has an entry for an authority, an empty cell
means that none is declared (0). Without an entry it is unknown. An invalid address is unreadable. A
question about an e-mail that is not declared is not applicable. Each of these is missing, never 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from zoneblanche.geo.country import Text
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import union_of
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Inputs, Measurement, Table
from zoneblanche.layers.measure import from_table

DIRECTORY = "town-halls"
"""Id of the source: index code; columns `website` (URL or None), `email_domain` (or None)."""

GENERIC = "generic-providers"
"""Id of the source: index domain; the generic e-mail providers."""

MAIL_SCAN = "mxmap"
"""Id of the source: index code; `domain`, that of the authority's e-mail by a scan of the DNS."""

Criterion = Callable[[pd.DataFrame, pd.Index], pd.Series]
Reads = Literal["website", "email_domain"]

_HOST_COLUMN = "host of the website"
"""Of a directory within this module: the hosts of its websites, which every criterion needs."""

_HOST = re.compile(r"^https?://(?:[^/?#@]*@)?([^/?#:]+)", re.IGNORECASE)


def declares_website(directory: pd.DataFrame) -> pd.Series:
    """Return 1.0 if a well-formed http(s) address is declared, 0.0 if none is, NaN if the declared
    text is not an address. RPNT criterion 1.1."""
    well_formed = _hosts(directory).notna()
    return well_formed.astype("float64").mask(directory["website"].notna() & ~well_formed)


def declares_https(directory: pd.DataFrame) -> pd.Series:
    """Return 1.0 if the declared address begins with https, 0.0 if it does not or none is declared,
    NaN if the declared text is not an address. RPNT criterion 1.8."""
    website = directory["website"].astype("string").str.strip().str.lower()
    secure = website.str.startswith("https://").fillna(False).astype("float64")
    return secure.mask(is_unreadable(directory))


def is_unreadable(directory: pd.DataFrame) -> pd.Series:
    """Return whether the declared text is not an http(s) address."""
    return directory["website"].notna() & _hosts(directory).isna()


def declares_own_email(directory: pd.DataFrame, generic: pd.Index) -> pd.Series:
    """Return 1.0 if the declared e-mail is not at a generic provider, 0.0 if it is, NaN if no
    e-mail is declared: the website may have a form instead. RPNT criterion 2.2."""
    domain = directory["email_domain"].astype("string").str.lower()
    return (~domain.isin(generic)).astype("float64").where(domain.notna())


def email_matches_website(directory: pd.DataFrame) -> pd.Series:
    """Return 1.0 if the e-mail's domain is the website's host without `www.`, 0.0 if not, NaN if no
    website or no e-mail is declared (the criterion is waived). RPNT criterion 2.3."""
    host = _hosts(directory)
    domain = directory["email_domain"].astype("string").str.lower()
    same = (host == domain.astype("object")).astype("float64")
    return same.where(host.notna() & domain.notna())


def hosts_of(website: pd.Series) -> pd.Series:
    """Return the host of each address, lower case, `www.` removed; missing if it is not well-
    formed.

    >>> hosts_of(pd.Series(["https://www.Mende.fr/contact", "mende", None])).tolist()
    ['mende.fr', None, None]
    """
    hosts = [_host_of(address) for address in website.tolist()]
    return pd.Series(hosts, index=website.index, dtype="object")


def _hosts(directory: pd.DataFrame) -> pd.Series:
    """Return the hosts of the websites: the column `_HOST_COLUMN`, where they are known already."""
    has_hosts = _HOST_COLUMN in directory
    return directory[_HOST_COLUMN] if has_hosts else hosts_of(directory["website"])


@lru_cache(maxsize=2**16)  # most addresses of one wave are those of the next
def _host_of(address: object) -> str | None:
    match = _HOST.match(address.strip()) if isinstance(address, str) else None
    host = match[1].lower().removeprefix("www.") if match else ""
    return host if "." in host else None


def measure_criterion(
    indicator: Indicator,
    territories: Territories,
    inputs: Inputs,
    values_of: Criterion,
    *,
    reads: Reads = "website",
    source: str = DIRECTORY,
) -> Measurement:
    """Return the result of `values_of` for the directory's rows, and why it is missing elsewhere.

    A criterion of the e-mail takes the domain of a scan of the DNS where today's directory declares
    none, and where it has no entry at all.

    Args:
        indicator: of the criterion.
        territories: to measure.
        inputs: the directory, and the generic providers and the scan if known.
        values_of: from the directory's rows on the territories and the generic e-mail domains to a
            Series; NaN is *not applicable* if the directory has a row.
        reads: the column of the criterion; if it is a website that is not an http(s) address, the
            criterion is *unreadable*.
        source: id of the directory.
    """
    table = inputs[source]
    joined = join_table(territories, table)
    generic = inputs[GENERIC].frame.index if GENERIC in inputs else pd.Index([])
    directory, in_directory = joined.frame, joined.matched
    indicator = from_table(indicator, table)
    if reads == "email_domain" and source == DIRECTORY and MAIL_SCAN in inputs:
        domains = join_table(territories, inputs[MAIL_SCAN]).frame["domain"]
        filled = directory["email_domain"].isna() & domains.notna()
        if filled.any():
            texts = directory["email_domain"].astype("object")
            directory = directory.assign(email_domain=texts.where(~filled, domains))
            in_directory = in_directory | filled
            indicator = _with_source(indicator, inputs[MAIL_SCAN])
    if reads == "website":
        hosts = joined.derive(_HOST_COLUMN, lambda frame: hosts_of(frame["website"]))
        directory = directory.assign(**{_HOST_COLUMN: hosts})
    values = values_of(directory, generic).where(in_directory)
    missing = values.isna().to_numpy()
    unreadable = missing & (reads == "website")
    if unreadable.any():
        unreadable &= is_unreadable(directory).to_numpy()
    reasons = np.select(
        [~in_directory, unreadable, missing],
        [int(Reason.NOT_MATCHED), int(Reason.UNREADABLE), int(Reason.NOT_APPLICABLE)],
        default=int(Reason.PRESENT),
    )
    return Measurement(
        indicator=indicator,
        values=values,
        reasons=pd.Series(reasons, index=values.index, dtype="int8"),
        account=joined.account,
    )


def _with_source(indicator: Indicator, table: Table) -> Indicator:
    return replace(indicator, sources=union_of(indicator.sources, (table.source,)))


def criteria(directory: pd.DataFrame, generic: pd.Index) -> pd.DataFrame:
    """Return all criteria of the directory, one column each (1, 0 or missing)."""
    return pd.DataFrame(
        {
            "website": declares_website(directory),
            "https": declares_https(directory),
            "own-email": declares_own_email(directory, generic),
            "same-domain": email_matches_website(directory),
        }
    )


def presence_score(directory: pd.DataFrame, generic: pd.Index) -> pd.Series:
    """Return 0 to 100: the share of the known and applicable criteria that are met."""
    return 100 * criteria(directory, generic).mean(axis=1)


CRITERIA: Mapping[str, tuple[Criterion, Reads]] = {
    "website": (lambda directory, _: declares_website(directory), "website"),
    "https": (lambda directory, _: declares_https(directory), "website"),
    "own-email": (declares_own_email, "email_domain"),
    "same-domain": (lambda directory, _: email_matches_website(directory), "website"),
    "presence": (presence_score, "website"),
}
"""The criteria and their score by name, each with the column of the directory it is about."""


def criterion(indicator_id: str, *, title_fr: str, title_en: str, method: Text) -> Indicator:
    """Return the description of a criterion that is met or not."""
    return Indicator(
        id=indicator_id,
        title={"fr": title_fr, "en": title_en},
        unit="boolean",
        better="higher",
        denominator="territories",
        bounds=(0, 1),
        digits=0,
        method=method,
    )
