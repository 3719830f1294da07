"""A connector: how one publication is found, recognised and read.

Each file of this package that holds `CONNECTORS` is a publisher; a new one is a new file. Nothing
here opens a socket: see `layers.fetching.fetch`.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import zoneblanche.layers.publishers
from zoneblanche.geo.country import Text
from zoneblanche.geo.errors import Fault, InputError, missing_file, nearest
from zoneblanche.geo.messages import _, join
from zoneblanche.geo.source import Source, sha256_of
from zoneblanche.geo.vintages.arrondissements import Choice
from zoneblanche.layers.layer import Table

if TYPE_CHECKING:
    import geopandas as gpd

    from zoneblanche.geo.territories import Territories

_MACHINERY = frozenset(("connector", "read_records", "read_tables"))
"""Modules of this package that are no publishers; looking for publishers does not load them."""

RECORD_SUFFIX = ".source.json"
"""Ending of the record that lies beside a fetched file."""


@dataclass(frozen=True)
class Resource:
    """Where the file of a publication is found on the network.

    Attributes:
        filename: the name that it is kept under, and looked for with `--from FOLDER`.
        url: its address; or, with `dataset`, empty.
        dataset: slug of a dataset of data.gouv.fr, whose resources are asked for.
        title: regular expression that the title of the wanted resource matches as a whole; of
            several, the last in alphabetical order is taken ("2026T2-Commune").
        max_bytes: a greater answer is refused.
        on_request: whether it is fetched only where it is named (large files).
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

    Attributes:
        id: its name in options ("arcep-debit").
        title: what it holds, in French and English.
        source: the source that is cited; date and hash are filled in when a file is read.
        level: id of the level whose codes index its table; "host" for a table of web hosts; ""
            where it is no table.
        read: a file to its table; None where the file holds shapes or a raster, which `geo` reads.
        apart: as `read`, the arrondissements of Paris, Lyon and Marseille not put together; None
            where the publication does not count them, or `read` leaves them as they are.
        columns: what each column of the table is, its unit included.
        header: columns of the file that reading needs, for the check of a publisher's format.
        separator: between the cells of a CSV, or "" where the file is none.
        resource: where it is found on the network, or None where no lasting address is known.
        country: code of the country.
        places: a file to its points (EPSG:4326), for distances; None where it has none.
        prefer: id of a connector whose table is better where both are at hand, or "".
        exhaustive: whether it lists all there is, so that a territory that it does not name has
            none (places, sites) rather than an unknown number.
        feeds: id of the input that layers know its table by, where that is not its own id
            ("dila-directory" feeds "town-halls").
        on: a file, the territories and all given files to its table on these territories, where
            the file holds points, shapes or a raster.
        aids: what it is good for, where it is no input of its own: "events" of the official code,
            "population" to weigh by, "waves" of a barometer, "boundaries" of the territories.
        counts: columns that are shared out and added where codes have changed.
        means: columns that are averaged then, each with the column that it is a mean over. Any
            other column is taken from the part that keeps its code.
        facts: facts of the territories that it gives, population or area, each with its column.
        named: regular expression on other names that its file goes by, whole and whatever the
            case: of other years, unpacked, or where no address is known.
        after: what is to be done with its file once it is fetched, before it can be read.
        holds: whether a file of that name has anything of its level, where one file may be of
            several levels.
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
        """Id of the input that layers know its table by."""
        return self.feeds or self.id


@cache
def known_connectors() -> Mapping[str, Connector]:
    """All connectors, by id, in the order of the files' and connectors' names.

    >>> known_connectors()["arcep-debit"].level
    'commune'
    """
    found: dict[str, Connector] = {}
    for module in sorted(
        pkgutil.iter_modules(zoneblanche.layers.publishers.__path__), key=lambda m: m.name
    ):
        if module.name in _MACHINERY:
            continue
        loaded = importlib.import_module(f"zoneblanche.layers.publishers.{module.name}")
        for connector in getattr(loaded, "CONNECTORS", ()):
            if connector.id in found:
                raise ValueError(f"two connectors are called {connector.id!r}")
            found[connector.id] = connector
    return found


def connector_named(name: str) -> Connector:
    """The connector of that id.

    Raises:
        InputError: there is none; the message suggests the nearest.
    """
    known = known_connectors()
    if name not in known:
        raise InputError(
            Fault(
                _("no source is called {name}.", name=repr(name)),
                remedy=join((nearest(name, known), _("See `zoneblanche list sources`.")), " "),
                kind="unknown-source",
            )
        )
    return known[name]


def read_source(name: str, path: Path | str, *, arrondissements: Choice = "whole") -> Table:
    """The table of a publication that lies in a file: what `--source NAME=FILE` reads.

    The source that the table cites carries the SHA-256 of the file and, where the file was
    fetched, its address and the date.

    Args:
        name: id of a connector ("arcep-debit").
        path: the publisher's file, as published.
        arrondissements: of Paris, Lyon and Marseille; "separate" keeps them apart where the
            publication counts them.

    Raises:
        InputError: no such source or file, or a file that is not as the publisher's layout says.
    """
    connector = connector_named(name)
    path = Path(path)
    if not path.is_file():
        raise InputError(missing_file(path))
    if connector.read is None:
        raise InputError(
            Fault(
                _("{name} holds no table but shapes or a raster.", name=name),
                file=str(path),
                remedy=_("Give it as [territories] or as a layer of a project file."),
                kind="no-table",
            )
        )
    read = connector.read if arrondissements == "whole" else connector.apart or connector.read
    return cited(read(path), path)


def cited(table: Table, path: Path) -> Table:
    """The table, its source with the hash of the file and where and when that was fetched."""
    source = replace(table.source, sha256=sha256_of(path), **record_beside(path))
    return replace(table, source=source)


def record_beside(path: Path) -> dict[str, Any]:
    """What the record of a fetched file says of where and when: `url` and `retrieved`, or nothing.

    A record whose hash is not the file's is of another file and is not believed.
    """
    record = path.with_name(path.name + RECORD_SUFFIX)
    if not record.is_file():
        return {}
    try:
        told = json.loads(record.read_text("utf-8"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict) or told.get("sha256") != sha256_of(path):
        return {}
    return {key: str(told[key]) for key in ("url", "retrieved") if told.get(key)}
