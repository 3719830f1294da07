from __future__ import annotations

import pickle

from zoneblanche.geo.notice import Notice, notice_in, without


def test_both_languages_travel_to_other_processes() -> None:
    notice = Notice("Two rows.", fr="Deux lignes.")
    again = pickle.loads(pickle.dumps(notice))
    assert again == notice
    assert notice_in(again, "fr") == "Deux lignes."
    assert notice_in(again, "en") == "Two rows."


def test_a_part_is_taken_out_of_both() -> None:
    shorter = without(Notice("a/f.csv: x", fr="a/f.csv : y"), "a/")
    assert shorter == "f.csv: x"
    assert notice_in(shorter, "fr") == "f.csv\u00a0: y"
    assert without("a/f", "a/") == "f"
