"""Polygons that replace the embedded ones: a publisher's, and what the edition knows of their
codes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from zoneblanche.geo.country import Country
from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.files.kinds import check_there
from zoneblanche.geo.messages import Notices, _, remark
from zoneblanche.geo.source import Source, sha256_of
from zoneblanche.geo.tables.account import Account
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vectors.read import read_territories
from zoneblanche.geo.vintages.arrondissements import WHOLE, country_of
from zoneblanche.geo.vintages.former_names import EARLIER_NAMES, MERGED_NAMES
from zoneblanche.layers.edition import edition_territories
from zoneblanche.layers.project.read import Project
from zoneblanche.layers.publishers.connector import Connector, connector_named, record_next_to
from zoneblanche.layers.publishers.geography import COMMUNE_LAYOUTS, commune_columns

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


def boundaries_of(country: Country | None, sources: Iterable[str]) -> Connector | None:
    """Return the source, of those given, whose polygons replace those of the country's edition."""
    if country is None or country.edition is None:
        return None
    connectors = (connector_named(name) for name in sources)
    return next(
        (
            connector
            for connector in connectors
            if connector.aids == "boundaries" and connector.country == country.code
        ),
        None,
    )


def given_boundaries(project: Project, country: Country, *, notices: Notices) -> Territories:
    """Return the country's communes from the given file: polygons, names, people, year. Their
    containing territories are those of the edition for known codes, else those of the file.

    Raises:
        InputError: another layout than the publisher's, arrondissements that are requested and not
            in it, and everything that `read_territories` refuses.
    """
    connector = boundaries_of(country, project.sources)
    assert connector is not None
    path = project.sources[connector.id]
    columns = _columns(connector, path)
    if project.table.arrondissements == "separate":
        raise InputError(
            Fault(
                _(
                    "{connector} has Paris, Lyon and Marseille as whole communes.",
                    connector=connector.id,
                ),
                file=project.file,
                column="arrondissements",
                remedy=_("Leave out the arrondissements, or the source."),
                kind="no-arrondissements",
            )
        )
    above = [level.id for level in country.levels if level.id in columns]
    read = read_territories(
        path,
        code=columns["code"],
        name=columns["name"],
        level=country.base.id,
        country=country,
        population=columns.get("population"),
        parents={level: columns[level] for level in above},
        limits=project.limits,
    )
    source = replace(connector.source, sha256=sha256_of(path), **record_next_to(path))
    notices.extend(read.notices)
    year = _year(connector, path, source, notices=notices)
    bare = replace(
        read.territories,
        parents=read.territories.parents.iloc[:, :0],
        sources=(replace(source, published=f"{year}-01-01"),),
        vintage=year,
    )
    embedded = edition_territories(country)
    # That containing territories are the edition's goes without saying here.
    territories = completed(bare, country, notices=Notices())
    territories = replace(
        territories,
        parents=_parents(territories, read.territories.parents, country),
        sources=_sources(territories, with_people="population" in columns),
    )
    _say_differences(connector, territories, embedded, notices=notices)
    return territories


def boundaries_account(
    project: Project, country: Country | None, chosen: Territories
) -> dict[str, Account]:
    """Return the account of the given boundaries, by their id: every row is a territory, selected
    or not; empty if none are used."""
    connector = boundaries_of(country, project.sources)
    if connector is None or project.table.territories is not None:
        return {}
    rows = len(chosen.whole)
    return {connector.id: Account(rows, len(chosen), outside=rows - len(chosen))}


def say_unused_boundaries(project: Project, country: Country | None, *, notices: Notices) -> None:
    """Say which given boundaries are not those of the run."""
    used = None if project.table.territories else boundaries_of(country, project.sources)
    for name in project.sources:
        if connector_named(name).aids == "boundaries" and (used is None or used.id != name):
            notices.warn(
                _("The boundaries of {name} are not used: the territories are others.", name=name)
            )


