"""Run one pure function on many chunks: serially, in processes, or on a dask.distributed cluster.

Results are returned in the order of the chunks, so they do not depend on which worker is faster. If
a worker dies, its chunks are run again, because the function is pure.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from multiprocessing.process import BaseProcess
from typing import Any, Literal, TypeVar

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.messages import _

Executor = Literal["serial", "processes", "dask"]
ChunkT = TypeVar("ChunkT")
PartT = TypeVar("PartT")
ATTEMPTS = 3

_shared: Any = None  # in a worker process: the data that every chunk needs, sent once
_at_work = threading.Lock()  # in a worker process: held while a chunk is being processed


def run_chunks(
    function: Callable[[ChunkT, Any], PartT],
    chunks: Sequence[ChunkT],
    shared: Any,
    *,
    executor: Executor = "serial",
    workers: int | None = None,
    scheduler: str | None = None,
) -> Iterator[PartT]:
    """Return `function(chunk, shared)` of each chunk, in their order.

    `function` is a module-level function without side effects; `shared` is sent to each worker
    once. `workers` defaults to the number of processors. `scheduler` is the address of a running
    dask cluster (`tcp://…`); without it, dask starts one on this machine.

    Raises:
        ProblemWithEnvironment: workers die repeatedly (out of memory?), no cluster answers, or
            dask is not installed.
    """
    if executor == "serial":
        return (function(chunk, shared) for chunk in chunks)
    workers = workers or os.cpu_count() or 1
    run = _on_dask if executor == "dask" else _in_processes
    return _in_order(run(function, chunks, shared, workers, scheduler), len(chunks))


def _in_order(parts: Iterator[tuple[int, PartT]], count: int) -> Iterator[PartT]:
    early: dict[int, PartT] = {}
    turn = 0
    for place, part in parts:
        early[place] = part
        while turn in early:
            yield early.pop(turn)
            turn += 1
    if turn != count:
        raise ProblemWithEnvironment(
            _(
                "workers were lost again and again; {count} of {count_2} chunks are "
                "not done. Give them more memory, or use fewer workers.",
                count=count - turn,
                count_2=count,
            )
        )


def _receive(shared: Any) -> None:
    """Start a worker. It ignores Ctrl-C, which the main process handles, and stops if the main
    process is gone."""
    global _shared
    _shared = shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    with _at_work:  # a chunk that was begun is finished: no half of it stays on the disk
        os._exit(1)


def _work(function: Callable[[ChunkT, Any], PartT], chunk: ChunkT) -> PartT:
    with _at_work:
        return function(chunk, _shared)


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Start processes in the block that ignore Ctrl-C, even while they import."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _in_processes(
    function: Callable[[ChunkT, Any], PartT],
    chunks: Sequence[ChunkT],
    shared: Any,
    workers: int,
    scheduler: str | None,
) -> Iterator[tuple[int, PartT]]:
    left = dict(enumerate(chunks))
    # spawn: a fork copies locks that Arrow's threads may hold
    context = multiprocessing.get_context("spawn")
    for _unused in range(ATTEMPTS):
        with ProcessPoolExecutor(
            min(workers, max(len(left), 1)), context, initializer=_receive, initargs=(shared,)
        ) as pool:
            with _deaf_children():
                futures = {pool.submit(_work, function, chunk): k for k, chunk in left.items()}
            try:
                for place, part in _finished(as_completed(futures), futures, (BrokenProcessPool,)):
                    del left[place]
                    yield place, part
            except BaseException:  # stopped: chunks that no worker has begun are not run
                pool.shutdown(cancel_futures=True)
                raise
        if not left:
            return


def _on_dask(
    function: Callable[[ChunkT, Any], PartT],
    chunks: Sequence[ChunkT],
    shared: Any,
    workers: int,
    scheduler: str | None,
) -> Iterator[tuple[int, PartT]]:
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise ProblemWithEnvironment(
            _("dask.distributed is not installed: install zoneblanche with its extra 'scale'.")
        ) from error
    left = dict(enumerate(chunks))
    lost = (distributed.scheduler.KilledWorker, CancelledError)
    with ExitStack() as stack:
        try:
            address = scheduler or stack.enter_context(
                distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0"
                )
            )
            client = stack.enter_context(distributed.Client(address, set_as_default=False))
        except OSError as error:
            raise ProblemWithEnvironment(
                _(
                    "no dask cluster answers at {scheduler} ({error}).",
                    scheduler=scheduler or _("this machine"),
                    error=error,
                )
            ) from error
        for _unused in range(ATTEMPTS):
            scattered = client.scatter(shared, broadcast=True, hash=False)
            futures = {
                client.submit(function, chunk, scattered, pure=False, retries=ATTEMPTS): place
                for place, chunk in left.items()
            }
            ready = distributed.as_completed(list(futures), loop=client.loop)
            for place, part in _finished(ready, futures, lost):
                del left[place]
                yield place, part
            if not left:
                return


def _finished(
    ready: Iterator[Any], places: Mapping[Any, int], lost: tuple[type[BaseException], ...]
) -> Iterator[tuple[int, Any]]:
    """Return positions and results of the futures as they finish, without those of lost workers."""
    for future in ready:
        try:
            answer = future.result()
        except lost:
            continue
        yield places[future], answer
