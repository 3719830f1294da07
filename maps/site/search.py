"""The index of names that the search of an atlas reads."""

from __future__ import annotations

import json
from typing import Any

from zoneblanche.maps.site.addresses import folder_of, level_folder
from zoneblanche.maps.site.model import SiteAtlas
from zoneblanche.maps.site.tables import TerritoryRows

FILE = "names.js"
"""A script, because a browser reads no JSON next to a page that is opened from a disk."""


def write_names(site: SiteAtlas, rows: TerritoryRows) -> str:
    """Return the script with all names.

    It has the folder and title of each level, its places as `[name, code]` or
    `[name, code, folder]` where the folder is not the code, and the territories by the folder of
    the page that has their cards ("" for the list of their level).
    """
    levels = [
        {
            "folder": level_folder(level),
            "title": site.level_title(level),
            "places": [
                _entry(str(name), str(code))
                for code, name in site.above[level].territories.names.items()
            ],
        }
        for level in reversed(site.above)
    ]
    homes: dict[str, list[list[str]]] = {}
    for at, code in enumerate(rows.codes):
        home = None if rows.home is None else rows.home[at]
        folder = folder_of(home) if isinstance(home, str) else ""
        homes.setdefault(folder, []).append([str(rows.names[at]), str(code)])
    content: dict[str, Any] = {
        "levels": levels,
        "level": {"folder": level_folder(site.level), "title": site.level_title(site.level)},
        "home": "" if site.home is None else level_folder(site.home),
        "territories": dict(sorted(homes.items())),
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    text = text.encode("utf-8", "replace").decode("utf-8")
    return f"window.zoneblancheNames = {text};\n"


def _entry(name: str, code: str) -> list[str]:
    folder = folder_of(code)
    return [name, code] if folder == code else [name, code, folder]
