"""Drawing on paper with matplotlib: text, outlines, bars. Lengths are points, y runs downward.

Text is never read as a formula: a title with dollar signs stays a title.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.messages import _
from zoneblanche.maps.drawn.palettes import INK, ramp
from zoneblanche.maps.print.shapes import GRID

if TYPE_CHECKING:
    from matplotlib.path import Path as Outline

FONT = "DejaVu Sans"
"""Included in matplotlib, so that a picture is the same on every machine."""

SPACING = 1.32
"""Distance from one line of text to the next, in font sizes."""

UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029]")
"""Characters that neither XML nor a line of text can contain."""

NO_MATPLOTLIB = _(
    "pictures need matplotlib, which is not installed: pip install "
    "'zoneblanche[static]'. The interactive page needs nothing more: "
    "--format html."
)

Align = Literal["left", "center", "right"]


class Pen:
    """A sheet of paper with a width; its height is known when all is drawn."""

    def __init__(self, width: float) -> None:
        from matplotlib.figure import Figure

        self.width = width
        self.figure = Figure(figsize=(width / 72, 1.0), dpi=72)
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_axis_off()
        self.axes.set_autoscale_on(False)

    def finish(self, height: float) -> Any:
        """Return the figure, cut to its height."""
        high = round(height, 1)
        self.figure.set_size_inches(self.width / 72, high / 72)
        self.axes.set_xlim(0, self.width)
        self.axes.set_ylim(high, 0)
        return self.figure

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        colour: str = INK["light"],
        bold: bool = False,
        align: Align = "left",
        halo: bool = False,
        turned: bool = False,
    ) -> None:
        """Write one line of text on the base line `y`."""
        from matplotlib.patheffects import withStroke

        self.axes.text(
            x,
            y,
            clean(text),
            fontsize=size,
            color=colour,
            fontweight="bold" if bold else "normal",
            ha=align,
            va="center" if turned else "baseline",
            rotation=90 if turned else 0,
            parse_math=False,
            path_effects=[withStroke(linewidth=1.8, foreground="#ffffff")] if halo else None,
            zorder=9,
        )

    def write_lines(
        self,
        x: float,
        top: float,
        text: str,
        width: float,
        size: float,
        *,
        bold: bool = False,
        colour: str = INK["light"],
        align: Align = "left",
        spacing: float = SPACING,
        most: int = 4,
    ) -> float:
        """Write a text in as many lines as it needs; return where they end."""
        for line in self.wrap(text, width, size, bold=bold, most=most):
            top += size * spacing
            self.write(x, top, line, size, bold=bold, colour=colour, align=align)
        return top

    def measure(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return the width of a line of text."""
        from matplotlib.font_manager import FontProperties
        from matplotlib.textpath import text_to_path

        letters = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
        wide, _unused, _unused = text_to_path.get_text_width_height_descent(
            clean(text), letters, ismath=False
        )
        return float(wide)

    def wrap(
        self, text: str, width: float, size: float, *, bold: bool = False, most: int = 12
    ) -> list[str]:
        """Return the text in lines that fit; a word that is too long for a line is split."""
        lines: list[str] = []
        words = [
            part for word in clean(text).split(" ") for part in _pieces(self, word, width, size)
        ]
        for word in words:
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.measure(longer, size, bold=bold) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        if len(lines) <= most:
            return lines
        last = lines[most - 1]
        while " " in last and self.measure(f"{last} …", size, bold=bold) > width:
            last = last.rpartition(" ")[0]
        return [*lines[: most - 1], f"{last} …"]

    def fill(
        self, shapes: np.ndarray, colour: str, *, hatch: str | None = None, coarse: bool = False
    ) -> None:
        """Fill outlines with a colour, or hatch them with `hatch` on it; with `coarse`, hatch them
        as the figures of larger areas."""
        outline = outline_of(shapes)
        if outline is not None:
            self._patch(outline, colour, hatch, coarse=coarse)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        colour: str | None = None,
        hatch: str | None = None,
        coarse: bool = False,
        line: str | None = None,
        line_width: float = 0.5,
    ) -> None:
        """Draw a rectangle, filled, hatched or framed."""
        from matplotlib.patches import Rectangle
        from matplotlib.path import Path as Outline

        if colour is not None:
            corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
            self._patch(Outline(corners, closed=True), colour, hatch, coarse=coarse)
        if line is not None:
            self.axes.add_artist(
                Rectangle((x, y), width, height, fill=False, edgecolor=line, linewidth=line_width,
                          zorder=7)
            )  # fmt: skip

    def trace(self, shapes: np.ndarray, colour: str, width: float) -> None:
        """Draw the borders of shapes, shared ones once."""
        from matplotlib.patches import PathPatch

        outline = borders_of(shapes)
        if outline is not None:
            self.axes.add_artist(
                PathPatch(outline, fill=False, edgecolor=colour, linewidth=width, joinstyle="round",
                          zorder=5)
            )  # fmt: skip

    def bar(self, x: float, y: float, length: float, text: str, size: float) -> None:
        """Draw a scale bar with its text to its right."""
        from matplotlib.lines import Line2D

        self.axes.add_artist(
            Line2D([x, x, x + length, x + length], [y - 3, y, y, y - 3], color=INK["light"],
                   linewidth=0.7, solid_capstyle="butt", zorder=8)
        )  # fmt: skip
        self.write(x + length + 3, y, text, size)

    def _patch(
        self, outline: Outline, colour: str, hatch: str | None, *, coarse: bool = False
    ) -> None:
        from matplotlib.patches import PathPatch

        # An outline in the same colour closes the thin gap between two classes.
        edge = colour if hatch is None else hatch
        self.axes.add_artist(
            PathPatch(
                outline,
                facecolor=colour,
                edgecolor=edge,
                hatch=None if hatch is None else "//////",
                linewidth=0.2 if hatch is None else 0.0,
                joinstyle="round",
                zorder=2,
            )
        )
        if coarse:  # paler stripes that fall from left to right; those of "no data" rise
            self.axes.add_artist(
                PathPatch(
                    outline,
                    facecolor="none",
                    edgecolor=ramp([colour, "#ffffff"], 6)[3],
                    hatch="\\\\\\\\",
                    linewidth=0.0,
                    zorder=2,
                )
            )


