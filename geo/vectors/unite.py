"""Several features of one code: islands, exclaves and waters of one territory."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zoneblanche.geo.borders.dissolve import dissolve
from zoneblanche.geo.errors import Fault, first_of, shown
from zoneblanche.geo.messages import Notices, _, ngettext

INHABITANTS = "population"
"""The column of inhabitants in a table of features."""


def unite_features(
    table: pd.DataFrame, shapes: np.ndarray, file: str, *, code: str, notices: Notices
) -> tuple[pd.DataFrame, np.ndarray, list[Fault]]:
    """Return one row and one shape for each code, in the order of its first feature.

    A cell that is blank on one feature of a code is that of another. So is a `population` of 0: the
    waters of a place have its code, and no inhabitants. These codes are named in a notice.

    Args:
        table: index: the codes of the features; any columns, of which `population` is the
            inhabitants.
        shapes: valid polygons, one for each row.
        code: the field of the codes, named in a fault.

    Returns:
        The table, the shapes, and a fault for each code whose features have different cells.
    """
    codes = table.index
    if codes.is_unique:
        return table, shapes, []
    order = codes.drop_duplicates()
    several = codes[codes.duplicated()].unique()
    faults = []
    inhabited = _with_inhabitants_of_codes(table, file, notices=notices)
    united = inhabited.groupby(level=0, sort=False).first()
    grouped = inhabited.loc[codes.isin(several)].groupby(level=0, sort=False)
    distinct = grouped.nunique(dropna=True)
    differing = distinct.gt(1)
    for key, columns in zip(map(str, differing.index), differing.to_numpy(), strict=True):
        for column in map(str, differing.columns[columns]):
            values = table[column][codes == key].dropna().unique()
            cells = [shown(str(cell)) for cell in values]
            faults.append(
                Fault(
                    _(
                        "the code {code} is on {count} features with different cells in {column}: "
                        "{cells}.",
                        code=shown(key),
                        count=int((codes == key).sum()),
                        column=column.rpartition(":")[2],
                        cells=first_of(cells),
                    ),
                    file=file,
                    column=code,
                    feature=key,
                    value=key,
                    remedy=_(
                        "Repair the code, or pick features with where. Features of one territory "
                        "have the same name and figures."
                    ),
                    kind="duplicate-code",
                )
            )
    whole = shapes[~codes.duplicated()].astype(object)
    place = order.get_indexer(codes)
    rows = np.flatnonzero(codes.isin(several))
    rows = rows[np.argsort(place[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(place[rows])) + 1
    for members in np.split(rows, starts):
        whole[place[members[0]]] = dissolve(shapes[members])
    counts = codes.value_counts()
    notices.warn(
        ngettext(
            "{file}: {count} code is on several features, which are united ({codes}).",
            "{file}: {count} codes are on several features, which are united ({codes}).",
            len(several),
            file=file,
            codes=first_of([f"{code} × {counts[code]}" for code in several]),
        )
    )
    united.index.name = codes.name
    return united.loc[order], whole, faults


def _with_inhabitants_of_codes(table: pd.DataFrame, file: str, *, notices: Notices) -> pd.DataFrame:
    """Return the table with the inhabitants of its code on each feature that has 0 of them, where
    another feature of the code has some."""
    if INHABITANTS not in table.columns:
        return table
    people = table[INHABITANTS]
    largest = people.groupby(level=0, sort=False).transform("max")
    zeros = (people == 0) & (largest > 0)
    if not zeros.any():
        return table
    notices.warn(
        ngettext(
            "{file}: {count} feature has 0 inhabitants and is united with others of its code "
            "({codes}).",
            "{file}: {count} features have 0 inhabitants and are united with others of their code "
            "({codes}).",
            int(zeros.sum()),
            file=file,
            codes=first_of(table.index[zeros].drop_duplicates().tolist()),
        )
    )
    return table.assign(**{INHABITANTS: people.mask(zeros, largest)})
