"""`write_picture`: an atlas as one picture for print.

Classes, colours and words are those of the page. The rest is that of a printed map: a title, a
legend with its counts, a scale bar for every frame, the sources with their dates and licences. The
same atlas gives the same bytes.
"""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from zoneblanche.geo.country import in_language
from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.files.results.output import staged_file
from zoneblanche.geo.messages import _, fill, quantity, translate, translate_all
from zoneblanche.geo.source import union_of
from zoneblanche.maps.drawn.bivariate import Bivariate, ids_of, read_show, title_of
from zoneblanche.maps.drawn.cite import cite_all
from zoneblanche.maps.drawn.classes import Classed, class_territories
from zoneblanche.maps.drawn.legend import describe_classes
from zoneblanche.maps.drawn.words import WORDS, write_date
from zoneblanche.maps.page.header.layers import is_coarse, measured_partly
from zoneblanche.maps.print.compose import compose
from zoneblanche.maps.print.layout import Caption, Paper
from zoneblanche.maps.print.pen import FONT, check_matplotlib, clean
from zoneblanche.maps.report.areas import find_area, part_of

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas
    from zoneblanche.layers.indicator import Indicator

Format = Literal["png", "svg", "pdf"]
DOTS = 300
"""Dots per inch of a PNG for print."""


def write_picture(
    atlas: Atlas,
    path: str | Path,
    show: str | tuple[str, str] | Bivariate | None = None,
    *,
    form: Format = "png",
    width: float = 170.0,
    height: float | None = None,
    area: str | None = None,
    method: str = "quantile",
    breaks: Sequence[float] = (),
    lang: str | None = None,
    title: str | None = None,
) -> str:
    """Write a static map, whole or not at all.

    Args:
        atlas: to draw. The whole atlas is classified, so that an area keeps the colours that it has
            on the map of the whole.
        path: of the picture.
        show: as for `draw_map`.
        form: "png" (300 dots per inch), "svg" or "pdf", both vector.
        width: in millimetres.
        height: maximum height in millimetres; None lets the width determine it.
        area: code of a containing territory, to draw that part only ("48", "epci:200066868").
        method, breaks: of the classes: see `class_territories`.
        lang: one with a catalogue; None uses that of the atlas.
        title: of the map; None uses the indicator's and the place's.

    Returns:
        What the picture shows, in a sentence; the file contains it too.

    Raises:
        InputError: no such indicator, method or area.
        ProblemWithEnvironment: matplotlib is not installed, or the file cannot be written.
    """
    check_matplotlib()
    lang = lang or atlas.lang
    shown = read_show(atlas, show)
    about = find_area(atlas, area, lang=lang)
    classed = class_territories(atlas, shown, lang=lang, method=method, breaks=breaks)
    caption = _caption(atlas, shown, classed, about.inside, lang, title, about.name)
    with _own_settings(), warnings.catch_warnings():
        # A character that the font lacks becomes a box; the file also contains the text.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from", category=UserWarning)
        figure = compose(
            part_of(atlas, about.inside),
            classed,
            caption,
            inside=about.inside,
            paper=Paper(width, height),
        )
        content = _rendered(figure, form, caption)
    with staged_file(Path(path), "map") as staging:
        staging.write_bytes(content)
    return caption.alt


