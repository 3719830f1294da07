"""`plan sites` in words: the question, the answer in sentences, and what it assumes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from zoneblanche.geo.messages import _, join, ngettext, quantity, titled
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.planning.distances import Floats, Places
from zoneblanche.layers.planning.read import Sites, Times
from zoneblanche.layers.planning.sites.goals import (
    NEAR,
    NOISE,
    NOISE_DRAWS,
    REACH,
    Answer,
    Method,
    Problem,
)

NAMED = 8
"""Number of sites that a sentence names."""

BEST = (
    _(
        "Best for coverage: {sites}. That brings {brought} people within {reach}; {beyond} % "
        "remain beyond it, and the mean distance is {mean}."
    ),
    _(
        "Best for the mean distance: {sites}. That makes it {mean}; {beyond} % of the people "
        "remain beyond {reach}."
    ),
)


@dataclass(frozen=True)
class SitesRequest:
    """The question.

    Attributes:
        count: of new sites.
        existing: sites that stay.
        within: codes of the places whose people are counted and where a site may be; () for all.
        candidates: where a site may be; None for every territory.
        least_people: only territories with as many inhabitants are candidates.
        reach: kilometres, or minutes with `times`.
        weight: "population", or the id of an indicator: a share of the population, or a count.
        detour: by which straight lines are multiplied.
        times: travel times, instead of straight lines.
        middles: the populated middle of each territory, EPSG:4326; None for that of its polygon.
        method: see `layers.planning.sites.goals.answer`.
    """

    count: int
    existing: Sites
    within: tuple[str, ...] = ()
    candidates: Sites | None = None
    least_people: float = 0.0
    reach: float = REACH
    weight: str = "population"
    detour: float = 1.0
    times: Times | None = None
    middles: gpd.GeoSeries | None = None
    method: Method = "auto"


@dataclass(frozen=True)
class Candidates:
    """The candidates of a problem: their places, names and territories; and what each costs, NaN
    for what all others cost, or None if no cost was read."""

    places: Places
    names: list[str]
    codes: list[str]
    costs: Floats | None = None

    def label(self, site: int) -> str:
        """Return the name and code of one, or the name alone if it has no territory."""
        name, code = self.names[site], self.codes[site]
        return f"{name} ({code})" if code and code != name else name

    def named(self, chosen: Sequence[int]) -> str:
        """Return the first few in words."""
        words = [self.label(site) for site in chosen[:NAMED]]
        more = len(chosen) - len(words)
        if not more:
            return join(words)
        return ngettext("{names} and {count} more", "{names} and {count} more", more,
                        names=join(words))  # fmt: skip


def sites_sentences(
    answers: Sequence[Answer],
    candidates: Candidates,
    problem: Problem,
    request: SitesRequest,
    unit: str,
) -> Iterator[str]:
    """Yield the answer: today, then each goal with how good it is and its alternatives."""
    reach = _length(request.reach, unit, digits=None)
    now = answers[0].now
    if np.isfinite(now.mean):
        yield _(
            "Now, {beyond} people ({share} %) live beyond {reach} of a site, and the mean distance "
            "is {mean}.",
            beyond=quantity(now.beyond, 0),
            share=quantity(now.beyond_percent, 1),
            reach=reach,
            mean=_length(now.mean, unit),
        )
    else:
        yield _("Now, no site exists: nobody lives within {reach} of one.", reach=reach)
    if now.unserved:
        yield _("{people} people have no site at all.", people=quantity(now.unserved, 0))
    for answer in answers:
        yield from _goal_sentences(answer, candidates, request, unit)
    both = set(answers[0].choice.sites) & set(answers[1].choice.sites)
    yield ngettext(
        "The two goals share {count} site of {all}.",
        "The two goals share {count} sites of {all}.",
        len(both),
        all=quantity(request.count),
    )
    if problem.wide is None:
        yield _("How far other roads would change the choice is not computed for so many pairs.")


def _goal_sentences(
    answer: Answer, candidates: Candidates, request: SitesRequest, unit: str
) -> Iterator[str]:
    choice = answer.choice
    if not choice.sites:
        if answer.goal == "coverage":
            yield _("No candidate brings anybody within {reach}.",
                    reach=_length(request.reach, unit, digits=None))  # fmt: skip
        else:
            yield _("No candidate makes the mean distance shorter.")
        return
    slots = {
        "sites": candidates.named(choice.sites),
        "brought": quantity(answer.then.near - answer.now.near, 0),
        "beyond": quantity(answer.then.beyond_percent, 1),
        "reach": _length(request.reach, unit, digits=None),
        "mean": _length(answer.then.mean, unit),
    }
    if answer.goal == "coverage":
        yield _(BEST[0], **slots)
    else:
        yield _(BEST[1], **slots)
    if len(choice.sites) < request.count:
        yield _("More sites would bring nothing to this goal.")
    yield from _how_good(answer)
    yield from _alternatives(answer, candidates)
    if answer.another is not None:
        site, brought = answer.another
        name = candidates.label(site)
        if answer.goal == "coverage":
            yield _("One more site, in {name}, would bring {people} more people within reach.",
                    name=name, people=quantity(brought, 0))  # fmt: skip
        else:
            shortened = _length(brought / _counted(answer), unit, digits=2)
            yield _("One more site, in {name}, would shorten the mean distance by {length}.",
                    name=name, length=shortened)  # fmt: skip


def _counted(answer: Answer) -> float:
    return answer.then.near + answer.then.beyond - answer.then.unserved


def _how_good(answer: Answer) -> Iterator[str]:
    choice = answer.choice
    if not choice.exact:
        yield _("This is at least {share} % of the best possible (relaxed problem).",
                share=quantity(np.floor(1000 * choice.share) / 10, 1))  # fmt: skip
    less = 1 - answer.next_best / choice.total if choice.total else 0.0
    if not answer.next_is_exact:
        yield _("Exchanging one site costs at least {share} % of what they bring.",
                share=quantity(100 * max(less, 0.0), 2))  # fmt: skip
    elif less < 1e-9:
        yield _(
            "It is the best possible. Another choice is as good: the figure is the answer, the "
            "sites are an example."
        )
    else:
        yield _("It is the best possible; the next best choice brings {share} % less.",
                share=quantity(100 * less, 2))  # fmt: skip


def _alternatives(answer: Answer, candidates: Candidates) -> Iterator[str]:
    others = list(dict.fromkeys(site for sites in answer.replaceable.values() for site in sites))
    if others:
        yield _(
            "In place of one of them, for at most {share} % less: {sites}.",
            share=quantity(100 * NEAR),
            sites=candidates.named(others),
        )
    else:
        yield _("No other site could take the place of one of them for at most {share} % less.",
                share=quantity(100 * NEAR))  # fmt: skip
    kept = answer.table["kept_percent"]
    if kept.notna().all():
        yield _(
            "If roads differ by {noise} % from these distances, {share} % of the sites stay in the "
            "choice ({draws} draws).",
            noise=quantity(100 * NOISE),
            share=quantity(kept.mean(), 0),
            draws=quantity(NOISE_DRAWS),
        )


def _length(value: float, unit: str, digits: int | None = 2) -> str:
    if unit == "km":
        return _("{length} km", length=quantity(value, digits))
    return _("{length} minutes", length=quantity(value, digits))


def sites_assumptions(
    part: Atlas, request: SitesRequest, candidates: Candidates, missing: int
) -> Iterator[str]:
    """Yield what the answer rests on; `missing` territories have no figure of the people."""
    if request.times is not None:
        yield _("Travel times are those of {file}; a pair that it does not have is no way.",
                file=request.times.file)  # fmt: skip
        yield _(
            "A time inside a territory that the file does not have is its inner distance, 0.38 "
            "times the square root of its area, at the median speed of the file."
        )
    else:
        if request.detour == 1.0:
            yield _("Distances are straight lines on the Earth, not roads.")
        else:
            yield _("Distances are straight lines on the Earth times {detour}, not roads.",
                    detour=quantity(request.detour))  # fmt: skip
        yield _(
            "A site in a territory serves it at the mean distance of its points from its middle: "
            "0.38 times the square root of its area."
        )
    if request.middles is None:
        yield _("People are counted in the middle of the polygon of their territory.")
    else:
        yield _("People are counted in the populated middle of their territory.")
    yield request.existing.description
    yield _("Sites serve only their own part of the country.")
    yield _people_counted(part, request.weight)
    if missing:
        yield ngettext(
            "{count} territory without a figure counts as empty.",
            "{count} territories without a figure count as empty.",
            missing,
        )
    yield ngettext(
        "{count} candidate.", "{count} candidates.", len(candidates.codes)
    )  # fmt: skip
    yield _("Reach is not use: that people live near a site does not mean that they go there.")
    yield _("What a site costs is not counted.")


def _people_counted(part: Atlas, weight: str) -> str:
    if weight == "population":
        # The source of the populations is one of those of the territories, known by its title.
        titles = [
            source.title for source in part.territories.sources if "opulation" in source.title
        ]
        vintage = part.territories.vintage or _("an unknown date")
        return _("People: {source}.", source=titles[0] if titles else vintage)
    indicator = part.indicator(weight)
    return _("People: {title}, {period}.", title=titled(indicator.title),
             period=indicator.period or _("an unknown date"))  # fmt: skip
