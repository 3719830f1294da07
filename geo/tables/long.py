"""A few columns of a long CSV: of a grid of millions of squares, two columns are read.

`geo.tables.read` keeps every cell of a table and judges each row; that takes too much memory here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.kinds import check_file, kind_of, open_plain, refused_kind
from zoneblanche.geo.files.limits import LARGE_LIMITS, Limits
from zoneblanche.geo.messages import _, quantity
from zoneblanche.geo.tables.formats.text_files.header import header_of

_BLOCK_BYTES = 1 << 24

Choice = Callable[[list[str]], list[str]]
"""From the names of the columns to those that are read; it raises an `InputError` of its own."""


def read_columns(
    path: Path, columns: Choice, *, what: str, limits: Limits = LARGE_LIMITS
) -> pa.Table:
    """Return columns of a CSV as text, in the order of the rows.

    Args:
        columns: chooses them.
        what: the file is called in a sentence ("table of squares").

    Raises:
        InputError: the file is not a text, its rows differ in length, or more than the limits;
            and what `columns` raises.
        ProblemWithEnvironment: no permission to read the file.
    """
    kind = kind_of(check_file(path, most_bytes=limits.table_bytes, what=_("table")))
    if kind != "text":
        raise InputError(refused_kind(path, kind, accepted=_("CSV tables")))
    separator, header = header_of(path)
    wanted = columns(header)
    parts: list[pa.RecordBatch] = []
    rows = 0
    try:
        with (
            open_plain(path) as stream,
            pyarrow.csv.open_csv(
                stream,
                read_options=pyarrow.csv.ReadOptions(block_size=_BLOCK_BYTES, use_threads=False),
                parse_options=pyarrow.csv.ParseOptions(delimiter=separator),
                convert_options=pyarrow.csv.ConvertOptions(
                    include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string())
                ),
            ) as reader,
        ):
            for part in reader:
                rows += part.num_rows
                if rows > limits.rows:
                    raise InputError(_too_long(path, limits))
                parts.append(part)
    except (pa.ArrowException, KeyError) as error:
        raise InputError(
            Fault(
                _("the file is no {what}: {error}.", what=what, error=shown(str(error), limit=200)),
                file=str(path),
                remedy=_("Export or fetch it again."),
                kind="damaged-file",
            )
        ) from error
    return pa.Table.from_batches(parts, pa.schema([(name, pa.string()) for name in wanted]))


def _too_long(path: Path, limits: Limits) -> Fault:
    return Fault(
        _("the table has more than {rows} rows, the limit.", rows=quantity(limits.rows)),
        file=str(path),
        remedy=_("Keep only the rows and columns needed, or raise the limit."),
        kind="too-large",
    )
