"""The trials: every command that reads a file, each with its files."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from PIL import Image

from zoneblanche.geo.files.results.output import MARK
from zoneblanche.layers.fetching import partial
from zoneblanche.layers.fetching.store import Record, Store
from zoneblanche.layers.publishers.connector import connector_named
from zoneblanche.scripts.trials import publishers_files
from zoneblanche.scripts.trials.ground import SERVER, command, copy_files, part_store
from zoneblanche.scripts.trials.publishers_files import write_fixtures
from zoneblanche.scripts.trials.sample import TABLES, VECTORS, write_sample
from zoneblanche.scripts.trials.serving import BASE, answer

CODES = ("01001", "01002", "01003", "01004")
RECIPE = """\
[recipe]
title = { fr = "Indice", en = "Index" }
normalise = "minmax"
range = [1, 100]
aggregate = "arithmetic"
min_available = 0.5
weights = { fibre = 0.4, debit = 0.2, web = 0.4 }
[recipe.indicators.fibre]
goalposts = [0, 100]
[recipe.uncertainty]
weights = 0.25
normalise = ["minmax", "prank"]
"""
SURVEY = """\
category;date;question;answer;percent;sample_size;margin_points;source
commune;2018-05;A un site;oui;31,5;500;4,1;AMF
commune;2020-05-01;A un site;oui;41;480;;AMF
epci;2020;A un site;non;12,25;1200;;AMF
"""
SITES = """\
code,website,email_domain
01001,https://www.a.example/,a.example
01002,,b.example
01003,http://c.example,
"""
SQUARES = """\
idcar_200m,ind
CRS3035RES200mN2402400E3802400,100
"""
SERVICES = """\
insee_com,format_fs,latitude,longitude
48009,Site,44.63,3.08
48095,Site,44.52,3.50
"""
PUBLISHED = {
    "arcep-debit-filaire": "commune_debit_filaire.csv",
    "arcep-technologies": "commune_techno.csv",
    "arcep-best-technology": "commune_meilleure_techno_thd.csv",
    "arcep-mobile-sites": "2026_T2_sites_Metropole.csv",
    "arcep-ftth": "2026T2-Commune.zip",
    "anct-dpnt": "presence-numerique-des-territoires.json.gz",
}
COMMUNES = "commune.parquet"


@dataclass(frozen=True)
class Trial:
    """A command and the files that it reads.

    Attributes:
        folder: the files, a copy of which is damaged.
        arguments: of the command line, with `{in}` for that copy and `{out}` for the results.
        writes: names in `{out}` that must exist, whole, if it succeeds.
    """

    folder: Path
    arguments: tuple[str, ...]
    writes: tuple[str, ...] = ()

    @property
    def served(self) -> bool:
        """Whether it uses a local server."""
        return (self.folder / SERVER).is_dir()

    @property
    def fetches(self) -> tuple[str, ...]:
        """Ids of the connectors that it fetches."""
        pairs = zip(self.arguments, self.arguments[1:], strict=False)
        return tuple(value for name, value in pairs if name == "--only")

    @property
    def old(self) -> Path:
        """The folder of the results of the undamaged files."""
        name = "-".join(part for part in self.arguments if part.isalnum())
        return self.folder.parent / f"{self.folder.name}.{name}.{'+'.join(self.writes)}"


def filled(arguments: Sequence[str], ground: Path) -> tuple[str, ...]:
    """Return the arguments with their places."""
    places = {"{in}": str(ground / "in"), "{out}": str(ground / "out")}
    texts = []
    for argument in arguments:
        for mark, place in places.items():
            argument = argument.replace(mark, place)
        texts.append(argument)
    return tuple(texts)


def write_trials(
    folder: Path, projects: Sequence[Path] = (), *, match: str = ""
) -> tuple[Trial, ...]:
    """Write all trials, with their files and the results of the commands before damage.

    Args:
        folder: an empty one, for the files.
        projects: project files to try instead of the small one.
        match: regular expression to find in the arguments of a trial.

    Raises:
        AssertionError: a command refuses undamaged files.
    """
    if projects:
        trials = [trial for project in projects for trial in _of_project(project)]
    else:
        trials = [*_small(folder), *_atlases(folder), *_france(folder), *_others(folder)]
        trials += served_trials(folder / "served")
    wanted = [trial for trial in trials if re.search(match, " ".join(trial.arguments))]
    for trial in wanted:
        if not trial.old.exists():
            _make_old(trial, folder / "ground")
    return tuple(wanted)


def chosen(trials: Sequence[Trial], seed: int, case: int) -> tuple[Trial, random.Random]:
    """Return the trial of a case and its random source; the same for the same seed."""
    chance = random.Random(f"{seed}.{case}")
    return trials[case % len(trials)], chance


def _make_old(trial: Trial, ground: Path) -> None:
    """Run an undamaged trial, in this process, which has then loaded everything it needs."""
    ground.mkdir()
    copy_files(trial.folder, ground)
    part_store(ground)
    (ground / "out").mkdir()
    status = command(filled(trial.arguments, ground), ground=ground)
    assert status == 0, f"{' '.join(trial.arguments)} ends with {status}"
    absent = [name for name in trial.writes if not (ground / "out" / name).is_file()]
    assert not absent, f"{' '.join(trial.arguments)} leaves no {absent}"
    shutil.move(ground / "out", trial.old)
    shutil.rmtree(ground)


def _of_project(project: Path) -> Iterator[Trial]:
    file, folder = f"{{in}}/{project.name}", project.parent
    run = Trial(folder, ("run", file, "-o", "{out}/run", "-q"), (f"run/{MARK}",))
    yield run
    yield Trial(folder, ("build", file, "-o", "{out}/a.parquet", "-q"), ("a.parquet",))
    yield run
    yield Trial(
        folder,
        ("check", file, "-o", "{out}/q.html", "-o", "{out}/q.json"),
        ("q.html", "q.json"),
    )


def _small(folder: Path) -> Iterator[Trial]:
    """The small project in every format that is read."""
    for place, vector in enumerate(VECTORS):
        table = TABLES[place % len(TABLES)]
        yield from _of_project(
            write_sample(folder / f"{vector}-{table}", vector=vector, table=table)
        )


def _atlases(folder: Path) -> Iterator[Trial]:
    """Every command on an atlas, on the four squares."""
    sample = write_sample(folder / "sample")
    built, scored = folder / "built", folder / "scored"
    built.mkdir()
    scored.mkdir()
    for name in ("recipe.toml", "other.toml"):
        mean = "arithmetic" if name == "recipe.toml" else "median"
        (built / name).write_text(RECIPE.replace("arithmetic", mean), encoding="utf-8")
    shutil.copy(sample.parent / "little-fibre.toml", built)
    rows = f"code,indicator,value,date,who,why\n{CODES[0]},fibre,50,2026-01-01,A,B\n"
    (sample.parent / "corrections.csv").write_text(rows, "utf-8")
    corrected = ("run", f"{{in}}/{sample.name}", "--corrections", "{in}/corrections.csv")
    yield Trial(sample.parent, (*corrected, "-o", "{out}/run", "-q"), (f"run/{MARK}",))
    arguments = (f"{{in}}/{sample.name}", "--corrections", "{in}/corrections.csv")
    yield Trial(sample.parent, ("build", *arguments, "-o", "{out}/a.parquet", "-q"), ("a.parquet",))
    yield Trial(sample.parent, ("check", *arguments, "-o", "{out}/q.json"), ("q.json",))
    _run(folder, "build", sample, "-o", built / "a.parquet", "-q")
    recipe = ("--recipe", built / "recipe.toml", "--flag", built / "little-fibre.toml")
    _run(folder, "index", built / "a.parquet", *recipe, "-o", scored / "s.parquet")
    index = ("index", "{in}/a.parquet", "--recipe", "{in}/recipe.toml")
    yield Trial(
        built,
        (*index, "--flag", "{in}/little-fibre.toml", "-o", "{out}/s.parquet"),
        ("s.parquet",),
    )
    yield Trial(built, ("explain", "{in}/a.parquet", CODES[0], "--recipe", "{in}/recipe.toml"))
    yield Trial(built, ("findings", "{in}/a.parquet", "--recipe", "{in}/recipe.toml"))
    yield Trial(built, ("compare", "{in}/a.parquet", "{in}/recipe.toml", "{in}/other.toml"))
    yield from _of_atlas(scored, code=CODES[0])


def _of_atlas(folder: Path, *, code: str) -> Iterator[Trial]:
    file = "{in}/s.parquet"
    yield Trial(folder, ("map", file, "-o", "{out}/m.html"), ("m.html",))
    yield Trial(folder, ("map", file, "-o", "{out}/m.svg"), ("m.svg",))
    yield Trial(folder, ("report", file, "-o", "{out}/r.html", "-q"), ("r.html",))
    Image.new("RGB", (8, 8), "navy").save(folder / "logo.png")
    signed = ("report", file, "--logo", "{in}/logo.png", "-o", "{out}/r.html", "-q")
    yield Trial(folder, signed, ("r.html",))
    yield Trial(
        folder, ("embed", file, "-o", "{out}/embed", "-q"), ("embed/map.html", "embed/run.json")
    )
    site = ("site", "{out}/site", file, "--since", file, "-q")
    yield Trial(folder, site, ("site/index.html", "site/run.json"))
    yield Trial(folder, ("explain", file, code))
    yield Trial(folder, ("analyse", file, "--lorenz", "{out}/l.csv"), ("l.csv",))
    (folder / "existing.csv").write_text(f"code\n{code}\n", "utf-8")
    sites = ("plan", "sites", "--add", "1", "--reach", "60", "--atlas", file, "-q")
    logo = ("--logo", "{in}/logo.png")
    existing = (*logo, "--existing", "{in}/existing.csv", "-o", "{out}/plan")
    yield Trial(folder, (*sites, *existing), ("plan/sites.csv", "plan/run.json"))
    question = (*logo, "--atlas", file, "-q", "-o", "{out}/plan")
    yield Trial(
        folder, ("plan", "lift", "--margin", "1", *question), ("plan/lift.csv", "plan/run.json")
    )


def _france(folder: Path) -> Iterator[Trial]:
    """A département of the embedded edition: levels, names, context, intervals, two languages."""
    built, scored = folder / "lozere-built", folder / "lozere"
    built.mkdir()
    scored.mkdir()
    (built / "grid.csv").write_text(SQUARES, "utf-8")
    (built / "services.csv").write_text(SERVICES, "utf-8")
    squares = ("--source", f"insee-population-grid={built / 'grid.csv'}")
    places = ("--source", f"anct-france-services={built / 'services.csv'}")
    measured = ("build", "--within", "48", *squares, *places)
    _run(folder, *measured, "-o", built / "a.parquet", "-q")
    _run(folder, "index", built / "a.parquet", "-o", scored / "s.parquet")
    yield Trial(
        built,
        ("index", "{in}/a.parquet", "--flag", "sparse-underserved", "-o", "{out}/s.parquet"),
        ("s.parquet",),
    )
    yield from _of_atlas(scored, code="48095")
    yield Trial(scored, ("findings", "{in}/s.parquet"))
    yield from _plans(scored)
    yield Trial(
        scored,
        ("report", "{in}/s.parquet", "--each", "departement", "-o", "{out}/each", "-q"),
        ("each/index.html",),
    )
    yield Trial(
        scored,
        ("map", "{in}/s.parquet", "--show", "density-presence", "-o", "{out}/d.html"),
        ("d.html",),
    )


def _plans(folder: Path) -> Iterator[Trial]:
    """Plans of Lozère with files of their own."""
    (folder / "candidates.csv").write_text("code\n48009\n48056\n", "utf-8")
    (folder / "times.csv").write_text("from,to,minutes\n48009,48056,25\n48056,48056,5\n", "utf-8")
    (folder / "grid.csv").write_text(SQUARES, "utf-8")
    sites = ("plan", "sites", "--add", "1", "--existing", "none", "--atlas", "{in}/s.parquet", "-q")
    files = ("--candidates", "{in}/candidates.csv", "-o", "{out}/plan")
    written = ("plan/sites.csv", "plan/run.json")
    yield Trial(folder, (*sites, *files, "--grid", "{in}/grid.csv"), written)
    yield Trial(folder, (*sites, *files, "--times", "{in}/times.csv", "--reach", "30"), written)
    budget = ("plan", "budget", "--margin", "1", "--atlas", "{in}/s.parquet", "-q")
    signed = ("--premises", "50", "--logo", "{in}/logo.png", "-o", "{out}/plan")
    budgeted = ("plan/budget.csv", "plan/run.json")
    yield Trial(folder, (*budget, *signed), budgeted)
    with_sites = ("--euros", "300000", "--site-cost", "60000", "--cost", "lacking-fixed=900",
                  "--cost", "website=3000", "--cost", "own-email=500")  # fmt: skip
    yield Trial(folder, (*budget, *with_sites, "--grid", "{in}/grid.csv", *files), budgeted)
    texts = [str(part).replace("{in}", str(folder)) for part in (*sites, *files)]
    _run(folder.parent, *texts[:-1], folder / "plan")
    (folder / "plan" / "plan.json").rename(folder / "plan.json")
    shutil.rmtree(folder / "plan")
    planned = ("report", "{in}/s.parquet", "--within", "48", "--plan", "{in}/plan.json", "-q")
    yield Trial(folder, (*planned, "-o", "{out}/r.html"), ("r.html",))


def _others(folder: Path) -> Iterator[Trial]:
    """Surveys, points, publishers' files, the store of fetched ones, descriptions of countries."""
    survey, points = folder / "survey", folder / "points"
    survey.mkdir()
    (survey / "survey.csv").write_text(SURVEY, "utf-8")
    yield Trial(
        survey,
        ("barometer", "--survey", "{in}/survey.csv", "--table", "survey", "-o", "{out}/b.json"),
        ("b.json",),
    )
    sites = folder / "sites"
    sites.mkdir()
    (sites / "sites.csv").write_text(SITES, "utf-8")
    # A list is read and counted; the farm asks sites (`scripts.trials.made_sites`).
    asking = ("--contact", "a@b.example", "--dry-run", "-o", "{out}/p.parquet")
    yield Trial(sites, ("probe", "{in}/sites.csv", *asking))
    probed = folder / "probed"
    probed.mkdir()
    _write_probe(probed / "p.parquet")
    yield Trial(
        probed, ("barometer", "--probe", "{in}/p.parquet", "-o", "{out}/b.json"), ("b.json",)
    )
    sample = write_sample(points).parent
    for path in sample.iterdir():
        if path.name not in ("sites.csv", "squares.geojson"):
            path.unlink()
    columns = ("--x", "lon", "--y", "lat", "--code", "code", "--nearest", "-q")
    squares = ("--territories", "{in}/squares.geojson", *columns, "-o", "{out}/c.csv")
    yield Trial(points, ("count", "{in}/sites.csv", *squares), ("c.csv",))
    packed = folder / "packed-points"
    packed.mkdir()
    shutil.copy(points / "squares.geojson", packed)
    import pandas as pd

    pd.read_csv(points / "sites.csv").to_parquet(packed / "sites.parquet")
    yield Trial(packed, ("count", "{in}/sites.parquet", *squares), ("c.csv",))
    published, fetched = folder / "published", folder / "fetched"
    write_fixtures(published)
    yield Trial(published, ("fetch", "fr", "--from", "{in}", "-q"))
    pairs = [f"{name}={{in}}/{file}" for name, file in PUBLISHED.items()]
    sources = [part for pair in pairs for part in ("--source", pair)]
    build = ("build", "--within", "48", "-o", "{out}/f.parquet", "-q")
    yield Trial(published, (*build, *sources), ("f.parquet",))
    communes = folder / "communes"
    communes.mkdir()
    # The five communes of this file would be the only territories, and most files have others.
    (published / COMMUNES).rename(communes / COMMUNES)
    yield Trial(
        communes,
        (*build, "--source", f"ign-admin-express={{in}}/{COMMUNES}"),
        ("f.parquet",),
    )
    fetched.mkdir()
    _run(fetched, "fetch", "fr", "--from", published, "-q")
    yield Trial(fetched, ("fetch", "fr", "--offline"))
    yield Trial(fetched, ("list", "sources"))
    yield Trial(fetched, (*build, "--fetched"), ("f.parquet",))
    yield Trial(
        fetched, ("check", "--within", "48", "--fetched", "-o", "{out}/q.json"), ("q.json",)
    )
    yield Trial(fetched, ("barometer", "--fetched", "-o", "{out}/b.json"), ("b.json",))
    countries = folder / "described"
    described = write_sample(countries)
    text = described.read_text("utf-8").replace("flags = ", 'country = "fr"\nflags = ')
    described.write_text(text, "utf-8")
    with resources.as_file(resources.files("zoneblanche.geo") / "countries") as source:
        shutil.copytree(source, countries / "countries", ignore=shutil.ignore_patterns("__*"))
    yield Trial(countries, ("list", "countries"))
    yield Trial(
        countries, ("build", "{in}/project.toml", "-o", "{out}/a.parquet", "-q"), ("a.parquet",)
    )


