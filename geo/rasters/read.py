"""Open a raster after checking it, and read it in bounded pieces.

One format is read: GeoTIFF (BigTIFF and cloud-optimised ones included), recognised by its first
bytes and not by its name. A GeoTIFF contains its georeference, CRS and no-data value. Everything
that would make GDAL look elsewhere (virtual formats, /vsi paths, .aux.xml, world and overview files
next to it) is disabled. An Arc/Info ASCII grid has no CRS and is refused like other formats;
`gdal_translate -a_srs EPSG:… -of GTiff` makes a GeoTIFF of it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pyproj
import rasterio
from rasterio.enums import MaskFlags
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from zoneblanche.geo.errors import Fault, InputError, first_of, shown
from zoneblanche.geo.files.kinds import check_file, kind_of, refused_kind
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, Limits
from zoneblanche.geo.messages import Notices, _, quantity
from zoneblanche.geo.tables.plausible import looks_like_code

NoData = float | Literal["declared", "none"]
Band = int | str
"""The number of a band, from 1, or its description in the file."""

TIFF_MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
LARGEST_WIDTH = 2 * 10**6
SMALLEST_CELL, LARGEST_CELL = 1e-9, 1e8  # in degrees or metres: tiny, and around the globe
LARGEST_BLOCK_BYTES = 2**29  # GDAL decodes a whole block to return one cell of it
SCAN_CELLS = 2**21
# Only the file itself is read.
SAFE_OPTIONS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_CACHEMAX": 64,
}
NEGATIVE_MARKS = (
    *(-200.0, -999.0, -9999.0, -99999.0, -32768.0, -32767.0),
    *(-2147483647.0, -2147483648.0),
)
"""-200 is that of the Global Human Settlement Layer, -2147483647 that of LandScan."""
POSITIVE_MARKS = (255.0, 32767.0, 65535.0, 2147483647.0, 4294967295.0)
FLOAT_MARK = 1e30  # -3.4e38, 1e38, 9.97e36, 1e30: not measured quantities


@dataclass(frozen=True)
class RasterFacts:
    """The properties of a raster.

    Attributes:
        path: the file, as the user named it.
        band: 1-based.
        crs: never None.
        transform: a, b, c, d, e, f of x = a·column + b·row + c and y = d·column + e·row + f;
            b and d are 0. With e > 0 the raster is stored south up.
        shape: rows, columns.
        nodata: the value that means "no data", declared or given, or None.
        dtype: numpy name of the stored numbers.
        scale, offset: stored in the file; values are stored × scale + offset.
        notices: what the reader of the results should know, as sentences.
    """

    path: str
    band: int
    crs: pyproj.CRS
    transform: tuple[float, float, float, float, float, float]
    shape: tuple[int, int]
    nodata: float | None
    dtype: str
    scale: float
    offset: float
    notices: tuple[str, ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in the CRS of the raster."""
        a, _unused, c, _unused, e, f = self.transform
        rows, columns = self.shape
        xs, ys = sorted((c, c + a * columns)), sorted((f, f + e * rows))
        return xs[0], ys[0], xs[1], ys[1]


