"""A reader's own table on the page: dropped, pasted or chosen; its account; its project."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched
from tests.browser.test_reader_workbook import second_of_three, workbook
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.project.read import read_project
from zoneblanche.maps import draw_map
from zoneblanche.maps.drawn.breaks import classify
from zoneblanche.maps.page.header.layers import class_breaks
from zoneblanche.scripts.jobs.main_job.run import run_project

pytestmark = pytest.mark.browser
Opener = Callable[..., Watched]

SHOWN = """async () => {
  const page = await window.zoneblanche.started;
  const { layer, shown, model } = page;
  return { id: layer.id, title: layer.title, codes: model.codes, level: page.level,
    of: Array.from(shown.classOf), breaks: shown.breaks, missing: shown.missingCount };
}"""
DROP = """([name, bytes]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([Uint8Array.from(bytes)], name));
  for (const kind of ["dragover", "drop"]) {
    document.querySelector("main").dispatchEvent(
      new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
}"""


@pytest.fixture(scope="module")
def lozere(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """The communes of Lozère, as a project has them."""
    path = tmp_path_factory.mktemp("lozere") / "project.toml"
    path.write_text('country = "fr"\nwithin = ["48"]\ncatalogue = ["density"]\n', "utf-8")
    return build_atlas(read_project(path))


@pytest.fixture(scope="module")
def page_of_lozere(lozere: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "lozere.html"
    draw_map(lozere).save(path)
    return path


def table_of(atlas: Atlas) -> str:
    """A table with figures for most communes, written as a spreadsheet in French writes it."""
    rng = np.random.default_rng(3)
    lines = ["INSEE;Commune;Taux d'équipement;Actes"]
    for place, code in enumerate(atlas.codes[:-5]):
        taux = "nd" if place % 20 == 7 else f"{rng.random() * 100:.2f}".replace(".", ",")
        lines.append(f"{code};{atlas.territories.names[code]};{taux};{rng.poisson(30)}")
    return "\r\n".join([*lines, "48999;Nulle part;1,5;3", ""])


def as_published(text: str) -> str:
    """The same table with codes in groups, flags behind some figures, and a total."""
    lines = text.split("\r\n")
    for place, line in enumerate(lines[1:-1], start=1):
        code, name, taux, acts = line.split(";")
        flag = " (e)" if place % 9 == 0 and taux != "nd" else ""
        lines[place] = f"{code[:2]} {code[2:]};{name};{taux}{flag};{acts}"
    return "\r\n".join([*lines[:-1], ";Total;50,00;3000", ""])


def choose(page: Page, name: str, data: bytes) -> None:
    page.locator("[data-own=open]").click()
    page.locator("dialog input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": data}
    )
    page.wait_for_selector(".zb-own-result")


def drawn_as(page: Page, name: str) -> None:
    """Wait until the map shows that layer: the dialog closes a moment after the click."""
    shows(page, "layer.id", name)


def shows(page: Page, path: str, value: str) -> None:
    """Wait until a property of the page has a value. A promise would count as true at once."""
    page.evaluate("window.zoneblanche.started.then((page) => { window.shownPage = page; })")
    page.wait_for_function(
        "([path, value]) => path.split('.').reduce((one, key) => one[key], window.shownPage)"
        " === value",
        arg=[path, value],
    )


def test_a_table_becomes_a_layer_and_a_project_with_the_same_classes(
    watched: Opener, page_of_lozere: Path, lozere: Atlas, tmp_path: Path
) -> None:
    page = watched().open(page_of_lozere)
    choose(page, "équipement.csv", as_published(table_of(lozere)).encode("cp1252"))
    account = page.locator(".zb-own-account").inner_text()
    count = len(lozere.codes)
    assert f"{count - 5} lignes sur {count - 3} correspondent à des communes" in account
    assert "lu comme du texte cp1252" in account
    assert "les codes sont lus sans les signes qui les séparent" in account
    assert f"5 communes sur {count} ne sont pas dans le tableau" in account
    page.locator("dialog summary").click()
    listed = [one.replace("\u00a0", " ") for one in page.locator("dialog li").all_inner_texts()]
    assert listed == [
        f"ligne {count - 3} : '48 999' (code inconnu)",
        f"ligne {count - 2} : '' (un total sans code)",
    ]
    figure = page.locator("fieldset[data-column=taux-d-equipement]")
    assert "non publié" in figure.inner_text()
    assert "sont des indicateurs de statut et sont omises (e)" in figure.inner_text()
    figure.locator("[data-own=better]").select_option("higher")
    with page.expect_download() as download:
        page.locator("[data-own=project]").click()
    download.value.save_as(tmp_path / "own.zip")
    figure.get_by_role("button").click()
    drawn_as(page, "taux-d-equipement")
    expect(page.locator(".zb-legend-title")).to_have_text("Taux d'équipement", timeout=20_000)
    shown = page.evaluate(SHOWN)
    assert shown["title"] == "Taux d'équipement"
    assert page.locator("#zb-layer").input_value() == "Taux d'équipement"
    assert page.locator("h1").inner_text().endswith("Taux d'équipement")

    with zipfile.ZipFile(tmp_path / "own.zip") as packed:
        assert packed.testzip() is None
        assert packed.namelist() == ["project.toml", "table.csv", "left-out.csv"]
        packed.extractall(tmp_path / "own")
    drawn = run_project(tmp_path / "own" / "project.toml", out=tmp_path / "out", quiet=True)
    assert list(drawn.codes) == shown["codes"]
    for name in ("taux-d-equipement", "actes"):
        page.locator("#zb-layer").click()
        page.locator(f"[data-layer={name}]").click()
        drawn_as(page, name)
        shown = page.evaluate(SHOWN)
        indicator, values = drawn.indicator(name), drawn.values[name]
        breaks = class_breaks(indicator, values, indicator.digits)["quantile"]
        assert shown["breaks"] == breaks and len(breaks) > 3
        of = classify(np.round(values.to_numpy(), indicator.digits), breaks)
        assert shown["of"] == of.tolist()
    assert drawn.indicator("taux-d-equipement").better == "higher"
    assert drawn.account["actes"]["matched"] == count - 5


HOSTILE = "<img src=x onerror=alert(1)>"


def test_hostile_cells_stay_text(
    watched: Opener, page_of_lozere: Path, lozere: Atlas, tmp_path: Path
) -> None:
    page = watched().open(page_of_lozere)
    before = page.evaluate("document.querySelectorAll('img, script, iframe, a').length")
    rows = "".join(f"{code};{place};x\n" for place, code in enumerate(lozere.codes))
    text = f'code;"{HOSTILE}";"<b>&lt;{{colon}}"\n{rows}{HOSTILE};1;x\n'
    data = text.encode()
    page.evaluate(DROP, [f"{HOSTILE}.csv", list(data)])
    dialog = page.locator("dialog")
    page.wait_for_selector(".zb-own-result")
    dialog.locator("summary").click()
    assert f"'{HOSTILE}'" in dialog.locator("details li").inner_text()
    assert dialog.locator("legend").inner_text() == HOSTILE
    assert "<b>&lt;{colon}" in dialog.inner_text()
    with page.expect_download() as download:
        page.locator("[data-own=project]").click()
    download.value.save_as(tmp_path / "own.zip")
    with zipfile.ZipFile(tmp_path / "own.zip") as packed:
        packed.extractall(tmp_path)
    (layer,) = read_project(tmp_path / "project.toml").table.layers
    assert layer.title == HOSTILE
    dialog.locator("fieldset button").click()
    page.wait_for_selector("dialog", state="hidden")
    page.locator("#zb-search").fill("Mende")
    page.keyboard.press("Enter")
    assert HOSTILE in page.locator(".zb-card").inner_text()
    assert page.locator(".zb-legend-title").inner_text() == HOSTILE
    after = page.evaluate("document.querySelectorAll('img, script, iframe, a').length")
    assert after <= before + page.locator(".zb-card a").count()


def test_pasted_cells_of_another_level_and_a_table_that_is_refused(
    watched: Opener, page_of_lozere: Path, lozere: Atlas
) -> None:
    page = watched(390, 780, color_scheme="dark").open(page_of_lozere)
    parents = lozere.territories.parents["epci"]
    codes = sorted(parents.dropna().unique())
    page.locator("[data-own=open]").focus()
    page.keyboard.press("Enter")
    assert "null" not in page.locator("dialog").inner_text()
    page.locator("#zb-own-paste").fill(
        "epci\tpart\n" + f"{codes[0]}\tbeau\n{codes[1]}\t2\n{codes[1]}\t3"
    )
    page.locator("dialog").get_by_role("button", name="Lire ces cellules").click()
    message = page.locator(".zb-own-refused").inner_text().replace("\u00a0", " ")
    assert "cellules collées, ligne 3, colonne 'epci' : le code" in message
    rows = [f"{code}\t{place + 0.5}" for place, code in enumerate(codes)]
    page.locator("#zb-own-paste").fill("\n".join(["epci\tmoyenne", *rows]))
    page.locator("dialog").get_by_role("button", name="Lire ces cellules").click()
    page.locator("dialog fieldset button").click()
    drawn_as(page, "moyenne")
    shown = page.evaluate(SHOWN)
    assert shown["level"] == "epci" and shown["codes"] == codes and shown["missing"] == 0
    page.evaluate("window.zoneblanche.started.then((page) => page.setLevel(''))")
    shows(page, "level", "")
    shown = page.evaluate(SHOWN)
    assert shown["id"] == "moyenne" and shown["missing"] == int(parents.isna().sum())
    page.locator("[data-own=open]").click()
    page.locator("[data-own=remove]").click()
    page.keyboard.press("Escape")
    drawn_as(page, "density")
    assert page.evaluate("document.activeElement.dataset.own") == "open"
    assert page.evaluate(SHOWN)["id"] == "density"
    page.locator("#zb-layer").click()
    assert page.locator("[data-layer=moyenne]").count() == 0


@pytest.mark.parametrize(
    "late", ["INSEE;tard\n48001;1\n48002;2\n", "INSEE;tard\n48001;1\n48001;2\n"]
)
def test_a_table_that_is_read_late_does_not_replace_the_next(
    watched: Opener, page_of_lozere: Path, late: str
) -> None:
    """A file, good or refused, whose bytes come after cells were pasted."""
    page = watched().open(page_of_lozere)
    pasted = "INSEE\tcellules\n48001\t1,5\n48002\t2\n"
    shown = page.evaluate(
        """async ([late, pasted]) => {
          const page = await window.zoneblanche.started;
          let give;
          const bytes = new Promise((resolve) => { give = resolve; });
          const reading = page.ownDialog.readFile({ name: "late.csv", arrayBuffer: () => bytes });
          await page.ownDialog.readText(pasted);
          give(new TextEncoder().encode(late).buffer);
          await reading;
          return [page.own.table.names, page.ownDialog.refused];
        }""",
        [f"INSEE;tard\n{late}", pasted],
    )
    assert shown == [["INSEE", "cellules"], None]


def test_a_workbook_becomes_a_layer_and_its_text_stays_text(
    watched: Opener,
    page_of_lozere: Path,
    lozere: Atlas,
) -> None:
    page = watched().open(page_of_lozere)
    rows: list[list[object]] = [["INSEE", "Commune", f"{HOSTILE} &amp; valeur"]]
    rows += [[code, HOSTILE, 1.5 * place] for place, code in enumerate(lozere.codes)]
    choose(page, f"{HOSTILE}.xlsx", workbook([*rows, ["48999", "x", 3]], second_of_three))
    account = page.locator(".zb-own-account")
    count = len(lozere.codes)
    assert f"{count} lignes sur {count + 1}" in account.inner_text()
    assert "'Sheet'" in account.inner_text() and "more" in account.inner_text()
    figure = page.locator("fieldset.zb-own-figure").first
    assert figure.locator("legend").inner_text() == f"{HOSTILE} &amp; valeur"
    figure.get_by_role("button").click()
    layer = page.evaluate("async () => (await zoneblanche.started).ownDialog.wanted")
    drawn_as(page, layer)
    values = page.evaluate("""async () => {
      const { base, layer } = await window.zoneblanche.started;
      return Array.from(base.column(layer.id).values);
    }""")
    assert values == [1.5 * place for place in range(count)]
    source = f"Source\u00a0: tableau «\u00a0{HOSTILE}.xlsx\u00a0», ajouté par le lecteur."
    expect(page.locator(".zb-foot p:not(.zb-other)")).to_contain_text(source)
    page.evaluate("async () => (await zoneblanche.started).takePicture()")
    sheet = "".join(page.locator(".zb-picture text, .zb-picture tspan").all_text_contents())
    assert f"{HOSTILE}.xlsx" in sheet
    assert page.locator("#zb img:not(.zb-picture)").count() == 0
