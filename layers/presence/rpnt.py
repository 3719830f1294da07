"""Conformance with ANCT's référentiel of the digital presence of territories (RPNT 0.2).

Each criterion is 1, 0 or missing. Missing is what nobody declared or measured; it is never a no. A
level is met if all of its criteria are, not met as soon as one is not, and missing otherwise
(Kleene's three-valued logic).

Levels, as the référentiel evaluates them: `1.a` is 1.1 to 1.6, `1.aa` also 1.7 and 1.8; `2.a` is
2.1, 2.2, 2.4, 2.5 and 2.8, and 2.3 if a site with a sovereign extension is declared, `2.aa` also
2.6 and 2.7; `a` requires 2.3 but not 1.6, so an authority can be `a` and not `1.a`; `aa` is all.

Source: ANCT, *Référentiel de la présence numérique des territoires*, version 0.2.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.presence.criteria import hosts_of

_NATIONAL = ("fr", "eu", "alsace", "bzh", "corsica", "paris")
_OVERSEAS = ("gp", "gf", "mq", "re", "yt", "pm", "wf", "tf", "nc", "pf")
EXTENSIONS = frozenset((*_NATIONAL, *_OVERSEAS))
"""Sovereign extensions (criterion 1.2)."""

CRITERIA = tuple(f"{part}.{number}" for part in (1, 2) for number in range(1, 9))

MEASURED = {
    "reachable": "1.3",
    "https": "1.4",
    "certificate": "1.5",
    "own_domain": "1.6",
    "redirections": "1.7",
    "mx": "2.4",
    "spf": "2.5",
    "dmarc": "2.6",
    "dmarc_strict": "2.7",
    "mx_eu": "2.8",
}
"""Columns of measurements (1, 0 or missing) and their criteria: the site answers; in HTTPS; with a
valid certificate; without a redirect to another domain; http, https, with and without www lead to
one another; and the domain's MX, SPF, DMARC, DMARC quarantine at 100 %, MX in the EU."""

LEVELS = {
    "1.a": ("1.1", "1.2", "1.3", "1.4", "1.5", "1.6"),
    "1.aa": CRITERIA[:8],
    "2.a": ("2.1", "2.2", "2.3 or no site", "2.4", "2.5", "2.8"),
    "2.aa": ("2.1", "2.2", "2.3 or no site", "2.4", "2.5", "2.6", "2.7", "2.8"),
    "a": ("1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3", "2.4", "2.5", "2.8"),
    "aa": CRITERIA,
}
"""The criteria of each level."""


