"""Colours are told apart by everyone, and signs keep their contrast."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from zoneblanche.maps.drawn.palettes import (
    BIVARIATE,
    CONTEXT,
    DEEP,
    DIVERGING,
    INK,
    KINDS,
    LISA,
    MISSING,
    NEED,
    PALE,
    PAPER,
    RULE,
    SEA,
    contrast,
    luminance,
    ramp,
    rgb,
)

THEMES = ("light", "dark")

# On linear RGB: Viénot, Brettel and Mollon (1999) for the red-green dichromacies, Machado, Oliveira
# and Fernandes (2009) at full severity for the third.
DICHROMACIES = {
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


def linear(colour: str) -> np.ndarray:
    share = np.array(rgb(colour)) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def seen_by(colour: str, eyes: str) -> np.ndarray:
    return np.clip(np.array(DICHROMACIES[eyes]) @ linear(colour), 0, 1)


def lightness(channels: np.ndarray) -> float:
    """CIE L* of linear RGB."""
    y = float(channels @ [0.2126, 0.7152, 0.0722])
    return 116 * np.cbrt(y) - 16 if y > 0.008856 else 903.3 * y


def lab(channels: np.ndarray) -> np.ndarray:
    """CIELAB of linear RGB under D65, in which a distance of two or three is just seen."""
    xyz = (
        np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
        @ channels
        / [0.9505, 1.0, 1.089]
    )
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("stops", [NEED, CONTEXT], ids=["need", "context"])
def test_ramps_keep_their_order_for_all_eyes(stops: dict, theme: str) -> None:
    colours = ramp(stops[theme], 6)
    for eyes in DICHROMACIES:
        steps = [lightness(seen_by(colour, eyes)) for colour in colours]
        apart = np.diff(steps) if theme == "dark" else -np.diff(steps)
        assert (apart > 4).all(), (eyes, steps)
    grey = [lightness(linear(colour)) for colour in colours]
    assert (np.diff(grey) > 0).all() if theme == "dark" else (np.diff(grey) < 0).all()


@pytest.mark.parametrize("theme", THEMES)
def test_both_sides_of_zero_grow_stronger_away_from_it_for_all_eyes(theme: str) -> None:
    for eyes in DICHROMACIES:
        seen = {
            side: [seen_by(colour, eyes) for colour in ramp(stops, 3)]
            for side, stops in DIVERGING[theme].items()
        }
        for colours in seen.values():
            steps = np.diff([lightness(colour) for colour in colours])
            assert (steps > 6).all() if theme == "dark" else (steps < -6).all(), (eyes, steps)
        for worse, better in zip(seen["worse"], seen["better"], strict=True):
            assert np.linalg.norm(lab(worse) - lab(better)) > 7, eyes


@pytest.mark.parametrize("theme", THEMES)
def test_the_square_is_strongest_where_both_meet(theme: str) -> None:
    square = np.array([lightness(linear(colour)) for colour in BIVARIATE[theme]]).reshape(3, 3)
    strength = square if theme == "dark" else -square
    assert strength.argmax() == 8 and strength.argmin() == 0
    assert (np.diff(strength, axis=0) > 0).all() and (np.diff(strength, axis=1) > 0).all()
    assert len(set(BIVARIATE[theme])) == 9


@pytest.mark.parametrize("theme", THEMES)
def test_no_two_colours_of_a_legend_look_alike_to_any_eyes(theme: str) -> None:
    for colours, least in ((BIVARIATE[theme], 7.0), (KINDS[theme][:6], 7.0)):
        for eyes in DICHROMACIES:
            seen = np.array([lab(seen_by(colour, eyes)) for colour in colours])
            apart = np.linalg.norm(seen[:, None] - seen[None], axis=2)
            apart[np.diag_indices(len(colours))] = np.inf
            assert apart.min() >= least, (eyes, np.unravel_index(apart.argmin(), apart.shape))


@pytest.mark.parametrize("theme", THEMES)
def test_lines_and_letters_keep_their_contrast(theme: str) -> None:
    assert contrast(INK[theme], PAPER[theme]) >= 7
    for ground in (PAPER[theme], SEA[theme]):
        assert contrast(RULE[theme], ground) >= 3
    ground, stripe = MISSING[theme]
    assert contrast(ground, stripe) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_the_chosen_territory_is_seen_on_every_colour(theme: str) -> None:
    for colour in (*NEED[theme], *CONTEXT[theme], *BIVARIATE[theme], *KINDS[theme]):
        assert max(contrast(colour, INK[theme]), contrast(colour, PAPER[theme])) >= 3
        assert max(contrast(colour, DEEP), contrast(colour, PALE)) >= 3


def test_known_contrasts() -> None:
    assert contrast("#ffffff", "#000000") == 21
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # WCAG's own example
    assert luminance("#ffffff") == pytest.approx(1)


def test_ramps_end_where_their_stops_do() -> None:
    for stops in (*NEED.values(), *CONTEXT.values()):
        assert ramp(stops, len(stops)) == list(stops)
        assert (ramp(stops, 3)[0], ramp(stops, 3)[-1]) == (stops[0], stops[-1])
        assert all(a != b for a, b in pairwise(ramp(stops, 9)))


@pytest.mark.parametrize("theme", THEMES)
def test_the_palest_class_is_visible_on_the_sea_and_on_the_page(theme: str) -> None:
    palest = [NEED[theme][0], CONTEXT[theme][0], BIVARIATE[theme][0], *LISA[theme]]
    palest += [stops[0] for stops in DIVERGING[theme].values()]
    for colour in palest:
        assert contrast(colour, SEA[theme]) >= 1.3 and contrast(colour, PAPER[theme]) >= 1.3
