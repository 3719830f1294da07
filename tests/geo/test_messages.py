"""Messages: English text that is said in any language."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from zoneblanche.geo.errors import Fault, InputError, ProblemWithEnvironment, first_of, nearest
from zoneblanche.geo.messages import (
    _,
    in_languages,
    join,
    languages,
    ngettext,
    notice_as_dict,
    notice_from_dict,
    percent,
    quantity,
    remark,
    semicolons,
    severity_of,
    titled,
    translate,
    warnings_first,
    without,
)


def rows(count: int) -> str:
    return ngettext(
        "the row has {count} cell, the header {width}: {line}.",
        "the row has {count} cells, the header {width}: {line}.",
        count,
        width=2026,
        line="'a'",
    )


def test_a_message_is_its_english_text() -> None:
    message = _("there is no column {name}.", name="'taux'")
    assert message == "there is no column 'taux'."
    assert {message: 1}["there is no column 'taux'."] == 1
    assert translate(message, "en") == message
    assert translate("a plain text", "fr") == "a plain text"


@pytest.mark.parametrize(
    ("count", "english", "french"),
    [
        (0, "the row has 0 cells", "la ligne a 0 cellule,"),
        (1, "the row has 1 cell,", "la ligne a 1 cellule,"),
        (1200, "the row has 1,200 cells, the header 2026", "1\u202f200 cellules, l'en-tête 2026"),
    ],
)
def test_plurals_and_quantities(count: int, english: str, french: str) -> None:
    assert english in rows(count)
    assert french in translate(rows(count), "fr")


def test_what_stands_in_a_slot_is_translated_too() -> None:
    column = Fault(_("{text} is ambiguous.", text="'1_000'"), "f.csv", 7, "taux")
    left = _("The analysis {analysis} is left out: {why}", analysis="a", why=InputError(column))
    assert left == "The analysis a is left out: f.csv, line 7, column 'taux': '1_000' is ambiguous."
    assert translate(left, "fr").endswith(
        "f.csv, ligne 7, colonne 'taux'\u00a0: '1_000' est ambigu."
    )


@pytest.mark.parametrize(
    ("text", "french"),
    [
        (first_of(["a", "b", "c"], count=2), "a, b et 1 de plus"),
        (nearest("xyz", ["a", "b"]), "Connus\u00a0: a, b."),
        (semicolons(["a", "b"]), "a\u00a0; b"),
        (percent(0.675, digits=1), "67,5\u00a0%"),
        (quantity(-1234.5), "-1\u202f234,5"),
        (quantity(-1234.5, digits=0), "\u22121\u202f235"),
        (quantity(-0.04, digits=1), "0,0"),
        (quantity(float("nan"), digits=1), "–"),
        (quantity(1e12, digits=0), "1\u202f000\u202f000\u202f000\u202f000"),
        (titled({"fr": "Fibre", "en": "Fibre cover"}), "Fibre"),
        (titled({"en": "Fibre cover"}), "Fibre cover"),
        (join([_("a folder"), "", "x"], ", "), "un dossier, x"),
    ],
)
def test_parts_of_messages(text: str, french: str) -> None:
    assert translate(text, "fr") == french


def test_braces_that_are_no_slot_stand_for_themselves() -> None:
    message = _('Expected is {"code": "01001", "value": 1}.')
    assert message == 'Expected is {"code": "01001", "value": 1}.'
    assert translate(message, "fr") == 'Attendu\u00a0: {"code": "01001", "value": 1}.'


def test_what_a_catalogue_lacks_is_said_in_english() -> None:
    message = _("a template that nobody has translated, {count}", count=quantity(3000))
    assert translate(message, "fr") == "a template that nobody has translated, 3,000"
    assert translate(rows(2), "xx") == str(rows(2))
    assert translate(ProblemWithEnvironment("plain").message, "fr") == "plain"


def test_messages_travel_to_other_processes() -> None:
    for made in (pickle.loads(pickle.dumps(remark(rows(3)))), copy.deepcopy(remark(rows(3)))):
        assert made == rows(3)
        assert severity_of(made) == "remark"
        assert translate(made, "fr") == translate(rows(3), "fr")


def test_notices_are_kept_as_template_and_slots() -> None:
    notice = remark(
        _("{file}: {count} bytes {codes}", file=titled({"fr": "Fichier", "en": "File"}),
          count=quantity(3.5, digits=1), codes=first_of("abcdefg"))
    )  # fmt: skip
    record = json.loads(json.dumps(notice_as_dict(notice)))
    assert record["severity"] == "remark"
    assert record["en"] == "File: 3.5 bytes a, b, c, d, e and 2 more"
    again = notice_from_dict(record)
    assert again == notice
    assert severity_of(again) == "remark"
    assert in_languages(again) == in_languages(notice)


def test_older_files_hold_a_text_or_both_languages() -> None:
    assert notice_from_dict("plain") == "plain"
    old = notice_from_dict({"severity": "remark", "en": "Done.", "fr": "Fait."})
    assert old == "Done."
    assert translate(old, "fr") == "Fait."
    assert severity_of(old) == "remark"
    assert severity_of(notice_from_dict({"en": "Done.", "fr": "Fait."})) == "warning"
    assert warnings_first([old, "bad"]) == ("bad", old)


def test_a_part_is_taken_out_of_every_language() -> None:
    shorter = without(
        remark(_("{file}: the records are those of {name}.", file="a/f", name="x")), "a/"
    )
    assert shorter == "f: the records are those of x."
    assert translate(shorter, "fr").startswith("f\u00a0: les enregistrements")
    assert severity_of(shorter) == "remark"
    assert without("a/f", "a/") == "f"


def test_languages_are_those_with_a_catalogue() -> None:
    assert languages()[0] == "en"
    assert "fr" in languages()


def test_a_fault_says_its_place_in_both_languages() -> None:
    above = _("{value} is above {bound}; expected: {range}.", value="'102'", bound=100, range="x")
    fault = Fault(above, "f.csv", 7, "taux")
    assert str(fault).startswith("f.csv, line 7, column 'taux': '102' is above 100")
    sentence = InputError(fault).said_in("fr")
    assert sentence.startswith("f.csv, ligne 7, colonne 'taux'\u00a0: '102' est supérieur à 100")
    assert "clé 'use'" in Fault("x", "p.toml", column="use").said_in("fr")


def test_many_faults_of_an_input_are_counted() -> None:
    error = InputError([Fault(f"{number}.", "f.csv") for number in range(22)])
    assert str(error).endswith("\n… and 2 more of the same input.")
    assert error.said_in("fr").endswith("\n… et 2 autres de la même entrée.")
