"""Fetching the publishers' files into the user's store, and listing what is there.

`zoneblanche fetch` calls `fetch_sources`. Only `layers.fetching.http` opens sockets.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.messages import _, join
from zoneblanche.geo.source import Source, sha256_of
from zoneblanche.layers.fetching.from_folder import file_of, files_below
from zoneblanche.layers.fetching.http import Access, Address, Transport
from zoneblanche.layers.fetching.partial import forget
from zoneblanche.layers.fetching.store import Record, Store, user_store
from zoneblanche.layers.publishers.connector import (
    Connector,
    Resource,
    connector_named,
    known_connectors,
)

Progress = Callable[[str, int, int | None], None]
"""Called with a connector's id, the bytes received, and the total or None."""


@dataclass(frozen=True)
class Fetched:
    """A publication in the store.

    Attributes:
        connector: its id.
        path: the file.
        source: the source to cite.
        how: "fetched", "unchanged" (it was in the store), "offline" or "folder".
    """

    connector: str
    path: Path
    source: Source
    how: str


@dataclass(frozen=True)
class Known:
    """A line of `zoneblanche list sources`: a connector, and its file in the store, if any."""

    connector: Connector
    record: Record | None
    path: Path | None


def list_sources(*, country: str | None = None, store: Store | None = None) -> tuple[Known, ...]:
    """Return all known publications, and which of them are in the store. Opens no socket."""
    store = store or user_store()
    listed = []
    for connector in known_connectors().values():
        if country in (None, connector.country):
            record = store.held(connector.id)
            path = None if record is None else store.path_of(record)
            listed.append(Known(connector, record, path))
    return tuple(listed)


def fetch_sources(
    country: str,
    *,
    only: Iterable[str] = (),
    offline: bool = False,
    from_folder: Path | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
    access: Access | None = None,
) -> tuple[Fetched, ...]:
    """Fetch a country's publications into the store.

    Args:
        country: code of the country.
        only: ids of connectors; none means all but the large ones.
        offline: open no socket; use what is in the store.
        from_folder: open no socket; take the publishers' files from this folder and its
            subfolders, by their names.
        progress: see `Progress`.
        store: the store; by default the user's cache.
        access: how the network may be used.

    Returns:
        What is in the store now, in the order of the connectors.

    Raises:
        InputError: a name that no connector has.
        ProblemWithEnvironment: some could not be fetched; the others are in the store.
    """
    store, access = store or user_store(), access or Access()
    named = [connector_named(name) for name in only]
    chosen = named or (_usual(country) if from_folder is None else _all_of(country))
    fetched: list[Fetched] = []
    failures: list[str] = []
    for connector in chosen:
        try:
            with store.locked(connector.id):
                if from_folder is not None:
                    record = _from_folder(connector, from_folder, store)
                elif offline:
                    record = _held(connector, store)
                else:
                    record = fetch_source(connector, store=store, access=access, progress=progress)
            fetched += [record] if record is not None else []
            if record is None and named:
                failures.append(_absent(connector, store, from_folder))
        except ProblemWithEnvironment as error:
            failures.append(_("{source}: {message}", source=connector.id, message=error))
    if failures:
        raise ProblemWithEnvironment(join(failures, "\n"))
    return tuple(fetched)


