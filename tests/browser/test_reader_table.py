"""A table that the reader gives: it is read as the package reads it, and refused in its words."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page

from zoneblanche.geo.errors import Fault, InputError, gathered
from zoneblanche.geo.files.letters import SHARES
from zoneblanche.geo.messages import notice_texts
from zoneblanche.geo.tables import parse_codes, parse_numbers, read_raw_table
from zoneblanche.geo.tables.missing import MARKS
from zoneblanche.geo.tables.raw import RawTable
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.project.user_layers.table import no_figures
from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.page.header.layers import class_breaks, diverges
from zoneblanche.maps.page.html import SCRIPTS

pytestmark = pytest.mark.browser

KNOWN = ["01001", "01002", "01003", "01004", "2A004", "48095", "48096", "97601"]
READ = """async ({ bytes, file, unit, known, lang }) => {
  const speech = new Speech({ words: WORDS }, lang);
  const level = { codes: known, names: known.map((code) => `in ${code}`), plural: "communes" };
  const faults = [];
  const gathered = (act) => {
    try { return act(); } catch (error) {
      if (!(error instanceof TableRefused)) throw error;
      faults.push(...error.faults);
      return null;
    }
  };
  let match = null;
  let figures = null;
  const data = Uint8Array.from(bytes);
  const table = await tableOfFile(data, file).catch((error) => gathered(() => { throw error; }));
  if (table) gathered(() => {
    const codes = new Map(known.map((code, i) => [code, i]));
    match = gathered(() => matchCodes(table, { column: 0 }, level, codes));
    figures = gathered(() => {
      if (table.repeated.length) throw new TableRefused(table.repeated);
      return readFigures(table, 1, unit);
    });
  });
  return { said: faults.map((one) => faultText(one, file, speech)),
    at: match && Array.from(match.at), values: figures && Array.from(figures.values, String),
    reasons: figures && Array.from(figures.reasons),
    noted: [table, match, figures].flatMap((one) => one?.notices ?? [])
      .map((one) => inWords(one, speech)) };
}"""


def said_by_python(path: Path, unit: str, lang: str) -> list[str]:
    """The sentences of the package, of codes and figures together."""
    faults: list[Fault] = []
    try:
        raw = read_raw_table(path)
    except InputError as error:
        faults = list(error.faults)
    else:
        names = list(raw.columns)
        with gathered(faults):
            parse_codes(raw, names[0], valid_codes=pd.Index(KNOWN), level_title="communes")
        with gathered(faults):
            name = names[1] if len(names) > 1 else next(iter(raw.repeated))
            figures = parse_numbers(raw, name, unit=unit)
            if not np.isfinite(figures.values).any():
                faults.append(no_figures(raw, name))
    return [fault.said_in(lang) for fault in faults]


ROWS = "code;taux\n01001;1,5\n01002;2,5\n"
BAD = {
    "ragged": "code;taux\n01001;1\n01002;2;3\n01003\n01004;5\n",
    "decimal-comma": "code,taux\n01001,1,5\n01002,2,5\n01003,2\n",
    "cut": "code;taux;x\n01001;1;2\n01002;2",
    "cut-figure": "code;taux\n01001;1.25\n01002;2.25\n01003;3.25\n01004;4.2",
    "rows-below-a-note": "code;site\n01001;a.fr\n01002;b.fr\n\nNote: a; b; c\n01003;c.fr\n",
    "row-below-a-note": "code;taux\n01001;5\n01002;6\n\nNote: a; b; c\n01003;nd\n",
    "numbered-and-cut": "code;taux\n1. Ain;3\n2. Aisne;4\n3. Allier",
    "numbered-cut-after-blank": "code;taux\n1. Ain;3\n2. Aisne;4\n\n3. Allier",
    "numbered-row": "code;taux\n1) Ain;3\n2) Aisne;4\n3) Allier\n",
    "item-at-the-end": "code;taux\n01001;3\n01002;4\n1) Ain",
    "words-of-a-name": "code;taux\n01001;3\n01002;4\nSaint Jean de\n",
    "open-quote": 'code;taux\n"01001;1\n01002;2\n',
    "misplaced-quote": 'code;taux\n01001;1 "x" 2\n01002;2\n',
    "quote-over-rows": 'code;taux\n"01001;1\n01002;2\n01003";4\n',
    "same-names": "code;taux;taux\n01001;1;2\n",
    "two-separators": "code;a,b\n01001;1,2\n01002;3,4\n",
    "no-rows": "code;taux\n",
    "blank-code": "code;taux\n01001;1\n;2\n",
    "decimal-code": "code;taux\n01001;1\n1002.0;2\n",
    "scientific-code": "code;taux\n01001;1\n1E5;2\n",
    "same-code": "code;taux\n01001;1\n01001;2\n01002;3\n01001;4\n",
    "no-match": "code;taux\nx 1;1\n2a004;2\ny;3\nz;4\n",
    "no-note": "code;taux\n01001;1\n01002;2\n48095",
    "rows-after-note": "code;taux\n01001;1\n\nNote: x\n01002;2\n",
    "two-groups": "code;taux\n01 001;1\n01-002;2\n",
    "blank-no-total": "code;taux;nom\n01001;1;a\n;2;Totally\n",
    "total-and-blank": "code;taux;nom\n01001;1;a\n;3;TOTAL\n;4;b\n",
    "unit-letters": "code;taux\n01001;12 d\n01002;3.2 B\n",
    "brackets": "code;taux\n01001;12 (4)\n01002;3 (2)\n",
    "long-code": f"code;taux\n{'x' * 300};1\n01001;2\n",
    "not-a-number": "code;taux\n01001;1\n01002;beau\n01003;12/03/2021\n01004;#N/A\n48095;=A1\n",
    "infinite": "code;taux\n01001;1\n01002;inf\n01003;1e400\n01004;-\n48095;1_000\n",
    "mixed-marks": "code;taux\n01001;1,5\n01002;2.5\n01003;3.25\n",
    "thousands": "code;taux\n01001;1,234\n01002;2,500\n",
    "percent-sign": "code;taux\n01001;1 %\n01002;2\n",
    "gaps": "code;taux\n01001;1 000\n01002;1'000\n01003;1\u00a0000\n",
    "nodata": "code;taux\n01001;1\n01002;-9999\n01003;3\n",
    "large-nodata": "code;taux\n01001;1\n01002;999999\n01003;999999\n01004;1e33\n",
    "far": "code;taux\n01001;1\n01002;-500\n01003;2\n01004;-500\n48095;3\n",
    "several-codes": "code;taux\n01001;1\n01002;-888\n01003;-9999\n01004;2\n48095;88888\n",
    "survey": "code;taux\n01001;-77\n01002;12\n01003;13\n01004;777\n48095;777\n",
    "one-negative": "code;taux\n01001;-1\n01002;120\n01003;130\n01004;140\n48095;150\n48096;160\n",
    "nines": "code;taux\n01001;99999\n01002;41000\n01003;52000\n01004;77000\n",
    "repeated": "code;taux\n01001;88888\n01002;88888\n01003;88888\n01004;5\n48095;770000\n",
    "point-thousands": "code;taux\n01001;1.234\n01002;2.500\n",
    "no-figures": "code;taux\n01001;nd\n01002;s\n",
    "odd-text": 'code;taux\n01001;l\'été "x"\n01002;\\\u200b\u2028é\n01003;3\n',
}
BAD_PERCENT = {
    "above": "code;taux\n01001;101\n01002;-1,5\n01003;12\n",
    "shares": "code;taux\n01001;0,12\n01002;0,97\n01003;1\n",
    "mixed-scale": "code;taux\n01001;0,123\n01002;50,1\n01003;60,2\n01004;12,3\n",
    "two-scales": "code;taux\n01001;0,5\n01002;0,6\n01003;0,7\n01004;45,1\n48095;99,2\n48096;55\n",
}
BAD_COUNT = {"not-whole": "code;taux\n01001;1.5\n01002;3\n01003;-2\n01004;1e13\n"}
BAD_BYTES = {
    "nul": b"code;taux\n01001;\x001\n01002;2\n01003;4\n",
    "two-encodings": "code;été\n01001;é\n".encode() + "01002;été\n".encode("cp1252"),
    "unknown": "code;taux\n01001;œ\n01002;Évry\n".encode("cp1252"),
    "empty": b"  \n",
    "html": b"<!DOCTYPE html><html></html>",
    "pdf": b"%PDF-1.4 x",
    "old-excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
}  # fmt: skip
CASES = [
    *((name, text.encode(), "number") for name, text in BAD.items()),
    *((name, text.encode(), "percent") for name, text in BAD_PERCENT.items()),
    *((name, text.encode(), "count") for name, text in BAD_COUNT.items()),
    *((name, data, "number") for name, data in BAD_BYTES.items()),
]


def read_on_page(reader: Page, data: bytes, unit: str, lang: str, file: str) -> dict:
    return reader.evaluate(
        READ, {"bytes": list(data), "file": file, "unit": unit, "known": KNOWN, "lang": lang}
    )


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_bad_tables_get_the_sentences_of_the_package(
    reader: Page, tmp_path: Path, lang: str
) -> None:
    path = tmp_path / "t.csv"
    for name, data, unit in CASES:
        path.write_bytes(data)
        expected = [
            sentence.replace(str(path), "t.csv") for sentence in said_by_python(path, unit, lang)
        ]
        messages = read_on_page(reader, data, unit, lang, "t.csv")["said"]
        # The page reads fewer formats, and says so.
        formats = "ODS, Parquet, JSON"
        assert expected, name
        if any(formats in one for one in expected):
            assert messages[0].split(";")[0].split(" ; ")[0] in expected[0]
            continue
        assert messages == expected, name


GOOD = {
    "titles": ("Fibre en France\n\ncode;taux\n01001;1\n01002;2\n", "number"),
    "notes": ("code;taux\n01001;1\n01002;2\n\nSource : Arcep\nLecture : x;y\n", "number"),
    "numbered-note": ("code;taux\n01001;1\n01002;2\n\n1) Ain\n", "number"),
    "ragged-note": ("code;taux;n\n01001;1;a\n01002;2;b\n\nNote: x; y\n", "number"),
    "source": ("code;taux\n01001;1\n01002;2\nSource: INSEE\n", "number"),
    "sentence": ("code;taux\n01001;1\n01002;2\nFigures are rounded to one decimal.\n", "number"),
    "items": ("code;taux\n01001;1\n01002;2\n1) Ain\n2) ohne Berlin\n", "number"),
    "wide-note": ("code;taux\n01001;1\n01002;2\n\nNote: a; b; c\nLecture: x; y\n", "number"),
    "source-at-the-end": ("code;taux\n01001;1\n01002;2\nSource: INSEE", "number"),
    "french-sentence": ("code;taux\n01001;1\n01002;2\nLes chiffres sont provisoires\n", "number"),
    "legend": ("code;taux\n01001;1\n01002;2\n\nSignes:\n..;non disponible\n", "number"),
    "marks": ("code;taux\n01001;[c]\n01002;<5\n01003;:\n01004;3\n48095;..\n", "number"),
    "grouped": ("code;taux\n01001;1,234\n01002;1,234,567\n01003;5\n", "count"),
    "several-points": ("code;taux\n01001;1.234\n01002;1.234.567\n01003;803\n", "number"),
    "no-code": ("code;taux\n01001;999\n01002;60\n01003;70\n01004;80\n", "number"),
    "semicolons": ("code;taux\n01001;1,5\n01002;2,25\n2A004;-3\n48095;1 234,5\n", "number"),
    "tabs": ("code\ttaux\n01001\t1.5\n01002\tnd\n01003\ts\n01004\tso\n2A004\t\n", "number"),
    "commas": ('code,taux\n01001,"1,5"\n"01002",2\n48095,1e2\n', "number"),
    "bars": ('sep=|\ncode|taux\n01001|1\n\n48095|"2"\n', "count"),
    "percent": ("code;taux\n 01001 ;12 %\n01002;0,4 %\n48095;100,0000000001\n", "percent"),
    "unknown": ("code;taux\n01001;1\n99999;2\n2a004;3\n", "number"),
    "arcep": ("code;taux\n01001;0,9\n01002;45,2\n01003;3\n", "percent"),
    "groups": ("code;taux\n01 001;1\n01 002;2\n99 999;3\n48 095;4\n", "number"),
    "points": ("code;taux\n01.001;1\n01.002;2\n2A.004;3\n", "number"),
    "two-forms": ("code;taux\n01001;1\n01 002;2\n0 1003;3\n", "number"),
    "total": ("code;taux;nom\n01001;1;a\n01002;2;b\n;3;Total général\n", "number"),
    "sum": ("code;taux;n\n01001;1;a\n01002;2;b\n;3; Ensemble\n", "number"),
    "flags": ("code;taux\n01001;1,5 p\n01002;2,5\n01003;3 e\n01004;4 (b)\n", "number"),
    "no-flags": ("code;taux\n01001;1 (p)\n01002;2 [x]\n01003;3²\n01004;4**\n", "number"),
    "footnotes": ("code;taux\n01001;1 1)\n01002;2\n01003;3 (2)\n01004;5,5 *\n", "number"),
    "qualities": ("code;taux\n01001;1 A\n01002;2 B\n01003;3\n01004;4 E\n", "number"),
    "flagged-percent": ("code;taux\n01001;10 % (e)\n01002;20\n01003;30,5 u\n", "percent"),
    "eurostat": ("code\\TIME_PERIOD;taux\n01001;1 p\n01002;: \n01003;: c\n", "number"),
    "k-a": ("code;taux\n01001;1\n01002;k. A.\n01003;n. v.\n", "number"),
    "formula": ('code;taux\n="01001";1\n="01002";="2,5"\n"=""01003""";3\n', "number"),
    "thin": ("code;taux\n01001;1\u202f234\n01002;12\n", "count"),
}


