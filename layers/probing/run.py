"""Ask all sites of a plan, many at once, and keep what each says as it is done with.

The hosts of one address are asked one after the other by at most `AT_AN_ADDRESS` tasks, so that
a hoster that serves thousands does not keep the tasks that others could use.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from zoneblanche.layers.probing.asking.client import Client, Manners
from zoneblanche.layers.probing.asking.names import Names
from zoneblanche.layers.probing.asking.politeness import Turns
from zoneblanche.layers.probing.mail import probe_mail
from zoneblanche.layers.probing.pages.urls import without_www
from zoneblanche.layers.probing.site_probe import probe_site
from zoneblanche.layers.probing.sites import Plan, Site
from zoneblanche.layers.probing.store import ProbeStore

TASKS = 320
"""Sites under way at once. A site takes some seven seconds, most of which it waits for its turn,
so that these keep more than 40 sites a second going."""

AT_AN_ADDRESS = 2
NAMES_AT_ONCE = 32
LONGEST_SITE = 600.0
"""Seconds for one site, all waits included."""

Progress = Callable[[int, int], None]
"""How many sites and domains are done with, of how many."""

Result = TypeVar("Result")


def wait_for(asking: Coroutine[object, object, Result]) -> Result:
    """Run a coroutine to its end and return its result.

    Where a loop runs already in this thread, as in a notebook, it runs in another thread.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(asking)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asking).result()


@dataclass
class Queue:
    """The sites that wait, by address; addresses take turns."""

    waiting: dict[str, deque[Site]]
    running: dict[str, int]
    ready: deque[str]
    more: asyncio.Condition
    resolved_all: bool = False

    async def put(self, address: str, site: Site) -> None:
        """Let a site wait at its address."""
        async with self.more:
            self.waiting[address].append(site)
            if len(self.waiting[address]) + self.running[address] <= AT_AN_ADDRESS or (
                self.running[address] == 0 and address not in self.ready
            ):
                self.ready.append(address)
            self.more.notify()

    async def take(self) -> tuple[str, Site] | None:
        """The next site whose address may be asked; None when there will be no more."""
        async with self.more:
            while True:
                while self.ready:
                    address = self.ready.popleft()
                    if self.waiting[address] and self.running[address] < AT_AN_ADDRESS:
                        self.running[address] += 1
                        return address, self.waiting[address].popleft()
                if self.resolved_all and not any(self.waiting.values()):
                    self.more.notify_all()
                    return None
                await self.more.wait()

    async def done(self, address: str) -> None:
        """A site of an address is done with; the next of it may be taken."""
        async with self.more:
            self.running[address] -= 1
            if self.waiting[address]:
                # First: a hoster of many sites takes longest, and has to be busy all the time.
                self.ready.appendleft(address)
            else:
                self.waiting.pop(address, None)
            self.more.notify()

    async def close(self) -> None:
        """No more sites will be put."""
        async with self.more:
            self.resolved_all = True
            self.more.notify_all()


async def ask_all(
    plan: Plan,
    store: ProbeStore,
    manners: Manners,
    *,
    today: date,
    country: str = "",
    progress: Progress | None = None,
) -> None:
    """Ask every site and mail domain of a plan that the store does not have yet.

    Raises:
        ProblemWithEnvironment: the store cannot be written.
    """
    names = Names(servers=manners.dns, port=manners.dns_port, allowed=manners.allowed)
    turns = Turns(interval=manners.interval, connections=manners.connections)
    done_sites = store.keys("sites")
    sites = [site for key, site in plan.sites.items() if key not in done_sites]
    done_keys = store.keys("mail")
    domains = [domain for domain in plan.domains if domain not in done_keys]
    total = len(plan.sites) + len(plan.domains)
    count = total - len(sites) - len(domains)

    def one_more() -> None:
        nonlocal count
        count += 1
        if progress is not None:
            progress(count, total)

    queue = Queue(defaultdict(deque), defaultdict(int), deque(), asyncio.Condition())
    async with Client(manners, names, turns) as client, asyncio.TaskGroup() as group:
        group.create_task(_resolve_all(sites, names, queue))
        for _ in range(min(TASKS, max(len(sites), 1))):
            group.create_task(_work(queue, client, store, today, country, one_more))
        for number in range(min(NAMES_AT_ONCE, len(domains))):
            group.create_task(_mail(domains[number::NAMES_AT_ONCE], names, store, today, one_more))


async def _resolve_all(sites: list[Site], names: Names, queue: Queue) -> None:
    """Look all names up, a few at a time and in order, so that sites wait at their addresses."""
    waiting = deque(sites)

    async def look_up() -> None:
        while waiting:
            site = waiting.popleft()
            resolved = await names.resolve(site.host)
            await queue.put(resolved.address or "?" + without_www(site.host), site)

    async with asyncio.TaskGroup() as group:
        for _ in range(NAMES_AT_ONCE):
            group.create_task(look_up())
    await queue.close()


async def _work(
    queue: Queue,
    client: Client,
    store: ProbeStore,
    today: date,
    country: str,
    done: Callable[[], None],
) -> None:
    while (turn := await queue.take()) is not None:
        address, site = turn
        try:
            async with asyncio.timeout(LONGEST_SITE):
                record = await probe_site(site, client, today=today, country=country)
        except TimeoutError:
            record = _unread(site, today, "no-answer")
        except sqlite3.Error:
            raise
        except Exception as error:
            # A page of one site in 35,000 must not end a probe of hours. The error is kept in the
            # record of the site, which is then "not read", and never "has none".
            record = _unread(site, today, "not-read") | {"fault": repr(error)[:500]}
        store.add_site(record)
        done()
        await queue.done(address)


def _unread(site: Site, today: date, reason: str) -> dict[str, Any]:
    return {"key": site.key, "asked": today.isoformat(), "reason": reason, "pages": []}


async def _mail(
    domains: list[str], names: Names, store: ProbeStore, today: date, done: Callable[[], None]
) -> None:
    for domain in domains:
        store.add_mail(await probe_mail(domain, names, today=today))
        done()
