"""The user's store of fetched files: each under the hash of its content, with a record.

`objects/<sha256>/<filename>` has the bytes, `<filename>.source.json` next to it the origin,
`index/<connector>.json` the current object of a connector, `partial/` partial files. Files are
written next to their place and then moved, so a reader sees the old or the new one, whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.messages import _, quantity
from zoneblanche.geo.source import Source, sha256_of
from zoneblanche.layers.publishers.connector import RECORD_SUFFIX, Connector

LOCK_SECONDS = 600.0
"""How long a second run waits for the first to finish a file."""


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
        try:
            record = Record(**json.loads(index.read_text("utf-8")))
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        path = self.path_of(record)
        if not path.is_file() or path.stat().st_size != record.size:
            return None
        return record if sha256_of(path) == record.sha256 else None

    def keep(self, record: Record, content: Path) -> Path:
        """Move a complete file into the store and make it the connector's."""
        path = self.path_of(record)
        told = json.dumps(asdict(record), ensure_ascii=False, indent=1, sort_keys=True)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            content.replace(path)
            _write_whole(path.with_name(path.name + RECORD_SUFFIX), told)
            _write_whole(self.folder / "index" / f"{record.connector}.json", told)
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
            with lock.acquire(timeout=seconds):
                yield
        except filelock.Timeout as error:
            raise ProblemWithEnvironment(
                _(
                    "{connector_id} is being fetched by another run, which did not finish "
                    "within {seconds} s. Wait for it, or end it.",
                    connector_id=connector_id,
                    seconds=quantity(seconds, digits=0),
                )
            ) from error
        except PermissionError as error:
            raise ProblemWithEnvironment(
                _(
                    "{folder} cannot be written: {error}. Set ZONEBLANCHE_CACHE to a "
                    "folder that can.",
                    folder=self.folder,
                    error=error,
                )
            ) from error


def user_store() -> Store:
    """Return the store in the user's cache folder, or in the folder named by ZONEBLANCHE_CACHE."""
    import platformdirs

    folder = os.environ.get("ZONEBLANCHE_CACHE") or platformdirs.user_cache_dir("zoneblanche")
    return Store(Path(folder))


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=".", delete=False
    ) as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    Path(stream.name).replace(path)
