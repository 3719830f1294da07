"""How the degree of urbanisation agrees with INSEE's density grid, class by class.

    python -m scripts.bench.urbanisation COMMUNES POPULATION GRID

COMMUNES is a GeoParquet with a column `code`, POPULATION a raster of people in cells of 1 km²
(GHS-POP, for example), GRID the workbook of INSEE's *grille communale de densité* in 7 levels. Only
communes that the raster covers completely are compared.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import geopandas as gpd
import numpy as np

from zoneblanche.geo.rasters.urbanisation import (
    CLASS_OF_INSEE,
    CLASSES,
    compare_classes,
    compute_urbanisation,
)
from zoneblanche.layers.publishers.insee import read_density

WHOLE = 1 - 1e-9


def main() -> None:
    """Print the table of communes by our class (rows) and by that of INSEE (columns)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("communes", type=Path)
    parser.add_argument("population", type=Path)
    parser.add_argument("grid", type=Path)
    arguments = parser.parse_args()
    communes = gpd.read_parquet(arguments.communes).set_index("code").geometry
    urbanisation = compute_urbanisation(communes, arguments.population, beyond="missing")
    levels = read_density(arguments.grid).frame["density_level"].map(CLASS_OF_INSEE)
    table = compare_classes(urbanisation.degree[urbanisation.covered > WHOLE], levels)
    counts = table[list(CLASSES)].to_numpy()
    print(table.round(1).to_string())
    near = sum(np.trace(counts, offset) for offset in (-1, 0, 1))
    print(
        f"{counts.sum()} communes: {100 * np.trace(counts) / counts.sum():.1f} % in the same "
        f"class, {100 * near / counts.sum():.1f} % in the same or the next"
    )


if __name__ == "__main__":
    main()
