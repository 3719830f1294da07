"""`draw_map`: an atlas as an interactive map, in a notebook or as one HTML file."""

from __future__ import annotations

import html
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import folium

from zoneblanche.geo.files.results.signature import signed_text
from zoneblanche.geo.messages import _
from zoneblanche.maps.drawn.bivariate import Bivariate
from zoneblanche.maps.page.folium_layer import AtlasLayer
from zoneblanche.maps.page.html import write_whole
from zoneblanche.maps.page.write_page import page_text

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas

NOTEBOOK_HEIGHT = 640


def draw_map(
    atlas: Atlas,
    show: str | tuple[str, str] | Bivariate | None = None,
    *,
    lang: str | None = None,
    title: str | None = None,
) -> AtlasMap:
    """Return an interactive map of every indicator of an atlas.

    Args:
        atlas: to draw, with measured and computed indicators.
        show: what the map opens with: an indicator's id; two ids, or both joined by a hyphen
            ("density-presence"), for a bivariate map; None for the index, else the first indicator.
        lang: one with a catalogue; None uses that of the atlas. The reader can change it.
        title: of the page; None uses that of the index.

    Returns:
        A folium map: `.save("map.html")` writes it, a notebook displays it, and any folium layer
        can be added to it.

    Raises:
        InputError: the atlas has no such indicator, or none at all.
    """
    return AtlasMap(atlas, show, lang=lang or atlas.lang, title=title)


class AtlasMap(folium.Map):
    """A folium map with an atlas.

    If nothing else was added, `save` writes one self-contained file with a strict
    Content-Security-Policy. With other layers it writes folium's page, which loads folium's scripts
    from their addresses, with a warning.
    """

    def __init__(
        self,
        atlas: Atlas,
        show: str | tuple[str, str] | Bivariate | None,
        *,
        lang: str,
        title: str | None,
    ) -> None:
        super().__init__(tiles=None, zoom_control=True)
        self._name = "AtlasMap"
        self.layer = AtlasLayer(atlas, show, lang=lang, title=title)
        self.add_child(self.layer)

    @property
    def foreign(self) -> list[str]:
        """Return names of what others added to the map or to its figure."""
        added = [child for child in self._children.values() if child is not self.layer]
        figure: Any = self.get_root()
        added += [child for child in figure._children.values() if child is not self]
        if not self.layer.rendered:  # otherwise folium has put its own parts there
            for place in (figure.header, figure.html, figure.script):
                added += [c for name, c in place._children.items() if name != "meta_http"]
        return [str(getattr(child, "_name", child)) for child in added]

    def write(self) -> str:
        """Return the page as text: ours, or folium's if other layers were added."""
        if self.foreign:
            warnings.warn(
                _(
                    "Other layers were added to this map, so folium writes the page: it "
                    "loads folium's scripts from elsewhere and has no strict "
                    "Content-Security-Policy."
                ),
                stacklevel=3,
            )
            return str(self.get_root().render())
        layer = self.layer
        text = page_text(layer.atlas, layer.payload, show=layer.shown, lang=layer.lang)
        return signed_text(text, "map")

    def save(
        self, outfile: str | bytes | Path | BinaryIO, close_file: bool = True, **_: Any
    ) -> None:
        """Write the page whole or not at all (folium's signature).

        Raises:
            ProblemWithEnvironment: the file cannot be written.
        """
        text = self.write()
        if isinstance(outfile, (str, bytes, os.PathLike)):
            write_whole(Path(os.fsdecode(outfile)), text)
            return
        outfile.write(text.encode("utf-8"))
        if close_file:
            outfile.close()

    def _repr_html_(self, **_: Any) -> str:
        """Return the page in a frame, for notebooks."""
        page = html.escape(self.write())
        return (
            f'<iframe srcdoc="{page}" width="100%" height="{NOTEBOOK_HEIGHT}" '
            'style="border:1px solid #8b95a3" title="zoneblanche"></iframe>'
        )
