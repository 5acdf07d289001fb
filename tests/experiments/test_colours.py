"""The colour scale is even to every eye: measured as CIE lightness, also as colour-blind people see it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from rich.color import Color, ColorSystem

from tutor.experiments.cells import (
    ASCII_SHADES,
    KEY,
    QUERY,
    SHADES,
    VALUE,
    Tier,
    View,
    colour,
    hue,
    magnitude,
    shade,
    token_style,
)
from tutor.experiments.raster import CURSOR

Vector = NDArray[np.float64]
# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB: https://doi.org/10.1109/TVCG.2009.113
VISIONS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(name: str) -> Vector:
    c = np.array(Color.parse(name).get_truecolor(), float) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(name: str, vision: str = "usual") -> Vector:
    """CIE L*a*b* of a colour as this eye sees it."""
    seen = np.clip(VISIONS[vision] @ linear(name), 0, 1)
    xyz = TO_XYZ @ seen / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def scale(tier: Tier, n: int = 201) -> list[str]:
    """The colours of the scale from 0 to 1, each once."""
    colours = [magnitude(i / (n - 1), tier) for i in range(n)]
    assert None not in colours
    return list(dict.fromkeys(c for c in colours if c))


def test_truecolor_is_cividis() -> None:
    """Points of matplotlib's table."""
    assert [magnitude(i / 4, "truecolor") for i in range(5)] == ["#00224e", "#434e6c", "#7d7c78", "#bcae6c", "#fee838"]


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize(("tier", "steps", "apart"), [("256", 9, 4.0), ("truecolor", 190, 0.0)])
def test_lightness_climbs_for_every_eye(tier: Tier, steps: int, apart: float, vision: str) -> None:
    colours = scale(tier)
    lightness = [lab(c, vision)[0] for c in colours]
    assert len(colours) >= steps
    assert np.diff(lightness).min() > apart


def test_the_steps_survive_being_taken_for_truecolor() -> None:
    """Textual turns them to RGB and back, by Rich's rounding, which moves greys of the colour cube."""
    for name in scale("256"):
        back = Color.from_triplet(Color.parse(name).get_truecolor()).downgrade(ColorSystem.EIGHT_BIT)
        assert f"color({back.number})" == name


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("tier", ["256", "truecolor"])
def test_the_cursor_is_no_colour_of_the_scale(tier: Tier, vision: str) -> None:
    mark = colour(CURSOR, tier)
    assert mark is not None
    assert min(float(np.linalg.norm(lab(mark, vision) - lab(c, vision))) for c in scale(tier, 65)) > 15


@given(st.floats(-1, 2), st.floats(-1, 2), st.booleans())
def test_a_greater_value_never_looks_smaller(a: float, b: float, ascii: bool) -> None:
    low, high = sorted((a, b))
    glyphs = ASCII_SHADES if ascii else SHADES
    assert glyphs.index(shade(low, ascii)) <= glyphs.index(shade(high, ascii))
    for tier in ("256", "truecolor"):
        dark, light = magnitude(low, tier), magnitude(high, tier)
        assert dark and light and lab(dark)[0] <= lab(light)[0]


def test_poor_tiers_have_no_colour() -> None:
    for tier in ("16", "none"):
        view = View(10, 1, tier)
        assert magnitude(0.5, tier) is None and colour("#ff0000", tier) is None
        assert hue(QUERY, view).color is None and token_style(1, view).bgcolor is None
        assert token_style(0, view) != token_style(1, view)


@pytest.mark.parametrize("tier", ["256", "truecolor"])
@pytest.mark.parametrize(("dark", "ground"), [(True, "#1c1c1c"), (False, "#eeeeee")])
@pytest.mark.parametrize("meaning", [QUERY, KEY, VALUE])
def test_words_in_colour_can_be_read_on_both_grounds(tier: Tier, dark: bool, ground: str, meaning: str) -> None:
    text = hue(meaning, View(10, 1, tier, dark=dark)).color
    assert text is not None
    low, high = sorted(float(linear(c) @ TO_XYZ[1]) for c in (text.name, ground))
    assert (high + 0.05) / (low + 0.05) >= 4.5  # WCAG's AA contrast
