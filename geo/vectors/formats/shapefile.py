"""Shapefiles, through GDAL's driver for them and no other.

The parts of the shapefile are copied to a separate folder before GDAL reads them. Other files next
to it (`.aux.xml`, `.vrt`, indexes), and names with a meaning to GDAL (`a.zip!b`, `/vsicurl/`), then
have no effect.
"""

from __future__ import annotations

import re
import shutil
import struct
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.encoding import Guess
from zoneblanche.geo.files.kinds import HEAD, check_file, kind_of, open_plain, refused_kind
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, Limits
from zoneblanche.geo.messages import Notices, _, quantity
from zoneblanche.geo.vectors.formats.dbase import (
    ANSI,
    declared_encoding,
    fits_cp1252,
    guess_of,
    is_cp1252,
    is_utf8,
)
from zoneblanche.geo.vectors.formats.features import Features, check_features, damaged, objects
from zoneblanche.geo.vectors.formats.wkb import shapes_of_wkb

_DBASE = b"\x03"
"""First byte of a .dbf of a shapefile: dBASE III, without a memo file."""
_PARTLY_READ = re.compile(r"Value '(.*)' of field (?:.*\.)?(.+) parsed incompletely")
"""What GDAL says of a cell that it reads in part."""
_NEEDED = (".shp", ".shx", ".dbf")
_USED = (*_NEEDED, ".prj", ".cpg")


def read_shapefile(
    path: Path,
    *,
    wanted: tuple[str, ...],
    limits: Limits,
    notices: Notices,
    encoding: str | None = None,
) -> Features:
    """Return the features of a shapefile.

    Args:
        encoding: of its text; else UTF-8 if its bytes are, else the declared one.

    Raises:
        InputError: a part is missing, damage, more than the limits.
    """
    file = str(path)
    parts = shapefile_parts(path)
    _check_parts(parts, path, limits)
    with tempfile.TemporaryDirectory(prefix="zoneblanche-") as folder:
        for suffix, part in parts.items():
            shutil.copyfile(part, Path(folder) / f"layer{suffix}")
        return _read(
            Path(folder) / "layer.shp", file, wanted, limits, notices=notices, encoding=encoding
        )


def read_attributes(path: Path, *, encoding: str, limits: Limits = DEFAULT_LIMITS) -> pd.DataFrame:
    """Read the attribute table of a shapefile (.dbf) alone, one row per record.

    Args:
        path: of the .dbf. Other content is never passed to GDAL, which would recognise a virtual
            file under this name and follow it.
        encoding: of its text, in place of the declared one.

    Raises:
        InputError: not a dBASE table, damage, more than the limits.
    """
    head = check_file(path, most_bytes=limits.vector_bytes, what=_("attribute table"))
    if not head.startswith(_DBASE):
        raise InputError(refused_kind(path, kind_of(head), accepted=_("dBASE tables")))
    import pyogrio

    file = str(path)
    with tempfile.TemporaryDirectory(prefix="zoneblanche-") as folder:
        # In a folder without other files: no .cpg and no .shp can be opened by name.
        table = Path(folder) / "layer.dbf"
        shutil.copyfile(path, table)
        _check_room(table, file)
        with _damage_as_fault(file, _("attribute table")):
            _check_driver(pyogrio.read_info(table)["driver"], file)
            return pyogrio.read_dataframe(
                table, read_geometry=False, encoding=encoding, use_arrow=False
            )


def _check_room(table: Path, file: str) -> None:
    """Refuse a table of more records than its file has room for."""
    with table.open("rb") as stream:
        head = stream.read(12).ljust(12, b"\0")
    rows, start, width = struct.unpack("<4xIHH", head)
    if start + rows * width > table.stat().st_size + 1:
        raise damaged(file, "attribute table", ValueError())


def shapefile_parts(path: Path) -> dict[str, Path]:
    """Return the files of the shapefile by suffix; the case of their names does not matter."""
    stem = path.stem.lower()
    siblings = [entry for entry in sorted(path.parent.iterdir()) if entry.stem.lower() == stem]
    exact = sorted(siblings, key=lambda entry: entry.stem != path.stem)
    parts = {".shp": path}
    for suffix in _USED[1:]:
        for entry in exact:
            if entry.suffix.lower() == suffix:
                parts.setdefault(suffix, entry)
    return parts


def companions_of(path: Path) -> tuple[Path, ...]:
    """Return the files that are read together with this one: the other parts of a shapefile, the
    .cpg of a .dbf, or none."""
    with open_plain(path) as stream:
        kind = kind_of(stream.read(HEAD))
    used = {"shapefile": _USED[1:], "dbase": (".cpg",)}.get(kind, ())
    return tuple(part for suffix, part in shapefile_parts(path).items() if suffix in used)


