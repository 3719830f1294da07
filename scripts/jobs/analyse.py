"""The analyses of one indicator: inequality, gradient, equal size, space, stability."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.borders.contiguity import compute_contiguity
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.output import check_file_place, staged_file
from zoneblanche.geo.messages import _, translate, translate_all
from zoneblanche.layers.analysis.change.stability import flags_of_index
from zoneblanche.layers.analysis.inequality.decomposition import (
    likeness_of_neighbours,
    split_inequality,
)
from zoneblanche.layers.analysis.inequality.equal_size import compare_equal_size, residuals_by
from zoneblanche.layers.analysis.inequality.gradient import measure_gradient
from zoneblanche.layers.analysis.inequality.groups import known_groupings
from zoneblanche.layers.analysis.inequality.measures import lorenz_table, measure_inequality
from zoneblanche.layers.analysis.spatial.clusters import LABELS, NONE, local_moran
from zoneblanche.layers.analysis.spatial.moran import moran
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.intervals import Z95
from zoneblanche.layers.outputs.atlas_file import load_atlas
from zoneblanche.maps.drawn.words import write_number
from zoneblanche.scripts.jobs.findings import grouping_title

DRAWS = 100
"""Of the recipe, for the stability of flags."""

ENDS = 3
"""Number of areas named at either end."""

WORDS: Mapping[str, str] = {
    "inequality": _(
        "Inequality, between territories and between people (5 to 95 % of the bootstrap)"
    ),
    "gini": _("Gini"),
    "theil": _("Theil"),
    "atkinson-0.5": _("Atkinson (ε = 0.5)"),
    "palma": _("share of the top 10 % / bottom 40 %"),
    "p90-p10": _("9th decile / 1st decile"),
    "head": _("territories|people"),
    "between": _("Share of Theil's index between groups"),
    "split": _("territories {territories} %, people {people} %"),
    "density": _("Density, inhabitants/km²"),
    "bands": _("territories|people|mean"),
    "more": _("{low} and more"),
    "band": _("{low} to {high}"),
    "doubling": _(
        "Each time density doubles: {slope} (± {error}); rank correlation "
        "{spearman}; concentration index {concentration}"
    ),
    "equal": _(
        "At equal size and density ({deviance} % of the deviance explained), "
        "mean difference in points: lowest {low}; highest {high}"
    ),
    "moran": _(
        "Moran's I {statistic} (z = {z}); neighbours alike by {likeness} (0: by chance, 1: equal)"
    ),
    "clusters": _("Clusters after correction: {told}"),
    "stable": _(
        "{title}: flagged in 95 % of the draws or more, {sure} territories; in "
        "5 to 95 %, {unsure} (of {draws} draws)"
    ),
    "left": _("Left out: {why}"),
}


def print_analysis(
    file: Path, indicator_id: str | None, *, lorenz: Path | None, lang: str | None
) -> None:
    """Print the analyses of an indicator of an atlas.

    Args:
        file: the atlas.
        indicator_id: of the indicator; None: the last index.
        lorenz: file for the points of the Lorenz curves, or None.
        lang: one with a catalogue; None: that of the atlas.

    Raises:
        InputError: no such indicator, or a category.
    """
    if lorenz is not None:
        check_file_place(lorenz, "lorenz")
    atlas = load_atlas(file)
    if indicator_id is None:
        indices = [name for name, item in atlas.indicators.items() if item.role == "index"]
        indicator_id = indices[-1] if indices else "presence"
    lang = lang or atlas.lang
    print(*analysis_lines(atlas, indicator_id, lang), sep="\n")
    if lorenz is not None:
        write_lorenz(atlas, indicator_id, lorenz)
        print(lorenz)


def write_lorenz(atlas: Atlas, indicator_id: str, path: Path) -> None:
    """Write 101 points of the Lorenz curve, of territories and of people, as CSV."""
    table = lorenz_table(atlas, indicator_id, points=101).round(6)
    with staged_file(path, "lorenz") as staging:
        table.to_csv(staging, index=False, lineterminator="\n")


def analysis_lines(atlas: Atlas, indicator_id: str, lang: str) -> list[str]:
    """Return the lines that `print_analysis` prints. A part that the figures do not allow is left
    out, with the reason.

    Raises:
        InputError: no such indicator, or a category.
    """
    indicator = atlas.indicator(indicator_id)
    if indicator.unit == "category":
        raise InputError(
            _(
                "{indicator_id} is a category: it has no more and no less.",
                indicator_id=repr(indicator_id),
            )
        )
    lines = [indicator.title_in(lang)]
    for part in (_inequality, _groups, _density, _equal_size, _space, _stability):
        try:
            found = list(part(atlas, indicator_id, lang))
        except InputError as error:
            found = [translate(WORDS["left"], lang).format(why=error)]
        lines += ["", *found] if found else []
    return lines


def _inequality(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    words = translate_all(WORDS, lang)
    table = measure_inequality(atlas, indicator_id).table
    rows = [("", *words["head"].split("|"))]
    for measure in table.index.get_level_values("measure").unique():
        cells = [_with_bounds(table, (measure, by), lang) for by in ("territories", "population")]
        rows.append((words[measure], *cells))
    yield words["inequality"]
    yield from _aligned(rows)


def _with_bounds(table: pd.DataFrame, key: tuple[str, str], lang: str) -> str:
    value, low, high = (write_number(float(x), 3, lang) for x in np.asarray(table.loc[[key]])[0])
    return value if "–" in (low, high) else f"{value} ({low}–{high})"


def _groups(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    words, rows = translate_all(WORDS, lang), []
    for by in known_groupings(atlas):
        lines = {
            name: write_number(
                split_inequality(atlas, indicator_id, by=by, people=people).between_percent, 1, lang
            )
            for name, people in (("territories", False), ("people", True))
        }
        rows.append((grouping_title(atlas, by, lang), words["split"].format(**lines)))
    yield words["between"]
    yield from _aligned(rows)


def _density(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    words, digits = translate_all(WORDS, lang), atlas.indicator(indicator_id).digits + 1
    found = measure_gradient(atlas, indicator_id)
    rows = [(words["density"], *words["bands"].split("|"))]
    for row in found.bands.itertuples():
        low, high = (write_number(float(str(end)), 0, lang) for end in (row.from_, row.to))
        rows.append(
            (
                words["band" if np.isfinite(float(str(row.to))) else "more"].format(
                    low=low, high=high
                ),
                write_number(float(str(row.territories)), 0, lang),
                write_number(float(str(row.population)), 0, lang),
                write_number(float(str(row.mean)), digits, lang),
            )
        )
    yield from _aligned(rows)
    yield words["doubling"].format(
        slope=write_number(found.per_doubling, digits, lang),
        error=write_number(Z95 * found.per_doubling_error, digits, lang),
        spearman=write_number(found.spearman, 2, lang),
        concentration=write_number(found.concentration, 3, lang),
    )


def _equal_size(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    country, territories = atlas.territories.country, atlas.territories
    level = None if country is None else country.bare_code_level
    if level is None or level not in territories.parents:
        return
    compared = compare_equal_size(atlas, indicator_id)
    table = residuals_by(atlas, compared, level=level)
    ends = [table.head(ENDS), table.iloc[ENDS:].tail(ENDS)]
    low, high = (
        ", ".join(
            f"{name} {write_number(float(left), 1, lang)}"
            for name, left in zip(end["name"], end["residual"], strict=True)
        )
        for end in ends
    )
    explained = write_number(100 * compared.fit.explained, 0, lang)
    yield translate(WORDS["equal"], lang).format(deviance=explained, low=low, high=high)


def _space(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    words, values = translate_all(WORDS, lang), atlas.values[indicator_id]
    contiguity = compute_contiguity(atlas.territories.frame.geometry)
    found = moran(values, contiguity)
    alike = likeness_of_neighbours(values, contiguity)
    yield words["moran"].format(
        statistic=write_number(found.statistic, 3, lang),
        z=write_number(found.z, 1, lang),
        likeness=write_number(alike, 2, lang),
    )
    counts = local_moran(values, contiguity).counts()
    lines = [
        f"{translate(LABELS[label], lang)} {write_number(count, 0, lang)}"
        for label, count in counts.items()
        if label != NONE
    ]
    yield words["clusters"].format(told=", ".join(lines))


def _stability(atlas: Atlas, indicator_id: str, lang: str) -> Iterator[str]:
    """Return the lines on the flags of the atlas that depend on the index."""
    if indicator_id not in atlas.recipes:
        return
    for found in flags_of_index(atlas, indicator_id, draws=DRAWS):
        yield translate(WORDS["stable"], lang).format(
            title=found.flag.title_in(lang),
            sure=write_number(found.sure, 0, lang),
            unsure=write_number(found.unsure, 0, lang),
            draws=found.draws,
        )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            [
                row[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in rows
    ]
