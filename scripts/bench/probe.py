"""`zoneblanche probe` beside a loop of `requests` and beside Scrapy, on a farm on loopback.

    python -m scripts.bench.probe                         20,000 sites, 100 ms of latency
    python -m scripts.bench.probe --sites 2000 --others 200

The farm and its name server run in processes of their own. The probe keeps all of its manners (one
request a second to a host and to an address, 64 connections), and the farm says whether it did. A
loop of `requests` and Scrapy request robots.txt and the first page only, of the first `--others`
sites of the same farm: the loop one after the other, Scrapy 64 at once with its robots middleware
and a delay of one second a host. Needs the extras `probe` and `bench`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pandas as pd

from zoneblanche.scripts.trials.made_sites.__main__ import TODAY, write_list
from zoneblanche.scripts.trials.made_sites.server import Asked, Farm, politeness_of, write_record
from zoneblanche.scripts.trials.made_sites.truths import Truth, make_truths

SEED = 7


@dataclass(frozen=True)
class Ports:
    """Where the farm is."""

    http: int
    https: int
    dns: int


def farm_truths(count: int) -> tuple[Truth, ...]:
    """The sites: one in fifty does something that it should not."""
    return make_truths(count, seed=SEED, misbehaving=0.02, each_kind=False)


def _serve(count: int, folder: str, latency: float, dns: int, pipe: Connection) -> None:
    """One process of the farm; it ends with SIGTERM, and then writes what was asked."""

    async def run() -> None:
        farm = Farm(farm_truths(count), Path(folder), latency=latency, slow=40.0)
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        await farm.start(ports=(0, 0, dns))
        pipe.send((farm.http, farm.https, farm.dns))
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await stop.wait()
        write_record(farm, Path(folder) / f"asked-{os.getpid()}.jsonl")
        await farm.stop()

    asyncio.run(run())


def start_farm(
    count: int, folder: Path, latency: float
) -> tuple[list[multiprocessing.Process], Ports]:
    """The farm's processes (web, names), and its ports."""
    processes, ports = [], []
    for name, dns in (("web", -1), ("names", 0)):
        parent, child = multiprocessing.Pipe()
        place = folder / name
        process = multiprocessing.Process(
            target=_serve, args=(count, str(place), latency, dns, child), daemon=True
        )
        process.start()
        ports.append(parent.recv())
        processes.append(process)
    return processes, Ports(ports[0][0], ports[0][1], ports[1][2])


PROBE = """
import datetime, sys
from ipaddress import ip_network
from pathlib import Path
from zoneblanche.layers.probing.asking.client import Manners
from zoneblanche.scripts.jobs.probe import Order, run_probe
http, https, dns, folder = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
manners = Manners(contact="banc@exemple.example", dns=("127.0.0.1",), dns_port=dns,
                  allowed=(ip_network("127.0.0.0/8"), ip_network("::1/128")),
                  ports={443: https, 80: http}, authorities=str(folder / "web" / "authority.pem"))
run_probe(Order(what=str(folder / "list.csv"), contact="banc@exemple.example", quiet=True,
                out=folder / "presence.parquet", country="fr", manners=manners,
                today=datetime.date.fromisoformat(sys.argv[5])))
"""

LOOP = """
import sys
from pathlib import Path
import requests
from zoneblanche.scripts.bench.probe import answer_names, farm_truths
https, folder, count = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
truths = farm_truths(count)
answer_names(truths, https)
session, read = requests.Session(), 0
session.trust_env = False  # otherwise REQUESTS_CA_BUNDLE takes the place of the farm's authority
session.verify = str(folder / "web" / "authority.pem")
for truth in truths:
    try:
        session.get(f"https://{truth.host}/robots.txt", timeout=10)
        answer = session.get(f"https://{truth.host}{truth.path}", timeout=10)
        read += answer.ok and bool(answer.text)
    except (requests.RequestException, UnicodeError):
        continue
print(read)
"""

SCRAPY = """
import sys
import scrapy
from scrapy.crawler import CrawlerProcess
from zoneblanche.scripts.bench.probe import answer_names, farm_truths
https, count, read = int(sys.argv[1]), int(sys.argv[3]), []
truths = farm_truths(count)
answer_names(truths, https)
class Pages(scrapy.Spider):
    name = "pages"
    custom_settings = dict(
        ROBOTSTXT_OBEY=True, CONCURRENT_REQUESTS=64, CONCURRENT_REQUESTS_PER_DOMAIN=1,
        DOWNLOAD_DELAY=1, RANDOMIZE_DOWNLOAD_DELAY=False, DOWNLOAD_TIMEOUT=20, RETRY_ENABLED=False,
        LOG_ENABLED=False, TELNETCONSOLE_ENABLED=False, USER_AGENT="scrapy",
        DOWNLOAD_MAXSIZE=1 << 20, REDIRECT_ENABLED=False)
    async def start(self):
        for truth in truths:
            yield scrapy.Request(f"https://{truth.host}:{https}{truth.path}", dont_filter=True)
    def parse(self, response):
        if isinstance(response, scrapy.http.HtmlResponse):
            read.append(len(response.css("a::attr(href)").getall()))
process = CrawlerProcess()
process.crawl(Pages)
process.start()
print(len(read))
"""

