"""Headless Chromium, and pages of real territories for it to open."""

from __future__ import annotations

import html
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    FrameLocator,
    Page,
    Request,
    sync_playwright,
)

from tests.browser.firefox import find_firefox
from zoneblanche.geo.country import read_country
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories, measured_area_km2
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps import draw_map
from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.drawn.words import page_words
from zoneblanche.maps.page.header.table_words import table_words

# Chromium is required; Firefox is a second witness where a machine has one.
collect_ignore = [] if find_firefox() else ["test_firefox.py"]

ARCEP = Source(
    "Arcep", "Ma connexion internet", "https://www.data.gouv.fr/", "Licence Ouverte 2.0",
    "2022-12-31",
)  # fmt: skip
DILA = Source(
    "DILA", "Annuaire de l'administration", "https://www.data.gouv.fr/", "Licence Ouverte 2.0",
    "2026-09-22",
)  # fmt: skip
INDICATORS = (
    Indicator(
        "need", {"fr": "Besoin", "en": "Need"}, "score", "lower",
        role="index", bounds=(0, 100), sources=(ARCEP, DILA),
    ),
    Indicator(
        "gigabit", {"fr": "Locaux à 1 Gbit/s", "en": "Premises at 1 Gbit/s"}, "percent", "higher",
        period="2022-12-31", sources=(ARCEP,),
    ),
    Indicator(
        "presence", {"fr": "Présence", "en": "Presence"}, "percent", "higher",
        period="2026-09-22", sources=(DILA,),
    ),
    Indicator(
        "website", {"fr": "Site déclaré", "en": "Declared website"}, "boolean", "higher",
        digits=0, sources=(DILA,),
    ),
    Indicator("density", {"fr": "Densité", "en": "Density"}, role="context"),
)  # fmt: skip
MODULES = ("speech.js", "matching.js", "encoding.js", "delimited.js", "zip.js", "workbook.js",
           "sheet.js", "marks.js", "figures.js", "groups.js", "codes.js", "classing.js",
           "owntable.js")  # fmt: skip
