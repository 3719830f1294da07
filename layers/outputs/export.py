"""The files of a run: the territories as CSV, GeoParquet and GeoPackage, and their descriptions.

Everything here writes into a folder that is not yet in its place (`geo.files.results.output`). No
file contains a time or a machine name, so the same inputs give the same bytes.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from zoneblanche.geo.country import in_language
from zoneblanche.geo.messages import _, quantity, translate
from zoneblanche.geo.plugins import plugin_versions
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.runtime.memory import release_memory
from zoneblanche.geo.source import sha256_of, union_of
from zoneblanche.geo.tables import safe_text
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.outputs.atlas_file import rounded, write_atlas
from zoneblanche.layers.outputs.dcat import describe_dcat
from zoneblanche.layers.outputs.delimited import write_csv
from zoneblanche.layers.outputs.geopackage import write_geopackage
from zoneblanche.layers.outputs.styles import Style

ALWAYS_BELOW = 2000
"""With fewer territories the results have a workbook whether it is requested or not."""

RANKS = ("rank", "rank_low", "rank_high")


def results_table(atlas: Atlas, *, lang: str) -> pd.DataFrame:
    """Return one row per territory, with the columns in the order of docs/commands.md.

    `name`; one column per measured indicator; `score`, `rank`, `rank_low`, `rank_high` of the
    index; dimensions; flags; containing territories and facts; `missing`, the reasons.

    Returns:
        Index `code`. Figures are rounded to six decimals, missing ones empty.
    """
    by_role: dict[str, list[Indicator]] = {}
    for indicator in atlas.indicators.values():
        by_role.setdefault(_place_of(indicator), []).append(indicator)
    columns: dict[str, pd.Series] = {"name": atlas.territories.names}
    columns |= {item.id: _written(atlas, item) for item in by_role.get("measured", [])}
    for position, item in enumerate(by_role.get("index", [])):
        prefix = "" if position == 0 else f"{item.id}."
        columns[f"{prefix}score"] = rounded(atlas.values[item.id])
        table = atlas.intervals.get(item.id, pd.DataFrame(index=atlas.codes))
        for name in RANKS:
            if name in table:
                columns[f"{prefix}{name}"] = table[name].round().astype("Int64")
    columns |= {item.id: _written(atlas, item) for item in by_role.get("computed", [])}
    columns |= {item.id: _written(atlas, item) for item in by_role.get("flag", [])}
    # A GeoPackage does not distinguish Population and population.
    used = {name.casefold() for name in columns}
    columns |= {
        str(name): atlas.territories.parents[name]
        for name in atlas.territories.parents
        if name != "country" and str(name).casefold() not in used
    }
    columns |= {
        str(name): rounded(facts)
        for name, facts in atlas.territories.facts.items()
        if facts.notna().any() and str(name).casefold() not in used
    }
    corrected = corrected_in_words(atlas, lang=lang)
    if (corrected != "").any():
        columns["corrected"] = corrected
    columns["missing"] = missing_in_words(atlas, lang=lang)
    return pd.DataFrame(columns, index=atlas.codes)


def missing_in_words(atlas: Atlas, *, lang: str, titles: bool = False) -> pd.Series:
    """Return for each territory which indicators are missing and why, "" if none is; indicators by
    their ids or by their titles."""
    # Territories that lack the same figures for the same reasons have the same words.
    reasons = np.ascontiguousarray(atlas.reasons[list(atlas.values)].to_numpy(dtype="uint8"))
    if not reasons.size:
        return pd.Series("", index=atlas.codes, dtype="object")
    row = reasons.view(f"V{reasons.shape[1]}").ravel()
    _unused, first, group = np.unique(row, return_index=True, return_inverse=True)
    words = [_missing_words(atlas, codes, lang=lang, titles=titles) for codes in reasons[first]]
    return pd.Series(np.array(words, dtype=object)[group], index=atlas.codes, dtype="object")


def _missing_words(atlas: Atlas, codes: np.ndarray, *, lang: str, titles: bool) -> str:
    lacking = np.flatnonzero(codes != Reason.PRESENT)
    return "; ".join(
        translate(
            _(
                "{indicator}: {reason}",
                indicator=atlas.indicators[name].title_in(lang) if titles else name,
                reason=in_language(Reason(int(reason)).title, lang),
            ),
            lang if titles else "en",
        )
        for name, reason in zip(atlas.values.columns[lacking].tolist(), codes[lacking], strict=True)
    ).lstrip("; ")


def corrected_in_words(atlas: Atlas, *, lang: str, titles: bool = False) -> pd.Series:
    """Return for each territory which figures are corrected, from what to what, "" if none is;
    indicators by their ids or by their titles."""
    words = pd.Series("", index=atlas.codes, dtype="object")
    for indicator_id, indicator in atlas.indicators.items():
        for code, correction in atlas.corrected(indicator_id).items():
            text = _(
                "{indicator}: {value} instead of {old} ({who}, {date})",
                indicator=indicator.title_in(lang) if titles else indicator_id,
                value=quantity(correction.value),
                old=_("no figure") if correction.old is None else quantity(correction.old),
                who=correction.who,
                date=correction.date,
            )
            words[code] = f"{words[code]}; {translate(text, lang)}".lstrip("; ")
    return words


def write_results(
    atlas: Atlas,
    folder: Path,
    *,
    lang: str,
    title: str,
    name: str | None = None,
    styles: Sequence[Style] = (),
    xlsx: bool = False,
) -> dict[str, str]:
    """Write `territories.csv`, `.parquet`, `.gpkg`, and their descriptions `datapackage.json` and
    `dcat.json`, into `folder`. The Parquet file is also an atlas: `load_atlas` reads it.

    With fewer than `ALWAYS_BELOW` territories there is a workbook too, `territories.xlsx`.

    Args:
        atlas: any.
        folder: an existing folder.
        lang, title: of the texts.
        name: of the data package.
        styles: of columns, for the GeoPackage; QGIS opens it with the first.
        xlsx: whether to write the workbook however many territories there are.

    Returns:
        The SHA-256 of each file of territories, by its name.

    Raises:
        InputError: a workbook is requested, and there are more territories than a sheet has rows.
        OSError: the place cannot be written.
    """
    table = results_table(atlas, lang=lang)
    # Files for spreadsheet programs contain no text that they would execute as a formula.
    harmless = safe_text(table.reset_index())
    write_csv(harmless, folder / "territories.csv")
    release_memory()
    shapes = atlas.territories.frame.geometry
    write_atlas(atlas, folder / "territories.parquet", table=table)
    release_memory()
    layer = gpd.GeoDataFrame(harmless, geometry=shapes.array)
    write_geopackage(layer, folder / "territories.gpkg", styles)
    if xlsx or len(table) < ALWAYS_BELOW:
        # Most runs of a country have no workbook.
        from zoneblanche.layers.outputs.workbook import write_workbook

        described = table.assign(missing=missing_in_words(atlas, lang=lang, titles=True))
        if "corrected" in table:
            described["corrected"] = corrected_in_words(atlas, lang=lang, titles=True)
        write_workbook(atlas, described, folder / "territories.xlsx", lang=lang, title=title)
    return _write_descriptions(atlas, table, folder, lang=lang, title=title, name=name)


def write_open_data(atlas: Atlas, folder: Path, *, lang: str, title: str) -> None:
    """Write the files of `write_results` that a website offers: `territories.csv` and `.parquet`
    with their descriptions.

    Raises:
        OSError: the place cannot be written.
    """
    table = results_table(atlas, lang=lang)
    write_csv(safe_text(table.reset_index()), folder / "territories.csv")
    write_atlas(atlas, folder / "territories.parquet", table=table)
    _write_descriptions(atlas, table, folder, lang=lang, title=title, name=None)


def _write_descriptions(
    atlas: Atlas, table: pd.DataFrame, folder: Path, *, lang: str, title: str, name: str | None
) -> dict[str, str]:
    package = _datapackage(atlas, table, folder, lang=lang)
    package = {"name": name or "zoneblanche", "title": title, **package}
    write_json(package, folder / "datapackage.json")
    write_json(describe_dcat(atlas, package, lang=lang), folder / "dcat.json")
    resources = package["resources"]
    return {item["path"]: item["hash"].removeprefix("sha256:") for item in resources}


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write readable JSON, the same bytes for the same content."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def versions() -> dict[str, str]:
    """Return the versions of the packages that the figures depend on, plug-ins included."""
    return {"python": platform.python_version(), **_package_versions(), **plugin_versions()}


@cache
def _package_versions() -> dict[str, str]:
    names = ("zoneblanche", "geopandas", "shapely", "numpy", "pandas", "pyogrio", "rasterio")
    return {name: metadata.version(name) for name in names}


def _place_of(indicator: Indicator) -> str:
    if indicator.role in ("index", "flag"):
        return indicator.role
    return "computed" if indicator.role in ("dimension", "typology") else "measured"


MOST_WHOLE = 2.0**53
"""Up to here every integer has an exact floating-point representation."""


def _written(atlas: Atlas, indicator: Indicator) -> pd.Series:
    values = atlas.values[indicator.id]
    if indicator.unit in ("boolean", "category", "count"):
        whole = values.round().where(values.notna())
        if ((values - whole).abs().fillna(0) == 0).all() and whole.abs().max() < MOST_WHOLE:
            return whole.astype("Int64")
    return rounded(values)


def _datapackage(atlas: Atlas, table: pd.DataFrame, folder: Path, *, lang: str) -> dict[str, Any]:
    """Return a Data Package 2.0 with the Table Schema of the CSV, sources, licences and hashes."""
    sources = union_of(
        atlas.territories.sources, *(item.sources for item in atlas.indicators.values())
    )
    path = folder / "territories.csv"
    fields = [{"name": "code", "type": "string", "constraints": {"unique": True}}]
    fields += [_field(atlas, str(name), table[name], lang) for name in table]
    resources = [
        {
            "name": "territories",
            "path": path.name,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": path.stat().st_size,
            "hash": f"sha256:{sha256_of(path)}",
            "schema": {"fields": fields, "primaryKey": "code", "missingValues": [""]},
        }
    ]
    for extension, media in (
        ("parquet", "application/vnd.apache.parquet"),
        ("gpkg", "application/geopackage+sqlite3"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ):
        other = folder / f"territories.{extension}"
        if not other.exists():
            continue
        resources.append(
            {
                "name": f"territories-{extension}",
                "path": other.name,
                "format": extension,
                "mediatype": media,
                "bytes": other.stat().st_size,
                "hash": f"sha256:{sha256_of(other)}",
            }
        )
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "licenses": [
            {"name": name, "title": name}
            for name in dict.fromkeys(source.licence for source in sources if source.licence)
        ],
        "sources": [
            {
                "title": source.cite(),
                **({"path": source.url} if source.url else {}),
            }
            for source in sources
        ],
        "resources": resources,
    }


def _field(atlas: Atlas, name: str, column: pd.Series, lang: str) -> dict[str, Any]:
    kinds = {"Int64": "integer", "float64": "number"}
    described: dict[str, Any] = {"name": name, "type": kinds.get(str(column.dtype), "string")}
    indicator = atlas.indicators.get(name)
    if name == "score":
        indicator = next((i for i in atlas.indicators.values() if i.role == "index"), None)
    if indicator is None:
        return described
    described["title"] = indicator.title_in(lang)
    described["description"] = " ".join(
        part
        for part in (
            indicator.method_in(lang),
            _("unit: {unit}.", unit=indicator.unit),
            f"{indicator.period}." if indicator.period else "",
            _("native level: {native_level}.", native_level=indicator.native_level)
            if indicator.native_level
            else "",
            "; ".join(source.cite() for source in indicator.sources),
        )
        if part
    )
    return described
