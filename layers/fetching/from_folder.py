"""Publishers' files in a folder of the user: whose they are, and why others are not used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from zoneblanche.geo.errors import InputError, ZoneblancheError, missing_file
from zoneblanche.geo.files.kinds import check_file, kind_of
from zoneblanche.geo.files.limits import LARGE_LIMITS
from zoneblanche.geo.messages import _, join, titled
from zoneblanche.geo.tables.formats.text_files.header import header_of
from zoneblanche.layers.publishers.connector import Connector, known_connectors

LEVELS_AND_CODES = re.compile(
    r"(v_)?((communes?|departements?|regions?|collectivites-outremer|arrondissements?|cantons?)"
    r"(_20\d\d)?\.csv|epcicom.*\.xlsx)",
    re.IGNORECASE,
)
"""Files of the official code and of its levels, which the embedded edition is built from."""

CODE_COLUMNS = {
    "commune": ("code_insee", "codgeo", "insee_com", "insee", "com", "depcom", "code_commune"),
    "epci": ("siren_epci", "siren_epci_2018", "epci", "code_epci"),
    "departement": ("code_dep", "dep", "code_departement"),
    "region": ("code_reg", "reg", "code_region"),
}
"""Names of columns of codes, by level, in lower case."""


@dataclass(frozen=True)
class Left:
    """A file of a folder that is not used, and why, as a sentence without its end."""

    name: str
    why: str


def files_below(folder: Path) -> dict[str, Path]:
    """Return the files of a folder and its subfolders, three levels deep, by name; of two with the
    same name, the one nearer the top.

    Raises:
        InputError: no such folder.
    """
    if not folder.is_dir():
        raise InputError(missing_file(folder, what=_("folder")))
    files: dict[str, Path] = {}
    for pattern in ("*", "*/*", "*/*/*", "*/*/*/*"):
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and not path.name.startswith("."):
                files.setdefault(path.name, path)
    return files


def file_of(connector: Connector, below: Mapping[str, Path]) -> Path | None:
    """Return the connector's file by its name, the newest of several; None if there is none, or if
    it has no record of the connector's level."""
    for names in _matching_names(connector, sorted(below)):
        usable = [name for name in names if _holds(connector, below[name])]
        if usable:
            return below[usable[-1]]
    return None


def left_in(folder: Path, taken: Mapping[str, str]) -> list[Left]:
    """Return the files of a folder that are not used, each with the reason.

    Args:
        taken: by id of a connector, the name of the file that is used for it.
    """
    names = set(taken.values())
    below = files_below(folder)
    return [Left(name, _why(path, taken)) for name, path in below.items() if name not in names]


def _matching_names(connector: Connector, names: list[str]) -> Iterator[list[str]]:
    """Return the names that a connector's file may have: its own, a resource's title, others."""
    resource = connector.resource
    if resource is not None:
        yield [name for name in names if name.lower() == resource.filename.lower()]
    if resource is not None and resource.title:
        stem = re.compile(rf"({resource.title})(\.\w+)*", re.IGNORECASE)
        yield [name for name in names if stem.fullmatch(name)]
    if connector.named:
        other = re.compile(connector.named, re.IGNORECASE)
        yield [name for name in names if other.fullmatch(name)]


def _holds(connector: Connector, path: Path) -> bool:
    return connector.holds is None or connector.holds(path)


def _why(path: Path, taken: Mapping[str, str]) -> str:
    """Return why a file is not used, from its name first, then from its columns."""
    for connector in known_connectors().values():
        if not any(_matching_names(connector, [path.name])):
            continue
        if connector.id in taken:
            other = taken[connector.id]
            return _("{other} was taken for {connector}", other=other, connector=connector.id)
        if connector.after is not None:
            return titled(connector.after)
        return _(
            "by its name it is that of {connector}, and holds nothing of it", connector=connector.id
        )
    if LEVELS_AND_CODES.fullmatch(path.name):
        return _("codes and levels, which the embedded edition has")
    return _why_by_columns(path)


def _why_by_columns(path: Path) -> str:
    columns = columns_of(path)
    alike = [
        connector.id
        for connector in known_connectors().values()
        if connector.header and connector.read is not None and set(connector.header) <= columns
    ]
    if alike:
        return _(
            "it has the columns of {names}: --source NAME=FILE says which",
            names=join(alike, _(" or ")),
        )
    small = {name.lower(): name for name in columns}
    for level, names in CODE_COLUMNS.items():
        code = next((small[name] for name in names if name in small), None)
        if code is not None:
            return _(
                "a table by {level} in no publisher's layout that is known: bring it "
                'as [[layers]] with code = "{code}"',
                level=level,
                code=code,
            )
    if len(columns) == 1:
        return _("a list of one column without codes: nothing joins it to territories")
    return _("by its name and its columns no publisher's file that is known")


def columns_of(path: Path) -> set[str]:
    """Return the columns of a text table or a Parquet file; none if it is neither."""
    try:
        kind = kind_of(check_file(path, most_bytes=LARGE_LIMITS.vector_bytes))
        if kind == "parquet":
            from zoneblanche.geo.files.parquet import open_parquet

            with open_parquet(path, limits=LARGE_LIMITS, what=_("Parquet file")) as source:
                return set(source.schema.names)
        if kind == "text" and path.suffix.lower() in (".csv", ".txt", ".tsv"):
            return set(header_of(path)[1])
    except ZoneblancheError:
        return set()
    return set()
