"""What the command `probe` does: the list, the asking with a bar, the table."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zoneblanche.geo.country import known_countries, read_country
from zoneblanche.geo.errors import Fault, InputError, ProblemWithEnvironment, ZoneblancheError
from zoneblanche.geo.files.results.output import check_file_place, staged_file
from zoneblanche.geo.messages import _, join, quantity, translate
from zoneblanche.geo.tables import spreadsheet_safe
from zoneblanche.scripts.terminal import bar_options

if TYPE_CHECKING:
    import pandas as pd

    from zoneblanche.layers.probing.asking.client import Manners
    from zoneblanche.layers.probing.estimate import Estimate
    from zoneblanche.layers.probing.run import Progress
    from zoneblanche.layers.probing.sites import Authority

SUFFIXES = (".parquet", ".csv")
MOST_CONNECTIONS = 64


@dataclass(frozen=True)
class Order:
    """What is asked of `probe`: the options of the command, see `zoneblanche probe --help`.

    Attributes:
        manners: of the network instead of the usual ones, for tests.
        today: instead of the date of today, for tests.
    """

    what: str
    contact: str
    out: Path = Path("presence.parquet")
    levels: tuple[str, ...] = ("commune",)
    within: tuple[str, ...] = ()
    sources: Mapping[str, Path] = field(default_factory=dict)
    fetched: bool = False
    country: str = ""
    dry_run: bool = False
    resume: bool = True
    seed: int = 0
    handles: bool = True
    connections: int = MOST_CONNECTIONS
    allow_private: tuple[str, ...] = ()
    dns: str = ""
    lang: str | None = None
    quiet: bool = False
    manners: Manners | None = None
    today: date | None = None


def run_probe(order: Order) -> None:
    """Ask the sites of a list of authorities and write the table of what they say.

    Raises:
        InputError: an option, the list, or a source.
        ProblemWithEnvironment: a library is not installed, or the store or table cannot be written.
    """
    from zoneblanche.layers.probing.libraries import check_libraries

    check_libraries()
    from zoneblanche.layers.probing.estimate import estimate
    from zoneblanche.layers.probing.run import ask_all
    from zoneblanche.layers.probing.sites import plan
    from zoneblanche.layers.probing.store import store_of
    from zoneblanche.layers.probing.table import presence_table

    manners = _checked(order)
    check_file_place(order.out, "probe")
    authorities, country, lang = _listed(order)
    planned = plan(authorities, seed=order.seed)
    if order.dry_run:
        print(_estimated(estimate(planned, manners), lang))
        print(translate(_("Nothing was asked."), lang))
        return
    today = order.today or datetime.now(UTC).date()
    store = store_of([*planned.sites, *planned.domains], today=today, resume=order.resume)
    try:
        with _bar(order.quiet) as progress:
            asking = ask_all(
                planned, store, manners, today=today, country=country, progress=progress
            )
            _run(asking)
        table = presence_table(
            authorities, planned, store.sites(), store.mail(), handles=order.handles
        )
        write_table(table, order.out, seed=order.seed)
        store.set_fact("done", today.isoformat())
    finally:
        store.close()
    if not order.quiet:
        print(_summary(table, order.out, lang))


def _run(asking: Coroutine[object, object, None]) -> None:
    """Wait for what asks the sites, and raise the first error of its tasks."""
    from zoneblanche.layers.probing.run import wait_for

    try:
        wait_for(asking)
    except BaseExceptionGroup as group:
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        if isinstance(first, OSError):
            raise ProblemWithEnvironment(
                _("the probe could not go on: {error}.", error=str(first))
            ) from group
        if isinstance(first, ZoneblancheError | KeyboardInterrupt):
            raise first from group
        raise


def _checked(order: Order) -> Manners:
    """How the network is used, from the options.

    Raises:
        InputError: one or more of them.
    """
    from zoneblanche.layers.probing.asking.client import Manners

    faults = []
    if not order.dry_run and not re.fullmatch(
        r"[^@\s()<>]+@[^@\s()<>]+\.[^@\s()<>]+", order.contact
    ):
        faults.append(
            Fault(
                _("--contact must be an e-mail address.")
                if order.contact
                else _("--contact is required."),
                remedy=_("Webmasters who see it can write to you: --contact you@agency.fr."),
                kind="option",
            )
        )
    if order.out.suffix.lower() not in SUFFIXES:
        faults.append(
            Fault(
                _("{path} names no format.", path=str(order.out)),
                remedy=_("Write a .parquet or .csv."),
                kind="option",
            )
        )
    if not 1 <= order.connections <= MOST_CONNECTIONS:
        faults.append(
            Fault(
                _(
                    "--connections {number} is not between 1 and {most}.",
                    number=str(order.connections),
                    most=str(MOST_CONNECTIONS),
                ),
                remedy=_("More at once would be impolite."),
                kind="option",
            )
        )
    networks = []
    for text in order.allow_private:
        try:
            networks.append(ipaddress.ip_network(text))
        except ValueError:
            faults.append(
                Fault(
                    _("--allow-private {text} is not a network.", text=repr(text)),
                    remedy=_("Write e.g. --allow-private 10.1.0.0/16."),
                    kind="option",
                )
            )
    server, port = _name_server(order.dns, faults)
    if faults:
        raise InputError(faults)
    if order.manners is not None:
        return replace(order.manners, contact=order.contact or order.manners.contact)
    return Manners(
        contact=order.contact,
        connections=order.connections,
        allowed=tuple(networks),
        dns=(server,) if server else (),
        dns_port=port,
    )


def _name_server(text: str, faults: list[Fault]) -> tuple[str, int]:
    if not text:
        return "", 53
    address, _colon, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "53")
    try:
        ipaddress.ip_address(address)
        if port.isdigit() and 0 < int(port) < 65_536:
            return address, int(port)
    except ValueError:
        pass
    faults.append(
        Fault(
            _("--dns {text} is not an address.", text=repr(text)),
            remedy=_("Write e.g. --dns 9.9.9.9 or --dns 127.0.0.1:5353."),
            kind="option",
        )
    )
    return "", 53


def _listed(order: Order) -> tuple[tuple[Authority, ...], str, str]:
    """The authorities, the country whose services are known, and the language."""
    from zoneblanche.layers.probing.authorities import authorities_of_country, authorities_of_table

    path = Path(order.what)
    if path.suffix or path.exists():
        authorities = authorities_of_table(
            path, level=order.levels[0] if order.levels else "commune"
        )
        # The services of a country may be known that is not described, such as Germany.
        described = order.country in known_countries()
        lang = order.lang or (read_country(order.country).lang if described else "en")
        return authorities, order.country, lang
    country = read_country(order.what)
    sources = dict(order.sources)
    if order.fetched:
        from zoneblanche.scripts.jobs.fetch import fetched_for_barometer

        sources = fetched_for_barometer(sources, country=order.what)
    listed = authorities_of_country(
        country, levels=order.levels, within=order.within, sources=sources
    )
    return listed, order.what, order.lang or country.lang


def write_table(table: pd.DataFrame, path: Path, *, seed: int) -> None:
    """Write the table, whole or not at all; the same answers give the same bytes.

    Raises:
        ProblemWithEnvironment: the place cannot be written.
    """
    if path.suffix.lower() == ".csv":
        safe = table.copy()
        for name in safe.select_dtypes(exclude="number"):
            safe[name] = safe[name].map(spreadsheet_safe, na_action="ignore")
        with staged_file(path, "probe") as staging:
            safe.to_csv(staging, index=False, lineterminator="\n")
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    from zoneblanche.layers.probing.table import LAYOUT

    fields = [
        pa.field(name, pa.float64() if kind == "float64" else pa.string())
        for name, kind in table.dtypes.items()
    ]
    described = {"layout": LAYOUT, "seed": seed}
    schema = pa.schema(fields, metadata={"zoneblanche:presence": json.dumps(described)})
    content = pa.Table.from_pandas(table, schema=schema, preserve_index=False)
    with staged_file(path, "probe") as staging:
        # Without what pandas adds, its version among it.
        pq.write_table(content.replace_schema_metadata(schema.metadata), staging)


def _estimated(estimate: Estimate, lang: str) -> str:
    plan = _(
        "{authorities} authorities: {sites} sites on {hosts} hosts and {domains} mail domains.",
        authorities=quantity(estimate.authorities),
        sites=quantity(estimate.sites),
        hosts=quantity(estimate.hosts),
        domains=quantity(estimate.domains),
    )
    cost = _(
        "About {requests} requests and {questions} DNS questions, {minutes} minutes or more: "
        "hosters that serve many sites are asked once a second.",
        requests=quantity(estimate.requests),
        questions=quantity(estimate.questions),
        minutes=quantity(estimate.minutes, digits=0),
    )
    return translate(join((plan, cost), "\n"), lang)


def _summary(table: pd.DataFrame, path: Path, lang: str) -> str:
    read = int((table["page_why"] == "").sum())
    lines: list[str] = [
        _(
            "{path}: {rows} authorities, {answered} sites were read.",
            path=path,
            rows=quantity(len(table)),
            answered=quantity(read),
        )
    ]
    why = table["page_why"][table["page_why"] != ""].value_counts().sort_index()
    if len(why):
        ranked = sorted(why.items(), key=lambda entry: (-entry[1], str(entry[0])))
        reasons = ", ".join(f"{reason} {count}" for reason, count in ranked)
        lines.append(_("Not read: {reasons}.", reasons=reasons))
    return translate(join(lines, "\n"), lang)


@contextmanager
def _bar(quiet: bool) -> Iterator[Progress | None]:
    if quiet:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("probe"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, **bar_options()) as bars:
        task = bars.add_task("probe")

        def progress(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        yield progress
