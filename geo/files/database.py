"""SQLite databases, which GeoPackages are: behind a fence.

A database is a program as much as a file. Views and computed columns hold what no byte of the file
does, a crafted tree of pages leads to the same page a million times, a journal beside the file can
name another file to be removed. So only plain tables are read, nothing is written, no cell is
longer than it may be, and all cells together are no larger than the file.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.kinds import open_plain
from zoneblanche.geo.files.limits import MIB
from zoneblanche.geo.messages import _

_STEPS = 100_000
_MOST_STEPS = 2_000
"""Together two hundred million steps of SQLite's machine, ten times what a million features take:
a table that never ends is stopped."""

_SMALL = MIB
"""Bytes of the longest text in the tables that describe the others, and of a statement."""

LONGEST_CELL = 512 * MIB
"""Bytes of the longest shape."""

_ALWAYS_FINE = 4 * MIB
_WAL_HEADER = 32

_ALLOWED = {
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_PRAGMA,
}  # fmt: skip


class Database:
    """A database that is open behind the fence.

    Attributes:
        file: the file, as the user named it.
        tables: names of its plain tables.
        views: names of its views and virtual tables, which are not read.
    """

    def __init__(self, connection: sqlite3.Connection, file: str, size: int) -> None:
        self.file = file
        self._connection = connection
        # Letters of UTF-16 grow in UTF-8; apart from that, what is not in the file is in no cell.
        self._most = _ALWAYS_FINE + 2 * size
        listed = self.select("sqlite_master", ("name", "type", "rootpage"), most=100_000)
        relations = [(name, root) for name, kind, root in listed if kind in ("table", "view")]
        self.tables = {name for name, root in relations if root}
        self.views = {name for name, root in relations} - self.tables

    def columns(self, table: str) -> list[str]:
        """Return the names of the columns of a table, without computed ones.

        Raises:
            InputError: not a plain table.
            sqlite3.Error: damage.
        """
        self._check(table)
        query = f"PRAGMA table_info({quoted(table)})"
        return [str(row[1]) for row in self._connection.execute(query).fetchmany(10_000)]

    def count(self, table: str) -> int:
        """Return the number of rows of a table.

        Raises:
            InputError: not a plain table.
            sqlite3.Error: damage.
        """
        self._check(table)
        query = f"SELECT count(*) FROM {quoted(table)}"
        (count,) = self._connection.execute(query).fetchone()
        return int(count)

    def select(
        self, table: str, columns: Sequence[str], *, most: int, longest: int = _SMALL
    ) -> list[tuple[Any, ...]]:
        """Return columns of a table, one tuple for each row.

        Args:
            columns: of those that `columns` names.
            most: rows after which reading stops; one more is read, so that it can be told.
            longest: bytes of the longest cell.

        Raises:
            InputError: no plain table, or its cells are larger together than the file.
            sqlite3.Error: damage, or a cell longer than that.
        """
        if table != "sqlite_master":
            self._check(table)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(longest, self._most))
        query = f"SELECT {', '.join(map(quoted, columns))} FROM {quoted(table)}"
        rows: list[tuple[Any, ...]] = []
        size = 0
        with closing(self._connection.execute(query)) as cursor:
            for row in cursor:
                for cell in row:
                    if type(cell) is bytes or type(cell) is str:
                        size += len(cell)
                if size > self._most:
                    raise self._too_large(table)
                rows.append(row)
                if len(rows) > most:
                    break
        return rows

    def _too_large(self, table: str) -> InputError:
        return InputError(
            Fault(
                _("the table {table} is larger than the file that holds it.", table=shown(table)),
                file=self.file,
                remedy=_("The database is crafted or damaged: export or fetch it again."),
                kind="archive-bomb",
            )
        )

    def _check(self, table: str) -> None:
        if table in self.tables:
            return
        if table in self.views:
            raise InputError(
                Fault(
                    _(
                        "{table} is a view or a virtual table, which is not read.",
                        table=shown(table),
                    ),
                    file=self.file,
                    value=table[:60],
                    remedy=_("Export its rows as a table."),
                    kind="wrong-format",
                )
            )
        raise sqlite3.DatabaseError("a table is named that is not there")


@contextmanager
def open_database(path: Path, *, what: str) -> Iterator[Database]:
    """Open an SQLite database for the duration of the block. Nothing is written next to it.

    Rows that were committed to a write-ahead log beside it (`-wal`) are read too, from a copy of
    both files.

    Args:
        path: of a file that `zoneblanche.geo.files.kinds.check_file` found good.
        what: it is called in a sentence ("GeoPackage").

    Raises:
        InputError: it is damaged, a program left it in the middle of a change, or it was changed
            while it was copied.
    """
    try:
        with _settled(path, what) as settled, closing(_connected(*settled)) as connection:
            _fence(connection)
            yield Database(connection, str(path), settled[0].stat().st_size)
    except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError) as error:
        raise InputError(
            Fault(
                _(
                    "the file is no {what}, or a damaged one ({name}).",
                    what=what,
                    name=type(error).__name__,
                ),
                file=str(path),
                remedy=_("Export or fetch it again."),
                kind="damaged-file",
            )
        ) from error


def quoted(name: str) -> str:
    """Return a name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _settled(path: Path, what: str) -> Iterator[tuple[Path, bool]]:
    """Yield the path of the database with all that was committed, and whether it is a copy."""
    home = path.resolve()
    wal, journal = (home.with_name(home.name + ending) for ending in ("-wal", "-journal"))
    if _begins(journal, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"):
        raise InputError(
            Fault(
                _(
                    "a change to the {what} was not finished: {name} is beside it.",
                    what=what,
                    name=journal.name,
                ),
                file=str(path),
                remedy=_("Open and close it with the program that writes it, or export it anew."),
                kind="unfinished-change",
            )
        )
    if not _size_of(wal) > _WAL_HEADER:
        yield home, False
        return
    with tempfile.TemporaryDirectory(prefix="zoneblanche-") as folder:
        copy = Path(folder) / "copy.gpkg"
        before = [_stamp(home), _stamp(wal)]
        _copy(home, copy)
        _copy(wal, copy.with_name(copy.name + "-wal"))
        if [_stamp(home), _stamp(wal)] != before:
            raise InputError(
                Fault(
                    _("another program is writing to the {what}.", what=what),
                    file=str(path),
                    remedy=_("Close it there, and try again."),
                    kind="unfinished-change",
                )
            )
        yield copy, True


def _begins(path: Path, magic: bytes) -> bool:
    if not _size_of(path):
        return False
    with open_plain(path) as stream:
        return stream.read(len(magic)) == magic


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino


def _copy(source: Path, target: Path) -> None:
    with open_plain(source) as stream, target.open("wb") as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)