def check_matplotlib() -> None:
    """Check that pictures can be drawn.

    Raises:
        ProblemWithEnvironment: matplotlib is not installed.
    """
    if sys.modules.get("matplotlib") is not None:
        return
    try:
        with _beside_its_settings():
            import_module("matplotlib")
    except ImportError as error:
        raise ProblemWithEnvironment(NO_MATPLOTLIB) from error


@contextmanager
def _beside_its_settings() -> Iterator[None]:
    """The folder with matplotlib's own settings as the working folder: it reads the `matplotlibrc`
    of the working folder while it is imported, whoever put it there."""
    module = find_spec("matplotlib")
    folders = () if module is None else module.submodule_search_locations or ()
    own_folder = next(
        (path for folder in folders if (path := Path(folder) / "mpl-data").is_dir()), None
    )
    try:
        Path.cwd()
    except FileNotFoundError:  # it was removed, and holds no file
        own_folder = None
    with nullcontext() if own_folder is None else chdir(own_folder):
        yield


def clean(text: str) -> str:
    """Return the text without characters that no line of a picture can contain.

    >>> clean("a\\tb\\x00")
    'a b�'
    """
    return UNSPEAKABLE.sub("\ufffd", re.sub(r"[\t\n\r]+", " ", text))


def outline_of(shapes: np.ndarray) -> Outline | None:
    """Return polygons as one matplotlib outline, rounded to `GRID`; holes run in the other
    direction."""
    from matplotlib.path import Path as Outline

    parts = shapely.get_parts(shapes)
    parts = parts[(shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)]
    if not len(parts):
        return None
    _unused, at, (ring_ends, _unused) = shapely.to_ragged_array(
        shapely.orient_polygons(parts), include_z=False
    )
    codes = np.full(len(at), Outline.LINETO, dtype=Outline.code_type)
    codes[ring_ends[:-1]] = Outline.MOVETO
    codes[ring_ends[1:] - 1] = Outline.CLOSEPOLY
    return _rounded(at, codes)


def borders_of(shapes: np.ndarray) -> Outline | None:
    """Return the borders of polygons as matplotlib lines, each once."""
    from matplotlib.path import Path as Outline

    lines = shapely.line_merge(shapely.union_all(shapely.boundary(shapes), grid_size=GRID))
    parts = shapely.get_parts(lines)
    if not len(parts):
        return None
    _unused, at, (ends,) = shapely.to_ragged_array(parts, include_z=False)
    codes = np.full(len(at), Outline.LINETO, dtype=Outline.code_type)
    codes[ends[:-1]] = Outline.MOVETO
    return _rounded(at, codes)


def _rounded(at: np.ndarray, codes: np.ndarray) -> Outline:
    """Return vertices on the grid, without consecutive duplicates."""
    from matplotlib.path import Path as Outline

    at = np.round(np.rint(at / GRID) * GRID, 2)
    same = np.zeros(len(at), dtype=bool)
    same[1:] = (at[1:] == at[:-1]).all(axis=1) & (codes[1:] == Outline.LINETO)
    return Outline(at[~same], codes[~same])


def _pieces(pen: Pen, word: str, width: float, size: float) -> list[str]:
    """Return a word, split if it is wider than a line."""
    if pen.measure(word, size) <= width:
        return [word]
    most = max(1, int(len(word) * width / pen.measure(word, size) * 0.9))
    return [word[at : at + most] for at in range(0, len(word), most)]
