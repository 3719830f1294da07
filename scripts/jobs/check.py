"""`zoneblanche check`: every check of a run without drawing, and the quality of the data."""

from __future__ import annotations

import json
from pathlib import Path

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.results.output import check_places, staged_file
from zoneblanche.geo.messages import _, translate
from zoneblanche.geo.tables import safe_text
from zoneblanche.layers.analysis.candidates import list_candidates
from zoneblanche.layers.analysis.quality import Quality, judge_quality
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.project.index import with_index
from zoneblanche.maps.drawn.cite import SEMICOLON
from zoneblanche.maps.drawn.words import colon
from zoneblanche.maps.report.quality_page import WORDS, Section, compose_quality, write_quality_page
from zoneblanche.scripts.jobs.main_job.overrides import NOTHING, Overrides
from zoneblanche.scripts.jobs.main_job.run import adjusted_project


def check_project_file(
    file: Path | None,
    *,
    out: tuple[Path, ...],
    overrides: Overrides = NOTHING,
    quiet: bool = False,
) -> Quality:
    """Read and measure a project like a run, compute its index, and print the result.

    Args:
        file: the project file; None for the edition in the package.
        out: files to write: a page if the name ends in .html, everything if in .json, the figures
            to check as a table of corrections if in .csv.
        overrides: replaces values of the project.
        quiet: print nothing but errors.

    Raises:
        InputError: what a run would refuse; another suffix.
        ProblemWithEnvironment: a file cannot be written.
    """
    odd = [path for path in out if path.suffix.lower() not in (".html", ".json", ".csv")]
    if odd:
        raise InputError(
            Fault(
                _(
                    "{name} is not the name of a page, a JSON file or a CSV file.",
                    name=repr(odd[0].name),
                ),
                remedy=_("Name it e.g. quality.html, quality.json or candidates.csv."),
                kind="option",
            )
        )
    project = adjusted_project(file, overrides)
    check_places((path, "quality") for path in out)
    lang = project.lang
    atlas, _unused = with_index(project, build_atlas(project))
    quality = judge_quality(atlas)
    head, sections = compose_quality(quality, atlas, lang=lang)
    for path in out:
        if path.suffix.lower() == ".html":
            write_quality_page(path, head=head, sections=sections, lang=lang)
        elif path.suffix.lower() == ".csv":
            candidates = list_candidates(atlas, quality, lang=lang)
            with staged_file(path, "quality") as staging:
                safe_text(candidates).to_csv(staging, index=False, lineterminator="\n")
        else:
            _write_json(quality, path)
    if not quiet:
        print("\n".join([translate(WORDS["title"], lang), head, *_lines(sections, lang)]))
    return quality


def _lines(sections: list[Section], lang: str) -> list[str]:
    lines = []
    for section in sections:
        lines += ["", section.title]
        for row in section.rows:
            if section.header:
                pairs = zip(section.header[1:], row[1:], strict=True)
                cells = [f"{name.lower()} {cell}" for name, cell in pairs if cell]
                lines.append(f"  {row[0]}{colon(lang)}{translate(SEMICOLON, lang).join(cells)}")
            else:
                lines.append(f"  {' '.join(row)}")
    return lines


def _write_json(quality: Quality, path: Path) -> None:
    text = json.dumps(quality.as_dict(), ensure_ascii=False, indent=2, allow_nan=False)
    with staged_file(path, "quality") as staging:
        staging.write_text(text + "\n", encoding="utf-8", newline="\n")
