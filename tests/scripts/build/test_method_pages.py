from __future__ import annotations

from pathlib import Path

import pytest

from zoneblanche.geo import read_country
from zoneblanche.layers.build import read_atlas
from zoneblanche.layers.index.recipe.load import known_recipes, read_recipe
from zoneblanche.layers.outputs.atlas_file import save_atlas
from zoneblanche.scripts.build.method_pages import main, method_lines, page_name

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", known_recipes())
def test_the_committed_pages_are_those_of_the_recipes(name: str) -> None:
    path = ROOT / "docs" / page_name(name)
    command = f"python -m scripts.build.method_pages full.parquet --only {name} -o docs"
    assert path.is_file(), command
    page = path.read_text("utf-8")
    assert page.startswith("\n".join(method_lines(read_recipe(name)))), command
    assert "## Results on real figures" in page


def test_pages_are_written_from_an_atlas(tmp_path: Path) -> None:
    save_atlas(read_atlas(read_country("fr"), within=["48", "15"]), tmp_path / "atlas.parquet")
    main([str(tmp_path / "atlas.parquet"), "-o", str(tmp_path)])
    page = (tmp_path / "method-presence-only.md").read_text("utf-8")
    for heading in ("### Correlations", "### Influence of each indicator", "### Robustness"):
        assert heading in page
    assert "Cronbach's α of the parts of each dimension: `presence-only` 0." in page
    assert "draws: half of the territories" in page
    page = (tmp_path / "method-fragility.md").read_text("utf-8")
    assert "has no `low-diploma`." in page
    assert "These figures describe a part of the index" in page
    page = (tmp_path / "method-rpnt.md").read_text("utf-8")
    assert "No indicator remains, so there are no results." in page


def test_one_page_of_a_part_is_written_elsewhere_and_refused_in_docs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    atlas = tmp_path / "atlas.parquet"
    save_atlas(read_atlas(read_country("fr"), within="48"), atlas)
    main([str(atlas), "--only", "rpnt", "-o", str(tmp_path / "pages")])
    assert [page.name for page in (tmp_path / "pages").iterdir()] == ["method-rpnt.md"]
    with pytest.raises(SystemExit):
        main([str(atlas), "--only", "rpnt", "-o", str(ROOT / "docs")])
    refusal = capsys.readouterr().err
    assert "lacks 34,723 communes of France" in refusal
    assert "Build it without --within" in refusal
