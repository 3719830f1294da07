"""`plan budget --site-cost` in words: the answer in sentences, and what it assumes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from zoneblanche.geo.errors import first_of
from zoneblanche.geo.messages import _, join, ngettext, quantity, titled
from zoneblanche.layers.planning.budget.joint import JointAnswer
from zoneblanche.layers.planning.budget.offers import Joint
from zoneblanche.layers.planning.budget.people import unknown_people
from zoneblanche.layers.planning.budget.request import FIGURE
from zoneblanche.layers.planning.budget.site_offers import figures_now
from zoneblanche.layers.planning.lift.plan_lift import lift_assumptions

NAMED = 8
"""Number of territories that a sentence names."""


def joint_sentences(answer: JointAnswer) -> Iterator[str]:
    """Yield what the budget buys, how good that is, and what it does for the neighbours."""
    bought, sites = answer.joint.bought, answer.joint.sites
    yield _bought(answer)
    if not bought.chosen.any() and answer.possible.any():
        if answer.least_cost > (answer.request.euros or 0.0):
            yield _(
                "The least budget that lifts a territory is {cost} euros.",
                cost=quantity(answer.least_cost, 0),
            )
        else:
            yield _("No territory that the budget can lift has a known inhabitant.")
    if sites:
        yield _("New sites: {sites}.", sites=answer.candidates.named(sites))
        free = answer.lifted.cost.to_numpy() == 0
        yield _(
            "Lifted by a site alone: {alone}; by a site and changes: {both}; by changes alone: "
            "{changes}.",
            alone=quantity(int((answer.by_site & free).sum())),
            both=quantity(int((answer.by_site & ~free).sum())),
            changes=quantity(int((bought.chosen & ~answer.by_site).sum())),
        )
    yield from _how_good(answer)
    if sites:
        yield from _neighbours(answer)
    cannot = int((~answer.possible).sum())
    if cannot:
        yield ngettext(
            "{count} territory cannot be lifted by any site and what is bought.",
            "{count} territories cannot be lifted by any site and what is bought.",
            cannot,
        )
    atlas = answer.index.atlas
    named = [
        atlas.territories.label(code)
        for code in atlas.codes[answer.concerned[bought.chosen]][:NAMED]
    ]
    if named:
        yield _("Among them: {names}.", names=join(named))


def _bought(answer: JointAnswer) -> str:
    bought, sites = answer.joint.bought, answer.joint.sites
    count, opening = int(bought.chosen.sum()), float(answer.opening[list(sites)].sum())
    slots = {
        "all": quantity(len(answer.concerned)),
        "people": quantity(bought.gain, 0),
        "cost": quantity(bought.cost, 0),
    }
    if not sites:
        return ngettext(
            "The budget opens no site and lifts {count} territory of {all}, with {people} people, "
            "for {cost} euros.",
            "The budget opens no site and lifts {count} territories of {all}, with {people} "
            "people, for {cost} euros.",
            count,
            **slots,
        )
    return ngettext(
        "The budget opens {sites} and lifts {count} territory of {all}, with {people} people. It "
        "spends {cost} euros: {opening} for sites and {changes} for changes.",
        "The budget opens {sites} and lifts {count} territories of {all}, with {people} people. It "
        "spends {cost} euros: {opening} for sites and {changes} for changes.",
        count,
        sites=ngettext("{count} site", "{count} sites", len(sites)),
        opening=quantity(opening, 0),
        changes=quantity(bought.cost - opening, 0),
        **slots,
    )


def _how_good(answer: JointAnswer) -> Iterator[str]:
    joint, bought = answer.joint, answer.joint.bought
    if bought.exact:
        yield _("No other choice within the budget lifts more people.")
    elif bought.gain:
        yield _(
            "This is at least {share} % of the best possible (relaxed problem).",
            share=quantity(np.floor(1000 * bought.gain / bought.bound) / 10, 1),
        )
    yield from unknown_people(answer.people)
    if joint.next_gain >= bought.gain:
        yield _as_good(joint)
    elif joint.sites and not np.isnan(joint.next_gain):
        yield _(
            "The best choice that has not all of these sites lifts {people} people.",
            people=quantity(joint.next_gain, 0),
        )
    if not joint.sites:
        return
    without = answer.without_sites
    if without is None:
        yield _("Without sites, the budget does not buy the floor of every area.")
    else:
        yield ngettext(
            "Without sites, the budget lifts {count} territory, with {people} people, for {cost} "
            "euros.",
            "Without sites, the budget lifts {count} territories, with {people} people, for {cost} "
            "euros.",
            int(without.chosen.sum()),
            people=quantity(without.gain, 0),
            cost=quantity(without.cost, 0),
        )
        if not without.exact:
            yield _(
                "Without sites, no choice within the budget lifts more than {people} people.",
                people=quantity(np.floor(without.bound + 1e-6), 0),
            )


def _as_good(joint: Joint) -> str:
    """Return with which sites as many people are lifted as with those of a choice."""
    if not set(joint.next_sites) <= set(joint.sites):
        return _(
            "Other sites lift as many people: the figure is the answer, the sites are an example."
        )
    if joint.next_sites:
        return _(
            "As many people can be lifted with fewer of these sites, for {cost} euros.",
            cost=quantity(joint.next_cost, 0),
        )
    return _(
        "As many people can be lifted without these sites, for {cost} euros.",
        cost=quantity(joint.next_cost, 0),
    )


def _neighbours(answer: JointAnswer) -> Iterator[str]:
    everybody, served = answer.everybody, answer.nearest >= 0
    now = figures_now(answer.index, answer.lever.figure)
    people = float(np.nansum(everybody[served]))
    if not people:
        return
    nearer = float(np.nansum(everybody[served] * (now - answer.then)[served])) / people
    yield ngettext(
        "The sites bring {count} territory nearer to a site, lifted or not: {people} people, by "
        "{length} km on average.",
        "The sites bring {count} territories nearer to a site, lifted or not: {people} people, by "
        "{length} km on average.",
        int(served.sum()),
        people=quantity(people, 0),
        length=quantity(nearer, 1),
    )
    unknown = int(np.isnan(everybody[served]).sum())
    if unknown:
        yield ngettext(
            "The population of {count} territory that they bring nearer is not known and not "
            "counted.",
            "The population of {count} territories that they bring nearer is not known and not "
            "counted.",
            unknown,
        )
    points = np.nan_to_num(everybody * answer.points)
    if not points.any():
        return
    chosen = np.zeros(len(points), dtype=bool)
    chosen[answer.concerned[answer.joint.bought.chosen]] = True
    yield _(
        "Sites and changes improve {index} by {points} people × points, {share} % of them in "
        "territories that are not lifted.",
        index=titled(answer.index.atlas.indicators[answer.index.recipe.id].title),
        points=quantity(float(points.sum()), 0),
        share=quantity(100 * float(points[~chosen].sum()) / float(points.sum()), 0),
    )


def joint_assumptions(answer: JointAnswer) -> Iterator[str]:
    """Yield what the answer rests on."""
    index, lever, request = answer.index, answer.lever, answer.request
    title = titled(index.atlas.indicators[lever.figure].title)
    yield _(
        "The budget is {budget} euros, for sites at {cost} each and for changes.",
        budget=quantity(request.euros or 0.0),
        cost=quantity(lever.cost),
    )
    own = answer.candidates.costs
    priced = 0 if own is None else int((~np.isnan(own)).sum())
    if priced:
        yield ngettext(
            "{count} candidate has a cost of its own in the file.",
            "{count} candidates have a cost of their own in the file.",
            priced,
        )
    elif own is None and lever.candidates is not None and lever.candidates.unread:
        yield _(
            "The file of candidates has no column `cost`, so each site costs {cost} euros. Columns "
            "that are not read: {names}.",
            cost=quantity(lever.cost),
            names=first_of(lever.candidates.unread),
        )
    yield _(
        "Of choices that lift as many people, one that costs least is taken, and then sites whose "
        "exchange brings no more people × points."
    )
    yield _(
        "A new site changes {title}, and nothing else: in straight lines on the Earth, not roads.",
        title=title,
    )
    if lever.middles is None:
        yield _("Distances begin in the middle of the polygon of each territory.")
    else:
        yield _("Distances begin at the mean position of the inhabitants of each territory.")
    if lever.figure == FIGURE:
        yield _(
            "A site in a territory serves it at the mean distance of its points from its middle, "
            "at most at 1.5 km."
        )
    else:
        yield _(
            "A site in a territory serves it at the mean distance of its points from its middle: "
            "0.38 times the square root of its area."
        )
    if lever.reach is not None:
        yield _("A site farther away than {reach} km changes nothing.", reach=quantity(lever.reach))
    yield _("Sites serve only their own part of the country.")
    unknown = int(np.isnan(figures_now(index, lever.figure)[answer.concerned]).sum())
    if unknown:
        yield ngettext(
            "{count} territory has no known distance, and no site changes it.",
            "{count} territories have no known distance, and no site changes it.",
            unknown,
        )
    yield ngettext("{count} candidate.", "{count} candidates.", len(answer.candidates.codes))
    if request.floor_level is not None and request.floor:
        yield _(
            "Each area ({level}) gets at least {count}, or all that can be lifted in it.",
            level=request.floor_level,
            count=quantity(request.floor),
        )
    yield from lift_assumptions(index, request.lift, answer.alone)
    yield _("Reach is not use: that people live near a site does not mean that they go there.")
