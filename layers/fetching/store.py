"""The user's store of fetched files: each under the hash of its content, with a record.

`objects/<sha256>/<filename>` has the bytes, `<filename>.source.json` next to it the origin,
`index/<connector>.json` the current object of a connector, `partial/` partial files. Files are
written in `partial/` and then moved, so a reader sees the old or the new one, whole: first the
bytes, and last the entry of the index. An entry that is not as `keep` writes it, or a file that was
changed, is ignored and fetched again.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.files.structured.records import is_plain_file, read_record, write_whole
from zoneblanche.geo.messages import _, quantity
from zoneblanche.geo.source import Source, sha256_of
from zoneblanche.layers.fetching.resume import valid_etag
from zoneblanche.layers.publishers.connector import MOST_RECORD_BYTES, RECORD_SUFFIX, Connector

LOCK_SECONDS = 600.0
"""How long a second run waits for the first to finish a file."""


_PLAIN_NAME = re.compile(r"[^/\\\0]+")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Record:
    """The record of a stored file.

    Attributes:
        connector: id of the connector.
        filename: its name in the store.
        sha256: of its content.
        size: in bytes.
        url: the address it was fetched from, or the path it was taken from.
        retrieved: ISO date.
        etag: the server's, or "".
        checksum: the publisher's checksum ("sha1:…"), or "".
        resource_id: of data.gouv.fr, or "".
        published: ISO date of the release according to the publisher's catalogue, or "".
    """

    connector: str
    filename: str
    sha256: str
    size: int
    url: str
    retrieved: str
    etag: str = ""
    checksum: str = ""
    resource_id: str = ""
    published: str = ""

    def source(self, connector: Connector) -> Source:
        """Return the source to cite for this file."""
        return Source(
            producer=connector.source.producer,
            title=connector.source.title,
            url=self.url,
            licence=connector.source.licence,
            published=self.published or connector.source.published,
            retrieved=self.retrieved,
            sha256=self.sha256,
            note=connector.source.note,
        )


@dataclass(frozen=True)
class Store:
    """A folder of fetched files."""

    folder: Path

    def path_of(self, record: Record) -> Path:
        """Return the path of the bytes of a record."""
        return self.folder / "objects" / record.sha256 / record.filename

    def partial(self, connector_id: str) -> Path:
        """Return the path of a connector's partial file."""
        return self.folder / "partial" / connector_id

    def held(self, connector_id: str) -> Record | None:
        """Return the record of a connector's file, or None: there is none, or it was changed."""
        index = self.folder / "index" / f"{connector_id}.json"
        record = _record_of(read_record(index, most_bytes=MOST_RECORD_BYTES) or {}, connector_id)
        if record is None:
            return None
        path = self.path_of(record)
        try:
            whole = is_plain_file(path) and path.stat().st_size == record.size
            return record if whole and sha256_of(path) == record.sha256 else None
        except OSError:
            return None

    def keep(self, record: Record, content: Path) -> Path:
        """Move a complete file into the store and make it the connector's."""
        path = self.path_of(record)
        # In ASCII, because the name of a file may not be valid Unicode.
        text = json.dumps(asdict(record), indent=1, sort_keys=True)
        index = self.folder / "index" / f"{record.connector}.json"
        temporary = self.partial(f"{record.connector}.new")
        try:
            if path.parent.is_symlink():
                path.parent.unlink()
            for place in (path, index, temporary):
                place.parent.mkdir(parents=True, exist_ok=True)
            content.replace(path)
            write_whole(path.with_name(path.name + RECORD_SUFFIX), text, made=temporary)
            write_whole(index, text, made=temporary)
        except OSError as error:
            raise ProblemWithEnvironment(
                _("{path} cannot be written: {error}.", path=path, error=error)
            ) from error
        return path

    @contextlib.contextmanager
    def locked(self, connector_id: str, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
        """Lock a connector's files against other runs.

        Raises:
            ProblemWithEnvironment: the folder cannot be written, or another run keeps them locked.
        """
        import filelock

        try:
            for name in ("objects", "index", "partial", "locks"):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self.folder / "locks" / f"{connector_id}.lock")
            acquired = lock.acquire(timeout=seconds)
            entry = self.folder / "index" / f"{connector_id}.json"
            if entry.is_dir() and not entry.is_symlink():
                lock.release()
                raise IsADirectoryError(f"{entry} is a folder")
        except filelock.Timeout as error:
            raise ProblemWithEnvironment(
                _(
                    "{connector_id} is being fetched by another run, which did not finish "
                    "within {seconds} s. Wait for it, or end it.",
                    connector_id=connector_id,
                    seconds=quantity(seconds, digits=0),
                )
            ) from error
        except (OSError, NotImplementedError) as error:  # the latter if nothing can be locked
            raise ProblemWithEnvironment(
                _(
                    "{folder} cannot be written: {error}. Set ZONEBLANCHE_CACHE to a "
                    "folder that can.",
                    folder=self.folder,
                    error=error,
                )
            ) from error
        with acquired:
            yield


def user_store() -> Store:
    """Return the store in the user's cache folder, or in the folder named by ZONEBLANCHE_CACHE."""
    import platformdirs

    folder = os.environ.get("ZONEBLANCHE_CACHE") or platformdirs.user_cache_dir("zoneblanche")
    return Store(Path(folder))


def _record_of(entry: Mapping[str, object], connector_id: str) -> Record | None:
    """Return the record of a connector, or None if it is not one that `keep` writes."""
    keys = {field.name for field in fields(Record)}
    texts = {name: value for name, value in entry.items() if name != "size"}
    size = entry.get("size")
    if not entry.keys() <= keys or not all(isinstance(value, str) for value in texts.values()):
        return None
    if not isinstance(size, int) or isinstance(size, bool):
        return None
    try:
        record = Record(size=size, **{name: str(value) for name, value in texts.items()})
    except TypeError:  # one is absent
        return None
    name = record.filename
    plain = _PLAIN_NAME.fullmatch(name) and name not in (".", "..") and Path(name).name == name
    hashed = re.fullmatch("[0-9a-f]{64}", record.sha256)
    dated = all(re.fullmatch(_DAY, day) for day in (record.retrieved, record.published) if day)
    tagged = record.etag == valid_etag(record.etag)
    ours = record.connector == connector_id
    return record if plain and hashed and dated and tagged and ours else None
