"""Static maps for print: an atlas as one picture in PNG, SVG or PDF."""

from zoneblanche.maps.print.write import write_picture

__all__ = ["write_picture"]
