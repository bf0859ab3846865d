"""What an operation of loops sets and sees: where every control stands, duties that change, the air at a rack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from thermal.loop.components.adiabatic_cooler import PadAir
from thermal.loop.components.chiller import ChillerPoint
from thermal.loop.components.chip import ChipHeat
from thermal.loop.controls import SpeedControl

IDEAL = 1.0 - 1e-9  # effectiveness of a chiller that holds its outlet


@dataclass
class RackAirSide:
    """What the room's air is at a rack: K at its front, W/K of its stream."""

    inlet: float
    rate: float


@dataclass
class Sink:
    """A duty of a link: heat = across x (ambient - entering temperature), W; across in W/K, ambient in K."""

    across: float = 0.0
    ambient: float = 293.15

    def __call__(self, rate: float, entering: float) -> tuple[float, float]:
        """W into the liquid, and its slope in W/K."""
        across = min(self.across, IDEAL * rate)
        return across * (self.ambient - entering), -across


@dataclass
class Plates:
    """Effectiveness of an exchanger that changes with its temperatures."""

    effectiveness: Callable[[Any, Any], Any]
    factors: tuple[float, float] = (1.0, 1.0)  # of its two films, which it was made with

    def __call__(self, first: Any, second: Any) -> Any:
        """Effectiveness at two capacity rates, W/K."""
        return self.effectiveness(first, second)


@dataclass
class Settings:
    """Where every control stands; what a checkpoint must keep of the loops, beside their temperatures."""

    valve: dict[str, float] = field(default_factory=dict)  # CDU -> m3/s
    speed: dict[str, SpeedControl] = field(default_factory=dict)  # CDU or facility -> its pumps
    fans: dict[str, float] = field(default_factory=dict)  # dry cooler table -> speed
    chillers: dict[str, ChillerPoint] = field(default_factory=dict)
    pads: dict[str, PadAir] = field(default_factory=dict)
    chips: dict[str, ChipHeat] = field(default_factory=dict)  # rack -> heat and temperatures
    lost: dict[str, float] = field(default_factory=dict)  # rack -> W that its pipes give to its outgoing air
