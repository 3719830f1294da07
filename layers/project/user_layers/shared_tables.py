"""Tables that several layers of a project read, each parsed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.tables import Codes, RawTable, read_raw_table


@dataclass(frozen=True, eq=False)
class SharedTable:
    """A table, and the codes of its rows as layers have found them.

    Attributes:
        raw: the table, which layers do not change.
        form: the options that it was read with, but for the wanted columns.
    """

    raw: RawTable
    form: dict[str, Any]
    _codes: dict[Hashable, Codes] = field(default_factory=dict)

    def codes(self, key: Hashable, find: Callable[[], Codes]) -> Codes:
        """Return what `find` returns, or what it returned to an earlier layer with the same key.

        Args:
            key: all that the codes depend on, apart from the table and the territories.
            find: of the whole table.
        """
        if key not in self._codes:
            self._codes[key] = find()
        return self._codes[key]


class SharedTables:
    """Reads tables for the layers of one run, which have the same territories.

    A table is kept until as many layers as name its file have read it, so that memory holds it only
    while layers are measured.

    Args:
        paths: the file of each layer, as often as layers name it.
    """

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._left = Counter(paths)
        self._kept: dict[Path, SharedTable] = {}

    def read(self, path: Path, form: dict[str, Any], *, limits: Limits) -> SharedTable:
        """Return the table of a file, from memory if it was read with the same options.

        Args:
            path: of the file.
            form: options of `geo.tables.read_raw_table`.
            limits: of the project.

        Raises:
            InputError, ProblemWithEnvironment: as `read_raw_table`.
        """
        self._left[path] -= 1
        options = {name: value for name, value in form.items() if name != "wanted"}
        table = self._kept.pop(path, None)
        if table is None or table.form != options or not table.raw.serves(form.get("wanted", ())):
            table = SharedTable(read_raw_table(path, **form, limits=limits), options)
        if self._left[path] > 0 and table.raw.whole:
            self._kept[path] = table
        return table
