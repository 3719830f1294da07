"""Whose turn it is: one request a second for a host and an address, so many connections at once.

Many town halls share an address at a hoster: what is polite towards each site may not be towards
the machine that serves them all, which gets one request at a time. A host that says it is busy
gets requests more slowly from then on.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

SLOWEST = 30.0
"""Seconds between two requests that a host is slowed down to at most."""


class Turns:
    """Gives out turns to ask."""

    def __init__(
        self, *, interval: float = 1.0, connections: int = 64,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """`interval`: seconds between a request and the next, to a host or an address."""
        self.interval = interval
        self._clock = clock
        self._free = asyncio.Semaphore(connections)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._next: dict[str, float] = {}
        self._intervals: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, host: str, address: str) -> AsyncIterator[None]:
        """Wait for the turn of a host at an address, and hold a connection meanwhile."""
        # The host first, always: two tasks that wait for one another would wait for ever. A host
        # that wants to be asked rarely does not keep the others at its address waiting.
        async with self._locks[host]:
            await self._until(host)
            async with self._locks["@" + address]:
                await self._until("@" + address)
                await self._free.acquire()
                try:
                    yield
                finally:
                    self._free.release()
                    # From the end: how long a request was on its way, nobody here can tell.
                    now = self._clock()
                    self._next[host] = max(self._next.get(host, 0.0), now + self.interval_of(host))
                    self._next["@" + address] = now + self.interval

    def interval_of(self, host: str) -> float:
        """Seconds between two requests to a host."""
        return max(self.interval, self._intervals.get(host, 0.0))

    def slow_down(self, host: str, *, seconds: float = 0.0) -> None:
        """Ask a host that is busy half as often from now on, and not at all for `seconds`."""
        self._intervals[host] = min(2 * self.interval_of(host), SLOWEST)
        resume = self._clock() + max(seconds, self._intervals[host])
        self._next[host] = max(self._next.get(host, 0.0), resume)

    def set_interval(self, host: str, seconds: float) -> None:
        """What a host's robots.txt asks for."""
        self._intervals[host] = max(self._intervals.get(host, 0.0), min(seconds, SLOWEST))

    def forget(self, host: str) -> None:
        """A host is done with; its address is remembered."""
        self._locks.pop(host, None)
        self._next.pop(host, None)
        self._intervals.pop(host, None)

    async def _until(self, name: str) -> None:
        while (wait := self._next.get(name, 0.0) - self._clock()) > 0:
            await asyncio.sleep(wait)
