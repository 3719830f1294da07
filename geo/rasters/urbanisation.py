"""Degree of urbanisation from a population grid of 1 km cells.

Rules and thresholds: European Commission, ILO, FAO, OECD, UN-Habitat, World Bank, *Applying the
Degree of Urbanisation* (2021), levels 1 and 2 of the grid, without filling gaps and without
smoothing centres by majority. A territory has the class of more than half of its people. If there
is none, it has the class of its median inhabitant, counted from the densest class down. This is the
rule of the manual (urban if more than half live in centres and clusters together).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rasterio.windows import Window
from scipy import ndimage

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import Notices, _, quantity
from zoneblanche.geo.rasters.read import NoData, RasterFacts, open_raster
from zoneblanche.geo.rasters.zonal import sum_cells

Floats = NDArray[np.float64]

CLASSES = (
    "urban centre",
    "urban cluster",
    "rural cluster",
    "low density",
    "very low density",
)
"""Class k of a grid (1 to 5) is `CLASSES[k - 1]`; 0 is a cell without data."""

CLASS_OF_INSEE = {
    1: CLASSES[0],
    2: CLASSES[1],
    3: CLASSES[1],
    4: CLASSES[1],
    5: CLASSES[2],
    6: CLASSES[3],
    7: CLASSES[4],
}
"""The seven levels of INSEE's density grid, which splits the urban clusters in three."""

URBAN_CENTRE_PER_KM2, URBAN_CENTRE_PEOPLE = 1500.0, 50_000.0
CLUSTER_PER_KM2, URBAN_CLUSTER_PEOPLE, RURAL_CLUSTER_PEOPLE = 300.0, 5_000.0, 500.0
LOW_PER_KM2 = 50.0
FOUR_CONNECTED = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])
EIGHT_CONNECTED = np.ones((3, 3))
MOST_CELLS = 10**8  # Europe has 4.5 million cells; the clusters need the whole grid at once
CELL_KM2 = (0.9, 1.1)


@dataclass(frozen=True)
class Urbanisation:
    """The class of each territory, and the figures that it comes from, on the same index.

    Attributes:
        degree: one of `CLASSES`; missing if no inhabitants are known.
        majority: whether that class has more than half of the people.
        people: people of each territory in the cells of each class, one column per class.
        covered: share (0–1) of the area of each territory that has data.
        notices: what a reader should know, as sentences.
    """

    degree: pd.Series
    majority: pd.Series
    people: pd.DataFrame
    covered: pd.Series
    notices: tuple[str, ...]


def classify_grid(people: Floats, *, cell_km2: float = 1.0) -> NDArray[np.uint8]:
    """Return the class (1 to 5, 0 for no data) of each cell of a grid of people.

    `people` has shape (rows, columns), NaN without data; such cells separate clusters.

    - urban centre: cells of at least 1,500 people/km², touching by a side, 50,000 in all;
    - urban cluster: of the other cells, those of at least 300/km² in a cluster of such cells,
      touching by side or corner and with the centres in it, of at least 5,000;
    - rural cluster: the same in a cluster of 500 to 5,000;
    - low density: all others of at least 50/km²; very low density: below.

    >>> classify_grid(np.array([[20.0, 100.0, 400.0, 400.0]])).tolist()
    [[5, 4, 3, 3]]
    """
    present = np.isfinite(people)
    count = np.where(present, people, 0.0)
    density = count / cell_km2
    centre = _clusters(density >= URBAN_CENTRE_PER_KM2, count, FOUR_CONNECTED)
    cluster = _clusters(density >= CLUSTER_PER_KM2, count, EIGHT_CONNECTED)
    grid = np.where(density >= LOW_PER_KM2, 4, 5)
    grid[cluster >= RURAL_CLUSTER_PEOPLE] = 3
    grid[cluster >= URBAN_CLUSTER_PEOPLE] = 2
    grid[centre >= URBAN_CENTRE_PEOPLE] = 1
    grid[~present] = 0
    return grid.astype(np.uint8)