def _check_parts(parts: Mapping[str, Path], path: Path, limits: Limits) -> None:
    """Refuse parts that are missing, link elsewhere, or belong to two shapefiles.

    Raises:
        InputError: with the part.
    """
    absent = [suffix for suffix in _NEEDED if suffix not in parts]
    if absent:
        raise InputError(
            Fault(
                _("the shapefile is missing its {absent}.", absent=" and ".join(absent)),
                file=str(path),
                remedy=_("Keep the .shp, .shx, .dbf and .prj files together."),
                kind="incomplete-shapefile",
            )
        )
    home = path.resolve().parent
    for part in parts.values():
        check_file(part, most_bytes=limits.vector_bytes)
        if part.resolve().parent != home:
            raise InputError(
                Fault(
                    _(
                        "its {suffix} is a link to another folder, which is not followed.",
                        suffix=part.suffix,
                    ),
                    file=str(path),
                    remedy=_("Keep the .shp, .shx, .dbf and .prj files together."),
                    kind="incomplete-shapefile",
                )
            )
    shapes, rows = _count_shapes(parts[".shx"]), _count_rows(parts[".dbf"])
    if shapes != rows:
        raise InputError(
            Fault(
                _(
                    "its .shx lists {shapes} shapes, its .dbf {rows} rows.",
                    shapes=quantity(shapes),
                    rows=quantity(rows),
                ),
                file=str(path),
                remedy=_(
                    "The parts belong to different files, or one is cut off: fetch or "
                    "export them together."
                ),
                kind="incomplete-shapefile",
            )
        )


def _count_shapes(index: Path) -> int:
    return max(0, index.stat().st_size - 100) // 8


def _count_rows(table: Path) -> int:
    with table.open("rb") as stream:
        return int.from_bytes(stream.read(8)[4:8], "little")


def _read(
    path: Path,
    file: str,
    wanted: tuple[str, ...],
    limits: Limits,
    *,
    notices: Notices,
    encoding: str | None,
) -> Features:
    # GDAL takes half a second to load, which a project without a shapefile does not need.
    import pyogrio

    declared = _declared(path) if encoding is None else ""
    undeclared, guess = encoding is None and declared in ("", ANSI), None
    if encoding is None and is_utf8(path.with_suffix(".dbf")):
        encoding, undeclared = "utf-8", False
        _say_utf8(declared, file, notices=notices)
    elif undeclared:
        encoding, guess = _by_letters(path.with_suffix(".dbf"))
    elif is_cp1252(path.with_suffix(".dbf"), declared):
        encoding = "cp1252"
        _say_cp1252(file, notices=notices)
    with _damage_as_fault(file, _("shapefile")):
        description = pyogrio.read_info(path, encoding=encoding)
        _check_driver(description["driver"], file)
        names = tuple(str(name) for name in description["fields"])
        check_features(int(description["features"]), len(names), file, limits)
        present = [name for name in wanted if name in names]
        meta, wkb, columns = _columns(path, present, encoding, file, notices=notices)
    whole = {
        name: kind.startswith("OFTInteger")
        for name, kind in zip(description["fields"], description["ogr_types"], strict=True)
    }
    read = [str(name) for name in meta["fields"]]
    fields = {
        name: objects([_cell(value, whole[name]) for value in column])
        for name, column in zip(read, columns, strict=True)
    }
    if undeclared and not (declared and guess is not None and guess.usual):
        _say_undeclared(fields, file, encoding or "ISO-8859-1", guess, notices=notices)
    unreadable: dict[int, str] = {}
    shapes = shapes_of_wkb(list(wkb), unreadable, file=file, notices=notices)
    return Features(file, shapes, fields, names, _crs(meta["crs"]), unreadable)


def _declared(path: Path) -> str:
    """Return the encoding that a shapefile declares, or ""."""
    parts = shapefile_parts(path)
    return declared_encoding(parts[".dbf"], parts.get(".cpg"))


def _say_utf8(declared: str, file: str, *, notices: Notices) -> None:
    """State that text is UTF-8 if it is not declared to be."""
    if declared.upper().replace("-", "") != "UTF8":
        notices.remark(
            _(
                "{file}: its text is read as UTF-8, by its bytes; it declares {declared}.",
                file=file,
                declared=declared or _("no encoding"),
            )
        )


def _say_cp1252(file: str, *, notices: Notices) -> None:
    notices.remark(
        _("{file}: its text is not in the encoding it declares; read as cp1252.", file=file)
    )


