"""Static maps for print: one atlas, one picture, as PNG, SVG or PDF."""

from zoneblanche.maps.print.write import write_picture

__all__ = ["write_picture"]
