"""Write docs/gallery: real maps, reports and an embed, with the commands of users.

Run: python -m scripts.build.gallery [FOLDER] [--source NAME=FILE]

`--reports ATLAS.parquet` writes the reports only, of the territories.parquet of a run.

The figures are those of the embedded edition, unless a source replaces one. With pandoc on the PATH
the embed's Quarto document is rendered again too.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from PIL import Image

from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.layers.outputs.atlas_file import save_atlas
from zoneblanche.maps.print.layout import read_paper
from zoneblanche.maps.print.write import Format, write_picture
from zoneblanche.scripts.commands.options import parse_sources
from zoneblanche.scripts.jobs.report import edition_atlas, embed_file, report_file

GALLERY = Path(__file__).resolve().parents[2] / "docs" / "gallery"
MOST_BYTES = 600_000
REPORTS = (
    ("lozere.html", "48", "fr"),
    ("lozere-en.html", "48", "en"),
    ("epci-gorges-causses-cevennes.html", "epci:200069151", "fr"),
    ("france.html", None, "fr"),
)
KEPT = ("map.html", "map.png", "snippet.html", "example.html")
COLOURS = 128
"""Number of colours of pictures in the repository, which halves their size; the command writes them
all."""


@dataclass(frozen=True)
class Shot:
    """A static map of the gallery.

    Attributes:
        name: of its file; its suffix is the format.
        show, area, width, lang, method: as on the command line.
    """

    name: str
    show: str
    area: str | None = None
    width: str = "a4"
    lang: str = "fr"
    method: str = "quantile"

    @property
    def command(self) -> str:
        """Return the command that draws it."""
        parts = ["zoneblanche map scored.parquet", f"-o {self.name}", f"--show {self.show}"]
        parts += [f"--within {self.area}"] if self.area else []
        parts += [f"--width {self.width}"] if self.width != "a4" else []
        parts += [f"--method {self.method}"] if self.method != "quantile" else []
        return " ".join([*parts, f"--lang {self.lang}"])


CHAPTERS: tuple[tuple[str, tuple[Shot, ...]], ...] = (
    (
        "France",
        (
            Shot("france-index.png", "digital-inequality"),
            Shot(
                "france-density-presence.png", "density-presence", width="a4-landscape", lang="en"
            ),
            Shot("france-flag.png", "sparse-underserved", width="column"),
        ),
    ),
    (
        "A département: Lozère",
        (
            Shot("lozere-index.svg", "digital-inequality", "48"),
            Shot("lozere-density-presence.png", "density-presence", "48", lang="en"),
            Shot("lozere-fibre.png", "premises-1gbps", "48", "column", method="goalposts"),
        ),
    ),
    (
        "A city: Métropole de Lyon",
        (
            Shot("lyon-presence.svg", "presence", "epci:200046977", "column", "en"),
            Shot("lyon-fibre.png", "premises-1gbps", "epci:200046977", "column", method="jenks"),
        ),
    ),
)


def build_gallery(folder: Path, sources: Mapping[str, Path]) -> list[Path]:
    """Write the pictures and pages, and the page that shows them; return all.

    Raises:
        ProblemWithEnvironment: a file is too large for the repository.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        atlas = edition_atlas(sources)
        scored = Path(place) / "scored.parquet"
        save_atlas(atlas, scored)
        written = build_reports(folder, scored)
        embed = Path(place) / "embed"
        embed_file(scored, out=embed, show="density-presence", within="48", lang="fr", quiet=True)
        (folder / "embed").mkdir(exist_ok=True)
        for name in KEPT:
            written.append(folder / "embed" / name)
            written[-1].write_bytes((embed / name).read_bytes())
        written += render_examples(embed, folder / "embed")
    captions = {}
    for shot in (shot for _, shots in CHAPTERS for shot in shots):
        path = folder / shot.name
        path.unlink(missing_ok=True)  # it was made smaller since it was drawn
        paper = read_paper(shot.width)
        form: Format = "svg" if path.suffix == ".svg" else "png"
        captions[shot.name] = write_picture(
            atlas, path, shot.show,
            form=form, width=paper.width, height=paper.height, area=shot.area,
            method=shot.method, lang=shot.lang,
        )  # fmt: skip
        if form == "png":
            shrink_picture(path)
        written.append(path)
    written.append(folder / "index.md")
    written[-1].write_text(write_index(captions, sources), encoding="utf-8", newline="\n")
    check_sizes(written)
    return written


