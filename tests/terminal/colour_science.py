"""Colours as eyes have them: contrast of text, and how far apart two colours are, for three kinds of eyes.

- Contrast: WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
- Distance: Euclidean in OKLab, in hundredths of its lightness; Ottosson 2020, https://bottosson.github.io/posts/oklab/
- Eyes without one kind of cones: Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB;
  https://doi.org/10.1109/TVCG.2009.113
"""

from __future__ import annotations

from functools import cache

RGB = tuple[int, int, int]
Linear = tuple[float, float, float]

EYES: dict[str, tuple[Linear, Linear, Linear]] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
}


@cache
def linear(rgb: RGB) -> Linear:
    """Light, from the numbers of sRGB."""
    r, g, b = (v / 255 / 12.92 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in rgb)
    return r, g, b


def luminance(rgb: RGB) -> float:
    r, g, b = linear(rgb)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: RGB, other: RGB) -> float:
    """1 (none) to 21 (black on white); text needs 4.5."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@cache
def oklab(rgb: RGB, eyes: str = "normal") -> Linear:
    """Lightness 0 to 100, and two axes of colour of the same scale, as these eyes see it."""
    r, g, b = (min(1.0, max(0.0, sum(m * v for m, v in zip(row, linear(rgb), strict=True)))) for row in EYES[eyes])
    l, m, s = (  # noqa: E741  # the names of the cones
        (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3),
        (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3),
        (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3),
    )
    return (
        100 * (0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s),
        100 * (1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s),
        100 * (0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s),
    )


def distance(one: RGB, other: RGB, eyes: str = "normal") -> float:
    """How far apart these eyes see two colours; about 2 is just noticed side by side, black and white are 100."""
    return float(sum((a - b) ** 2 for a, b in zip(oklab(one, eyes), oklab(other, eyes), strict=True)) ** 0.5)
