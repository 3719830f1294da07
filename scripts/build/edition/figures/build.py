"""Writing what an edition has from publishers' files: `figures.parquet`, hosts, former names, and
`figures.json`, which describes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.source import sha256_of
from zoneblanche.geo.tables.account import Account
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.edition import (
    FORMER_NAMES,
    HOSTS,
    edition_territories,
    other_inputs,
)
from zoneblanche.layers.edition.figures import DESCRIPTION, FIGURES
from zoneblanche.layers.inputs.join import account_of
from zoneblanche.scripts.build.edition.communes.former_names import write_former_names
from zoneblanche.scripts.build.edition.figures.pack import pack_tables, write_figures
from zoneblanche.scripts.build.edition.figures.tables import EVENTS, FigureTable, figure_tables
from zoneblanche.scripts.build.edition.hosts import write_hosts
from zoneblanche.scripts.build.edition.packages import one_file
from zoneblanche.scripts.build.edition.storage import write_json

MOST_BYTES = 950_000
"""Maximum size of the files from publishers' files in the package."""


def build_figures(country_code: str, *, files: Path, out: Path) -> dict[str, FigureTable]:
    """Read the publishers' files below a folder and write the figures of an edition, the hosts of
    its containing authorities, and the former names of its territories.

    The same files give the same bytes.

    Args:
        country_code: of the edition, whose territories have been built.
        files: folder of the publishers' files.
        out: folder of the edition.

    Raises:
        InputError: a file is missing or not as its publisher makes it, or the figures are too
            large.
    """
    country = read_country(country_code)
    territories = edition_territories(country)
    tables = figure_tables(files, territories)
    packed, columns = pack_tables(
        {name: (figures.table, figures.columns) for name, figures in tables.items()},
        territories,
        other_inputs(country),
    )
    write_figures(packed, out / FIGURES)
    write_hosts(files, territories, out / HOSTS)
    names = write_former_names(one_file(files, EVENTS), territories, out / FORMER_NAMES)
    written = (FIGURES, HOSTS, FORMER_NAMES)
    size = sum((out / name).stat().st_size for name in written)
    if size > MOST_BYTES:
        others = f"{HOSTS} and {FORMER_NAMES}"
        message = f"has, with {others}, {size:,} bytes; the package has room for {MOST_BYTES:,}."
        raise InputError(Fault(message, file=str(out / FIGURES), kind="figures"))
    described = {
        name: _described(figures, territories) | {"columns": columns[name]}
        for name, figures in tables.items()
    }
    hashes = {name: sha256_of(out / name) for name in written}
    content = {"sha256": hashes, "tables": described, "former_names": names}
    write_json(content, out / DESCRIPTION)
    return tables


def _described(figures: FigureTable, territories: Territories) -> dict[str, Any]:
    table = figures.table
    account = table.account or account_of(table, territories.codes, everywhere=territories.codes)
    return {
        "definition": figures.definition,
        "level": table.level,
        "period": table.period,
        "codes": table.vintage,
        "source": table.source.as_dict(),
        "rows": _counted(account),
    }


def _counted(account: Account) -> dict[str, Any]:
    """What became of the rows of the file: how many are matched, carried from former codes, and not
    those of a territory."""
    return {
        "read": account.rows,
        "matched": account.matched,
        "carried": len(account.carried),
        "not_matched": {row.code: str(row.reason) for row in account.listed},
    }
