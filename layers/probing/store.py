"""What was found so far, on disk as it comes: an interrupted probe goes on where it was.

One SQLite file a list of authorities; one row a site and a mail domain, written when it is done
with. A process that is killed loses what was under way, and asks nothing again that was answered.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.messages import _
from zoneblanche.layers.fetching.store import user_store

OLDEST = 45
"""Days after which what an interrupted probe found is not of the same wave any more."""

_LAYOUT = "1"
_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sites (key TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mail (key TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
"""


class ProbeStore:
    """The file of one probe."""

    def __init__(self, path: Path) -> None:
        """Open or begin the file."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # One thread asks, which in a notebook is not the one that opened the store.
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            try:
                self._base.executescript(_TABLES)
            except sqlite3.Error:
                self._base.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise ProblemWithEnvironment(
                _(
                    "{path} cannot be written ({error}). Set ZONEBLANCHE_CACHE to a folder that "
                    "can be.",
                    path=str(path),
                    error=str(error),
                )
            ) from error

    def add_site(self, record: dict[str, Any]) -> None:
        """Keep what was found of a site."""
        self._add("sites", record["key"], record)

    def add_mail(self, record: dict[str, Any]) -> None:
        """Keep what was found of a mail domain."""
        self._add("mail", record["domain"], record)

    def _add(self, table: str, key: str, record: dict[str, Any]) -> None:
        text = json.dumps(record, ensure_ascii=False, sort_keys=True)
        self._base.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", (key, text))

    def sites(self) -> Mapping[str, dict[str, Any]]:
        """The records of all sites so far, by key; each is read when it is asked for."""
        return Records(self._base, "sites")

    def mail(self) -> Mapping[str, dict[str, Any]]:
        """The records of all mail domains so far."""
        return Records(self._base, "mail")

    def keys(self, table: str) -> set[str]:
        """Of what is done with: `sites` or `mail`."""
        return {key for (key,) in self._base.execute(f"SELECT key FROM {table}")}

    def fact(self, name: str) -> str:
        """A fact of the probe as a whole ("begun"), or ""."""
        row = self._base.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_fact(self, name: str, value: str) -> None:
        """Keep such a fact."""
        self._base.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Close the file."""
        self._base.close()


class Records(Mapping[str, dict[str, Any]]):
    """The records of a table, by key; of tens of thousands, no more than one is in memory."""

    def __init__(self, base: sqlite3.Connection, table: str) -> None:
        """Read from `table` of an open store."""
        self._base, self._table = base, table

    def __getitem__(self, key: str) -> dict[str, Any]:
        """The record of a site or domain, without the list of its requests."""
        cursor = self._base.execute(f"SELECT record FROM {self._table} WHERE key = ?", (key,))
        row = cursor.fetchone()
        if row is None:
            raise KeyError(key)
        return _without_pages(json.loads(row[0]))

    def __iter__(self) -> Iterator[str]:
        """The keys, sorted."""
        rows = self._base.execute(f"SELECT key FROM {self._table} ORDER BY key")
        return (key for (key,) in rows)

    def __len__(self) -> int:
        """How many there are."""
        return int(self._base.execute(f"SELECT COUNT(*) FROM {self._table}").fetchone()[0])


def _without_pages(record: dict[str, Any]) -> dict[str, Any]:
    """A record without the list of requests, which is for those who look into the file."""
    record.pop("pages", None)
    return record


def store_of(
    names: Iterable[str], *, today: date, resume: bool, folder: Path | None = None
) -> ProbeStore:
    """The store of a list of sites and domains: the one that was begun, or a new one.

    Args:
        names: all that is asked; another list is another store.
        today: what was begun too long before is of another wave, and starts again.
        resume: whether to go on with what was begun.
        folder: instead of the user's cache.
    """
    digest = hashlib.sha256("\n".join([_LAYOUT, *sorted(names)]).encode()).hexdigest()[:16]
    path = (folder or user_store().folder / "probe") / f"{digest}.sqlite"
    if path.exists() and not (resume and _is_current(path, today)):
        _remove(path)
    store = ProbeStore(path)
    if not store.fact("begun"):
        store.set_fact("begun", today.isoformat())
    return store


def _is_current(path: Path, today: date) -> bool:
    try:
        store = ProbeStore(path)
    except ProblemWithEnvironment:  # what is there is no store; whether one can be, is seen next
        return False
    try:
        begun = store.fact("begun")
        return not store.fact("done") and (
            not begun or abs((today - date.fromisoformat(begun)).days) <= OLDEST
        )
    except (ValueError, sqlite3.Error):
        return False
    finally:
        store.close()


def _remove(path: Path) -> None:
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        with suppress(FileNotFoundError):
            name.unlink()
