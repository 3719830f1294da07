"""How much a probe will ask and how long that takes, before anything is asked."""

from __future__ import annotations

from dataclasses import dataclass

from zoneblanche.layers.probing.asking.client import Manners
from zoneblanche.layers.probing.sites import Plan, hosts_of

REQUESTS_A_SITE = 4.5
"""robots.txt, the first page, http, and of the three further pages those that a site has: the mean
of the sites of the farm (`python -m scripts.trials.made_sites`)."""

QUESTIONS_A_SITE, QUESTIONS_A_DOMAIN = 3, 3
SECONDS_AN_ANSWER = 0.6
"""Of a public web server, TLS included; an assumption, not a measurement."""

SITES_A_SECOND = 50.0
"""That one processor keeps up with: 19 ms a site, see docs/probe.md."""


@dataclass(frozen=True)
class Estimate:
    """What a probe will ask, and how long it takes at best, in minutes."""

    authorities: int
    sites: int
    hosts: int
    domains: int
    requests: int
    questions: int
    minutes: float


def estimate(plan: Plan, manners: Manners) -> Estimate:
    """What is asked for a plan; hosters that serve many sites from one address make it longer."""
    sites, domains = len(plan.sites), len(plan.domains)
    requests = round(sites * REQUESTS_A_SITE)
    together = requests * SECONDS_AN_ANSWER / manners.connections
    alone = REQUESTS_A_SITE * max(manners.interval, SECONDS_AN_ANSWER)
    seconds = max(together, sites / SITES_A_SECOND, alone if sites else 0.0)
    return Estimate(
        authorities=len(plan.site_of),
        sites=sites,
        hosts=len(hosts_of(plan.sites.values())),
        domains=domains,
        requests=requests,
        questions=sites * QUESTIONS_A_SITE + domains * QUESTIONS_A_DOMAIN,
        minutes=max(seconds / 60, 1.0),
    )
