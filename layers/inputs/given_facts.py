"""Populations and areas that a source gives in place of those that came with the territories."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from zoneblanche.geo.errors import first_of
from zoneblanche.geo.notice import Notice
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables.account import Account
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Inputs
from zoneblanche.layers.publishers.connector import Connector, connector_named

_WORDS = {
    "population": ("population", "leur population"),
    "area_km2": ("area", "leur superficie"),
}


def with_given_facts(
    territories: Territories, inputs: Inputs, given: Iterable[str]
) -> tuple[Territories, dict[str, Account], tuple[Notice, ...]]:
    """The territories with the facts that the given sources are of: density and whatever is
    weighted by people follow.

    A territory of which a source says nothing keeps what it had, and a notice counts those.

    Args:
        inputs: tables on the codes of the territories; those that these were chosen from, if
            they were, get the facts too.
        given: ids of the sources.

    Returns:
        The territories, the account of each input, by its id, and what there is to say.
    """
    if territories.part_of is not None:
        whole, _, _ = with_given_facts(territories.part_of, inputs, given)
        territories = replace(territories, part_of=whole)
    sources: dict[str, Connector] = {}
    for name in given:
        connector = connector_named(name)
        if connector.facts and connector.level == territories.level:
            sources.setdefault(connector.input, connector)
    accounts: dict[str, Account] = {}
    notices: list[Notice] = []
    for name, connector in sources.items():
        joined = join_table(territories, inputs[name])
        accounts[name] = joined.account
        for fact, column in connector.facts.items():
            known = joined.reasons_of(column) == Reason.PRESENT
            facts = territories.facts.copy()
            facts[fact] = joined.frame[column].where(known, facts[fact])
            kept = known.index[~known]
            territories = replace(
                territories,
                facts=facts,
                sources=_sources(territories, inputs[name].source, whole=not len(kept)),
            )
            if len(kept):
                notices.append(_kept(connector, fact, list(map(str, kept))))
    return territories, accounts, tuple(notices)


def _sources(territories: Territories, new: Source, *, whole: bool) -> tuple[Source, ...]:
    """The sources with the new one; an older state of the same publication stays only where some
    of its figures do."""
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


def _kept(connector: Connector, fact: str, codes: list[str]) -> Notice:
    english, french = _WORDS[fact]
    return Notice(
        f"{len(codes)} territories keep the {english} that they had: {connector.input} has none "
        f"for them ({first_of(codes)}).",
        fr=f"{len(codes)} territoires gardent {french} d'avant\u00a0: {connector.input} n'en donne "
        f"aucune pour eux ({first_of(codes)}).",
    )
