"""Writes docs/gallery: real reports and an embed, by the commands that users have.

Run: python -m scripts.build_gallery [FOLDER]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from geo.errors import ProblemWithEnvironment
from layers.storage import save_atlas
from scripts.reporting import edition_atlas, embed_file, report_file

GALLERY = Path(__file__).resolve().parents[1] / "docs" / "gallery"
MOST_BYTES = 500_000
REPORTS = (("lozere.html", "48", "fr"), ("lozere-en.html", "48", "en"), ("france.html", None, "fr"))
KEPT = ("map.html", "map.png", "snippet.html", "example.html")


def build_gallery(folder: Path) -> list[Path]:
    """Writes the pages and returns them.

    Raises:
        ProblemWithEnvironment: a page is too large to be kept in the repository.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with tempfile.TemporaryDirectory() as place:
        scored = Path(place) / "scored.parquet"
        save_atlas(edition_atlas({}), scored)
        for name, area, lang in REPORTS:
            written += report_file(scored, out=folder / name, within=area, lang=lang, quiet=True)
        embed = Path(place) / "embed"
        embed_file(scored, out=embed, show="density-presence", within="48", lang="fr", quiet=True)
        (folder / "embed").mkdir(exist_ok=True)
        for name in KEPT:
            written.append(folder / "embed" / name)
            written[-1].write_bytes((embed / name).read_bytes())
    for path in written:
        if path.stat().st_size > MOST_BYTES:
            raise ProblemWithEnvironment(
                f"{path} has {path.stat().st_size} bytes; the repository keeps {MOST_BYTES}."
            )
    return written


if __name__ == "__main__":
    for page in build_gallery(Path(sys.argv[1]) if len(sys.argv) > 1 else GALLERY):
        print(f"{page}: {page.stat().st_size / 1000:.0f} kB")