def served_trials(folder: Path) -> Iterator[Trial]:
    """Write the trials of `fetch` with the answers of publishers: a file, a catalogue and its file,
    a newer file, the rest of a file.

    Args:
        folder: one for the files, made if it is not there.
    """
    name = "arcep-debit-filaire"
    fetch = ("fetch", "fr", "-q", "--only")
    wired = publishers_files.WIRED.encode()
    plain = answer("200 OK", 'ETag: "new"', "Content-Type: text/csv", body=wired)
    _write_answers(folder / "file", {name: plain, "there": plain})
    yield Trial(folder / "file", (*fetch, name))
    _write_answers(
        folder / "moved", {name: answer("302 Found", "Location: /there"), "there": plain}
    )
    yield Trial(folder / "moved", (*fetch, name))
    yield Trial(folder / "catalogue", (*fetch, _write_catalogue(folder / "catalogue")))
    rest = len(wired) // 2
    part = f"bytes {rest}-{len(wired) - 1}/{len(wired)}"
    for kind, etag in (("newer", "new"), ("rest", "begun"), ("same", "held")):
        tagged = plain.replace(b'"new"', f'"{etag}"'.encode())
        answers = {name: tagged, "there": plain}
        if kind == "rest":
            answers[f"{name}.206"] = answer(
                "206 Part", 'ETag: "begun"', f"Content-Range: {part}", body=wired[rest:]
            )
        if kind == "same":
            answers[name] = answer("304 Not Modified", 'ETag: "held"')
        _write_answers(folder / kind, answers)
        _write_store(folder / kind, name, begun=wired[:rest] if kind == "rest" else b"")
        yield Trial(folder / kind, (*fetch, name))


