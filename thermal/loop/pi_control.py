"""A controller with a proportional and an integral part, in its velocity form: holds a temperature, a pressure or a flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from thermal.loop.links import Pump

if TYPE_CHECKING:
    from thermal.loop.march import March

MEASURES = ("temperature", "pressure-difference", "flow", "outlet")


@dataclass
class PiControl:
    """Moves a valve or pump until what it measures stands at its set point.

    u += gain (e - e_before + e seconds/reset), e = (set_point - measured)/span

    actuator    link with a valve (opening) or a pump (speed)
    measure     "temperature" of node `of`, "outlet" of link `of` (K), "flow" of link `of` (m3/s), "pressure-difference" from node
                `of` to node `to` (Pa)
    set_point   in the measure's unit;   span   of the measure that counts as 1
    gain        opening or speed by span; negative where more opening lowers the measure;   reset   s, integral time
    lowest, highest   of opening or speed; the integral part stops there
    Source      Astrom & Hagglund, Advanced PID Control, 2006, section 3.5 (velocity form has no windup at its limits).
    """

    name: str
    actuator: str
    measure: str
    of: str
    set_point: float
    gain: float
    reset: float
    to: str = ""
    span: float = 1.0
    lowest: float = 0.0
    highest: float = 1.0
    _before: float = field(default=float("nan"), repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError for numbers that cannot be."""
        if self.measure not in MEASURES:
            raise ValueError(f"measure {self.measure!r:.80}; accepted: {', '.join(MEASURES)}")
        if not (self.reset > 0 and self.span > 0 and self.lowest < self.highest):
            raise ValueError("reset and span are above 0, lowest is below highest")

    def measured(self, march: March) -> float:
        """What it looks at, now."""
        h = march.hydraulics
        if self.measure == "temperature":
            return float(march.heat.temperature[h.node_number[self.of]])
        if self.measure == "outlet":
            return float(march.heat.outlet()[h.number[self.of]])
        if self.measure == "flow":
            return float(h.flow[h.number[self.of]])
        return float(h.pressure[h.node_number[self.of]] - h.pressure[h.node_number[self.to]])

    def act(self, march: March, seconds: float) -> None:
        """Set the valve or pump for the next step."""
        law = march.links[self.actuator].law
        now = law.speed if isinstance(law, Pump) else law.opening  # type: ignore[attr-defined]
        error = (self.set_point - self.measured(march)) / self.span
        before = error if self._before != self._before else self._before
        moved = now + self.gain * (error - before + error * seconds / self.reset)
        self._before = error
        setting = min(self.highest, max(self.lowest, moved))
        if isinstance(law, Pump):
            march.run_pump(self.actuator, setting)
        else:
            march.open_valve(self.actuator, setting)

    def state(self) -> dict[str, float]:
        """The last error."""
        return {"before": self._before}

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on from it."""
        self._before = state["before"]