@dataclass
class Marks:
    """Whether values that look like undeclared "no data" differ from all others; not `judged` if
    the file or the caller says what no data is."""

    judged: bool = True
    beside: dict[float, float] = field(default_factory=dict)
    lowest: float = math.inf
    highest: float = -math.inf

    def see(self, values: np.ndarray) -> None:
        """Record one block of values that count as data (not empty, no NaN)."""
        low, high = float(values.min()), float(values.max())
        for extreme in (low, high):
            if not _may_mean_no_data(extreme):
                continue
            self.beside.setdefault(extreme, extreme)
            values = values[values != extreme]
        if values.size:
            self.lowest = min(self.lowest, float(values.min()))
            self.highest = max(self.highest, float(values.max()))

    def judge(self, facts: RasterFacts) -> tuple[str, ...]:
        """Return notices of doubtful values; raise InputError if one is certainly no data.

        A mark is certain if no other value comes within half its distance to zero: 255 among 0 … 4
        is, 255 among 0 … 250 may be a value. A positive one by its digits alone, such as 9999, has
        to be ten times the others.
        """
        notices, faults = [], []
        for mark in self.beside if self.judged else ():
            others = self.lowest if mark < 0 else self.highest
            near = 2 if mark < 0 or mark in POSITIVE_MARKS or mark >= FLOAT_MARK else 10
            apart = not math.isfinite(others) or (others - mark / near) * mark < 0
            if not apart and mark > 0 and near == 10:
                continue  # a number of people may have these digits
            if apart:
                faults.append(
                    Fault(
                        _(
                            "band {band} holds {mark}, which it does not declare as no data, where "
                            "all other values lie between {lowest} and {highest}.",
                            band=facts.band,
                            mark=f"{mark:g}",
                            lowest=f"{self.lowest:g}",
                            highest=f"{self.highest:g}",
                        ),
                        file=facts.path,
                        value=f"{mark:g}",
                        remedy=_(
                            'Give nodata = {mark} if it means no data, or nodata = "none" if it is '
                            "a value.",
                            mark=f"{mark:g}",
                        ),
                        kind="undeclared-nodata",
                    )
                )
            else:
                notices.append(
                    _(
                        "{path}: {mark} is not declared as no data; it occurs and is taken for "
                        "a value.",
                        path=facts.path,
                        mark=f"{mark:g}",
                    )
                )
        if faults:
            raise InputError(faults)
        return tuple(notices)


def _may_mean_no_data(value: float) -> bool:
    """Return whether a value is one that programs write for no data, or one digit over and over."""
    if value in NEGATIVE_MARKS or value in POSITIVE_MARKS or abs(value) >= FLOAT_MARK:
        return True
    return looks_like_code(value)