NOTED = re.compile("read as .+ text|marks inside them|behind .+ figure|encoded twice")
"""What the page says too; the rest it says in its account, or it is of a project file."""


def noted_by_python(raw: RawTable, *parts: Any) -> list[str]:
    """The notices of the package on a table, its codes and figures, in French."""
    notices = [one for part in (raw, *parts) for one in part.notices if NOTED.search(str(one))]
    return [notice_texts(one)["fr"].replace(raw.file, "t.csv") for one in notices]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_good_tables_are_read_as_the_package_reads_them(
    reader: Page, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "t.csv"
    for name, (text, unit) in GOOD.items():
        try:
            data = text.replace("code", "code é").encode(encoding)
        except UnicodeEncodeError:
            continue  # thin spaces and raised figures are not in Windows-1252
        path.write_bytes(data)
        raw = read_raw_table(path)
        codes = parse_codes(raw, next(iter(raw.columns)), valid_codes=pd.Index(KNOWN))
        figures = parse_numbers(raw, "taux", unit=unit)
        reading = read_on_page(reader, data, unit, "fr", "t.csv")
        assert reading["said"] == [], name
        assert reading["noted"] == noted_by_python(raw, codes, figures), name
        places = [KNOWN.index(code) if code in KNOWN else -1 for code in codes.codes]
        assert reading["at"] == places, name
        np.testing.assert_array_equal(np.array(reading["values"], dtype=float), figures.values)
        assert reading["reasons"] == figures.reasons.tolist(), name


ENCODED = {
    "cp1250": ("Wrocław", "Łódź", "Gdańsk", "Świdnica", "Kędzierzyn-Koźle"),
    "iso-8859-2": ("Ústí nad Labem", "Žďár nad Sázavou", "Plzeň", "Šumperk", "Třebíč"),
    "cp1254": ("Eskişehir", "Iğdır", "Şırnak", "Çankırı", "Muğla"),
    "cp1257": ("Šiauliai", "Panevėžys", "Kėdainiai", "Tauragė", "Plungė"),
    "mac-roman": ("Nîmes", "Orléans", "Saint-Étienne", "Besançon", "L’Haÿ-les-Roses"),
    "iso-8859-15": ("Œting", "Schœneck", "Nœux-les-Mines", "Vœuil-et-Giget", "Œyreluy"),
    "cp1252": ("Nîmes", "Orléans", "Saint-Étienne", "Besançon", "L’Haÿ-les-Roses"),
    "cp1251": ("Москва", "Казань", "Самара", "Омск", "Пермь"),
    "cp1253": ("Αθήνα", "Πάτρα", "Λάρισα", "Βόλος", "Χανιά"),
}


@pytest.mark.parametrize("encoding", list(ENCODED))
def test_the_letters_of_a_text_tell_its_encoding_as_in_the_package(
    reader: Page, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "t.csv"
    names = ENCODED[encoding]
    for few in (1, 2, 5):
        rows = [
            f"{code};{name};{k}"
            for k, (code, name) in enumerate(zip(KNOWN, names[:few], strict=False))
        ]
        data = "\n".join(["code;nom;n", *rows, ""]).encode(encoding)
        path.write_bytes(data)
        shown = reader.evaluate(
            """async (bytes) => {
          const speech = new Speech({ words: WORDS }, "fr");
          try {
            const table = await tableOfFile(Uint8Array.from(bytes), "t.csv");
            return [table.cells[1], table.notices.map((one) => inWords(one, speech))];
          } catch (error) { return [error.faults.map((one) => faultText(one, "t.csv", speech))]; }
        }""",
            list(data),
        )
        try:
            raw = read_raw_table(path)
        except InputError as error:
            expected = [one.said_in("fr").replace(str(path), "t.csv") for one in error.faults]
            assert shown == [expected], few
        else:
            assert shown == [list(raw.columns["nom"]), noted_by_python(raw)], few


def test_the_letters_of_languages_are_those_of_the_package(reader: Page) -> None:
    assert reader.evaluate("LETTER_SHARES") == SHARES


MATCH = """(texts) => {
  const level = (id, codes, names, parents = () => null) =>
    ({ id, codes, names, parents, plural: id });
  const levels = [
    level("commune", ["01001", "01002", "2A004", "48095", "48096"],
      ["Saint-Aubin", "Bourg", "Ajaccio", "Mende", "Saint-Aubin"],
      (id) => (id === "departement" ? Uint32Array.from([1, 1, 2, 3, 3]) : null)),
    level("departement", ["01", "2A", "48"], ["Ain", "Corse-du-Sud", "Lozère"]),
    level("region", ["01", "48"], ["Une", "Deux"]),
  ];
  return texts.map((text) => {
    const table = cutTable(text, { file: "t", encoding: "utf-8" });
    const found = matchRows(table, levels);
    return [found.level.id, found.column, found.by, Array.from(found.at), found.padded.length,
      found.listed.map(({ reason }) => reason.name)];
  });
}"""
TABLES = [
    "n;insee;v\na;1001;5\nb;1002;6\nc;2A004;7\nd;99999;8\n",
    "dep\tv\n1\t5\n2A\t6\n48\t7",
    "nom;dep;v\nSAINT AUBIN;48;1\nbourg;1;2\nMende;Lozère;3\nNulle Part;48;4\n",
    "nom;v\nSaint-Aubin;1\nAjaccio;2\nMende;3\n",
]


def test_lost_zeros_names_and_levels_are_found_by_content(reader: Page) -> None:
    shown = reader.evaluate(MATCH, TABLES)
    assert shown == [
        ["commune", 1, "code", [0, 1, 2, -1], 2, ["unknown_code"]],
        ["departement", 0, "code", [0, 1, 2], 1, []],
        ["commune", 0, "name", [4, 1, 3, -1], 0, ["unknown_name"]],
        ["commune", 0, "name", [-1, 2, 3], 0, ["several_names"]],
    ]


def test_marks_of_missing_figures_are_those_of_the_package(reader: Page) -> None:
    shown = reader.evaluate("Object.fromEntries(MISSING_MARKS)")
    assert shown == {text: int(reason) for text, reason in MARKS.items()}


def test_no_two_scripts_of_the_page_declare_one_name() -> None:
    """They are in one scope, in which the second would replace the first."""
    declared = [
        name
        for script in SCRIPTS
        for name in re.findall(
            r"^(?:async )?(?:function|const|let|class) (\w+)", read_asset(script), re.M
        )
    ]
    assert [name for name, count in Counter(declared).items() if count > 1] == []


def test_classes_of_the_page_are_those_of_the_package(reader: Page) -> None:
    cases = []
    for seed, count in enumerate((1, 3, 9, 140, 700, 5000) * 3):
        rng = np.random.default_rng(seed)
        figures = [
            rng.normal(size=count) * 50,
            rng.lognormal(3, 2, count),
            np.where(rng.random(count) < 0.6, 100, rng.random(count) * 100),
        ][seed // 6]
        digits = seed % 3
        figures[rng.random(count) < 0.1] = np.nan
        cases.append((figures, digits))
    shown = reader.evaluate(
        """(cases) => cases.map(([values, digits]) => classing(
          atDigits(Float64Array.from(values, (one) => one ?? NaN), digits), digits, [0, 100]))""",
        [
            [[None if np.isnan(one) else one for one in figures], digits]
            for figures, digits in cases
        ],
    )
    for (figures, digits), one in zip(cases, shown, strict=True):
        indicator = Indicator("x", "x", "number", bounds=(0, 100), digits=digits)
        assert one["breaks"] == class_breaks(indicator, pd.Series(figures), digits)
        assert one["diverging"] == diverges(pd.Series(figures), digits)


LARGE = """() => {
  const count = 35_000;
  const codes = Array.from({ length: count }, (_, i) => String(1001 + 2 * i).padStart(5, "0"));
  let state = 1;
  const next = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  const figure = () => (next() < 0.02 ? "nd" : (100 * next()).toFixed(2).replace(".", ","));
  const line = (code) =>
    [Number(code), `Nom ${code}`, ...Array.from({ length: 18 }, figure)].join(";");
  const names = Array.from({ length: 18 }, (_, k) => `taux ${k}`).join(";");
  const text = `code;nom;${names}\\n${codes.map(line).join("\\n")}\\n`;
  window.large = { codes, bytes: new TextEncoder().encode(text) };
}"""
READ_LARGE = """() => {
  const { codes, bytes } = window.large;
  const base = { codes, names: codes, layers: [], head: { levels: [], upper: [], project: null,
    level: { title: "", plural: "" } } };
  const { text, encoding } = decodeTable(bytes);
  const own = new OwnTable({ base, textOf: () => "" }, cutTable(text, { file: "t", encoding }));
  return [own.figures.length, own.match.at.filter((at) => at >= 0).length];
}"""


def test_a_table_of_all_communes_is_read(reader: Page) -> None:
    """`python -m scripts.bench.dropped` measures how long it takes."""
    reader.evaluate(LARGE)
    assert reader.evaluate(READ_LARGE) == [18, 35_000]
