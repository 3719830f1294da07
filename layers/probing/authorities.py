"""Whose sites are asked: of a country's directories, or of a table of any country."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from zoneblanche.geo.country import Country
from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _
from zoneblanche.geo.tables import read_raw_table
from zoneblanche.geo.tables.raw import lacks_columns
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.edition import edition_inputs, edition_territories
from zoneblanche.layers.probing.sites import Authority
from zoneblanche.layers.publishers.connector import read_source
from zoneblanche.layers.publishers.dila import PIVOTS
from zoneblanche.layers.publishers.read_records import repeated_codes

LEVELS = tuple(PIVOTS)
"""Levels whose authorities a directory lists."""

_NAMES = {
    "code": ("code", "code_insee", "insee", "id"),
    "website": ("website", "site_internet", "url", "site"),
    "email_domain": ("email_domain", "email", "e-mail", "mail", "adresse_courriel"),
    "name": ("name", "nom"),
}
"""Columns of a table of authorities, and what else they are called."""


def authorities_of_country(
    country: Country,
    *,
    levels: Iterable[str],
    within: Iterable[str] = (),
    sources: Mapping[str, Path] | None = None,
) -> tuple[Authority, ...]:
    """The authorities that a country's directories declare.

    Args:
        levels: of `LEVELS`; communes are in the embedded edition, others need their directory.
        within: codes of territories that contain them; all by default.
        sources: files of directories, by id ("dila-directory-epci").

    Raises:
        InputError: a level that is not known or has no directory, or an unknown place.
    """
    territories = edition_territories(country)
    if tuple(within):
        territories = territories.within(within)
    authorities: list[Authority] = []
    faults: list[Fault] = []
    for level in dict.fromkeys(levels):
        if level not in LEVELS:
            faults.append(
                Fault(
                    _("--level {level} is not known.", level=repr(level)),
                    remedy=nearest(level, LEVELS),
                    kind="option",
                )
            )
            continue
        directory = _directory(country, level, sources or {})
        if directory is None:
            faults.append(_no_directory(level))
            continue
        authorities += _listed(directory, level, territories)
    if faults:
        raise InputError(faults)
    return tuple(authorities)


def _directory(country: Country, level: str, sources: Mapping[str, Path]) -> pd.DataFrame | None:
    name = "dila-directory" if level == "commune" else f"dila-directory-{level}"
    if name in sources:
        return read_source(name, sources[name]).frame
    return edition_inputs(country)["town-halls"].frame if level == "commune" else None


def _no_directory(level: str) -> Fault:
    name = f"dila-directory-{level}"
    return Fault(
        _("the package has no list of the websites of level {level}.", level=repr(level)),
        remedy=_(
            "Run `zoneblanche fetch fr --only {name}` and add --fetched, or give "
            "--source {name}=FILE.",
            name=name,
        ),
        kind="no-directory",
    )


def _listed(directory: pd.DataFrame, level: str, territories: Territories) -> list[Authority]:
    if level == territories.level:
        codes = territories.codes
        names = dict(zip(codes, territories.frame["name"], strict=True))
    else:
        codes = pd.Index(territories.parents[level].dropna().unique())
        names = dict(territories.parent_names.get(level, {}))
    rows = directory[directory.index.isin(codes)]
    return [
        Authority(
            code=str(code),
            level=level,
            website=_text(row.get("website")),
            email_domain=_text(row.get("email_domain")),
            name=str(names.get(code, "")),
        )
        for code, row in zip(rows.index, rows.to_dict("records"), strict=True)
    ]


def authorities_of_table(path: Path, *, level: str = "commune") -> tuple[Authority, ...]:
    """The authorities of a table: `code`, `website`; `email_domain`, `level`, `name` if wanted.

    An e-mail address counts as its domain; nothing else of it is kept.

    Raises:
        InputError: no such file, no column `code` or `website`, or a code twice.
    """
    raw = read_raw_table(path)
    columns = {name.strip().lower(): list(cells) for name, cells in raw.columns.items()}
    cells_of = {
        wanted: next((columns[name] for name in names if name in columns), None)
        for wanted, names in _NAMES.items()
    }
    absent = [name for name in ("code", "website") if cells_of[name] is None]
    if absent:
        raise lacks_columns(
            path,
            ", ".join(map(repr, absent)),
            remedy=_("A table of authorities has the columns code, website and email_domain."),
        )
    count = len(raw.lines)
    cells = {name: cells_of[name] or [""] * count for name in cells_of}
    levels = columns.get("level", [level] * count)
    columns_read = (*(cells[name] for name in ("code", "website", "email_domain", "name")), levels)
    authorities = tuple(
        Authority(
            code=str(code).strip(),
            level=str(containing).strip() or level,
            website=str(website or ""),
            email_domain=str(mail or "").rpartition("@")[2],
            name=str(name or "").strip(),
        )
        for code, website, mail, name, containing in zip(*columns_read, strict=True)
    )
    _check_codes(authorities, path)
    return authorities


def _check_codes(authorities: tuple[Authority, ...], path: Path) -> None:
    codes = pd.Series(
        [f"{authority.level} {authority.code}" for authority in authorities], dtype="object"
    )
    faults = []
    if any(not authority.code for authority in authorities):
        faults.append(Fault(_("has rows without a code."), file=str(path), kind="code"))
    faults += repeated_codes(codes, path)
    if faults:
        raise InputError(faults)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