@dataclass(frozen=True)
class Raster:
    """An open raster: its facts, and its cells in rectangular pieces."""

    facts: RasterFacts
    dataset: rasterio.io.DatasetReader
    masked: bool
    marks: Marks | None

    def read(self, window: Window) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the values of a window, and which of them are data (None for all of them).

        Values have shape (rows, columns) and the stored dtype, or float64 if the file has a scale
        or an offset. NaN and infinities are never data.

        Raises:
            InputError: the file is damaged or ends early.
        """
        facts = self.facts
        try:
            values = self.dataset.read(facts.band, window=window)
            mask = self.dataset.read_masks(facts.band, window=window) if self.masked else None
        except (RasterioError, OSError) as error:
            raise InputError(_damaged(facts.path, error)) from error
        valid = None if mask is None else mask != 0
        if facts.nodata is not None and not math.isnan(facts.nodata):
            has_value = values != values.dtype.type(facts.nodata)
            valid = has_value if valid is None else valid & has_value
        if values.dtype.kind == "f":
            finite = np.isfinite(values)
            if not finite.all():
                valid = finite if valid is None else valid & finite
        if self.marks is not None:
            data = values if valid is None else values[valid]
            if data.size:
                self.marks.see(data)
        if (facts.scale, facts.offset) != (1.0, 0.0):
            values = values * np.float64(facts.scale) + facts.offset
        return values, None if valid is None or valid.all() else valid

    def scan(self) -> None:
        """Read all cells once if `doubts` needs them."""
        rows, columns = self.facts.shape
        height = max(1, SCAN_CELLS // columns)
        for top in range(0, rows if self.marks is not None else 0, height):
            self.read(Window(0, top, columns, min(height, rows - top)))

    def span(self) -> tuple[float, float] | None:
        """After reading: minimum and maximum of what was read, no-data marks included; None if
        nothing was read or recorded (see `open_raster`)."""
        if self.marks is None or not (self.marks.beside or math.isfinite(self.marks.lowest)):
            return None
        stored = (self.marks.lowest, self.marks.highest, *self.marks.beside)
        ends = [value for value in stored if math.isfinite(value)]
        scaled = [value * self.facts.scale + self.facts.offset for value in (min(ends), max(ends))]
        return min(scaled), max(scaled)

    def check_amounts(self) -> None:
        """After reading: refuse negative amounts (people in a cell).

        Raises:
            InputError: with the lowest of them.
        """
        span = self.span()
        if span is not None and span[0] < 0:
            raise InputError(
                Fault(
                    _("the grid holds {span} people in a cell.", span=f"{span[0]:g}"),
                    file=self.facts.path,
                    value=f"{span[0]:g}",
                    remedy=_(
                        "Declare it in the file as its no-data value, if that is what it means."
                    ),
                    kind="negative",
                )
            )

    def doubts(self) -> tuple[str, ...]:
        """After reading: return notices on undeclared no-data values; raise InputError for certain
        ones."""
        return () if self.marks is None else self.marks.judge(self.facts)


@contextmanager
def open_raster(
    path: Path | str,
    *,
    band: Band = 1,
    nodata: NoData = "declared",
    limits: Limits = DEFAULT_LIMITS,
    amounts: bool = False,
) -> Iterator[Raster]:
    """Open one band of a GeoTIFF whose georeference can be trusted.

    Values that are read are recorded if the file has no mask of its own and nodata is declared;
    with `amounts`, always.

    `band`: its number, from 1, or its description.

    `nodata`: "declared" uses that of the file; a number replaces it; "none" says that every finite
    value is data. A raster stored south up or east to west is read as it is: its transform says
    so, and all users of the facts apply the transform.

    Raises:
        InputError: no such file, not a GeoTIFF, no CRS, no georeference, rotated or sheared,
            complex numbers, no such band, larger than the limits, damaged.
    """
    name, place = str(path), _check_content(path, limits)
    with rasterio.Env(**SAFE_OPTIONS), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # our own fault reports it
        try:
            dataset = rasterio.open(
                place, driver="GTiff", sharing=False, GEOREF_SOURCES="INTERNAL", NUM_THREADS=2
            )
        except (RasterioError, OSError) as error:
            raise InputError(_damaged(name, error)) from error
        with dataset:
            number = _number_of(dataset, name, band)
            _check_georeference(dataset, name, number, limits)
            facts = _read_facts(dataset, name, number, nodata)
            flags = dataset.mask_flag_enums[number - 1]
            masked = MaskFlags.per_dataset in flags or MaskFlags.alpha in flags
            suspected = nodata in ("declared", facts.nodata) and not masked
            marks = Marks(judged=suspected) if suspected or amounts else None
            yield Raster(facts, dataset, masked, marks)


def read_raster_facts(
    path: Path | str,
    *,
    band: Band = 1,
    nodata: NoData = "declared",
    limits: Limits = DEFAULT_LIMITS,
) -> RasterFacts:
    """Return the facts of a raster without reading its cells; raises as `open_raster` does."""
    with open_raster(path, band=band, nodata=nodata, limits=limits) as raster:
        return raster.facts


def check_raster_limits(path: Path | str, limits: Limits) -> None:
    """Refuse a raster that is larger than the caller's limits.

    Raises:
        InputError: it is larger, or it is not a readable raster.
    """
    with open_raster(path, nodata="none", limits=limits):
        pass


def _check_content(path: Path | str, limits: Limits) -> str:
    name = str(path)
    if name.startswith(("/vsi", "\\vsi")) or "://" in name or "\0" in name:
        raise InputError(
            Fault(
                _("this is not the path of a local file."),
                file=name,
                remedy=_("Download the raster and give the path of the file."),
                kind="not-a-local-file",
            )
        )
    local = Path(path)
    start = check_file(local, most_bytes=limits.raster_bytes, what=_("raster"))
    if not start.startswith(TIFF_MAGIC):
        raise InputError(refused_kind(local, kind_of(start), accepted=_("GeoTIFF rasters")))
    # An absolute path cannot be confused with a prefix of GDAL (GTIFF_DIR:, NETCDF:, …).
    return str(local.resolve())


def _number_of(dataset: rasterio.io.DatasetReader, name: str, band: Band) -> int:
    """Return the number of a band that is given by its number or its description.

    Raises:
        InputError: no such band, or several with that description.
    """
    if isinstance(band, int):
        if 1 <= band <= dataset.count:
            return band
        message = _("there is no band {band}; it has {count}.", band=band, count=dataset.count)
        raise InputError(Fault(message, file=name, remedy=_("Choose another."), kind="no-band"))
    descriptions = [(text or "").strip() for text in dataset.descriptions]
    numbers = [place for place, text in enumerate(descriptions, start=1) if text == band.strip()]
    if len(numbers) == 1:
        return numbers[0]
    if numbers:
        message = _(
            "{count} bands are described as {band}: {numbers}.",
            count=len(numbers),
            band=shown(band),
            numbers=first_of(numbers),
        )
        remedy = _("Give the number of the band, e.g. band = {number}.", number=numbers[0])
    else:
        message = _("no band is described as {band}.", band=shown(band))
        named = first_of([shown(text) for text in descriptions if text], count=12)
        remedy = (
            _("Descriptions of its bands: {names}.", names=named)
            if named
            else _(
                "Its bands have no descriptions: give a number, 1 to {count}.", count=dataset.count
            )
        )
    raise InputError(Fault(message, file=name, value=band, remedy=remedy, kind="no-band"))


def _check_georeference(
    dataset: rasterio.io.DatasetReader, name: str, band: int, limits: Limits
) -> None:
    faults = []

    def blame(kind: str, message: str, remedy: str) -> None:
        faults.append(Fault(message, file=name, remedy=remedy, kind=kind))

    if dataset.crs is None or not (dataset.crs.is_geographic or dataset.crs.is_projected):
        blame(
            "no-crs",
            _("the raster has no coordinate reference system."),
            _("Write it into the file with gdal_edit -a_srs EPSG:…."),
        )
    scale, offset = float(dataset.scales[band - 1]), float(dataset.offsets[band - 1])
    if not (math.isfinite(offset) and 0 < abs(scale) < FLOAT_MARK and abs(offset) < FLOAT_MARK):
        blame(
            "scale",
            _(
                "the raster says that its values are stored × {scale} + {offset}.",
                scale=f"{scale:g}",
                offset=f"{offset:g}",
            ),
            _("Write its true scale and offset with gdal_edit -scale … -offset …."),
        )
    a, b, _unused, d, e, _unused = tuple(dataset.transform)[:6]
    if dataset.transform.is_identity or a == 0 or e == 0:
        blame(
            "no-georeference",
            _("the raster does not say where its cells lie."),
            _("Write its place into the file; world files (.tfw) and .aux.xml are not read."),
        )
    elif not SMALLEST_CELL <= min(abs(a), abs(e)) <= max(abs(a), abs(e)) <= LARGEST_CELL:
        blame(
            "no-georeference",
            _(
                "the raster claims cells of {a} by {e}, which no map has.",
                a=f"{abs(a):.3g}",
                e=f"{abs(e):.3g}",
            ),
            _("Fetch or export the raster again."),
        )
    elif b != 0 or d != 0:
        blame("rotated", _("the raster is rotated or sheared."), _("Straighten it with gdalwarp."))
    faults += _check_size(dataset, name, band, limits)
    if faults:
        raise InputError(faults)


def _check_size(
    dataset: rasterio.io.DatasetReader, name: str, band: int, limits: Limits
) -> list[Fault]:
    faults = []
    kind = dataset.dtypes[band - 1]
    if kind.startswith("complex"):
        faults.append(
            Fault(
                _("band {band} holds complex numbers ({kind}).", band=band, kind=kind),
                file=name,
                remedy=_("Give a band of plain numbers."),
                kind="complex",
            )
        )
        return faults
    rows, columns = dataset.shape
    height, width = dataset.block_shapes[band - 1]
    block = height * width * np.dtype(kind).itemsize
    most = limits.raster_cells
    if rows * columns > most or columns > LARGEST_WIDTH or block > LARGEST_BLOCK_BYTES:
        faults.append(
            Fault(
                _(
                    "the raster claims {rows} × {columns} cells in blocks of {height} × "
                    "{width}; at most {most} cells, {largest_width} columns and blocks of "
                    "{largest_block_bytes} MiB are read.",
                    rows=rows,
                    columns=columns,
                    height=height,
                    width=width,
                    most=quantity(most),
                    largest_width=f"{LARGEST_WIDTH:.0e}",
                    largest_block_bytes=LARGEST_BLOCK_BYTES // 2**20,
                ),
                file=name,
                remedy=_(
                    "Cut out the area of the territories, in tiles: gdal_translate "
                    "-projwin … -co TILED=YES."
                ),
                kind="raster-size",
            )
        )
    return faults


def _read_facts(
    dataset: rasterio.io.DatasetReader, name: str, band: int, nodata: NoData
) -> RasterFacts:
    a, b, c, d, e, f = (float(value) for value in tuple(dataset.transform)[:6])
    crs = pyproj.CRS.from_wkt(dataset.crs.to_wkt())
    declared = dataset.nodatavals[band - 1]
    named = {"declared": declared, "none": None}
    meant = named[nodata] if isinstance(nodata, str) else nodata
    facts = RasterFacts(
        path=name,
        band=band,
        crs=crs,
        transform=(a, b, c, d, e, f),
        shape=dataset.shape,
        nodata=_storable(meant, dataset.dtypes[band - 1]),
        dtype=dataset.dtypes[band - 1],
        scale=float(dataset.scales[band - 1]),
        offset=float(dataset.offsets[band - 1]),
        notices=(),
    )
    if crs.is_geographic and not _on_the_globe(facts):
        raise InputError(
            Fault(
                _(
                    "the raster is in degrees, yet covers {bounds} (west, south, east, north).",
                    bounds=facts.bounds,
                ),
                file=name,
                remedy=_(
                    "Longitudes run from -180 to 180, latitudes from -90 to 90: shift or "
                    "swap its axes."
                ),
                kind="axes",
            )
        )
    return _with_notices(facts, dataset, declared, nodata)


def _storable(nodata: float | None, dtype: str) -> float | None:
    """Return the no-data value if the dtype can store it; otherwise it marks nothing."""
    if nodata is None:
        return None
    if np.dtype(dtype).kind == "f":  # a value beyond the largest float32 was stored as infinity
        return math.nan if abs(nodata) > np.finfo(dtype).max else nodata
    limits = np.iinfo(dtype)
    fits = float(nodata).is_integer() and limits.min <= nodata <= limits.max
    return nodata if fits else None


def _on_the_globe(facts: RasterFacts) -> bool:
    west, south, east, north = facts.bounds
    # half a cell of tolerance: global grids are often registered on cell centres
    grace = max(abs(facts.transform[0]), abs(facts.transform[4])) * 0.51
    degrees = facts.crs.axis_info[0].unit_name == "degree"
    return not degrees or (
        west >= -180 - grace
        and east <= 180 + grace
        and south >= -90 - grace
        and north <= 90 + grace
    )


def _with_notices(
    facts: RasterFacts,
    dataset: rasterio.io.DatasetReader,
    declared: float | None,
    nodata: NoData,
) -> RasterFacts:
    path, notices = facts.path, Notices()
    if facts.transform[4] > 0:
        notices.remark(_("{file} is stored south up; it is read the right way round.", file=path))
    if dataset.count > 1:
        notices.remark(
            _(
                "{file} has {count} bands; band {band} is read.",
                file=path,
                count=dataset.count,
                band=facts.band,
            )
        )
    if facts.crs.is_geographic:
        notices.remark(
            _(
                "{file} is in degrees: each cell counts alike, though cells narrow polewards.",
                file=path,
            )
        )
    if nodata != "declared" and declared is not None and nodata != declared:
        notices.remark(
            _(
                "{file} declares no data = {declared}; {nodata} is used instead.",
                file=path,
                declared=f"{declared:g}",
                nodata=nodata,
            )
        )
    if facts.nodata is None and nodata == "declared":
        notices.warn(
            _(
                "{file} declares no data = {declared}, which {dtype} cannot hold.",
                file=path,
                declared=f"{declared:g}",
                dtype=facts.dtype,
            )
            if declared is not None
            else _("{file} declares no no-data value; all its cells are values.", file=path)
        )
    if (facts.scale, facts.offset) != (1.0, 0.0):
        notices.remark(
            _(
                "{file}: values are stored × {scale} + {offset}.",
                file=path,
                scale=f"{facts.scale:g}",
                offset=f"{facts.offset:g}",
            )
        )
    return replace(facts, notices=notices.as_tuple())


def _damaged(name: str, error: Exception) -> Fault:
    return Fault(
        _(
            "the file is damaged, ends early or is not a GeoTIFF ({error}).",
            error=shown(error, limit=160),
        ),
        file=name,
        remedy=_("Download it again."),
        kind="damaged",
    )