"""The scripts of the page that read a table."""

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Each window would load two pages of the address bar, whose start costs more than most tests.
    # The last list of features counts, so this one repeats what Playwright turns off.
    "--disable-features="
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,PreloadTopChromeWebUI,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,"
    "NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; tests skip without one."""
    places = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    path = next((one for one in places if one), None)
    if path is None:
        pytest.skip("there is no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Watched:
    """A page and everything that it should not do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrongs: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrongs.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.wrongs.append("dialog"), dialog.dismiss()))
        page.on("request", self._asked)
        self.own = ""

    def _said(self, message: ConsoleMessage) -> None:
        if "willReadFrequently" not in message.text:  # of the tests, which read the canvas
            self.wrongs.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        url = request.url
        if url.split("#")[0] != self.own and not url.startswith(("data:", "blob:")):
            self.wrongs.append(f"request: {url}")

    def open(self, path: Path, address: str = "") -> Page:
        """Open a file and wait until everything in it is there."""
        self.own = path.resolve().as_uri()
        self.page.goto(self.own + address)
        self.page.wait_for_selector("html[data-ready]", timeout=20_000)
        return self.page


def open_in_frame(watched: Watched, path: Path, folder: Path, frame: str) -> FrameLocator:
    """Open a file in a frame with these attributes, on a page that is written into the folder."""
    outer = folder / "outer.html"
    inner = html.escape(path.read_text("utf-8"))
    outer.write_text(f'<!doctype html><iframe srcdoc="{inner}" {frame}></iframe>')
    watched.own = outer.as_uri()
    watched.page.goto(watched.own)
    watched.wrongs = [wrong for wrong in watched.wrongs if "about:srcdoc" not in wrong]
    return watched.page.frame_locator("iframe")


def choose_layer(page: Page | FrameLocator, layer: str) -> None:
    """Choose a layer by its id, as a reader does in the list."""
    page.locator("#zb-layer").click()
    page.locator(f'[data-layer="{layer}"]').click()


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """Open pages in windows of a size and theme; at the end none of them did any wrong."""
    opened: list[Watched] = []

    def new(width: int = 1280, height: int = 900, **options: object) -> Watched:
        page = chromium.new_page(viewport={"width": width, "height": height}, **options)
        opened.append(Watched(page))
        return opened[-1]

    yield new
    for one in opened:
        one.page.close()
        assert one.wrongs == []


@pytest.fixture(scope="session")
def france(shared_data: Path) -> Atlas:
    """All communes, with connectivity and presence from the real files."""
    shapes = gpd.read_parquet(shared_data / "fr" / "boundaries" / "communes_2026.parquet")
    shapes = shapes.set_index("code")
    wrong = ~shapes.geometry.is_valid
    shapes.loc[wrong, "geometry"] = shapes.geometry[wrong].buffer(0)
    codes = shapes.index
    territories = Territories(
        frame=shapes[["name", "geometry"]],
        level="commune",
        parents=pd.DataFrame(
            {"departement": shapes["code_dep"], "country": "FR"}, index=codes, dtype=object
        ),
        facts=pd.DataFrame(
            {
                "population": _population(shared_data).reindex(codes),
                "area_km2": measured_area_km2(shapes.geometry),
            }
        ),
        parent_names={"departement": _departements(shared_data), "country": {"FR": "France"}},
        country=read_country("fr"),
        sources=(Source("IGN", "ADMIN EXPRESS", licence="Licence Ouverte 2.0"),),
        extra=pd.DataFrame({"postal_codes": _postal_codes(shared_data).reindex(codes).fillna("")}),
    )
    return _measured(territories, shared_data)


def _measured(territories: Territories, data: Path) -> Atlas:
    codes = territories.codes
    speed = pd.read_csv(
        data / "fr" / "connectivity" / "commune_debit_2022-12-31.csv",
        sep=";", dtype={"code_insee": str},
    )  # fmt: skip
    speed = speed[speed["type"] == "all"].set_index("code_insee").reindex(codes)
    panel = pd.read_parquet(data / "fr" / "presence" / "presence_panel.parquet")
    latest = panel[panel["date"] == panel["date"].max()].set_index("code").reindex(codes)
    site = latest["website"].notna().astype(float)
    secure = latest["website"].str.startswith("https").eq(True).astype(float)
    gigabit = 100 * speed["elig_thd1g"] / speed["nbr"].where(speed["nbr"] > 0)
    presence = 50 * (site + secure)
    need = 100 - 0.5 * gigabit - 0.5 * presence
    figures = {
        "need": need,
        "gigabit": gigabit,
        "presence": presence,
        "website": site,
        "density": territories.facts["population"] / territories.facts["area_km2"],
    }
    values = pd.DataFrame(figures, index=codes)
    reasons = pd.DataFrame(np.where(values.isna(), 4, 0), index=codes, columns=values.columns)
    return Atlas(
        territories=territories,
        values=values,
        reasons=reasons.astype("int8"),
        indicators={one.id: one for one in INDICATORS},
        weights=pd.DataFrame(index=codes),
    )


def _population(data: Path) -> pd.Series:
    table = pd.read_csv(data / "fr" / "population" / "donnees_communes.csv", sep=";", dtype=str)
    return table.drop_duplicates("COM").set_index("COM")["PMUN"].astype(float)


def _departements(data: Path) -> dict[str, str]:
    table = pd.read_csv(data / "fr" / "population" / "departements.csv", dtype=str)
    return dict(zip(table["DEP"], table["LIBELLE"], strict=True))


def _postal_codes(data: Path) -> pd.Series:
    path = data / "fr" / "population" / "comparateur_2024_superficies.csv"
    table = pd.read_csv(path, dtype=str, sep=None, engine="python")
    code, postal = _column(table, "insee"), _column(table, "postal")
    known = table.dropna(subset=[postal])
    return known.groupby(code)[postal].agg(lambda codes: " ".join(sorted(set(codes))))


def _column(table: pd.DataFrame, word: str) -> str:
    return next(name for name in table if word in name.lower())


@pytest.fixture(scope="session")
def france_page(france: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("france") / "france.html"
    draw_map(france).save(path)
    return path


@pytest.fixture(scope="session")
def lozere(france: Atlas) -> Atlas:
    """The 152 communes of one département."""
    chosen = (france.territories.parents["departement"] == "48").to_numpy()
    return take(france, chosen)


@pytest.fixture(scope="session")
def lozere_page(lozere: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lozere") / "lozere.html"
    draw_map(lozere).save(path)
    return path


@pytest.fixture(scope="session")
def country(france: Atlas) -> Atlas:
    """The first communes of the code, in made groups: its page opens on those."""
    some = take(france, np.arange(len(france.codes)) < 5_100)
    groups = pd.Series([f"G{at // 15:03}" for at in range(5_100)], index=some.codes, dtype=object)
    places = some.territories
    named = {**places.parent_names, "epci": {name: f"Groupe {name}" for name in groups.unique()}}
    return replace(
        some,
        territories=replace(places, parents=places.parents.assign(epci=groups), parent_names=named),
    )


@pytest.fixture(scope="module")
def reader(chromium: Browser) -> Iterator[Page]:
    """A blank page with the modules that read a table, and the words of two languages."""
    page = chromium.new_page()
    words = json.dumps({lang: page_words(lang) | table_words(lang) for lang in ("fr", "en")})
    page.goto("about:blank")
    page.add_script_tag(content="\n".join([f"const WORDS = {words};", *map(read_asset, MODULES)]))
    yield page
    page.close()
