"""Count points of a bucket of object storage with four dask workers, of which one is killed.

    python -m scripts.bench.bucket [--points 20000000] [--workers 4]

The storage is moto's (extra `test`), which speaks S3 on this machine in a process of its own. The
points are uniform over the boxes of France, in row groups of a million; the territories are the
embedded communes. A worker that has a piece in its hands is killed after a third of the pieces. The
counts are compared with a serial count of the same file on the disk.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from zoneblanche.geo.country import read_country
from zoneblanche.geo.points.count import PointCounts, count_points
from zoneblanche.geo.points.files import Layout
from zoneblanche.layers.edition import edition_territories
from zoneblanche.scripts.bench.geo_inputs import make_points

BUCKET = "points"
SERVER = """
import time
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(*server.get_host_and_port(), flush=True)
time.sleep(86_400)
"""


def start_storage() -> subprocess.Popen[str]:
    """Start the storage and name it in the environment, where dask's workers read it."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a line for each request
        text=True,
    )
    assert server.stdout is not None
    host, port = server.stdout.readline().split()
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "anybody",
        "AWS_SECRET_ACCESS_KEY": "anything",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return server


def put(path: Path) -> str:
    """Put a file into a new bucket and return its address."""
    import fsspec

    storage = fsspec.filesystem("s3")
    storage.mkdir(BUCKET)
    storage.put(str(path), f"{BUCKET}/{path.name}")
    return f"s3://{BUCKET}/{path.name}"


def kill_one(cluster: Any, pids: dict[str, int], after: int, killed: list[int]) -> None:
    """Wait until some pieces are done, then kill a worker that has one in its hands."""
    while True:
        tasks = list(cluster.scheduler.tasks.values())
        done = sum(task.state == "memory" for task in tasks)
        busy = [task.processing_on for task in tasks if task.state == "processing"]
        if done >= after and busy:
            killed.append(pids[busy[0].address])
            os.kill(killed[0], signal.SIGKILL)
            return
        time.sleep(0.02)


def peak_mb() -> float:
    """Return the peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def count_in_bucket(
    address: str, shapes: Any, layout: Layout, *, workers: int, pieces: int
) -> tuple[PointCounts, float, float]:
    """Return the counts of a cluster that loses a worker, seconds, and MB of its largest worker."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0"
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        pids = client.run(os.getpid)
        killed: list[int] = []
        watch = threading.Thread(
            target=kill_one, args=(cluster, pids, pieces // 3, killed), daemon=True
        )
        watch.start()
        begun = time.perf_counter()
        counted = count_points(
            shapes, address, layout=layout, executor="dask", scheduler=cluster.scheduler_address
        )
        seconds = time.perf_counter() - begun
        if not killed:
            raise SystemExit("No worker was killed: take more points.")
        largest = max(client.run(peak_mb).values())
    return counted, seconds, largest


def main() -> None:
    """Count both ways, compare, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=20_000_000)
    parser.add_argument("--workers", type=int, default=4)
    options = parser.parse_args()
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "error")
    layout = Layout("x", "y")
    shapes = edition_territories(read_country("fr")).frame.geometry
    server = start_storage()
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = make_points(Path(folder), options.points)
            address = put(path)
            begun, busy = time.perf_counter(), sum(os.times()[:2])
            here = count_points(shapes, path, layout=layout)
            serial, own_processor = time.perf_counter() - begun, sum(os.times()[:2]) - busy
            pieces = -(-options.points // 1_000_000)
            busy = sum(os.times()[:4])
            there, seconds, largest = count_in_bucket(
                address, shapes, layout, workers=options.workers, pieces=pieces
            )
            workers = sum(os.times()[:4]) - busy
    finally:
        server.kill()
        server.wait()
    print(f"{options.points:,} points, {len(shapes):,} communes, {os.cpu_count()} cores")
    print(f"serial, from disk: {serial:.1f} s, processor {own_processor:.1f} s")
    print(
        f"{options.workers} workers, from the bucket, one killed: {seconds:.1f} s, processor "
        f"{workers:.1f} s with the start of the workers, largest worker {largest:.0f} MB"
    )
    same = there.counts.equals(here.counts) and there.rows == here.rows == options.points
    print("the same counts" if same else "THE COUNTS DIFFER")
    sys.exit(not same)


if __name__ == "__main__":
    main()