def compute_urbanisation(
    territories_geometry: gpd.GeoSeries,
    population_path: Path | str,
    *,
    nodata: NoData = "declared",
    beyond: Literal["state", "missing"] = "state",
) -> Urbanisation:
    """Return the degree of urbanisation of each territory from a raster of people in 1 km cells.

    Cells are shared out by exact fractions. The raster should extend beyond the territories,
    because a cluster at its edge is counted in part only. `beyond` decides about a territory with
    data for less than 99 % of its area: a notice, or a missing value.

    Raises:
        InputError: what `open_raster` refuses; cells that are not 1 km² (± 10 %), a raster in
            degrees, negative numbers of people, more cells than fit into memory.
    """
    notices = Notices()
    people, facts = _read_people(population_path, nodata, notices=notices)
    cell_km2 = abs(facts.transform[0] * facts.transform[4]) / 1e6
    grid = classify_grid(people, cell_km2=cell_km2)
    index = territories_geometry.index
    bands = np.where(grid == np.arange(1, len(CLASSES) + 1)[:, None, None], people, 0.0)
    bands[:, grid == 0] = np.nan
    sums, share = sum_cells(territories_geometry, bands, facts)
    table = pd.DataFrame(sums, index=index, columns=list(CLASSES))
    covered = pd.Series(share, index=index, name="covered")
    degree, majority = _median_class(table)
    partly = covered.lt(0.99) & covered.gt(0)
    if beyond == "missing":
        degree, majority = degree.mask(partly), majority.mask(partly)
    if partly.any():
        first = first_of(index[partly])
        notices.warn(
            _(
                "{partly} territories have data of {path} for less than 99 % of their "
                "area: {first}.",
                partly=partly.sum(),
                path=facts.path,
                first=first,
            )
        )
    return Urbanisation(degree, majority, table, covered, notices.as_tuple())


def compare_classes(degree: pd.Series, other: pd.Series) -> pd.DataFrame:
    """Count territories by our class (rows) and by that of another grid (columns), where both
    exist.

    The last column, `agreement_percent`, is the share of each row in which both are equal; `other`
    has names of `CLASSES` (`CLASS_OF_INSEE` translates the seven INSEE levels).
    """
    both = pd.DataFrame({"ours": degree, "theirs": other}).dropna()
    table = pd.crosstab(both["ours"], both["theirs"])
    table = table.reindex(index=list(CLASSES), columns=list(CLASSES), fill_value=0)
    total = table.sum(axis=1)
    same = pd.Series(np.diag(table), index=table.index)
    return table.assign(agreement_percent=(100 * same / total.where(total > 0)))


def _clusters(dense: NDArray[np.bool_], people: Floats, structure: np.ndarray) -> Floats:
    """Return for each dense cell the people of its whole cluster, 0 for other cells."""
    label, count = ndimage.label(dense, structure)
    total = np.bincount(label.ravel(), people.ravel(), count + 1)
    total[0] = 0.0
    return total[label]


def _median_class(people: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    total = people.sum(axis=1, min_count=1)
    inhabited = total > 0
    below = people.cumsum(axis=1).gt(total / 2, axis=0)
    named = pd.Series(np.array(CLASSES)[below.to_numpy().argmax(axis=1)], index=people.index)
    largest = people.max(axis=1) > total / 2
    return (
        named.where(inhabited).rename("degree"),
        largest.astype("boolean").mask(~inhabited).rename("majority"),
    )


def _read_people(
    path: Path | str, nodata: NoData, *, notices: Notices
) -> tuple[Floats, RasterFacts]:
    with open_raster(path, nodata=nodata) as raster:
        facts = raster.facts
        rows, columns = facts.shape
        cell_km2 = abs(facts.transform[0] * facts.transform[4]) / 1e6
        faults = []
        if not facts.crs.is_projected or not CELL_KM2[0] <= cell_km2 <= CELL_KM2[1]:
            faults.append(
                Fault(
                    _(
                        "the degree of urbanisation needs cells of 1 km²; these are {transform} "
                        "× {transform_2} of {crs}.",
                        transform=quantity(abs(facts.transform[0])),
                        transform_2=f"{abs(facts.transform[4]):g}",
                        crs=facts.crs.name,
                    ),
                    file=facts.path,
                    remedy=_("Use a population grid of 1 km in an equal-area projection."),
                    kind="cell-size",
                )
            )
        if rows * columns > MOST_CELLS:
            faults.append(
                Fault(
                    _(
                        "the grid has {rows} cells; at most {most_cells} are read.",
                        rows=quantity(rows * columns),
                        most_cells=quantity(MOST_CELLS),
                    ),
                    file=facts.path,
                    remedy=_("Cut out the country."),
                    kind="raster-size",
                )
            )
        if faults:
            raise InputError(faults)
        values, valid = raster.read(Window(0, 0, columns, rows))
        notices.extend((*facts.notices, *raster.doubts()))
    people = values.astype(np.float64)
    if valid is not None:
        people[~valid] = np.nan
    if np.nanmin(people, initial=0.0) < 0:
        raise InputError(
            Fault(
                _("the grid holds {nanmin} people in a cell.", nanmin=f"{np.nanmin(people):g}"),
                file=facts.path,
                remedy=_("Give its no-data value, if that is what it means."),
                kind="negative",
            )
        )
    return people, facts
