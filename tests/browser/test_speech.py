"""Numbers and dates of the page are written from CLDR's forms, as the browser's own would be, and a
footer that fills later keeps its height."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Watched
from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.drawn.words import page_words

COMPARE = """(lang) => {
  const speech = new Speech({ words: WORDS }, lang);
  const { locale, first_day: first } = speech.words;
  const found = [];
  const same = (one, other) => { if (one !== other) found.push([one, other]); };
  const figures = [0, -0, 0.05, -0.04, 0.5, 1.005, 2.5, -2.5, 9.995, 999.95, 999, 1000, 1234.5,
    12345.678, -34875, 68350798, 1e12, 4.35, 1e-9, 1e21, NaN, Infinity];
  for (let k = 0; k < 3000; k++) figures.push(((k * 7919) % 100003) / 8 - 5000, (k * 31) / 1000);
  for (const digits of [0, 1, 2, 3]) {
    const intl = new Intl.NumberFormat(locale,
      { minimumFractionDigits: digits, maximumFractionDigits: digits });
    for (const figure of figures) {
      const nothing = intl.format(Math.abs(figure)) === intl.format(0);
      const minus = intl.format(nothing ? 0 : figure).replace("-", "\\u2212");
      same(speech.number(figure, digits), minus);
    }
  }
  for (let month = 0; month < 12; month++) {
    for (const day of [0, 1, 2, 28]) {
      const when = new Date(Date.UTC(2026, month, day || 1));
      const text = when.toISOString().slice(0, day ? 10 : 7);
      const form = { timeZone: "UTC", year: "numeric", month: "long" };
      if (day) form.day = "numeric";
      const parts = new Intl.DateTimeFormat(locale, form).formatToParts(when);
      same(speech.date(text), parts.map(({ type, value }) =>
        (type === "day" && value === "1" ? first : value)).join(""));
    }
  }
  return found;
}"""


@pytest.mark.parametrize("lang", ["fr", "en", "de"])
def test_numbers_and_dates_are_those_of_the_browser(chromium: Browser, lang: str) -> None:
    page = chromium.new_page()
    page.goto("about:blank")
    words = json.dumps({lang: page_words(lang)})
    page.add_script_tag(content=f"const WORDS = {words};\n{read_asset('speech.js')}")
    assert page.evaluate(COMPARE, lang) == []
    page.close()


def test_a_language_with_other_groups_is_left_to_the_browser(chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto("about:blank")
    words = json.dumps({"hi": page_words("en") | {"numbers": None, "locale": "hi"}})
    page.add_script_tag(content=f"const WORDS = {words};\n{read_asset('speech.js')}")
    assert page.evaluate("new Speech({ words: WORDS }, 'hi').number(12345678)") == "1,23,45,678"
    page.close()


@pytest.mark.parametrize("width", [1440, 1024])
def test_the_footer_keeps_its_height(
    watched: Callable[..., Watched], france_page: Path, width: int
) -> None:
    page = watched(width=width).open(france_page)
    before, after, few, many = page.evaluate("""async () => {
      const whole = await zoneblanche.started;
      whole.rebuild();
      const [height, count] = [whole.footPlace.offsetHeight, whole.cited.size];
      whole.later.finish();
      return [height, whole.footPlace.offsetHeight, count, whole.cited.size];
    }""")
    assert before == after > 0
    assert few < many, "the rest follow"
