"""A connector: how one publication is found, recognised and read.

Each module of this package with `CONNECTORS` is a publisher; a new publisher is a new module.
Nothing here opens a socket: see `layers.fetching.fetch`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import zoneblanche.layers.publishers
from zoneblanche.geo.country import Text
from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.files.kinds import check_there
from zoneblanche.geo.files.structured.records import read_record
from zoneblanche.geo.messages import _, join
from zoneblanche.geo.plugins import Known, with_plugins
from zoneblanche.geo.source import Source, sha256_of
from zoneblanche.geo.vintages.arrondissements import Choice
from zoneblanche.layers.layer import Table

if TYPE_CHECKING:
    import geopandas as gpd

    from zoneblanche.geo.territories import Territories

_MACHINERY = frozenset(("connector", "read_records", "read_tables"))
"""Modules of this package that are not publishers; listing publishers does not load them."""

RECORD_SUFFIX = ".source.json"
"""Suffix of the record next to a fetched file."""

MOST_RECORD_BYTES = 100_000
"""A greater record was not written by us, and is not read."""


@dataclass(frozen=True)
class Resource:
    """Where the file of a publication is on the network.

    Attributes:
        filename: its name in the store, and with `--from FOLDER`.
        url: its address; or, with `dataset`, empty.
        dataset: slug of a dataset of data.gouv.fr, whose resources are requested.
        title: regular expression that matches the whole title of the resource; of several, the last
            in alphabetical order is used ("2026T2-Commune").
        max_bytes: a larger answer is refused.
        on_request: whether it is fetched only if it is named (large files).
    """

    filename: str
    url: str = ""
    dataset: str = ""
    title: str = ""
    max_bytes: int = 200_000_000
    on_request: bool = False


@dataclass(frozen=True)
class Connector:
    """How one publication is found, recognised and read.

    Attributes: id: its name in options ("arcep-debit"). title: its content, in French and English.
        source: the source to cite; date and hash are filled in when a file is read. level: id of
        the level of the codes of its table; "host" for a table of web hosts; "" if it is not a
        table.
        read: from a file to its table; None if the file has shapes or a raster, which `geo` reads.
        apart: like `read`, with separate arrondissements of Paris, Lyon and Marseille; None if the
            publication does not count them, or `read` does not add them up.
        columns: description of each column of the table, with its unit.
        header: columns of the file that reading needs, to check a publisher's format.
        separator: between the cells of a CSV, or "" if it is not one.
        resource: where it is on the network, or None without a permanent address.
        country: code of the country.
        places: from a file to its points (EPSG:4326), for distances; None if it has none.
        prefer: id of a connector whose table is better if both are given, or "".
        exhaustive: whether it lists everything, so that a territory that it does not name has none
            (places, sites) and not an unknown number.
        feeds: id of the input of layers for its table, if that is not its own id ("dila-directory"
            feeds "town-halls").
        on: from a file, the territories and all given files to its table on these territories, if
            the file has points, shapes or a raster.
        aids: its use, if it is not an input itself: "events" of the official code, "population" for
            weights, "waves" of a barometer, "boundaries" of the territories.
        counts: columns that are shared out and added if codes have changed.
        means: columns that are averaged then, each with the column that it is a mean over. Any
            other column is taken from the part that keeps its code.
        facts: facts of the territories that it contains, population or area, each with its column.
        named: regular expression that matches other whole names of its file, ignoring case: of
            other years, unpacked, or without a known address.
        after: what to do with its file after fetching, before it can be read.
        holds: whether a file with that name has rows of its level, if one file may have several
            levels.
    """

    id: str
    title: Text
    source: Source
    level: str
    read: Callable[[Path], Table] | None = None
    apart: Callable[[Path], Table] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    header: tuple[str, ...] = ()
    separator: str = ""
    resource: Resource | None = None
    country: str = "fr"
    places: Callable[[Path], gpd.GeoDataFrame] | None = None
    prefer: str = ""
    exhaustive: bool = False
    feeds: str = ""
    on: Callable[[Path, Territories, Mapping[str, Path]], Table] | None = None
    aids: Literal["", "events", "population", "waves", "boundaries"] = ""
    counts: tuple[str, ...] = ()
    means: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    named: str = ""
    after: Text | None = None
    holds: Callable[[Path], bool] | None = None

    @property
    def input(self) -> str:
        """Id of the input of layers for its table."""
        return self.feeds or self.id


def known_connectors() -> Mapping[str, Connector]:
    """Return all connectors by id, in the order of the modules, then those of plug-ins.

    >>> known_connectors()["arcep-debit"].level
    'commune'
    """
    return _known().things


def added_connectors() -> Mapping[str, str]:
    """The distribution of each connector that comes from a plug-in."""
    return _known().distributions


@cache
def _known() -> Known[Connector]:
    shipped: dict[str, Connector] = {}
    for connector in connectors_of(zoneblanche.layers.publishers):
        if connector.id in shipped:
            raise ValueError(f"two connectors are called {connector.id!r}")
        shipped[connector.id] = connector
    return with_plugins(
        "publishers",
        shipped,
        types=Connector,
        name_of=lambda connector: connector.id,
        inside=lambda module, _: connectors_of(module),
    )


def connectors_of(module: ModuleType) -> Iterator[Connector]:
    """The connectors of a module, or of the modules of a package in the order of their names."""
    yield from getattr(module, "CONNECTORS", ())
    names = sorted(entry.name for entry in pkgutil.iter_modules(getattr(module, "__path__", ())))
    for name in names:
        if module is zoneblanche.layers.publishers and name in _MACHINERY:
            continue
        yield from getattr(import_module(f"{module.__name__}.{name}"), "CONNECTORS", ())


def connector_named(name: str) -> Connector:
    """Return the connector with that id.

    Raises:
        InputError: no such connector; the message suggests the nearest.
    """
    connectors = known_connectors()
    if name not in connectors:
        raise InputError(
            Fault(
                _("no source is called {name}.", name=repr(name)),
                remedy=join((nearest(name, connectors), _("See `zoneblanche list sources`.")), " "),
                kind="unknown-source",
            )
        )
    return connectors[name]


def read_source(name: str, path: Path | str, *, arrondissements: Choice = "whole") -> Table:
    """Read the table of a publication from a file: what `--source NAME=FILE` does.

    The source of the table has the SHA-256 of the file and, if the file was fetched, its address
    and the date.

    Args:
        name: id of a connector ("arcep-debit").
        path: the publisher's file, as published.
        arrondissements: of Paris, Lyon and Marseille; "separate" keeps them separate if the
            publication counts them.

    Raises:
        InputError: no such source or file, or a file with another layout than the publisher's.
    """
    connector = connector_named(name)
    path = Path(path)
    check_there(path)
    if connector.read is None:
        raise InputError(
            Fault(
                _("{name} holds shapes or a raster, not a table.", name=name),
                file=str(path),
                remedy=_("Give it as [territories] or as a layer of a project file."),
                kind="no-table",
            )
        )
    read = connector.read if arrondissements == "whole" else connector.apart or connector.read
    return cited(read(path), path)


def cited(table: Table, path: Path) -> Table:
    """Return the table; its source has the hash of the file, and its address and date if
    fetched."""
    source = replace(table.source, sha256=sha256_of(path), **record_next_to(path))
    return replace(table, source=source)


def record_next_to(path: Path) -> dict[str, Any]:
    """Return the `url` and `retrieved` date in the record of a fetched file, or nothing.

    A record with another hash belongs to another file and is ignored.
    """
    content = read_record(path.with_name(path.name + RECORD_SUFFIX), most_bytes=MOST_RECORD_BYTES)
    if content is None or content.get("sha256") != sha256_of(path):
        return {}
    fields = {key: content.get(key) for key in ("url", "retrieved")}
    return {key: text for key, text in fields.items() if isinstance(text, str) and text}
