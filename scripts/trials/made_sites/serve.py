"""Serving a farm beside the one that asks: in a thread, or in processes of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

from zoneblanche.layers.probing.client import Manners
from zoneblanche.scripts.trials.made_sites.server import Farm
from zoneblanche.scripts.trials.made_sites.truths import Truth

ALLOWED = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
"""Where the farm is."""


@contextmanager
def served(
    truths: tuple[Truth, ...], folder: Path, *, latency: float = 0.0, slow: float = 30.0
) -> Iterator[Farm]:
    """A farm whose ports are open, in a thread of its own."""
    farm = Farm(truths, folder, latency=latency, slow=slow)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # connections that are broken off on purpose
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(farm.start(), loop).result(60)
    try:
        yield farm
    finally:
        asyncio.run_coroutine_threadsafe(_end(farm), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(farm: Farm) -> None:
    await farm.stop()
    mine = asyncio.current_task()
    tasks = [task for task in asyncio.all_tasks() if task is not mine]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def manners_of(farm: Farm, *, interval: float = 1.0, total: float = 20.0) -> Manners:
    """How the farm is asked: at its ports, by its name server, trusting its authority."""
    return Manners(
        contact="ferme@exemple.example",
        interval=interval,
        dns=("127.0.0.1",),
        dns_port=farm.dns,
        allowed=ALLOWED,
        ports={443: farm.https, 80: farm.http},
        authorities=str(farm.certificates / "authority.pem"),
        total=total,
        connect=total / 2,
        retry_wait=0.2 if interval < 1 else 1.0,
    )
