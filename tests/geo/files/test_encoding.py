"""The encoding of text that is not Unicode, by its letters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.files.encoding import (
    Guess,
    foreign_words,
    guess_encoding,
    has_letters_of_utf8,
)

BYTES = st.lists(st.sampled_from(b"aZ5; \x7f\x80\xbf\xc0\xc3\xc5\xe2\xe9\xff"), max_size=20)

PLACES = {
    "Polish": "Łódź Świętochłowice Żary Gdańsk Wrocław Kraków Rzeszów Białystok Bielsko-Biała",
    "Czech": "Plzeň České-Budějovice Hradec-Králové Ústí Děčín Jihlava Třinec Žďár Kroměříž",
    "Slovak": "Košice Žilina Bánská-Štiavnica Prešov Ľubovňa Tvrdošín Považská Martin Čadca",
    "Hungarian": "Győr Székesfehérvár Hódmezővásárhely Dunaújváros Kőszeg Fertőd Érd Pécs Eger",
    "Croatian": "Šibenik Čakovec Požega Đakovo Varaždin Križevci Beli-Manastir Ivanić Kaštela",
    "Romanian": "Timişoara Braşov Iaşi Constanţa Târgu-Mureş Bistriţa Călăraşi Galaţi Brăila",
    "French": "Orléans Besançon Nîmes Évry Châlons Angoulême Mâcon Hérouville Saint-Étienne",
    "German": "München Köln Düsseldorf Nürnberg Würzburg Göttingen Weißenfels Schwäbisch Gmünd",
    "Spanish": "Córdoba Málaga Logroño Cádiz Jaén Almería León Ávila Cáceres Peñíscola",
    "Portuguese": "Évora Guimarães Portimão Bragança Setúbal Santarém Olhão Covilhã Óbidos",
    "Swedish": "Göteborg Malmö Västerås Örebro Linköping Jönköping Umeå Luleå Växjö Skövde",
    "Norwegian": "Tromsø Bodø Ålesund Lillestrøm Drøbak Sandefjord Bærum Harstad Tønsberg",
    "Turkish": "İstanbul Eskişehir Muğla Kırşehir Iğdır Şanlıurfa Diyarbakır Balıkesir Uşak",
    "Lithuanian": "Panevėžys Šiauliai Marijampolė Mažeikiai Kėdainiai Telšiai Tauragė Ukmergė",
}
ENCODINGS = {
    "cp1252": ("French", "German", "Spanish", "Portuguese", "Swedish", "Norwegian"),
    "cp1250": ("Polish", "Czech", "Slovak", "Hungarian", "Croatian", "Romanian"),
    "iso-8859-2": ("Polish", "Czech", "Slovak", "Hungarian", "Croatian", "Romanian"),
    "mac-roman": ("French", "German", "Spanish", "Portuguese", "Swedish", "Norwegian"),
    "cp1254": ("Turkish",),
    "cp1257": ("Lithuanian",),
}


def table(text: str, encoding: str) -> bytes:
    rows = (f"{row:05d};{name};{row / 7:.1f}\r\n" for row, name in enumerate(text.split()))
    return "".join(("code;nom;taux\r\n", *rows)).encode(encoding)


@pytest.mark.parametrize(
    ("encoding", "language"),
    [(name, language) for name, languages in ENCODINGS.items() for language in languages],
)
def test_names_of_places_are_read_in_their_letters(encoding: str, language: str) -> None:
    data = table(PLACES[language], encoding)
    guess = guess_encoding(foreign_words(data))
    assert guess is not None
    assert data.decode(guess.encoding) == data.decode(encoding)
    assert guess.word in data.decode(encoding)


def test_few_letters_may_be_of_two_encodings() -> None:
    guess = guess_encoding(["È".encode("cp1252") + b"ze", b"Fi" + b"\xe8re"])
    assert guess is not None
    assert (guess.encoding, guess.other) == ("cp1252", "cp1250")
    assert not guess.usual
    assert guess_encoding(["Łódź".encode("cp1250")]) == Guess("cp1250", word="Łódź")
    assert guess_encoding([b"Gen\xe8ve"]) == Guess("cp1252", "cp1250", "Genève")
    french = ("Réunion", "Évry Orléans", "Taux d’accès Année", "CÔTES-D’ARMOR À", "Où Ça")
    for text in french:
        guess = guess_encoding(foreign_words(text.encode("cp1252")))
        assert guess is not None
        assert guess.usual, text
    for text in ("Œuvre cœur", "maïs août"):
        guess = guess_encoding(foreign_words(text.encode("cp1252")))
        assert guess is not None
        assert (guess.encoding, bool(guess.other)) == ("cp1252", True)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("София Пловдив Варна Бургас Русе", "cp1251"),
        ("Αθήνα Πάτρα Λάρισα Βόλος", "cp1253"),
        ("Orléans Besançon Nîmes Saint-Étienne", "cp850"),
        ("Orléans", "mac-roman"),
    ],
)
def test_other_encodings_are_not_guessed(text: str, encoding: str) -> None:
    assert guess_encoding(foreign_words(text.encode(encoding))) is None


def test_signs_are_no_letters() -> None:
    text = "l’Haÿ « Évry » n° m² 12\u00a0€ 5\u00a0% été…"
    assert guess_encoding(foreign_words(text.encode("cp1252"))) == Guess("cp1252", word="l’Haÿ")


def test_a_long_text_is_looked_at_in_pieces() -> None:
    data = b"01001;Saint-Denis;1\n" * 200_000 + b"01002;Orl\xe9ans;1\n" * 200_000
    assert foreign_words(data) == {b"Orl\xe9ans"}
    assert len(foreign_words(b" ".join(b"\xe9%d" % row for row in range(9_000)))) == 1
    many = {
        b"\xe9" + bytes((65 + a, 65 + b, 65 + c))
        for a in range(26)
        for b in range(26)
        for c in range(9)
    }
    assert len(foreign_words(b" ".join(sorted(many)))) == 5_000


@given(BYTES)
def test_words_equal_those_of_an_expression(codes: list[int]) -> None:
    data = bytes(codes)
    word = rb"(?<![A-Za-z\x80-\xff])[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*"
    assert foreign_words(data) == set(re.findall(word, data))


@given(BYTES)
def test_letters_of_utf8_equal_those_of_an_expression(codes: list[int]) -> None:
    data = bytes(codes)
    match = re.search(rb"[\xc3\xc5][\x80-\xbf]|\xe2[\x80-\xbf]{2}", data)
    assert has_letters_of_utf8(data) == (match is not None)