def _connected(path: Path, copied: bool) -> sqlite3.Connection:
    # Immutable: SQLite does not look for a journal. A write-ahead log is read in a temporary copy,
    # which must be writable because SQLite creates an index of the log.
    how = "mode=rw" if copied else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.as_uri()}?{how}", uri=True)


def _fence(connection: sqlite3.Connection) -> None:
    """Trust nothing in the file, stop endless queries, and refuse text that is not UTF-8."""
    left = [_MOST_STEPS]

    def step() -> int:
        left[0] -= 1
        return left[0] < 0

    connection.set_progress_handler(step, _STEPS)
    connection.text_factory = lambda data: data.decode("utf-8")
    for limit, most in (
        (sqlite3.SQLITE_LIMIT_LENGTH, _SMALL),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, _SMALL),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 100),
        (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
    ):
        connection.setlimit(limit, most)
    for setting in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
        connection.execute(f"PRAGMA {setting}")
    connection.set_authorizer(_allow)


def _allow(
    action: int, first: str | None, second: str | None, base: str | None, inner: str | None
) -> int:
    """Allow only tables to be read, and nothing within a view or trigger."""
    fine = action in _ALLOWED and inner is None
    if action == sqlite3.SQLITE_FUNCTION:
        fine = fine and second == "count"
    if action == sqlite3.SQLITE_PRAGMA:
        fine = fine and first == "table_info"
    return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY
