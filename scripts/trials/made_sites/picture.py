"""Draw the barometer of farms: networks by category of authority, a wave for each table.

    python -m scripts.trials.made_sites --sites 400 --seed 1 --out one.parquet
    python -m scripts.trials.made_sites --sites 400 --seed 2 --out two.parquet
    python -m scripts.trials.made_sites.picture one.parquet two.parquet picture.png

The made-up sites are given the codes of real communes, préfecture towns first, so that there are
categories; the figures are made up, too. Needs the extra `static`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas as pd

from zoneblanche.geo.country import read_country
from zoneblanche.layers.edition import edition_territories
from zoneblanche.layers.presence.barometer import MEASURED, Barometer
from zoneblanche.layers.presence.waves import count_probes
from zoneblanche.layers.probing.pages.accounts import NETWORKS

CATEGORIES = ("prefecture", "sous-prefecture", "commune")


def with_real_codes(table: pd.DataFrame, day: str) -> pd.DataFrame:
    """The rows of a farm under codes of communes, seats of départements first."""
    territories = edition_territories(read_country("fr"))
    assert territories.extra is not None
    seats = territories.extra["seat"].sort_values(ascending=False, kind="stable")
    renamed = table.head(len(seats)).copy()
    renamed["code"] = seats.index[: len(renamed)]
    renamed["asked"] = day
    return renamed


def barometer_of(paths: list[Path]) -> Barometer:
    """The barometer of farms' tables, a day of each year."""
    with tempfile.TemporaryDirectory() as folder:
        waves = []
        for number, path in enumerate(paths):
            wave = Path(folder) / f"{number}.parquet"
            day = f"{2026 + number}-06-01"
            with_real_codes(pd.read_parquet(path), day).to_parquet(wave, index=False)
            waves.append(wave)
        return count_probes(read_country("fr"), waves).barometer


def draw(barometer: Barometer, path: Path) -> None:
    """One panel a category: a bar a network and wave, and the interval of the change."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    table, changes = barometer.table, barometer.changes
    waves = sorted(table["wave"].unique())
    titles = {category.id: str(category.title) for category in barometer.categories}
    figure, panels = pyplot.subplots(1, len(CATEGORIES), figsize=(13, 5), sharey=True)
    for panel, category in zip(panels, CATEGORIES, strict=True):
        rows = table[(table["category"] == category) & table["criterion"].isin(NETWORKS)]
        for place, wave in enumerate(waves):
            rows_of_wave = rows[rows["wave"] == wave].set_index("criterion").reindex(NETWORKS)
            heights = [number + 0.4 * (place - 0.5) for number in range(len(NETWORKS))]
            panel.barh(heights, rows_of_wave["share_percent"], 0.38, label=wave,
                       color=("#9ecae1", "#08519c")[place % 2])  # fmt: skip
        change = changes[changes["category"] == category].set_index("criterion")
        for number, network in enumerate(NETWORKS):
            if network in change.index:
                row = change.loc[network]
                label = f"{row['change_points']:+.0f} [{row['low']:+.0f}; {row['high']:+.0f}]"
                panel.text(
                    138, number, label.replace("-", "\u2212"), ha="right", va="center", fontsize=8
                )
        reads = rows.groupby("wave")["known"].max()
        read = ", ".join(f"{n:.0f}" for n in reads)
        panel.set_title(f"{titles[category]}\nread: {read}", fontsize=10)
        panel.set_yticks(range(len(NETWORKS)), [str(MEASURED[n]) for n in NETWORKS])
        panel.set_xlim(0, 140)
        panel.set_xticks(range(0, 101, 20))
        panel.invert_yaxis()
        panel.set_xlabel("% of the sites that were read")
    panels[0].legend(loc="lower center", fontsize=8)
    figure.suptitle("Made-up sites: accounts by network, category and wave; change in points "
                    "with its 95 % interval", fontsize=11)  # fmt: skip
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    draw(barometer_of([Path(name) for name in sys.argv[1:-1]]), Path(sys.argv[-1]))
