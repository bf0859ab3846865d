"""Controls that a steady design needs: a pressure by pump speed, a supply temperature by valve flow, an outlet by fan speed.

Each holds its own memory and answers one question: given what was measured at the present setting, what is the next one? They
know nothing of the network, so that a controller in time can ask the same question each step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

LEAST_SPEED = 0.1  # of a pump: below, its motor is not cooled (usual lower limit of drives)
LEAST_GAIN, MOST_GAIN = 0.3, 20.0  # d ln(pressure)/d ln(speed) that is believed; 2 for a loop without a held flow


@dataclass
class SpeedControl:
    """Finds the speed at which a measured pressure is the wanted one, by secants in the logarithms.

    wanted   Pa;   most   highest speed;   speed   the present one
    """

    wanted: float
    most: float
    speed: float
    _before: tuple[float, float] | None = field(default=None, repr=False)
    _gain: float = 2.0

    def move(self, measured: float, least: float = 0.0) -> float:
        """The next speed; returns how far it moved, as a share of itself.

        measured   Pa at the present speed, at or below zero counts as far too low
        least      a speed that something else asks for (a least flow)
        """
        old = self.speed
        if measured <= 0.0:
            wanted = self.most
        else:
            here = (math.log(old), math.log(measured))
            if self._before is not None and abs(here[0] - self._before[0]) > 1e-9:
                gain = (here[1] - self._before[1]) / (here[0] - self._before[0])
                self._gain = gain if LEAST_GAIN < gain < MOST_GAIN else 2.0
            self._before = here
            wanted = old * math.exp(min(max((math.log(self.wanted) - here[1]) / self._gain, -0.5), 0.5))
        self.speed = min(max(wanted, least, LEAST_SPEED), self.most)
        return abs(self.speed - old) / old

    @property
    def is_at_its_limit(self) -> bool:
        """Whether more speed is wanted than there is."""
        return self.speed >= self.most


NEAR = 0.02  # share of itself by which a setting is looked for about the last one before all of its range is


def setting_for(wanted: float, heat: Callable[[float], float], least: float, most: float, last: float = 0.0) -> float:
    """Setting (flow, fan speed) at which an exchanger gives a wanted heat; `least` when that is too much, `most` when too little.

    heat   W at a setting, rising with it;   least, most   ends of the setting;   last   one near the answer, if known
    """
    low, high = (1.0 - NEAR) * last, (1.0 + NEAR) * last
    if not (wanted > 0.0 and least < low and high < most and heat(low) < wanted < heat(high)):
        low, high = least, most
    if wanted <= 0.0 or heat(low) >= wanted:
        return least
    if heat(high) <= wanted:
        return most
    below, above = heat(low) - wanted, heat(high) - wanted
    for _ in range(100):  # false position with halving (Illinois), to round-off
        middle = (low * above - high * below) / (above - below)
        found = heat(middle) - wanted
        if abs(found) <= 1e-13 * wanted or high - low <= 1e-14 * high:
            return middle
        if found < 0.0:
            low, below, above = middle, found, 0.5 * above
        else:
            high, above, below = middle, found, 0.5 * below
    return 0.5 * (low + high)
