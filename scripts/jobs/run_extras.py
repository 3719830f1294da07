"""Further results of a run: `report.html` and `embed/`."""

from __future__ import annotations

from pathlib import Path

from zoneblanche.geo.country import Text
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.project.read import Project
from zoneblanche.maps.drawn.bivariate import read_show
from zoneblanche.maps.embed.write import draw_embed, write_embed_files
from zoneblanche.maps.page.geometry import PageGeometry
from zoneblanche.maps.report.imprint import Imprint, read_imprint
from zoneblanche.maps.report.picture import Sheet
from zoneblanche.maps.report.write import Shared, compose_report, render_report

REPORT, EMBED = "report.html", "embed"


def write_run_report(
    atlas: Atlas, folder: Path, *, lang: str, title: str, sheet: Sheet | None, imprint: Imprint
) -> None:
    """Write the report on all territories of a run.

    Args:
        atlas: of the run.
        folder: its results.
        lang, title: of the report.
        sheet: the positions of the territories on a picture, see `lay_out`; None if they have no
            shapes.
        imprint: of the report.

    Raises:
        OSError: the folder cannot be written.
    """
    report = compose_report(Shared(atlas, sheet=sheet), lang=lang, title=title, imprint=imprint)
    (folder / REPORT).write_text(render_report(report), encoding="utf-8", newline="\n")


def imprint_of(project: Project) -> Imprint:
    """Return what `[report]` of a project says.

    Raises:
        InputError: its logo cannot be used.
    """
    table = project.table.report
    logo = None if table.logo is None else project.path(table.logo)
    return read_imprint(table.author, table.commissioner, table.date, logo)


def write_run_embed(
    atlas: Atlas,
    folder: Path,
    *,
    geometry: PageGeometry,
    lang: str,
    title: Text | str,
    sheet: Sheet | None,
) -> None:
    """Write the snippets of a run's map. See `write_run_report`; `geometry` is that of its page.

    Raises:
        OSError: the folder cannot be written.
    """
    shown = read_show(atlas, None)
    drawn = draw_embed(atlas, shown, lang=lang, title=title, geometry=geometry)
    (folder / EMBED).mkdir()
    write_embed_files(drawn, folder / EMBED, sheet=sheet)