def _by_letters(table: Path) -> tuple[str | None, Guess | None]:
    """Return the encoding of an attribute table that declares none, and the guess that it is."""
    guess = guess_of(table)
    if guess is not None:
        return guess.encoding, guess
    return "cp1252" if fits_cp1252(table) else None, None


def _say_undeclared(
    fields: Mapping[str, np.ndarray],
    file: str,
    encoding: str,
    guess: Guess | None,
    *,
    notices: Notices,
) -> None:
    """Warn of letters beyond ASCII whose encoding is a guess, with the first text that has one."""
    cells = (cell for column in fields.values() for cell in column.tolist())
    text = next((cell for cell in cells if isinstance(cell, str) and not cell.isascii()), None)
    if text is None:
        return
    if guess is not None and guess.other:
        notices.warn(
            _(
                "{file}: it does not declare the encoding of its text, which is read as "
                "{encoding}, e.g. {text}. If letters are wrong, write encoding = {other}.",
                file=file,
                encoding=encoding,
                text=shown(text),
                other=f'"{guess.other}"',
            )
        )
        return
    notices.warn(
        _(
            "{file}: it does not declare the encoding of its text, which is read as "
            "{encoding}, e.g. {text}. If letters are wrong, name another: encoding.",
            file=file,
            encoding=encoding,
            text=shown(text),
        )
    )


def _columns(
    path: Path, names: list[str], encoding: str | None, file: str, *, notices: Notices
) -> tuple[dict[str, Any], Any, list[np.ndarray]]:
    """Return the metadata, the shapes and the fields of a shapefile.

    Raises:
        InputError: the text does not have the given encoding.
    """
    import pyogrio

    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            meta, _unused, wkb, columns = pyogrio.raw.read(path, columns=names, encoding=encoding)
        _check_figures([str(caution.message) for caution in caught], file)
    except UnicodeDecodeError as error:
        if encoding is not None and encoding != "utf-8":
            raise InputError(
                Fault(
                    _("its text is not in the encoding {encoding}.", encoding=shown(encoding)),
                    file=file,
                    remedy=_("Name another one, e.g. cp1252, or leave encoding out."),
                    kind="encoding",
                )
            ) from error
        # Arcep's shapefiles are in Latin-1, although their .cpg says otherwise. In UTF-8 a letter
        # may be cut off by the width of its field.
        read_as = "ISO-8859-1" if encoding == "utf-8" else "cp1252"
        meta, _unused, wkb, columns = pyogrio.raw.read(path, columns=names, encoding=read_as)
        if encoding == "utf-8":
            return meta, wkb, [np.array([_as_utf8(cell) for cell in column]) for column in columns]
        _say_cp1252(file, notices=notices)
    return meta, wkb, columns


def _check_figures(messages: list[str], file: str) -> None:
    """Refuse cells of fields of figures that are none: GDAL reads 12 for `12,5`, and 0 for `n/a`.

    Raises:
        InputError: GDAL has said so.
    """
    cells = {match[2]: match[1] for message in messages if (match := _PARTLY_READ.match(message))}
    if cells:
        raise InputError(
            [
                Fault(
                    _("{cell} is not a figure, as those of the field are.", cell=shown(cell)),
                    file=file,
                    column=name,
                    value=cell[:60],
                    remedy=_("Correct it, or name the .dbf as a table: its cells are texts."),
                    kind="not-a-number",
                )
                for name, cell in cells.items()
            ]
        )


def _as_utf8(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    return cell.encode("latin-1", errors="ignore").decode("utf-8", errors="ignore")


@contextmanager
def _damage_as_fault(file: str, what: str) -> Iterator[None]:
    """Report every error while GDAL reads as a fault of the file.

    pyogrio has its own errors, passes on those of numpy, and has defects (an UnboundLocalError for
    fields that cannot be read), so no list of errors would be complete.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (InputError, MemoryError):
        raise
    except Exception as error:
        # pyogrio has no base class of its errors. The block contains nothing but its call, so
        # nothing of ours is hidden, and the error stays the cause of the fault.
        raise damaged(file, what, error) from error


def _check_driver(driver: str, file: str) -> None:
    if driver != "ESRI Shapefile":
        raise InputError(
            Fault(
                _("GDAL takes the file for {driver}.", driver=driver),
                file=file,
                kind="wrong-format",
            )
        )


def _crs(declared: str | None) -> pyproj.CRS | None:
    try:
        return None if declared is None else pyproj.CRS(declared)
    except pyproj.exceptions.CRSError:
        return None


def _cell(value: Any, whole: bool) -> Any:
    """Return the value of a field as a Python object. Integer columns with gaps arrive as
    floats."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float | np.floating):
        if np.isnan(value):
            return None
        return int(value) if whole else float(value)
    return value.item() if isinstance(value, np.generic) else value
