"""Overture Maps, places: accounts on social networks of town halls, of any country.

Layout: the theme's GeoParquet (schema of `places/place`): `geometry` (a point, WGS 84), `taxonomy`
(`primary`, `hierarchy`, `alternates`), `socials`, `confidence`, `operating_status`, and others that
are not read. Releases before 2026 have `categories` (`primary`, `alternate`) instead of `taxonomy`;
those until September 2026 have both. A town hall lies in the territory that contains its point.
What a place does not list is not known: the file says yes, and never no.

Source: https://docs.overturemaps.org/schema/reference/places/place/ and the release notes of
2026-08-19, which announce the end of `categories`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.kinds import check_file
from zoneblanche.geo.files.limits import DEFAULT_LIMITS
from zoneblanche.geo.files.parquet import open_parquet
from zoneblanche.geo.messages import _
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables.account import Account
from zoneblanche.geo.tables.raw import lacks_columns
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vectors.formats.wkb import shapes_of_wkb
from zoneblanche.layers.layer import Table
from zoneblanche.layers.probing.pages.accounts import NETWORKS, account_of
from zoneblanche.layers.publishers.connector import Connector

SOURCE = Source(
    producer="Overture Maps Foundation",
    title="Overture Maps, places",
    url="https://docs.overturemaps.org/guides/places/",
    licence="CDLA-Permissive-2.0",
)
CATEGORIES = ("town_hall",)
"""Primary categories of the places that are an authority's seat, the same in both vocabularies
(`docs/guides/places/csv/2026-03-04-categories-hierarchies.csv` of OvertureMaps/docs)."""

KINDS = ("taxonomy", "categories")
"""Columns whose `primary` is the category of a place: today's, and the one that it replaced."""

CLOSED = "permanently_closed"
"""Operating status of a place that is no more."""

LEAST_CONFIDENCE = 0.4
"""Below it a place more often is not there than it is."""

_NEEDED = ("geometry", "socials", "confidence")
_BATCH = 65_536


@dataclass(frozen=True)
class TownHall:
    """A place: its point and the accounts that it lists."""

    longitude: float
    latitude: float
    accounts: frozenset[tuple[str, str]]


def read_town_halls(path: Path) -> tuple[list[TownHall], int]:
    """The town halls of a file of places, and how many places it has in all.

    Raises:
        InputError: no GeoParquet of that schema.
    """
    check_file(path, most_bytes=DEFAULT_LIMITS.table_bytes)
    with open_parquet(path, limits=DEFAULT_LIMITS, what=_("Parquet file")) as source:
        names = source.schema.names
        absent = [name for name in _NEEDED if name not in names]
        kinds = [name for name in KINDS if name in names]
        if not kinds:
            absent.append(KINDS[0])
        if absent:
            raise lacks_columns(
                path,
                ", ".join(map(repr, absent)),
                remedy=_("Give the theme `places`, type `place`, as Overture publishes it."),
            )
        status = ["operating_status"] if "operating_status" in names else []
        columns = (*_NEEDED, *kinds, *status)
        table = source.read(columns, most_bytes=DEFAULT_LIMITS.archive_bytes)
        town_halls: list[TownHall] = []
        for batch in table.to_batches(max_chunksize=_BATCH):
            town_halls += _of_batch(batch, kinds)
        return town_halls, source.rows


def _of_batch(batch: Any, kinds: Iterable[str]) -> Iterator[TownHall]:
    rows = list(_chosen(batch, kinds))
    points = shapes_of_wkb([row["geometry"] for row in rows], {})
    for row, point in zip(rows, points, strict=True):
        if not isinstance(point, shapely.Point) or point.is_empty:
            continue
        yield TownHall(point.x, point.y, _accounts(row["socials"] or ()))


def _chosen(batch: Any, kinds: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The rows of a batch that are open town halls; only these are made Python of.

    Args:
        batch: of the columns that are read.
        kinds: the columns of the category, of `KINDS`; one that says town hall is enough.
    """
    import pyarrow.compute as pc

    keep = None
    for kind in kinds:
        named = _is_town_hall(pc.struct_field(batch.column(kind), "primary"))
        keep = named if keep is None else pc.or_(keep, named)
    for row in batch.filter(keep).to_pylist():
        confidence = row["confidence"]
        certain = confidence is None or confidence >= LEAST_CONFIDENCE
        if certain and row.get("operating_status") != CLOSED:
            yield row


def _is_town_hall(primary: Any) -> Any:
    """Whether each category is one of `CATEGORIES`; a place without one is not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(primary.type):
        primary = primary.dictionary_decode()
    return pc.fill_null(pc.is_in(primary, value_set=pa.array(CATEGORIES, primary.type)), False)


def _accounts(links: Iterable[str]) -> frozenset[tuple[str, str]]:
    accounts = (account_of(link if "://" in link else f"https://{link}") for link in links if link)
    return frozenset(
        (account.network, account.handle)
        for account in accounts
        if account and account.kind == "account"
    )


def measure_town_halls(
    path: Path, territories: Territories, sources: Mapping[str, Path] | None = None
) -> Table:
    """The networks on which the town halls of each territory have an account.

    Returns:
        One row a territory with a town hall in the file: each network 1, or missing (*not
        published*); the same for `networks_any`.

    Raises:
        InputError: no such file, or no town hall in any of the territories.
    """
    halls, rows = read_town_halls(path)
    points = gpd.GeoSeries(
        gpd.points_from_xy([hall.longitude for hall in halls], [hall.latitude for hall in halls]),
        crs="EPSG:4326",
    )
    # Here, not above: every run reads this module, and few locate points.
    from zoneblanche.layers.measuring.nearby import located_in

    codes = located_in(territories, points) if len(halls) else pd.Series(dtype="object")
    networks: defaultdict[str, set[str]] = defaultdict(set)
    for code, hall in zip(codes, halls, strict=True):
        if isinstance(code, str):
            networks[code] |= {network for network, _ in hall.accounts}
    if not networks:
        raise InputError(
            Fault(
                _("has no town hall in any of the territories."),
                file=str(path),
                remedy=_("Download the places of this country."),
                kind="no-records",
            )
        )
    index = pd.Index(sorted(networks), name="code")
    frame = pd.DataFrame(
        {name: [1.0 if name in networks[code] else np.nan for code in index] for name in NETWORKS},
        index=index,
    )
    frame["networks_any"] = frame[list(NETWORKS)].max(axis=1)
    reasons = pd.DataFrame(
        np.where(frame.isna(), int(Reason.NOT_PUBLISHED), int(Reason.PRESENT)).astype("int8"),
        index=index,
        columns=frame.columns,
    )
    return Table(
        frame=frame,
        level=territories.level,
        source=SOURCE,
        reasons=reasons,
        account=Account(
            rows=rows,
            matched=int(codes.notna().sum()),
            counted={
                "of another category, closed, or hardly certain": rows - len(halls),
                "in none of the territories": int(codes.isna().sum()),
            },
        ),
    )


CONNECTORS = (
    Connector(
        id="overture-places",
        title={"fr": "Overture Maps, mairies", "en": "Overture Maps, town halls"},
        source=SOURCE,
        level="",
        on=measure_town_halls,
        columns=dict.fromkeys(NETWORKS, _("1 where a town hall's place lists an account")),
        named=r".*overture.*place.*\.(geo)?parquet",
    ),
)
