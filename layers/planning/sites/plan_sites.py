"""`plan sites`: the question, from an atlas and files to an answer in sentences and columns."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.messages import _, join, quantity
from zoneblanche.geo.points.distance import centres_of
from zoneblanche.geo.source import union_of
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.measuring.nearby import parts_of
from zoneblanche.layers.planning.distances import (
    Pairs,
    inner_distance,
    kilometres_between,
    places_of,
)
from zoneblanche.layers.planning.plan import Plan, outcome_indicator
from zoneblanche.layers.planning.read import Sites
from zoneblanche.layers.planning.sites.goals import (
    GOALS,
    Answer,
    Goal,
    Problem,
    answer,
    check_reached,
    straight_problem,
)
from zoneblanche.layers.planning.sites.sentences import (
    BEST,
    NAMED,
    Candidates,
    SitesRequest,
    sites_assumptions,
    sites_sentences,
)

PROPOSED, NOW = "proposed", "site-distance"
THEN: dict[Goal, str] = {"coverage": "site-distance-coverage", "distance": "site-distance-mean"}
NONE, EXISTING, FOR_COVERAGE, FOR_DISTANCE, FOR_BOTH = range(5)


def plan_sites(atlas: Atlas, request: SitesRequest) -> Plan:
    """Return where the next sites serve most people, for each of the two goals.

    Args:
        atlas: with all territories; existing sites outside `within` serve people inside it.
        request: the question.

    Raises:
        InputError: an unknown place or weight, no candidate, one that nobody reaches, or nothing
            that a new site would bring.
    """
    _check(request)
    whole = atlas.territories
    chosen = np.ones(len(whole), dtype=bool)
    if request.within:
        chosen = np.asarray(whole.codes.isin(whole.within(request.within).codes))
    part = take(atlas, chosen) if not chosen.all() else atlas
    people, missing = people_of(part, request.weight)
    middles = centres_of(whole) if request.middles is None else request.middles
    candidates = site_candidates(
        part, whole, middles, sites=request.candidates, least_people=request.least_people
    )
    problem = _problem(part, request, people, middles, candidates, parts_of(whole))
    if request.candidates is not None and problem.near is not None:
        check_reached(problem, problem.near, candidates.label)
    answers = tuple(answer(problem, goal, request.count, method=request.method) for goal in GOALS)
    if not any(answer.choice.sites for answer in answers):
        raise InputError(
            Fault(
                _("no candidate would bring anybody nearer to a site."),
                remedy=_("Name other candidates."),
                kind="no-gain",
            )
        )
    unit = "km" if request.times is None else "min"
    sentences = tuple(sites_sentences(answers, candidates, problem, request, unit))
    assumptions = tuple(sites_assumptions(part, request, candidates, missing))
    return Plan(
        id="sites",
        title=_("Where the next sites serve most people"),
        sentences=sentences,
        assumptions=assumptions,
        essential=tuple(
            place
            for place, text in enumerate(sentences)
            if not place or getattr(text, "template", "") in BEST
        ),
        table=_table(answers, candidates),
        columns=_columns(unit),
        atlas=_with_columns(
            part, answers, candidates, problem, request, unit, join(assumptions, " ")
        ),
        show=PROPOSED,
        words={"coverage": _("coverage"), "distance": _("mean distance")},
        digits={"distance_alone": 0, "distance_in_order": 0, "kept_percent": 0},
    )


def _check(request: SitesRequest) -> None:
    faults = [
        Fault(_("{option} {value} is not above zero.", option=option, value=f"{value:g}"),
              kind="option")
        for option, value in (("--add", request.count), ("--reach", request.reach),
                              ("--detour", request.detour))
        if not value > 0
    ]  # fmt: skip
    if request.times is not None and request.detour != 1.0:
        faults.append(Fault(_("--detour multiplies straight lines, not travel times."),
                            remedy=_("Leave it out."), kind="option"))  # fmt: skip
    if faults:
        raise InputError(faults)


def people_of(atlas: Atlas, weight: str) -> tuple[np.ndarray, int]:
    """Return how many people of a kind live in each territory, and in how many it is not known.

    Raises:
        InputError: no such indicator, or one that counts no people.
    """
    people = atlas.territories.facts["population"]
    if weight != "population":
        indicator = atlas.indicator(weight)
        if indicator.unit == "percent" and indicator.denominator in ("population", "territories"):
            people = people * atlas.values[weight] / 100
        elif indicator.unit == "count":
            people = atlas.values[weight]
        else:
            raise InputError(
                Fault(
                    _("{weight} is no number of people.", weight=repr(weight)),
                    remedy=_("Give population, a share of the population, or a count."),
                    kind="option",
                )
            )
    figures = people.to_numpy(dtype="float64")
    if not np.nansum(figures) > 0:
        raise InputError(_("nobody is counted in these territories."))
    return np.nan_to_num(figures), int(np.isnan(figures).sum())


def site_candidates(
    part: Atlas,
    whole: Territories,
    middles: gpd.GeoSeries,
    *,
    sites: Sites | None,
    least_people: float = 0.0,
) -> Candidates:
    """Return where a site may be, in the order of codes: the places that are given, or the
    territories of a part with as many inhabitants.

    Raises:
        InputError: no territory has so many.
    """
    parts = parts_of(whole)
    if sites is not None:
        points = sites.points
        codes = points["code"].where(points["code"].notna(), "").astype(str)
        order = np.lexsort((points["name"].astype(str), codes))
        points, codes = points.iloc[order], codes.iloc[order]
        names_by_code = whole.names.to_dict()
        names = [
            str(names_by_code.get(code, name)) if name == code else str(name)
            for name, code in zip(points["name"], codes, strict=True)
        ]
        places = places_of(points.geometry, codes, codes.map(parts).fillna(""))
        costs = points["cost"].to_numpy(dtype="float64") if "cost" in points else None
        return Candidates(places, names, codes.tolist(), costs)
    territories = part.territories
    large = territories.facts["population"].fillna(0) >= least_people
    codes = territories.codes[large.to_numpy()]
    if codes.empty:
        raise InputError(
            Fault(
                _(
                    "no territory has {people} inhabitants, so there is no candidate.",
                    people=quantity(least_people),
                ),
                remedy=_("Lower --min-people."),
                kind="no-candidate",
            )
        )
    places = places_of(middles.reindex(codes), pd.Series(codes, index=codes), parts.reindex(codes))
    return Candidates(places, territories.names[codes].tolist(), codes.tolist())


def _problem(
    part: Atlas,
    request: SitesRequest,
    people: np.ndarray,
    middles: gpd.GeoSeries,
    candidates: Candidates,
    parts: pd.Series,
) -> Problem:
    territories, codes = part.territories, part.codes
    if request.times is not None:
        return _timed(part, request, people, middles, candidates)
    own = pd.Series(codes, index=codes)
    existing = request.existing.points
    # In an order of their own, so that noise does not depend on that of the file.
    order = np.lexsort((existing.geometry.y, existing.geometry.x))
    existing = existing.iloc[order]
    there = existing["code"].map(parts)
    return straight_problem(
        places_of(middles.reindex(codes), own, parts.reindex(codes)),
        people,
        existing=places_of(existing.geometry, existing["code"], there.fillna("")),
        candidates=candidates.places,
        inner_km=inner_distance(territories.facts["area_km2"]),
        reach=request.reach,
        detour=request.detour,
        chosen=request.candidates is not None,
    )


def _timed(
    part: Atlas,
    request: SitesRequest,
    people: np.ndarray,
    middles: gpd.GeoSeries,
    candidates: Candidates,
) -> Problem:
    """Return the problem by travel times. A table without the time inside a territory has its inner
    distance at the median speed of the table."""
    assert request.times is not None
    minutes, codes = request.times.minutes, part.codes
    minutes = minutes[minutes.index.get_level_values("from").isin(codes)]
    start, end = (minutes.index.get_level_values(name) for name in ("from", "to"))
    apart = np.asarray(start != end)
    lengths = kilometres_between(middles.reindex(start), middles.reindex(end))
    fast = apart & (minutes.to_numpy() > 0)
    speed = float(np.median(lengths[fast] / minutes.to_numpy()[fast])) if fast.any() else np.nan
    inner = inner_distance(part.territories.facts["area_km2"]) / speed
    own = pd.MultiIndex.from_arrays([codes, codes], names=["from", "to"])
    own = own[~own.isin(minutes.index)]
    inside = pd.Series(inner, index=codes).reindex(own.get_level_values(0)).set_axis(own)
    every = pd.concat([minutes, inside.dropna()])
    near = _timed_pairs(every, codes, request.existing.points["code"].dropna().tolist())
    pairs = _timed_pairs(every, codes, candidates.codes)
    now = near.nearest(len(codes))
    nearer = pairs.take(pairs.distance < now[pairs.territory])
    return Problem(people, near, nearer, len(candidates.codes), request.reach, pairs, pairs)


def _timed_pairs(minutes: pd.Series, codes: pd.Index, sites: Sequence[str]) -> Pairs:
    """Return the pairs of the table whose end has a site; sites by position."""
    table = minutes.rename("minutes").reset_index()
    placed = pd.DataFrame({"to": list(sites), "site": np.arange(len(sites))})
    timed = table.merge(placed, on="to")
    territory = codes.get_indexer(pd.Index(timed["from"]))
    order = np.lexsort((timed["site"], territory))
    return Pairs(
        territory[order].astype("int64"),
        timed["site"].to_numpy(dtype="int64")[order],
        timed["minutes"].to_numpy(dtype="float64")[order],
    )


def _table(answers: Sequence[Answer], candidates: Candidates) -> pd.DataFrame:
    rows = []
    for goal_answer in answers:
        for order, (site, row) in enumerate(goal_answer.table.iterrows(), start=1):
            others = [
                candidates.label(other) for other in goal_answer.replaceable.get(int(str(site)), ())
            ]
            rows.append(
                {
                    "goal": goal_answer.goal,
                    "order": order,
                    "code": candidates.codes[int(str(site))],
                    "name": candidates.names[int(str(site))],
                    **{str(name): float(value) for name, value in row.items()},
                    "instead": "; ".join(others[:NAMED]),
                }
            )
    return pd.DataFrame(rows)


def _columns(unit: str) -> dict[str, str]:
    saved = _("people-kilometres") if unit == "km" else _("people-minutes")
    return {
        "goal": _("Goal"),
        "order": _("Order"),
        "code": _("Code"),
        "name": _("Name"),
        "people_alone": _("People newly within reach, alone"),
        "people_in_order": _("People newly within reach, in order"),
        "distance_alone": _("{saved} saved, alone", saved=saved),
        "distance_in_order": _("{saved} saved, in order", saved=saved),
        "kept_percent": _("Kept with other roads, % of draws"),
        "instead": _("Could take its place"),
    }


def _with_columns(
    part: Atlas,
    answers: Sequence[Answer],
    candidates: Candidates,
    problem: Problem,
    request: SitesRequest,
    unit: str,
    method: str,
) -> Atlas:
    codes = part.codes
    chosen = {
        answer.goal: {candidates.codes[site] for site in answer.choice.sites} for answer in answers
    }
    for_coverage, for_distance = (codes.isin(chosen[goal]) for goal in GOALS)
    exists = codes.isin(request.existing.points["code"].dropna())
    kinds = np.select(
        [for_coverage & for_distance, for_coverage, for_distance, exists],
        [FOR_BOTH, FOR_COVERAGE, FOR_DISTANCE, EXISTING],
        default=NONE,
    )
    sources = union_of(part.territories.sources, request.existing.sources)
    proposed = outcome_indicator(
        PROPOSED,
        _("Proposed sites"),
        {
            NONE: _("no site"),
            EXISTING: _("existing site"),
            FOR_COVERAGE: _("proposed for coverage"),
            FOR_DISTANCE: _("proposed for the mean distance"),
            FOR_BOTH: _("proposed for both goals"),
        },
        level=part.territories.level,
        sources=sources,
        method=method,
    )
    atlas = part.add(proposed, pd.Series(kinds.astype("float64"), index=codes))
    titles = {
        NOW: (_("Distance to the nearest site, now"), problem.now()),
        **{
            THEN[answer.goal]: (_TITLES[answer.goal], problem.then(answer.choice.sites))
            for answer in answers
        },
    }
    for name, (title, distance) in titles.items():
        values = pd.Series(np.where(np.isfinite(distance), distance, np.nan), index=codes)
        indicator = Indicator(
            id=name,
            title=title,
            unit="number",
            better="lower",
            denominator="population",
            bounds=(0.0, None),
            native_level=part.territories.level,
            sources=sources,
            role="context",
            suffix=unit,
            method=method,
        )
        atlas = atlas.add(indicator, values)
    return atlas


_TITLES: dict[Goal, str] = {
    "coverage": _("Distance to the nearest site, with those for coverage"),
    "distance": _("Distance to the nearest site, with those for the mean distance"),
}
