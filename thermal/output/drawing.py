"""A drawing of metres on SVG: frame, ticks, boxes, labels, colour bar. Text is escaped here and nowhere else.

Colours of ink and paper are CSS classes (see report/style.css), so that one drawing serves light, dark and printed pages.
"""

from __future__ import annotations

import itertools
from html import escape

from thermal.output.colour import hex_colour

MARGIN_LEFT, MARGIN_TOP, MARGIN_BOTTOM, BAR_ROOM = 42.0, 10.0, 34.0, 62.0
Pair = tuple[float, float]
LETTER = 0.58  # mean width of a letter over its size


def number(value: float) -> str:
    """A coordinate with a tenth of a unit, no trailing zeros."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def tick_text(value: float, step: float) -> str:
    """A tick's label with as many digits as its step needs."""
    digits = next((n for n in range(4) if abs(step * 10**n - round(step * 10**n)) < 1e-6), 4)
    return f"{value + 0.0:.{digits}f}"


class Drawing:
    """One picture of a plane of the hall. x0...x1 and y0...y1 are metres; `flip` mirrors the horizontal axis.

    Use: add marks, then `svg(title, description)`.
    """

    def __init__(
        self, x0: float, x1: float, y0: float, y1: float, *, width: float = 720.0, height: float = 520.0, flip: bool = False
    ) -> None:
        self.x0, self.x1, self.y0, self.y1, self.flip = x0, x1, y0, y1, flip
        self.scale = min(width / (x1 - x0), height / (y1 - y0))
        self.plot_width, self.plot_height = (x1 - x0) * self.scale, (y1 - y0) * self.scale
        self.right, self.bottom = MARGIN_LEFT + self.plot_width, MARGIN_TOP + self.plot_height
        self.parts: list[str] = []
        self.extra = 0.0  # room on the right for a colour bar

    def x(self, metres: float) -> float:
        """Horizontal place of a position."""
        return MARGIN_LEFT + (self.x1 - metres if self.flip else metres - self.x0) * self.scale

    def y(self, metres: float) -> float:
        """Vertical place of a position (up on paper is up in the hall)."""
        return MARGIN_TOP + (self.y1 - metres) * self.scale

    def span(self, low: Pair, high: Pair) -> tuple[float, float, float, float]:
        """Left, top, width, height on paper of a box given in metres."""
        left, right = sorted((self.x(low[0]), self.x(high[0])))
        return left, self.y(high[1]), right - left, self.y(low[1]) - self.y(high[1])

    def image(self, uri: str, name: str = "", low: Pair | None = None, high: Pair | None = None) -> None:
        """A raster over the whole plot, or over a box in metres; `name` lets the 3-D scene find it."""
        left, top, width, height = self.span(low or (self.x0, self.y0), high or (self.x1, self.y1))
        mark = f' data-raster="{escape(name)}"' if name else ""
        self.parts.append(
            f'<image{mark} x="{number(left)}" y="{number(top)}" width="{number(width)}" height="{number(height)}" '
            f'preserveAspectRatio="none" href="{uri}"/>'
        )

    def box(self, low: Pair, high: Pair, kind: str, tip: str = "") -> None:
        """A rectangle of a CSS class, with a tool tip."""
        left, top, width, height = self.span(low, high)
        note = f"<title>{escape(tip)}</title>" if tip else ""
        self.parts.append(
            f'<rect class="{kind}" x="{number(left)}" y="{number(top)}" width="{number(width)}" height="{number(height)}">'
            f"{note}</rect>"
        )

    def line(self, start: Pair, end: Pair, kind: str, tip: str = "") -> None:
        """A straight line of a CSS class, with a tool tip."""
        note = f"<title>{escape(tip)}</title>" if tip else ""
        self.parts.append(
            f'<line class="{kind}" x1="{number(self.x(start[0]))}" y1="{number(self.y(start[1]))}" '
            f'x2="{number(self.x(end[0]))}" y2="{number(self.y(end[1]))}">{note}</line>'
        )

    def path(self, data: str, kind: str) -> None:
        """A path in paper units."""
        self.parts.append(f'<path class="{kind}" d="{data}"/>')

    def text(
        self, x: float, y: float, words: str, kind: str = "", size: float = 11.0, anchor: str = "middle", turn: float = 0.0
    ) -> None:
        """Words at a place on paper."""
        turned = f' transform="rotate({turn:g} {number(x)} {number(y)})"' if turn else ""
        named = f' class="{kind}"' if kind else ""
        self.parts.append(
            f'<text{named} x="{number(x)}" y="{number(y)}" font-size="{number(size)}" text-anchor="{anchor}"{turned}>'
            f"{escape(words)}</text>"
        )

    def label(self, low: Pair, high: Pair, words: str, kind: str = "name") -> None:
        """Words in the middle of a box, turned or left out when they do not fit."""
        left, top, width, height = self.span(low, high)
        size = 11.0
        long = LETTER * size * len(words)
        middle = (left + width / 2, top + height / 2)
        if long <= width - 5 and size <= height:
            self.text(middle[0], middle[1] + 0.36 * size, words, kind, size)
        elif long <= height - 2 and size <= width:
            self.text(middle[0] + 0.36 * size, middle[1], words, kind, size, turn=-90.0)

    def axes(self, horizontal: str, vertical: str) -> None:
        """Frame and ticks in metres, with the axis letters."""
        self.parts.append(
            f'<rect class="frame" x="{number(MARGIN_LEFT)}" y="{number(MARGIN_TOP)}" width="{number(self.plot_width)}" '
            f'height="{number(self.plot_height)}"/>'
        )
        step = next(s for s in (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 1e9) if s * self.scale >= 40.0)
        for metres in _ticks(self.x0, self.x1, step):
            self.text(self.x(metres), self.bottom + 14, tick_text(metres, step), "tick", 10)
        for metres in _ticks(self.y0, self.y1, step):
            self.text(MARGIN_LEFT - 6, self.y(metres) + 3.5, tick_text(metres, step), "tick", 10, "end")
        self.text(MARGIN_LEFT + self.plot_width / 2, self.bottom + 28, f"{horizontal} in m", "tick", 10)
        self.text(10, MARGIN_TOP + self.plot_height / 2, f"{vertical} in m", "tick", 10, turn=-90.0)

    def colour_bar(self, name: str, low: float, high: float, step: float, unit: str) -> None:
        """A vertical colour scale on the right with its ticks and unit."""
        self.extra = BAR_ROOM
        left, tall = self.right + 16, min(self.plot_height, 260.0)
        top, pieces = self.bottom - tall, 48
        each = tall / pieces
        for n in range(pieces):
            self.parts.append(
                f'<rect x="{number(left)}" y="{number(top + (pieces - 1 - n) * each)}" width="12" height="{number(each + 0.6)}" '
                f'fill="{hex_colour(name, (n + 0.5) / pieces)}"/>'
            )
        for value in _ticks(low, high, step):
            place = self.bottom - tall * (value - low) / (high - low)
            self.path(f"M{number(left + 12)} {number(place)}h4", "tickline")
            self.text(left + 19, place + 3.5, tick_text(value, step), "tick", 10, "start")
        self.text(left, top - 6 if top - 6 > 8 else 8, unit, "tick", 10, "start")

    def svg(self, title: str, description: str) -> str:
        """The picture as an inline SVG element with a name and a description for readers who do not see it."""
        width, height = self.right + max(self.extra, 12.0), self.bottom + MARGIN_BOTTOM
        return (
            f'<svg class="drawing" role="img" viewBox="0 0 {number(width)} {number(height)}" '
            f'style="max-width:{number(width * 1.1)}px">'
            f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(self.parts)}</svg>"
        )


def _ticks(low: float, high: float, step: float) -> list[float]:
    first = round(low / step - 1e-6) * step
    values = itertools.takewhile(lambda v: v <= high + 1e-6 * step, (first + n * step for n in itertools.count()))
    return [value for value in values if value >= low - 1e-6 * step]
