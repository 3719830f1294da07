"""What mkdocs calls while it builds the site."""

from __future__ import annotations

from typing import Any

from mkdocs.structure.files import File

from zoneblanche.scripts.build.docs.pages import ROOT, navigation, with_links, written_pages


def on_config(config: Any) -> Any:
    """Set the navigation."""
    config.nav = navigation((ROOT / "docs" / "README.md").read_text("utf-8"))
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are written from the code."""
    for name, text in written_pages().items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links to the top level of the repository lead to pages of the site."""
    return with_links(markdown, of_top=False)
