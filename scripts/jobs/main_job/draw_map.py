"""`zoneblanche map`: an atlas as a page or as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.files.results.output import check_file_place
from zoneblanche.geo.messages import _
from zoneblanche.layers.outputs.atlas_file import load_atlas
from zoneblanche.maps.report.areas import find_area, part_of

Format = Literal["html", "png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = ("html", "png", "svg", "pdf")


@dataclass(frozen=True)
class MapOrder:
    """The options of the command line, unchanged.

    Attributes:
        atlas, out, form: files, and the format; None uses that of the name of `out`.
        show, within, lang, title: of the map.
        width, method, breaks: of a picture.
    """

    atlas: Path
    out: Path | None
    form: str | None
    show: str | None
    within: str | None
    lang: str | None
    title: str | None
    width: str
    method: str
    breaks: str | None


def draw_map_file(order: MapOrder) -> None:
    """Draw an atlas as one page or one picture; for a picture, print its content in words.

    Raises:
        InputError: an unknown option, or nothing with that name to show.
        ProblemWithEnvironment: matplotlib is not installed, or the file cannot be written.
    """
    form = read_format(order.form, order.out)
    out = order.out or Path(f"map.{form}")
    check_file_place(out, "map")
    if form == "html":
        check_page_options(order)
        _draw_page(order, out)
        print(out)
        return
    from zoneblanche.maps.print.layout import read_paper
    from zoneblanche.maps.print.write import write_picture

    paper = read_paper(order.width)
    breaks = read_breaks(order.breaks)
    alt = write_picture(
        load_atlas(order.atlas), out, order.show,
        form=form, width=paper.width, height=paper.height, area=order.within,
        method=order.method, breaks=breaks, lang=order.lang, title=order.title,
    )  # fmt: skip
    print(out)
    print(alt)


def read_format(form: str | None, out: Path | None) -> Format:
    """Return the requested format, else that of the file's name, else a page.

    Raises:
        InputError: an unknown one, or one that differs from the file's name.

    >>> read_format(None, Path("carte.svg")), read_format("pdf", None)
    ('svg', 'pdf')
    """
    suffix = "" if out is None else out.suffix.lower().lstrip(".")
    named = next((name for name in FORMATS if name == suffix), None)
    if form is None:
        return named or "html"
    chosen = next((name for name in FORMATS if name == form), None)
    if chosen is None:
        raise InputError(
            Fault(
                _("--format {form} is not known.", form=repr(form)),
                remedy=nearest(form, FORMATS),
                kind="option",
            )
        )
    if named is not None and named != chosen:
        raise InputError(
            Fault(
                _(
                    "--format {form} and a file that ends in .{named} do not agree.",
                    form=form,
                    named=named,
                ),
                remedy=_("Name the file e.g. map.{form}.", form=form),
                kind="option",
            )
        )
    return chosen


def read_breaks(text: str | None) -> tuple[float, ...]:
    """Return breaks as a reader writes them: between semicolons or spaces, with a decimal point or
    comma.

    Raises:
        InputError: something that is not a number.

    >>> read_breaks("10; 20,5 50")
    (10.0, 20.5, 50.0)
    """
    breaks = []
    for part in (text or "").replace(";", " ").split():
        try:
            value = float(part.replace(",", "."))
        except ValueError:
            value = float("nan")
        if value != value or abs(value) == float("inf"):
            raise InputError(
                Fault(
                    _("--breaks: {part} is not a number.", part=repr(part)),
                    remedy=_('Write e.g. --breaks "10;20;50".'),
                    kind="option",
                )
            )
        breaks.append(value)
    return tuple(breaks)


def check_page_options(order: MapOrder) -> None:
    """Refuse options of a picture for a page, where the reader chooses.

    Raises:
        InputError: such an option was given.
    """
    is_given = {
        "--width": order.width != "a4",
        "--method": order.method != "quantile",
        "--breaks": order.breaks is not None,
    }
    wrong = [name for name, present in is_given.items() if present]
    if wrong:
        raise InputError(
            Fault(
                _(
                    "{wrong}: only a picture has it; on the page the reader chooses.",
                    wrong=", ".join(wrong),
                ),
                remedy=_("Add --format png, svg or pdf."),
                kind="option",
            )
        )


def _draw_page(order: MapOrder, out: Path) -> None:
    from zoneblanche.maps.page.draw_map import draw_map

    atlas = load_atlas(order.atlas)
    if order.within is not None:
        lang = order.lang or atlas.lang
        atlas = part_of(atlas, find_area(atlas, order.within, lang=lang).inside)
    draw_map(atlas, order.show, lang=order.lang, title=order.title).save(out)
