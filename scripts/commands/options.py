"""Options and arguments that several commands share, and how their texts are read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _, languages
from zoneblanche.scripts.jobs.main_job.overrides import Overrides

Project = Annotated[
    Path | None,
    typer.Argument(metavar="PROJECT.toml", help="Your project; by default all of France."),
]
AtlasFile = Annotated[
    Path,
    typer.Argument(
        metavar="ATLAS.parquet",
        help="What `build` or `index` wrote, or the territories.parquet of a run.",
    ),
]
AtlasOrEdition = Annotated[
    Path | None,
    typer.Argument(metavar="ATLAS.parquet", help="From index or run; by default all of France."),
]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="NAME=FILE",
        help="A publisher's file, e.g. arcep-debit=commune_debit.csv; may be repeated.",
    ),
]
Fetched = Annotated[
    bool, typer.Option("--fetched", help="Measure from what `fetch` brought as well.")
]
Within = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODE",
        help="Only territories that this one contains, e.g. 48 or region:75; may be repeated.",
    ),
]
Part = Annotated[
    str | None, typer.Option(metavar="CODE", help="Only this part: 48, region:76, epci:200069144.")
]
Arrondissements = Annotated[
    str | None,
    typer.Option(metavar="whole|separate", help="Paris, Lyon and Marseille: by default whole."),
]
Corrections = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Corrected figures: code, indicator, value, date, who, why."),
]
Level = Annotated[
    str | None, typer.Option(metavar="LEVEL", help="commune, epci, departement, region, …")
]
Recipe = Annotated[
    str,
    typer.Option(metavar="NAME|FILE", help="A shipped recipe, or the path of your own TOML file."),
]
Show = Annotated[
    str | None, typer.Option(metavar="ID", help="Indicator shown first, or density-presence.")
]
Title = Annotated[str | None, typer.Option(metavar="TEXT", help="Title of what is written.")]
Author = Annotated[str | None, typer.Option(metavar="TEXT", help="Who wrote it, in its head.")]
Commissioner = Annotated[str | None, typer.Option(metavar="TEXT", help="For whom, in its head.")]
SignedOn = Annotated[
    str | None, typer.Option("--date", metavar="DATE", help="Its date, such as 2026-11-30.")
]
Logo = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A PNG or SVG file, at most 512 KiB.")
]
Country = Annotated[str, typer.Option(metavar="CODE", help="One with an embedded edition.")]
Lang = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(languages()), help="Language; by default the project's or the country's."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say remarks on the computation too.")
]


def overrides_of(
    source: list[str] | None,
    fetched: bool,
    within: list[str] | None,
    level: str | None,
    arrondissements: str | None,
    corrections: Path | None,
    lang: str | None,
) -> Overrides:
    """Return the overrides of a project from the options that measuring commands share.

    Raises:
        InputError: an unknown value.
    """
    return Overrides(
        sources=chosen_sources(source, fetched=fetched),
        within=tuple(within or ()),
        level=level,
        arrondissements=check_choice(arrondissements),
        corrections=corrections,
        lang=check_lang(lang),
    )


def chosen_sources(options: list[str] | None, *, fetched: bool) -> dict[str, Path]:
    """Return the given files and, if requested, those that were fetched."""
    sources = parse_sources(options)
    if not fetched:
        return sources
    from zoneblanche.scripts.jobs.fetch import fetched_sources

    return fetched_sources(sources)


def parse_sources(options: list[str] | None) -> dict[str, Path]:
    """Return `NAME=FILE` options as a mapping.

    Raises:
        InputError: an option without `=`, or a duplicate name.
    """
    sources: dict[str, Path] = {}
    faults: list[Fault] = []
    for option in options or ():
        name, equals, file = option.partition("=")
        if not equals or not name or not file:
            faults.append(
                Fault(
                    _("--source {option} is not NAME=FILE.", option=repr(option)),
                    remedy=_("Write e.g. --source arcep-debit=commune_debit.csv."),
                    kind="option",
                )
            )
        elif name in sources:
            faults.append(
                Fault(
                    _("--source {name} is given twice.", name=name),
                    remedy=_("Keep one."),
                    kind="option",
                )
            )
        else:
            sources[name] = Path(file)
    if faults:
        raise InputError(faults)
    return sources


def check_choice(arrondissements: str | None) -> str | None:
    """Return the choice for Paris, Lyon and Marseille, if it is one of the two words.

    Raises:
        InputError: it is not.
    """
    if arrondissements not in (None, "whole", "separate"):
        raise InputError(
            Fault(
                _(
                    "--arrondissements {arrondissements} is not known.",
                    arrondissements=repr(arrondissements),
                ),
                remedy=_("Known: whole, separate."),
                kind="option",
            )
        )
    return arrondissements


def check_lang(lang: str | None) -> str | None:
    """Return the language, if pages support it.

    Raises:
        InputError: they do not.
    """
    if lang is not None and lang not in languages():
        raise InputError(
            Fault(
                _("--lang {lang} is not known.", lang=repr(lang)),
                remedy=nearest(lang, languages()),
                kind="option",
            )
        )
    return lang


def atlas_or_edition(path: Path | None) -> Path | None:
    """Return the atlas file; None for the embedded edition, which `none` selects by name."""
    return None if path is not None and str(path) == "none" else path
