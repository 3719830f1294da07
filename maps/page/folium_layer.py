"""Our layer as a folium layer, so that a folium user can combine it with anything else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, Figure

from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.drawn.bivariate import Bivariate, read_show
from zoneblanche.maps.page.html import data_blocks, our_script
from zoneblanche.maps.page.payload import Payload, write_payload

if TYPE_CHECKING:
    from zoneblanche.layers.atlas import Atlas


class Verbatim(Element):
    """Text that reaches the page unchanged.

    branca compiles the result of a macro as a template again. This text is only written, so no text
    of ours or of the data can be read as a template.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **_: Any) -> str:
        """Return the text."""
        return self._text


class AtlasLayer(folium.map.Layer):
    """The territories of an atlas, painted on a folium map, with their panel, legend and card.

    `name` is the name in a `LayerControl`: letters, digits, spaces and simple punctuation are kept,
    because folium and Leaflet write it as markup.
    """

    def __init__(
        self,
        atlas: Atlas,
        show: str | tuple[str, str] | Bivariate | None = None,
        *,
        lang: str = "fr",
        title: str | None = None,
        name: str = "zoneblanche",
    ) -> None:
        super().__init__(name=plain_name(name), overlay=True, control=True, show=True)
        self._name = "AtlasLayer"
        self.atlas = atlas
        self.shown = read_show(atlas, show)
        self.lang = lang
        self.title = title
        self.rendered = False
        self._payload: Payload | None = None

    @property
    def payload(self) -> Payload:
        """Return the atlas packed for a page; computed once, when it is first written."""
        if self._payload is None:
            self._payload = write_payload(self.atlas, self.shown, lang=self.lang, title=self.title)
        return self._payload

    def render(self, **kwargs: Any) -> str:
        """Add our data, style and script to a folium page, in addition to folium's own."""
        figure, holder = self.get_root(), self._parent
        if not isinstance(figure, Figure) or holder is None:
            raise TypeError("an AtlasLayer is written with the map that it was added to")
        self.rendered = True
        mine, parent = self.get_name(), holder.get_name()
        figure.header.add_child(
            Verbatim(f"<style>{read_asset('page.css')}</style>"), name="zoneblanche_style"
        )
        figure.html.add_child(
            Verbatim(data_blocks(self.payload.blocks, prefix=mine)), name=f"{mine}_data"
        )
        figure.script.add_child(Verbatim(our_script()), name="zoneblanche_script")
        added = f"\n{mine}.addTo({parent});" if self.show else ""
        start = f"var {mine} = window.zoneblanche.layerFor('{mine}');{added}"
        figure.script.add_child(Verbatim(start), name=mine)
        return ""


def plain_name(name: str) -> str:
    """Return a name without characters that have a meaning in a template or in markup.

    >>> plain_name("{{7*7}} <b>Communes</b>")
    '77 bCommunesb'
    """
    return re.sub(r"[^\w .,()-]", "", name).strip() or "zoneblanche"