def fetch_source(
    connector: Connector,
    *,
    store: Store,
    access: Access,
    progress: Progress | None = None,
) -> Fetched:
    """Fetch one publication into the store, unless the stored file is current.

    The caller holds the connector's lock.

    Raises: ProblemWithEnvironment: it cannot be fetched, with the address, what happened and what
        to do.
    """
    if connector.resource is None:
        raise ProblemWithEnvironment(
            _(
                "no lasting address is known. Get the file from its publisher "
                "({source}) and give it with --source {connector}=FILE.",
                source=connector.source.url or connector.source.producer,
                connector=connector.id,
            )
        )
    stored = store.held(connector.id)
    with Transport(access) as transport:
        address = transport.resolve(connector.resource)
        if stored is not None and address.checksum and stored.checksum == address.checksum:
            return Fetched(
                connector.id, store.path_of(stored), stored.source(connector), "unchanged"
            )
        partial = store.partial(connector.id)
        same_url = stored is not None and stored.url == address.url
        etag = transport.download(
            address,
            partial,
            held_etag=stored.etag if stored is not None and same_url else "",
            max_bytes=connector.resource.max_bytes,
            progress=lambda size, total: progress(connector.id, size, total) if progress else None,
        )
    if etag is None and stored is not None:
        return Fetched(connector.id, store.path_of(stored), stored.source(connector), "unchanged")
    _check_sum(partial, address)
    record = Record(
        connector=connector.id,
        filename=_filename(connector.resource, address),
        sha256=sha256_of(partial),
        size=partial.stat().st_size,
        url=address.url,
        retrieved=date.today().isoformat(),
        etag=etag or "",
        checksum=address.checksum,
        resource_id=address.resource_id,
        published=address.published,
    )
    path = store.keep(record, partial)
    forget(partial)
    return Fetched(connector.id, path, record.source(connector), "fetched")


def _usual(country: str) -> list[Connector]:
    """Return what is fetched if nothing is named: all but large files and those without an
    address."""
    return [
        connector
        for connector in known_connectors().values()
        if connector.country == country
        and connector.resource is not None
        and not connector.resource.on_request
    ]


def _all_of(country: str) -> list[Connector]:
    return [connector for connector in known_connectors().values() if connector.country == country]


def _held(connector: Connector, store: Store) -> Fetched | None:
    record = store.held(connector.id)
    if record is None:
        return None
    return Fetched(connector.id, store.path_of(record), record.source(connector), "offline")


def _from_folder(connector: Connector, folder: Path, store: Store) -> Fetched | None:
    """Copy the publisher's file from a folder into the store; return None if the folder has
    none."""
    file = file_of(connector, files_below(folder))
    if file is None:
        return None
    partial = store.partial(connector.id)
    try:
        forget(partial)
        shutil.copyfile(file, partial)
    except OSError as error:
        raise ProblemWithEnvironment(
            _("{taken} cannot be copied: {error}.", taken=file, error=error)
        ) from error
    record = Record(
        connector=connector.id,
        # The publisher's name is kept: it may contain the quarter.
        filename=file.name,
        sha256=sha256_of(partial),
        size=partial.stat().st_size,
        url="",
        retrieved=_day_of(file).isoformat(),
    )
    return Fetched(connector.id, store.keep(record, partial), record.source(connector), "folder")


def _day_of(file: Path) -> date:
    """Return the day on which a file was last written, or today if that is not a valid day."""
    try:
        return date.fromtimestamp(file.stat().st_mtime)
    except (OverflowError, ValueError, OSError):
        return date.today()


def _filename(resource: Resource, address: Address) -> str:
    """Return the name of a stored file: for a resource of a dataset its title, which has the
    quarter."""
    suffix = Path(resource.filename).suffix
    title = re.sub(r"[^\w.-]+", "-", address.title)[:100].strip("-.")
    if not title:
        return resource.filename
    return title if title.endswith(suffix) else title + suffix


def _absent(connector: Connector, store: Store, folder: Path | None) -> str:
    if folder is None:
        return _(
            "{connector}: nothing was fetched yet into {folder}. Run it once "
            "without --offline, or use --from FOLDER.",
            connector=connector.id,
            folder=store.folder,
        )
    name = connector.resource.filename if connector.resource else _("its file")
    return _(
        "{connector}: {folder} holds no {name}.", connector=connector.id, folder=folder, name=name
    )


def _check_sum(partial: Path, address: Address) -> None:
    """Refuse and delete a file that does not match its publisher's checksum.

    Raises:
        ProblemWithEnvironment: the hashes differ.
    """
    if not address.checksum:
        return
    algorithm, _unused, digest = address.checksum.partition(":")
    with partial.open("rb") as stream:
        computed = hashlib.file_digest(stream, algorithm).hexdigest()
    if computed != digest:
        forget(partial)
        raise ProblemWithEnvironment(
            _(
                "{address} is not what its publisher says: its {algorithm} is {found}, "
                "and {told} was expected. It was thrown away; try again later.",
                address=address.url,
                algorithm=algorithm,
                found=computed,
                told=digest,
            )
        )
