"""Workers may die; the answer stays."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.geo.tasks_of_workers import die, die_once, refuse, square
from zoneblanche.geo.errors import InputError, ProblemWithEnvironment
from zoneblanche.geo.points.count import CountPart, CountTask, count_chunk
from zoneblanche.geo.points.files import Chunk, Layout, plan_chunks
from zoneblanche.geo.points.locate import build_locator
from zoneblanche.geo.runtime.executors import Executor, run_chunks


def count_and_die_once(chunk: Chunk, shared: tuple[CountTask, Path]) -> CountPart:
    """`count_chunk`, whose worker is killed once, after the work and before it is handed in."""
    task, marks = shared
    part = count_chunk(chunk, task)
    if chunk.first == 5 and not (marks / "died").exists():
        (marks / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return part


EVERY: list[Executor] = ["serial", "processes", "dask"]


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a cluster of two worker processes that is already there."""
    from distributed import LocalCluster  # here, so that spawned workers need not import it

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.parametrize("executor", EVERY)
def test_answers_come_in_the_order_of_the_chunks(executor: Executor, scheduler: str) -> None:
    options: dict[str, Any] = {"executor": executor, "workers": 2, "scheduler": scheduler}
    assert list(run_chunks(square, list(range(9)), 100, **options)) == [
        100 + k * k for k in range(9)
    ]
    assert list(run_chunks(square, [], 100, **options)) == []


@pytest.mark.parametrize("executor", EVERY[1:])
def test_a_worker_killed_in_mid_run_changes_nothing(executor: Executor, tmp_path: Path) -> None:
    results = run_chunks(die_once, list(range(12)), tmp_path, executor=executor, workers=2)
    assert list(results) == list(range(12))
    assert (tmp_path / "died").exists()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty bucket of object storage on this machine, as S3 offers it."""
    import fsspec
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    # In the environment, where the workers read it too.
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "anybody",
        "AWS_SECRET_ACCESS_KEY": "anything",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    storage = fsspec.filesystem("s3", skip_instance_cache=True)
    storage.mkdir("points")
    yield "s3://points"
    storage.clear_instance_cache()
    server.stop()


def test_a_cluster_that_loses_a_worker_counts_the_same_points_of_a_bucket(
    tmp_path: Path, bucket: str
) -> None:
    import fsspec

    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.uniform(0, 5, (60_000, 2)), columns=["x", "y"])
    for name, part in (("a", frame[:40_000]), ("b", frame[40_000:])):
        with fsspec.open(f"{bucket}/{name}.parquet", "wb") as stream:
            part.to_parquet(stream, row_group_size=4000)
    squares = [shapely.box(x, y, x + 1, y + 1) for x in range(4) for y in range(4)]
    task = CountTask(build_locator(gpd.GeoSeries(squares, crs=2154)), "EPSG:2154", "EPSG:2154")
    chunks = plan_chunks(bucket, Layout("x", "y"))
    assert len(chunks) == 15
    results = run_chunks(count_and_die_once, chunks, (task, tmp_path), executor="dask", workers=4)
    counts = np.sum([part.counts for part in results], axis=0)
    assert (tmp_path / "died").exists()
    by_hand = np.histogram2d(frame["x"], frame["y"], bins=[range(6)] * 2)[0][:4, :4]
    assert counts.tolist() == by_hand.astype(int).ravel().tolist()


@pytest.mark.parametrize("executor", EVERY[1:])
def test_faults_of_the_input_reach_the_caller(executor: Executor, scheduler: str) -> None:
    with pytest.raises(InputError, match="row 7 is not a number"):
        list(run_chunks(refuse, [1, 2], None, executor=executor, workers=2, scheduler=scheduler))


def test_workers_that_always_die_are_given_up() -> None:
    with pytest.raises(ProblemWithEnvironment, match="lost again and again"):
        list(run_chunks(die, [1], None, executor="processes", workers=1))


SLOW = """
import sys, time
from pathlib import Path
from zoneblanche.geo.runtime.executors import run_chunks

def slow(chunk, folder):
    (folder / f"{chunk}.begun").touch()
    time.sleep(1)
    (folder / f"{chunk}.done").touch()
    return chunk

if __name__ == "__main__":
    list(run_chunks(slow, range(50), Path(sys.argv[1]), executor="processes", workers=2))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_a_batch_that_is_stopped_ends_what_it_has_in_hand(
    tmp_path: Path, sent: signal.Signals
) -> None:
    """Ctrl-C reaches the whole group, as from a terminal; a kill the first process alone."""
    (tmp_path / "slow.py").write_text(SLOW)
    folder = tmp_path / "marks"
    folder.mkdir()
    batch = subprocess.Popen(
        [sys.executable, str(tmp_path / "slow.py"), str(folder)],
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Tests that run in the background were told to ignore Ctrl-C, and so would the batch.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    while not list(folder.glob("*.begun")):
        time.sleep(0.05)
    if sent is signal.SIGINT:
        os.killpg(batch.pid, sent)
    else:
        batch.send_signal(sent)
    batch.communicate(timeout=60)  # the pipe closes when the last worker is gone
    begun, done = (len(list(folder.glob(f"*.{state}"))) for state in ("begun", "done"))
    assert begun == done < 10
