"""How much a reader takes before it refuses: stated in docs/reading.md, settable by the caller."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds on what one input may hold. Raise one by `replace(Limits(), rows=…)`.

    Attributes:
        toml_bytes: size of a TOML file.
        table_bytes: size of a table's file, of any kind.
        rows: data rows of a table.
        columns: columns of a table, or fields of a vector file.
        cells: rows times columns of a table.
        cell_length: characters in one cell, one name or one attribute.
        archive_bytes: what a workbook (a ZIP archive) or a Parquet file may unpack to.
        archive_ratio: unpacked size over packed size, for members over 10 MiB.
        vector_bytes: size of a file of polygons.
        json_bytes: size of one that is JSON, which takes ten times its size in memory.
        features: shapes in a file of polygons.
        vertices: corners of all its shapes together.
        faults: faults collected from one input before reading it stops.
    """

    toml_bytes: int = 1 * MIB
    table_bytes: int = 256 * MIB
    rows: int = 2_000_000
    columns: int = 2_000
    cells: int = 40_000_000
    cell_length: int = 32_767
    archive_bytes: int = 512 * MIB
    archive_ratio: float = 200.0
    vector_bytes: int = 2048 * MIB
    json_bytes: int = 256 * MIB
    features: int = 1_000_000
    vertices: int = 50_000_000
    faults: int = 1_000


DEFAULT_LIMITS = Limits()
