"""What a directory of authorities declares: website, HTTPS, e-mail of one's own.

Each criterion is 1, 0 or missing. Where the directory has an entry for an authority, an empty cell
means that none is declared (0); no entry means unknown, an address that is none is unreadable, and
what is asked of an e-mail that is not declared does not apply: each is missing, never 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from zoneblanche.geo.country import Text
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Inputs, Measurement
from zoneblanche.layers.measure import from_table

DIRECTORY = "town-halls"
"""Id of the source: index code; columns `website` (URL or None), `email_domain` (or None)."""

GENERIC = "generic-providers"
"""Id of the source: index domain; the e-mail providers that are nobody's own domain."""

Criterion = Callable[[pd.DataFrame, pd.Index], pd.Series]

_HOST = re.compile(r"^https?://(?:[^/?#@]*@)?([^/?#:]+)", re.IGNORECASE)


def declares_website(directory: pd.DataFrame) -> pd.Series:
    """1.0 where a well-formed http(s) address is declared, 0.0 where none is, NaN where what is
    declared is no address. RPNT criterion 1.1."""
    website = directory["website"]
    well_formed = hosts_of(website).notna()
    return well_formed.astype("float64").mask(website.notna() & ~well_formed)


def declares_https(directory: pd.DataFrame) -> pd.Series:
    """1.0 where the declared address begins with https, 0.0 where it does not or none is declared,
    NaN where what is declared is no address. RPNT criterion 1.8."""
    website = directory["website"].astype("string").str.strip().str.lower()
    secure = website.str.startswith("https://").fillna(False).astype("float64")
    return secure.mask(is_unreadable(directory["website"]))


def is_unreadable(website: pd.Series) -> pd.Series:
    """Whether something is declared that is no http(s) address."""
    return website.notna() & hosts_of(website).isna()


def declares_own_email(directory: pd.DataFrame, generic: pd.Index) -> pd.Series:
    """1.0 where the declared e-mail is not at a generic provider's, 0.0 where it is, NaN where no
    e-mail is declared: a form on the website may stand for it. RPNT criterion 2.2."""
    domain = directory["email_domain"].astype("string").str.lower()
    return (~domain.isin(generic)).astype("float64").where(domain.notna())


def email_matches_website(directory: pd.DataFrame) -> pd.Series:
    """1.0 where the e-mail's domain is the website's host without `www.`, 0.0 where it is not, NaN
    where no website or no e-mail is declared (the criterion is waived). RPNT criterion 2.3."""
    host = hosts_of(directory["website"])
    domain = directory["email_domain"].astype("string").str.lower()
    same = (host == domain.astype("object")).astype("float64")
    return same.where(host.notna() & domain.notna())


def hosts_of(website: pd.Series) -> pd.Series:
    """Host of each address, lower case, `www.` removed; missing where it is not well-formed.

    >>> hosts_of(pd.Series(["https://www.Mende.fr/contact", "mende", None])).tolist()
    ['mende.fr', None, None]
    """
    hosts = [_host_of(address) for address in website.tolist()]
    return pd.Series(hosts, index=website.index, dtype="object")


@lru_cache(maxsize=2**16)  # every criterion asks for the hosts of the same addresses
def _host_of(address: object) -> str | None:
    found = _HOST.match(address.strip()) if isinstance(address, str) else None
    host = found[1].lower().removeprefix("www.") if found else ""
    return host if "." in host else None


def measure_criterion(
    indicator: Indicator,
    territories: Territories,
    inputs: Inputs,
    values_of: Criterion,
    *,
    reads: Literal["website", "email_domain"] = "website",
) -> Measurement:
    """What `values_of` says of the directory's rows, and why it is missing elsewhere.

    Args:
        indicator: what it measures.
        territories: where.
        inputs: the directory, and the generic providers where they are known.
        values_of: from the directory's rows on the territories and the generic e-mail domains to
            a Series; NaN is *not applicable* where the directory has a row.
        reads: the column that the criterion is about; where it is a website that is no http(s)
            address, the criterion is *unreadable*.
    """
    table = inputs[DIRECTORY]
    joined = join_table(territories, table)
    generic = inputs[GENERIC].frame.index if GENERIC in inputs else pd.Index([])
    values = values_of(joined.frame, generic).where(joined.found)
    missing = values.isna().to_numpy()
    unreadable = missing & (reads == "website")
    if unreadable.any():
        unreadable &= is_unreadable(joined.frame["website"]).to_numpy()
    reasons = np.select(
        [~joined.found, unreadable, missing],
        [int(Reason.NOT_MATCHED), int(Reason.UNREADABLE), int(Reason.NOT_APPLICABLE)],
        default=int(Reason.PRESENT),
    )
    return Measurement(
        indicator=from_table(indicator, table),
        values=values,
        reasons=pd.Series(reasons, index=values.index, dtype="int8"),
        account=joined.account,
    )


def criteria(directory: pd.DataFrame, generic: pd.Index) -> pd.DataFrame:
    """All criteria that the directory tells, one column each (1, 0 or missing)."""
    return pd.DataFrame(
        {
            "website": declares_website(directory),
            "https": declares_https(directory),
            "own-email": declares_own_email(directory, generic),
            "same-domain": email_matches_website(directory),
        }
    )


def presence_score(directory: pd.DataFrame, generic: pd.Index) -> pd.Series:
    """0 to 100: the share of the criteria that are known and apply which are met."""
    return 100 * criteria(directory, generic).mean(axis=1)


def criterion(indicator_id: str, *, title_fr: str, title_en: str, method: Text) -> Indicator:
    """The description of a criterion that is met or not."""
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
