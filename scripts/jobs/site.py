"""The command `site`."""

from __future__ import annotations

from pathlib import Path

from zoneblanche.geo.files.results.output import check_folder_place
from zoneblanche.geo.messages import _, quantity, translate
from zoneblanche.layers.outputs.atlas_file import load_atlas
from zoneblanche.maps.embed.write import check_base
from zoneblanche.maps.site.addresses import PAGE
from zoneblanche.maps.site.write import write_site
from zoneblanche.scripts.jobs.report import edition_atlas


def site_folder(
    atlas_file: Path | None,
    *,
    out: Path,
    url: str = "",
    since: Path | None = None,
    lang: str | None = None,
    title: str | None = None,
    quiet: bool = False,
) -> None:
    """Write the static atlas of a saved atlas, or of the embedded edition of France.

    Args:
        atlas_file: a scored atlas; None for the edition, scored and flagged.
        out: the folder for the pages.
        url: where it will be published, or "".
        since: an earlier atlas file, for the feed of changes.
        lang, title: of the pages.
        quiet: print nothing but errors.

    Raises:
        InputError: no such file, not an http(s) address, or a folder with other content.
        ProblemWithEnvironment: the folder cannot be written.
    """
    check_base(url)
    earlier = None if since is None else load_atlas(since)
    atlas = load_atlas(atlas_file) if atlas_file is not None else edition_atlas({})
    check_folder_place(out, "site")
    sizes = write_site(atlas, out, lang=lang, title=title, url=url, since=earlier)
    if quiet:
        return
    pages = sum(name.endswith(PAGE) for name in sizes)
    text = _(
        "{count} pages, {megabytes} MB. Open {address}",
        count=quantity(pages),
        megabytes=quantity(sum(sizes.values()) / 1e6, digits=1),
        address=(out / PAGE).absolute().as_uri(),
    )
    print(translate(text, lang or atlas.lang))