def _caption(
    atlas: Atlas,
    shown: str | Bivariate,
    classed: Classed,
    inside: np.ndarray,
    lang: str,
    title: str | None,
    place: str,
) -> Caption:
    indicators = [atlas.indicator(name) for name in ids_of(shown)]
    heading = title_of(atlas, shown, lang)
    words = translate_all(WORDS, lang)
    full = title or (f"{heading}{words['colon']}{place}" if place else heading)
    units = atlas.territories.level_title(lang, plural=True)
    drawn = atlas.territories.level_title(lang, plural=int(inside.sum()) != 1)
    notes = [f"{units[:1].upper()}{units[1:]}"]
    for indicator in indicators:
        parts = [indicator.title_in(lang)] if len(indicators) > 1 else []
        suffix = [in_language(indicator.suffix, lang)]
        parts += suffix if indicator.suffix else _scale_of(indicator, lang)
        parts += [write_date(indicator.period, lang)] if indicator.period else []
        if indicator.native_level not in ("", atlas.territories.level):
            level = atlas.territories.level_title(lang, level=indicator.native_level)
            name = "measured_partly_by" if measured_partly(atlas, indicator) else "measured_by"
            how = fill(WORDS[name], level=level)
            how = fill(WORDS["hatched"], how=how) if is_coarse(atlas, indicator) else how
            parts.append(translate(how, lang))
        notes += [", ".join(parts)] if parts else []
    used = union_of(*(indicator.sources for indicator in indicators))
    borders = tuple(source for source in atlas.territories.sources if source not in used)
    lines = [(words["source"], used), (words["boundaries"], borders)]
    return Caption(
        title=full,
        note=" · ".join(notes),
        heading=heading if title else "",
        sources=(
            *(f"{word}{words['colon']}{cite_all(some, lang)}." for word, some in lines if some),
            words["made_with"],
        ),
        alt=clean(describe_classes(classed, inside, title=full, units=drawn, lang=lang)),
        units=units,
        lang=lang,
        coarse=any(is_coarse(atlas, indicator) for indicator in indicators),
    )


def _scale_of(indicator: Indicator, lang: str) -> list[str]:
    """Return the range of a score, if it is fixed."""
    low, high = indicator.bounds
    if indicator.unit != "score" or low is None or high is None:
        return []
    scale = _("score from {low} to {high}", low=quantity(low, 0), high=quantity(high, 0))
    return [translate(scale, lang)]


class _own_settings:
    """Use matplotlib with its defaults and ours: neither a user's settings file nor other code in
    the process changes a picture."""

    def __enter__(self) -> None:
        import matplotlib as mpl

        self._context = mpl.rc_context()
        self._context.__enter__()
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "font.family": FONT,
                "hatch.linewidth": 0.6,
                "svg.fonttype": "none",  # text stays text: searchable, readable aloud
                "svg.hashsalt": "zoneblanche",
                "pdf.fonttype": 42,
                "path.simplify": False,
            }
        )

    def __exit__(self, *error: object) -> None:
        self._context.__exit__(None, None, None)


def _rendered(figure: Any, form: Format, caption: Caption) -> bytes:
    """Return the bytes of a picture, without a date or a machine name."""
    about = {"Title": clean(caption.title)}
    source_text = " ".join(clean(line) for line in caption.sources)
    metadata: dict[str, dict[str, Any]] = {
        "png": about | {"Description": caption.alt, "Source": source_text,
                        "Software": "zoneblanche"},
        "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
        "pdf": about | {"Subject": caption.alt, "Keywords": source_text, "CreationDate": None,
                        "Creator": "zoneblanche", "Producer": "zoneblanche (matplotlib)"},
    }  # fmt: skip
    stream = io.BytesIO()
    try:
        figure.savefig(stream, format=form, dpi=DOTS, metadata=metadata[form], facecolor="#ffffff")
    except (MemoryError, ValueError) as error:
        raise ProblemWithEnvironment(
            _("the picture cannot be drawn: {error}.", error=error)
        ) from error
    content = stream.getvalue()
    return _accessible_svg(content.decode("utf-8"), caption) if form == "svg" else content


def _accessible_svg(text: str, caption: Caption) -> bytes:
    """Return an SVG with its title and description, without references to other files."""
    text = re.sub(r"<!DOCTYPE[^>]*>\s*", "", text, count=1)
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, count=1, flags=re.DOTALL)
    head, _unused, rest = text.partition("<svg ")
    attributes, _unused, body = rest.partition(">")
    title, alt = (html.escape(part, quote=False) for part in (clean(caption.title), caption.alt))
    named = f'role="img" lang="{caption.lang}" aria-labelledby="zb-title zb-desc"'
    # If our font is not installed, one of the same width, never a serif.
    body = body.replace(f"font-family: '{FONT}'", f"font-family: '{FONT}', Verdana, sans-serif")
    described = f'<title id="zb-title">{title}</title>\n<desc id="zb-desc">{alt}</desc>'
    return f"{head}<svg {attributes} {named}>\n{described}{body}".encode()