OTHERS = {"requests, a loop": LOOP, "Scrapy": SCRAPY}


def answer_names(truths: tuple[Truth, ...], https: int) -> None:
    """Let this process find the farm's hosts at their addresses, port 443 at the farm's own.

    The other contenders ask the system's resolver, which knows nothing of the farm.
    """
    addresses = resolved(truths)

    def look_up(host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        name = host.decode("ascii") if isinstance(host, bytes) else str(host)
        address = addresses.get(name.lower(), name if name.startswith("127.") else "")
        if not address:
            raise socket.gaierror(socket.EAI_NONAME, f"{name} is not of the farm")
        place = address, https if port in (443, "443") else int(port or 0)
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place)]

    socket.getaddrinfo = look_up
    socket.gethostbyname = lambda host: str(look_up(host, 0)[0][4][0])


def resolved(truths: tuple[Truth, ...]) -> dict[str, str]:
    """Addresses by host."""
    addresses: dict[str, str] = {}
    for truth in truths:
        bare = truth.host.removeprefix("www.")
        addresses |= dict.fromkeys((bare, f"www.{bare}"), truth.address)
    return {host: address for host, address in addresses.items() if address.startswith("127.")}


@dataclass(frozen=True)
class Measured:
    """One contender: wall seconds, processor seconds, greatest memory, what it printed."""

    seconds: float
    processor: float
    megabytes: float
    printed: str


def run_measured(code: str, arguments: list[str], environment: dict[str, str]) -> Measured:
    """Run a script and watch its memory."""
    import psutil

    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.PIPE, text=True
    )
    watched, most, processor = psutil.Process(process.pid), 0, 0.0
    while process.poll() is None:
        try:
            most = max(most, watched.memory_info().rss)
            times = watched.cpu_times()
            processor = times.user + times.system
        except psutil.Error:
            break
        time.sleep(0.1)
    output, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"a contender failed with status {process.returncode}")
    return Measured(time.monotonic() - begun, processor, most / 1e6, output.strip())


def main() -> None:
    """Run the contenders and print a line of figures for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sites", type=int, default=20_000)
    parser.add_argument("--others", type=int, default=300)
    parser.add_argument("--latency", type=float, default=0.1)
    options = parser.parse_args()
    measure_probe(options.sites, options.latency)
    for title, code in OTHERS.items():
        if find_spec("scrapy" if title == "Scrapy" else "requests") is None:
            print(f"{title}: not installed")
            continue
        measure_other(title, code, options.others, options.latency)


def measure_probe(sites: int, latency: float) -> None:
    """Run `zoneblanche probe` on a farm of its own, and print what it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_list(farm_truths(sites), folder / "list.csv")
        processes, ports = start_farm(sites, folder, latency)
        place = [str(ports.http), str(ports.https), str(ports.dns), str(folder)]
        environment = os.environ | {"ZONEBLANCHE_CACHE": str(folder / "cache")}
        measured = run_measured(PROBE, [*place, TODAY.isoformat()], environment)
        print(_line("zoneblanche probe", sites, measured), flush=True)
        table = pd.read_parquet(folder / "presence.parquet", columns=["page_why"])
        print(f"{'':20} {int((table['page_why'] == '').sum()):,} pages read", flush=True)
        _stop(processes, folder)


def measure_other(title: str, code: str, sites: int, latency: float) -> None:
    """Run another contender on the first sites of the same farm, and print what it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        processes, ports = start_farm(sites, folder, latency)
        arguments = [str(ports.https), str(folder), str(sites)]
        measured = run_measured(code, arguments, dict(os.environ))
        print(_line(title, sites, measured), flush=True)
        print(f"{'':20} {int(measured.printed):,} pages read", flush=True)
        _stop(processes, folder)


def _stop(processes: list[multiprocessing.Process], folder: Path) -> None:
    """End a farm; print what it was asked, and what it and the machine did meanwhile."""
    import psutil

    times = [psutil.Process(process.pid).cpu_times() for process in processes]
    for process in processes:
        process.terminate()
        process.join(60)
    _politeness(folder)
    farm = sum(seconds.user + seconds.system for seconds in times)
    load, processors = os.getloadavg()[1], os.cpu_count()
    print(
        f"{'':20} the farm: {farm:.0f} s of processor; load of the machine: {load:.1f} on "
        f"{processors} processors",
        flush=True,
    )


def _line(title: str, sites: int, measured: Measured) -> str:
    speed = sites / measured.seconds
    return (
        f"{title:20} {sites:7,} sites {measured.seconds:7.0f} s {speed:7.1f} sites/s "
        f"{measured.processor:7.0f} s of processor {measured.megabytes:6.0f} MB"
    )


def _politeness(folder: Path) -> None:
    requests, most = [], 0
    for path in (folder / "web").glob("asked-*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            if "most_open" in record:
                most = record["most_open"]
            else:
                requests.append(Asked(**record))

    measured = politeness_of(requests)
    print(
        f"{'':20} {measured['requests']:,.0f} requests; at most {most} connections at once; "
        f"at least {measured['host']:.2f} s between two to a host, "
        f"{measured['address']:.2f} s to an address",
        flush=True,
    )


if __name__ == "__main__":
    main()
