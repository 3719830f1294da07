"""Make the farm from a seed, ask it as the command does, print precision and recall.

    python -m scripts.trials.made_sites                       2,000 sites, one request a second
    python -m scripts.trials.made_sites --sites 300 --interval 0.1
    python -m scripts.trials.made_sites --twice               the same farm twice: the same bytes
    python -m scripts.trials.made_sites --out presence.parquet

Exit status 1 where precision or recall of accounts or statements is below 0.98, where a no is
false, where a host was asked more often than it may be, or where two tables differ.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from zoneblanche.scripts.jobs.probe import Order, run_probe
from zoneblanche.scripts.trials.made_sites.measure import as_text, false_noes, scores
from zoneblanche.scripts.trials.made_sites.server import Farm, manners_of, politeness_of, served
from zoneblanche.scripts.trials.made_sites.truths import Truth, make_truths

TODAY = date(2026, 11, 29)
LEAST = 0.98


@dataclass(frozen=True)
class Trial:
    """How a farm is asked.

    Attributes:
        interval: seconds between two requests to a host.
        total: seconds that a request may take.
        latency: of the farm.
        today: the day of the probe.
    """

    interval: float = 1.0
    total: float = 20.0
    latency: float = 0.0
    today: date = TODAY


def write_list(truths: tuple[Truth, ...], path: Path) -> None:
    """The table of authorities that the farm is asked by."""
    rows = [
        {"code": truth.code, "name": truth.name, "website": truth.website,
         "email_domain": truth.email_domain} for truth in truths
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(path, index=False)


def ask_farm(truths: tuple[Truth, ...], folder: Path, trial: Trial) -> tuple[pd.DataFrame, Farm]:
    """The table of a farm, made as the command makes it, in `folder/presence.parquet`."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["ZONEBLANCHE_CACHE"] = str(folder / "cache")
    listed, out = folder / "list.csv", folder / "presence.parquet"
    write_list(truths, listed)
    with served(truths, folder, latency=trial.latency, slow=2 * trial.total) as farm:
        run_probe(
            Order(
                what=str(listed),
                contact="ferme@exemple.example",
                out=out,
                country="fr",
                resume=False,
                quiet=True,
                manners=manners_of(farm, interval=trial.interval, total=trial.total),
                today=trial.today,
            )
        )
    return pd.read_parquet(out), farm


def main() -> int:
    """Run the trial as the options say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sites", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--interval", type=float, default=1.0)
    parser.add_argument("--total", type=float, default=20.0)
    parser.add_argument("--twice", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # connections broken off on purpose
    truths = make_truths(options.sites, seed=options.seed)
    trial = Trial(options.interval, options.total)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begun = time.monotonic()
        table, farm = ask_farm(truths, folder / "one", trial)
        print(f"{len(truths):,} sites in {time.monotonic() - begun:.0f} s")
        measured = politeness_of(farm.asked)
        print(
            f"{measured['requests']:,.0f} requests, at most {farm.most_open} connections at once; "
            f"at least {measured['host']:.2f} s between two to a host, "
            f"{measured['address']:.2f} s to an address"
        )
        score_of = scores(table, truths)
        print(as_text(score_of))
        noes = false_noes(table, truths)
        print(f"false noes: {len(noes)} {' '.join(noes[:10])}")
        wrong = bool(noes) or any(
            score < LEAST
            for name in ("accounts", "statement", "level")
            for score in (score_of[name].precision, score_of[name].recall)
        )
        content = (folder / "one" / "presence.parquet").read_bytes()
        if options.out:
            options.out.write_bytes(content)
        if options.twice:
            ask_farm(truths, folder / "two", trial)
            same = content == (folder / "two" / "presence.parquet").read_bytes()
            print("asked twice: " + ("the same bytes" if same else "other bytes"))
            wrong |= not same
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
