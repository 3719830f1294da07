"""Populations and areas from a source that replace those of the territories."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from zoneblanche.geo.country import Part
from zoneblanche.geo.errors import first_of
from zoneblanche.geo.messages import Notices, _, titled
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables.account import Account
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Inputs
from zoneblanche.layers.publishers.connector import Connector, connector_named


def with_given_facts(
    territories: Territories, inputs: Inputs, ids: Iterable[str], *, notices: Notices
) -> tuple[Territories, dict[str, Account]]:
    """Return the territories with the facts of the given sources: density and everything weighted
    by people uses them.

    A territory that a source does not have keeps its facts, and a notice counts those.

    Args:
        inputs: tables on the codes of the territories; the territories that these were selected
            from, if any, get the facts too.
        ids: the names of the inputs to take facts from.
        notices: takes the number of territories that keep a fact.

    Returns:
        The territories, and the account of each input, by its id.
    """
    if territories.part_of is not None:
        whole = with_given_facts(territories.part_of, inputs, ids, notices=Notices())[0]
        territories = replace(territories, part_of=whole)
    sources: dict[str, Connector] = {}
    for name in ids:
        connector = connector_named(name)
        if connector.facts and connector.level == territories.level:
            sources.setdefault(connector.input, connector)
    accounts: dict[str, Account] = {}
    for name, connector in sources.items():
        joined = join_table(territories, inputs[name])
        accounts[name] = joined.account
        for fact, column in connector.facts.items():
            present = joined.reasons_of(column) == Reason.PRESENT
            facts = territories.facts.copy()
            facts[fact] = joined.frame[column].where(present, facts[fact])
            kept = present.index[~present]
            territories = replace(
                territories,
                facts=facts,
                sources=_sources(territories, inputs[name].source, whole=not len(kept)),
            )
            if len(kept):
                notices.warn(_kept_notice(connector, fact, list(map(str, kept))))
    return territories, accounts


def older_people(territories: Territories) -> list[tuple[Part, str, np.ndarray]]:
    """Return the parts of the country whose populations are of an earlier census than those of the
    rest in the publication that the territories have them from.

    Returns:
        Of each part with territories: itself, the year of its census, and the mask of these
        territories. Nothing at levels whose codes do not say the part.
    """
    country = territories.country
    if country is None or territories.level != country.base.id:
        return []
    titles = {source.title for source in territories.sources}
    years = {
        part.id: year
        for part in country.parts
        for title, year in part.people.items()
        if title in titles
    }
    if not years:
        return []
    ids = territories.parts_by_code
    older = [(part, years[part.id], ids == part.id) for part in country.parts if part.id in years]
    return [(part, year, inside) for part, year, inside in older if inside.any()]


def say_older_people(territories: Territories, *, notices: Notices) -> None:
    """Say which parts have the people of an earlier census."""
    for part, year, _mask in older_people(territories):
        notices.remark(
            _(
                "{part}: the populations are those of the census of {year}, older than those of "
                "the rest; densities and means by inhabitant rest on them.",
                part=titled(part.title),
                year=year,
            )
        )


def _sources(territories: Territories, new: Source, *, whole: bool) -> tuple[Source, ...]:
    """Return the sources with the new one; an older release of the same publication stays only if
    some of its figures do."""
    family = new.title.rstrip("0123456789 ")
    kept = [
        source
        for source in territories.sources
        if not (
            whole
            and source.producer == new.producer
            and source.title.rstrip("0123456789 ") == family
        )
    ]
    return (*kept, new)


def _kept_notice(connector: Connector, fact: str, codes: list[str]) -> str:
    slots = {"count": len(codes), "source": connector.input, "codes": first_of(codes)}
    if fact == "population":
        return _(
            "{count} territories keep the population that they had: {source} has none for them "
            "({codes}).",
            **slots,
        )
    return _(
        "{count} territories keep the area that they had: {source} has none for them ({codes}).",
        **slots,
    )
