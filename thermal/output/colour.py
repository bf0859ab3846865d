"""Colour scales: from a value to a colour that colour-blind readers and grey printers still put in order.

Both maps rise in lightness from end to end. Anchors are samples, every sixteenth of the way, of matplotlib's "plasma" and
"viridis" (N. Smith, S. van der Walt, 2015, released as CC0); between anchors colours are interpolated in sRGB.
"""

from __future__ import annotations

import math

import numpy as np

ANCHORS: dict[str, str] = {
    "temperature": (
        "0d0887 310597 4c02a1 6600a7 7e03a8 9511a1 aa2395 bc3587 cc4778 da5a6a e66c5c f0804e f89540 fdac33 fdc527 f8df25 f0f921"
    ),
    "speed": (
        "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1fa088 28ae80 3fbc73 5ec962 84d44b addc30 d8e219 fde725"
    ),
}

SLACK = 0.02  # of a step


def palette(name: str, count: int = 255) -> np.ndarray:
    """`count` colours of a map ("temperature" or "speed"), uint8 (count, 3), dark (low) to light (high)."""
    words = ANCHORS[name].split()
    anchors = np.array([[int(word[n : n + 2], 16) for n in (0, 2, 4)] for word in words], dtype=float)
    place = np.linspace(0.0, len(words) - 1.0, count)
    return np.stack([np.interp(place, np.arange(len(words)), anchors[:, n]) for n in range(3)], axis=1).round().astype(np.uint8)


def hex_colour(name: str, share: float) -> str:
    """The colour "#rrggbb" at a share 0...1 of a map; shares outside are clamped."""
    colours = palette(name)
    index = 0 if not share > 0.0 else min(int(share * (len(colours) - 1) + 0.5), len(colours) - 1)
    return "#" + "".join(f"{int(part):02x}" for part in colours[index])


def nice_range(low: float, high: float, smallest: float) -> tuple[float, float, float]:
    """(low, high, step) of a scale that holds both values on round numbers, at least `smallest` wide, 4 to 10 steps.

    A value may lie SLACK of a step outside: 19.99 does not make a scale begin at 18.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, smallest
    width = max(high - low, smallest)
    raw = width / 6.0
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if power * factor >= raw * 0.999)
    start = math.floor(low / step + SLACK) * step
    end = math.ceil(max(high, start + smallest) / step - SLACK) * step
    return start, end, step