def evaluate(
    declared: pd.DataFrame, generic: Collection[str], *, measured: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the known criteria and levels of each authority.

    Args:
        declared: one row per authority of the directory. `website`: address or missing (none
            declared); `email_domain`: domain of the address or missing (none declared). A column
            that is absent was not collected, and its criteria are missing.
        generic: domains of generic e-mail providers (criterion 2.2).
        measured: some of the columns of `MEASURED`, on the same index; absent or missing values
            were not measured.

    Returns:
        Index as `declared`; float64 columns `1.1` … `2.8` and the levels; NaN is unknown, or, for
        2.3, waived. `reasons_of` says which.
    """
    measurements = _measurements(declared.index, measured)
    criteria = pd.DataFrame(index=declared.index, columns=list(CRITERIA), dtype="float64")
    host = hosts_of(declared["website"]) if "website" in declared else None
    if host is not None:
        _website(declared["website"], host, measurements, criteria)
    if "email_domain" in declared:
        _email(declared["email_domain"], measurements, generic, criteria)
    if host is not None and "email_domain" in declared:
        criteria["2.3"] = _same_domain(declared["email_domain"], host, criteria)
    for level, required in LEVELS.items():
        parts = [
            _waived(criteria) if name == "2.3 or no site" else criteria[name] for name in required
        ]
        criteria[level] = _all_of(parts)
    return criteria


def reasons_of(criteria: pd.DataFrame) -> pd.DataFrame:
    """Return why criteria are missing, int8: 2.3 not applicable if waived, else not collected."""
    reasons = pd.DataFrame(
        np.where(criteria.isna(), int(Reason.NOT_COLLECTED), int(Reason.PRESENT)),
        index=criteria.index,
        columns=criteria.columns,
    )
    waived = criteria["2.3"].isna() & (criteria["1.2"] == 0)
    reasons["2.3"] = reasons["2.3"].mask(waived, int(Reason.NOT_APPLICABLE))
    return reasons.astype("int8")


def score_of_commune(criteria: pd.DataFrame) -> pd.Series:
    """Return ANCT's map score of a commune, 0 to 2: [1.a] + [2.a]; NaN if either is unknown."""
    return criteria["1.a"] + criteria["2.a"]


def score_of_area(criteria: pd.DataFrame, areas: pd.Series) -> pd.DataFrame:
    """Return ANCT's map score of an area: (2a + (1.a − a) + (2.a − a)) / n over its communes.

    As published; the terms in `a` cancel, so it is the mean of the communes' scores. Communes with
    an unknown level are left out.

    Args:
        criteria: of `evaluate`.
        areas: code of the area of each commune, same index; None for none.

    Returns:
        Index: areas. `score`, 0 to 2, NaN if no commune is known; `known`: share of the area's
        communes that are known, 0 to 1.
    """
    score = score_of_commune(criteria)
    grouped = score.groupby(areas)
    return pd.DataFrame({"score": grouped.mean(), "known": grouped.count() / grouped.size()})


def _website(
    website: pd.Series, host: pd.Series, measurements: pd.DataFrame, criteria: pd.DataFrame
) -> None:
    declared = host.notna()
    secure = website.astype("string").str.strip().str.lower().str.startswith("https://")
    criteria["1.1"] = declared.astype("float64")
    criteria["1.2"] = (declared & _is_sovereign(host)).astype("float64")
    criteria["1.3"] = measurements["reachable"].mask(~declared, 0.0)
    for name in ("https", "certificate", "own_domain", "redirections"):
        # A site that does not answer meets none of the criteria of its answer.
        criteria[MEASURED[name]] = measurements[name].mask(criteria["1.3"] == 0, 0.0)
    # The redirections lead to https, so they are not met without https.
    criteria["1.7"] = criteria["1.7"].mask(criteria["1.4"] == 0, 0.0)
    criteria["1.8"] = (declared & secure.fillna(False)).astype("float64")


def _email(
    domain: pd.Series, measurements: pd.DataFrame, generic: Collection[str], criteria: pd.DataFrame
) -> None:
    domain = domain.astype("string").str.strip().str.lower()
    declared = domain.str.contains(".", regex=False).fillna(False).astype(bool)
    criteria["2.1"] = declared.astype("float64")
    criteria["2.2"] = (declared & ~domain.isin(list(generic))).astype("float64")
    criteria["2.4"] = measurements["mx"].mask(~declared, 0.0)
    for name in ("spf", "dmarc", "dmarc_strict", "mx_eu"):
        # Without an MX record no mail arrives, and the référentiel checks nothing else.
        criteria[MEASURED[name]] = measurements[name].mask(criteria["2.4"] == 0, 0.0)
    criteria["2.7"] = criteria["2.7"].mask(criteria["2.6"] == 0, 0.0)


def _same_domain(email_domain: pd.Series, host: pd.Series, criteria: pd.DataFrame) -> pd.Series:
    """Criterion 2.3: the e-mail's domain is the site's, and has a sovereign extension.

    It is waived (missing) if no site with a sovereign extension is declared, provided that the
    e-mail's own extension is sovereign.
    """
    domain = email_domain.astype("string").str.strip().str.lower()
    sovereign = _is_sovereign(domain)
    same = (host == domain).fillna(False).astype(bool)
    met = (same & sovereign & (criteria["2.2"] == 1)).astype("float64")
    return met.mask((criteria["1.2"] == 0) & sovereign)


def _is_sovereign(names: pd.Series) -> pd.Series:
    """Return whether the last part of each name of a host is one of `EXTENSIONS`."""
    ends = [
        isinstance(name, str) and name.rpartition(".")[2] in EXTENSIONS for name in names.tolist()
    ]
    return pd.Series(ends, index=names.index, dtype="bool")


def _waived(criteria: pd.DataFrame) -> pd.Series:
    """Return criterion 2.3, met if it is waived."""
    return criteria["2.3"].mask(criteria["2.3"].isna() & (criteria["1.2"] == 0), 1.0)


def _all_of(parts: list[pd.Series]) -> pd.Series:
    """Return 1 if all are 1, 0 if one is 0, else missing."""
    table = np.column_stack([part.to_numpy(dtype="float64") for part in parts])
    refuted = (table == 0).any(axis=1)
    unknown = np.isnan(table).any(axis=1)
    values = np.select([refuted, unknown], [0.0, np.nan], default=1.0)
    return pd.Series(values, index=parts[0].index)


def _measurements(index: pd.Index, measured: pd.DataFrame | None) -> pd.DataFrame:
    table = pd.DataFrame(index=index) if measured is None else measured.reindex(index)
    return table.reindex(columns=list(MEASURED)).astype("float64")
