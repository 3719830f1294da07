"""Former codes, and municipal arrondissements: the codes in tables of other years."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import shapely

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.vintages.arrondissements import WHOLE
from zoneblanche.scripts.build.edition.communes.official import OfficialCode
from zoneblanche.scripts.build.edition.communes.shapes import geodesic_area_km2, shapes_of, snap


def former_codes(official: OfficialCode, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return each code that communes had and no longer have, and the one that has its territory.

    The list of former codes in the official code does not say when or how a code ended. `kind` is
    "merged" if the commune that has the territory is in the same département and has had its code
    since the first wave at least, and "now" if it was, or may have been, given another code.

    Args:
        official: the current communes and their former codes.
        tables: the communes table of each wave, by its ISO date.

    Returns:
        Sorted by `code`; `now`, `kind` and `people`, the legal population of the part in the tables
        (missing for most mergers before 2003). Parts whose code the commune has kept are included
        (`code` = `now`), because they give the weights of the parts.
    """
    first = tables[min(tables)]
    early = set(first["code"][first["type"] == "COM"])
    people = _people(tables)
    rows = [
        (code, now, "merged" if code[:2] == now[:2] and now in early else "now")
        for code, now in official.former.items()
    ]
    with_others = {now for _, now, _ in rows}
    kept = people.index.intersection(sorted(with_others))
    rows += [(code, code, "kept") for code in kept]
    table = pd.DataFrame(rows, columns=["code", "now", "kind"])
    table["people"] = table["code"].map(people).astype("Int64")
    return table.sort_values(["code", "now"], ignore_index=True)


def arrondissements(
    official: OfficialCode, table: pd.DataFrame, *, step: float
) -> gpd.GeoDataFrame:
    """Return municipal arrondissements: `code`, `name`, `commune`, `population`, `area_km2`,
    `geometry`.

    Args:
        official: the current communes and their arrondissements.
        table: the communes table with the shapes of the edition.
        step: of the grid of the communes.

    Raises:
        InputError: a shape is missing, or those of a commune do not fill it.
    """
    arrondissements = official.arrondissements
    shapes = shapes_of(table, types=("ARM",)).reindex(arrondissements.index)
    absent = list(arrondissements.index[shapes.isna()])
    if absent or set(arrondissements.index) - set(WHOLE):
        message = f"arrondissements without a shape, or unknown ones: {first_of(absent)}."
        raise InputError(Fault(message, kind="geometry"))
    oriented = pd.Series(shapely.orient_polygons(shapes.to_numpy()), index=shapes.index)
    area = geodesic_area_km2(oriented)
    frame = arrondissements.assign(area_km2=area, geometry=snap(oriented, step)).reset_index()
    return gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326")


def _people(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return people by code of a part: from the newest table that has it as a part or, if none has,
    the newest in which it was a commune that no longer exists."""
    newest = tables[max(tables)]
    current = set(newest["code"][newest["type"] == "COM"])
    people = pd.Series(dtype="float64")
    for types in (("COMD", "COMA"), ("COM",)):
        for wave in sorted(tables, reverse=True):
            table = tables[wave]
            rows = table[table["type"].isin(types) & table["population_municipale"].notna()]
            if types == ("COM",):
                rows = rows[~rows["code"].isin(current)]
            populations = rows.drop_duplicates("code").set_index("code")["population_municipale"]
            people = people.combine_first(populations.astype("float64"))
    return people