def completed(territories: Territories, country: Country, *, notices: Notices) -> Territories:
    """Return a user's polygons with what the country's edition knows of their codes and the file
    does not have: containing territories, population."""
    parents, facts = territories.parents, territories.facts
    if country.edition is None or territories.level != country.base.id:
        whole = parents.assign(**{country.levels[-1].id: country.code.upper()})
        return replace(territories, parents=whole)
    has_parts = any(code in WHOLE for code in territories.codes)
    embedded = edition_territories(country, arrondissements="separate" if has_parts else "whole")
    already_known = territories.codes.isin(embedded.codes)
    added = [name for name in map(str, embedded.parents) if name not in parents]
    parents = pd.concat([parents, embedded.parents[added].reindex(territories.codes)], axis=1)
    parents = parents.astype("object").where(parents.notna(), None)
    filled = [name for name in ("population",) if facts[name].isna().all()]
    facts = facts.assign(
        **{name: embedded.facts[name].reindex(territories.codes) for name in filled}
    )
    sentences = _(
        "{value} of the territories are those of the embedded edition of "
        "{vintage}; {value_2} of {count} codes are not in it.",
        value=", ".join([*added, *filled]),
        vintage=embedded.vintage,
        value_2=int((~already_known).sum()),
        count=len(territories),
    )
    notices.warn(sentences if (~already_known).any() else remark(sentences))
    return replace(
        territories,
        parents=parents,
        facts=facts,
        parent_names=embedded.parent_names,
        country=country_of(country, territories.codes),
        extra=_texts_of(embedded, territories),
        # The first source of the edition is that of its polygons, which are not used here.
        sources=(*territories.sources, *embedded.sources[1:]),
    )


def _texts_of(embedded: Territories, territories: Territories) -> pd.DataFrame | None:
    """Return the texts of the edition on the codes of a user's polygons. Names that ended later
    than these are from are not former ones."""
    if embedded.extra is None:
        return None
    texts = embedded.extra.reindex(territories.codes)
    if territories.vintage[:4] in ("", embedded.vintage):
        return texts
    return texts.drop(columns=[MERGED_NAMES, EARLIER_NAMES], errors="ignore")


def _columns(connector: Connector, path: Path) -> dict[str, str]:
    check_there(path)
    columns = commune_columns(path)
    if columns is None:
        names = " or ".join(f"{layout['code']} and {layout['name']}" for layout in COMMUNE_LAYOUTS)
        raise InputError(
            Fault(
                _(
                    "the file is not in the layout of {connector}: GeoParquet with {names}.",
                    connector=connector.id,
                    names=names,
                ),
                file=str(path),
                remedy=_(
                    "Give the publisher's commune.parquet, or other polygons as "
                    "[territories] of a project file."
                ),
                kind="layout",
            )
        )
    return dict(columns)


def _year(connector: Connector, path: Path, source: Source, *, notices: Notices) -> str:
    """Return the year of the codes: from the name of the file or the address it was fetched from;
    else that of the publication, with a notice."""
    address = source.url if source.url != connector.source.url else ""
    years = _YEAR.findall(path.name) or _YEAR.findall(address)
    if years:
        return years[-1]
    year = connector.source.published[:4]
    notices.remark(
        _(
            "{connector}: nothing in the file says the year of its codes; they are "
            "taken for those of {year}. A year in its name does "
            "(commune_2024.parquet).",
            connector=connector.id,
            year=year,
        )
    )
    return year


def _parents(territories: Territories, filed: pd.DataFrame, country: Country) -> pd.DataFrame:
    """Return what contains each territory: from the edition, else from the file if the edition
    knows the place. Of several EPCI in a cell, the first known one counts."""
    parents = territories.parents.copy()
    for level in map(str, filed):
        places = territories.parent_names.get(level, {})
        for code in parents.index[parents[level].isna()]:
            cell = filed.loc[code, level]
            named = cell.split("/") if isinstance(cell, str) else []
            parents.loc[code, level] = next((place for place in named if place in places), None)
    parents[country.levels[-1].id] = country.code.upper()
    return parents


def _sources(territories: Territories, *, with_people: bool) -> tuple[Source, ...]:
    """Return the sources, without the edition's populations if the file has its own."""
    return tuple(
        source
        for source in territories.sources
        if not (with_people and source.title.startswith("Populations légales"))
    )


def _say_differences(
    connector: Connector, territories: Territories, embedded: Territories, *, notices: Notices
) -> None:
    """Say which codes the file and the edition do not both have."""
    new = territories.codes.difference(embedded.codes)
    absent = embedded.codes.difference(territories.codes)
    year, edition = territories.vintage, embedded.vintage
    if len(new):
        notices.warn(
            _(
                "{connector}: codes of {year} that the embedded edition of {edition} "
                "does not know: {count} of {count_2} ({new}); what contains them is "
                "what the file says.",
                connector=connector.id,
                year=year,
                edition=edition,
                count=len(new),
                count_2=len(territories),
                new=first_of(new),
            )
        )
    if len(absent):
        notices.warn(
            _(
                "{connector}: codes of the embedded edition of {edition} that are not "
                "in the file, and no territories here: {count} ({absent}).",
                connector=connector.id,
                edition=edition,
                count=len(absent),
                absent=first_of(absent),
            )
        )