def _write_answers(folder: Path, answers: Mapping[str, bytes]) -> None:
    (folder / SERVER).mkdir(parents=True)
    for name, content in answers.items():
        (folder / SERVER / f"{name}.http").write_bytes(content)


def _write_catalogue(folder: Path) -> str:
    """Write a dataset of three resources and the newest one; return the id of its connector."""
    connector = connector_named("arcep-ftth")
    assert connector.resource is not None
    with tempfile.TemporaryDirectory() as name:
        write_fixtures(Path(name))
        content = (Path(name) / PUBLISHED[connector.id]).read_bytes()
    entries = [
        {
            "id": f"{quarter}-0000",
            "title": f"{quarter}-Commune",
            "latest": f"{BASE}{quarter}",
            "url": f"{BASE}{quarter}",
            "checksum": {"type": "sha1", "value": hashlib.sha1(content).hexdigest()},
            "last_modified": "2026-09-03T10:00:00",
        }
        for quarter in ("2025T4", "2026T1", "2026T2")
    ]
    about = json.dumps({"resources": entries}).encode()
    answers = {connector.resource.dataset: about, "2026T2": content, "there": content}
    _write_answers(folder, {key: answer("200 OK", body=body) for key, body in answers.items()})
    return connector.id


def _write_store(folder: Path, name: str, *, begun: bytes) -> None:
    """Write a store with the file of the year before, and the beginning of a newer one."""
    store, url = Store(folder / "cache"), BASE + name
    with store.locked(name):
        old = publishers_files.WIRED.replace("2026", "2025").encode()
        store.partial(name).write_bytes(old)
        digest, size = hashlib.sha256(old).hexdigest(), len(old)
        record = Record(
            name, "commune_debit_filaire.csv", digest, size, url, "2026-01-01", '"held"'
        )
        store.keep(record, store.partial(name))
        if begun:
            with partial.begin(store.partial(name), url, '"begun"') as stream:
                stream.write(begun)


def _run(folder: Path, *arguments: object) -> None:
    words = tuple(map(str, arguments))
    (folder / "tmp").mkdir()
    status = command(words, ground=folder)
    assert status == 0, f"{' '.join(words)} ends with {status}"
    (folder / "tmp").rmdir()


def _write_probe(path: Path) -> None:
    """Write the table of a probe of two town halls, one of which has a site that answers."""
    from zoneblanche.layers.probing.sites import Authority, plan
    from zoneblanche.layers.probing.table import presence_table
    from zoneblanche.scripts.jobs.probe import write_table

    listed = [
        Authority("48095", "commune", "https://mende.example/", "mende.example"),
        Authority("48009", "commune", "", ""),
    ]
    answer = {
        "key": "mende.example/", "asked": "2026-11-29", "reason": "", "https": "yes",
        "status": 200, "readable": "", "parked": "", "final": "mende.example",
        "host": "mende.example", "accounts": [], "own_domain": True, "http": "plain",
    }  # fmt: skip
    table = presence_table(listed, plan(listed), {"mende.example/": answer}, {})
    write_table(table, path, seed=0)