def build_reports(folder: Path, scored: Path) -> list[Path]:
    """Write the reports; return them.

    Raises:
        ProblemWithEnvironment: one is too large for the repository.
    """
    written = []
    for name, area, lang in REPORTS:
        (folder / name).unlink(missing_ok=True)  # an earlier release's
        written += report_file(scored, out=folder / name, within=area, lang=lang, quiet=True)
    check_sizes(written)
    return written


def shrink_picture(path: Path) -> None:
    """Halve the resolution, use a palette and remove text chunks, to save space in the
    repository."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").reduce(2)
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True, dpi=(150, 150))


def render_examples(embed: Path, folder: Path) -> list[Path]:
    """Write the embed's Markdown as CommonMark renders it, and its Quarto document as rendered by
    pandoc, which Quarto calls; without pandoc the latter is not changed."""
    text = (embed / "example.md").read_text("utf-8")
    page = folder / "example-markdown.html"
    head = '<!DOCTYPE html>\n<html lang="fr">\n<meta charset="utf-8">\n<title>Markdown</title>\n'
    body = MarkdownIt("commonmark").render(text)
    page.write_text(f"{head}{body}", encoding="utf-8", newline="\n")
    pandoc, quarto = shutil.which("pandoc"), folder / "example-quarto.html"
    if pandoc is not None:
        options = ["--standalone", "--from", "markdown", "--to", "html5", "--output", str(quarto)]
        subprocess.run([pandoc, *options, str(embed / "example.qmd")], check=True)
    return [page, *([quarto] if quarto.exists() else [])]


def check_sizes(written: list[Path]) -> None:
    """Raise ProblemWithEnvironment if a file is too large for the repository."""
    for path in written:
        if path.stat().st_size > MOST_BYTES:
            raise ProblemWithEnvironment(
                f"{path} has {path.stat().st_size} bytes; the repository keeps {MOST_BYTES}."
            )


def write_index(captions: Mapping[str, str], sources: Mapping[str, Path]) -> str:
    """Return the page of the gallery: each picture with its content in words, and its command."""
    options = "".join(f" --source {name}={path.name}" for name, path in sorted(sources.items()))
    parts = [
        "# Gallery",
        "",
        "`python -m scripts.build.gallery` writes this page from real figures. Each picture names "
        "the sources and dates of its figures. The atlas of all pictures:",
        "",
        "```",
        f"zoneblanche build -o atlas.parquet{options}",
        "zoneblanche index atlas.parquet -o scored.parquet --flag sparse-underserved",
        "```",
        "",
        "The pictures on this page have 150 dots per inch and a palette; the commands write 300.",
    ]
    for title, shots in CHAPTERS:
        parts += ["", f"## {title}"]
        for shot in shots:
            alt = captions[shot.name].translate({ord(sign): f"\\{sign}" for sign in "[]<>"})
            parts += ["", f"![{alt}]({shot.name})", "", f"`{shot.command}`"]
    parts += [
        "",
        "## Pages",
        "",
        "- The interactive map of Lozère, as shown in a frame: "
        "[embed/map.html](embed/map.html), and how to embed it in [HTML](embed/example.html), "
        "[Markdown](embed/example-markdown.html) and [Quarto](embed/example-quarto.html)",
        "- Reports: [Lozère](lozere.html), [Lozère in English](lozere-en.html), "
        "[CC Gorges Causses Cévennes](epci-gorges-causses-cevennes.html), [France](france.html)",
        "",
    ]
    return "\n".join(parts)


def main() -> None:
    """Read the options and write the gallery."""
    parser = argparse.ArgumentParser(description="Write the gallery.")
    parser.add_argument("folder", nargs="?", type=Path, default=GALLERY)
    parser.add_argument("--source", action="append", metavar="NAME=FILE")
    parser.add_argument(
        "--reports",
        metavar="ATLAS.parquet",
        type=Path,
        help="write only the reports, of this atlas",
    )
    options = parser.parse_args()
    if options.reports is None:
        written = build_gallery(options.folder, parse_sources(options.source))
    else:
        written = build_reports(options.folder, options.reports)
    for path in written:
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
