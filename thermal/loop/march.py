"""A network in time: valves on their way, pumps that run down, controls, flows where something moved, temperatures each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kernels.backend import Backend
from thermal.errors import UsageError, quote
from thermal.loop.heat import Heat
from thermal.loop.hydraulics import Hydraulics
from thermal.loop.links import STANDING, Pump, Valve
from thermal.loop.network import ConstantFluid, Link, Network
from thermal.loop.steady import Answer, answer, follow_viscosity

Floats = NDArray[np.float64]

MOVED = 1e-3  # of a full stroke or speed: what moves less leaves the flows as they are
THINNER = 0.01  # change of a viscosity, as a share of itself, after which flows are found anew
WARMER = 0.1  # K: no liquid of a loop changes its viscosity by THINNER in less (cold glycol: 6 % a kelvin)
STOPPED = 0.01  # of full speed: friction in bearings ends a coast-down (no source: any small number does)


class Control(Protocol):
    """What acts on a network between two steps. Its state, a dictionary of numbers, is part of a checkpoint."""

    name: str

    def act(self, march: March, seconds: float) -> None:
        """Look at the present state and set what the next step begins with."""
        ...

    def state(self) -> dict[str, float]:
        """What it must remember."""
        ...

    def restore(self, state: Mapping[str, float]) -> None:
        """Remember it again."""
        ...


class March:
    """A network that goes on in time from rest, or from a state it has given before.

    hydraulics, heat   its flows and temperatures now;   time   s;   solutions   how often flows were found
    controls           act in their order before each step

    `open_valve`, `run_pump`, `trip_pump`, `set_heat` and `change` are what controls and events do; a valve takes its stroke
    time, a tripped pump its inertia.
    """

    def __init__(
        self,
        network: Network,
        friction: str = "colebrook",
        backend: Backend | str = "host",
        controls: Sequence[Control] = (),
    ) -> None:
        """Flows are found at once; temperatures stand at those of the regions until `settle` or a step."""
        self.hydraulics = Hydraulics(network, friction, backend)
        self.heat = Heat(self.hydraulics)
        self.controls = list(controls)
        self.links = dict(network.links)
        self.time = 0.0
        self.solutions = 0
        self._wanted: dict[str, float] = {}  # openings that valves are on their way to
        self._tripped: set[str] = set()
        self._solved: dict[str, float] = {}  # opening or speed of the present flows
        self._stale = True
        self._constant = all(isinstance(one.fluid, ConstantFluid) for one in network.regions.values())
        self._looked = self.heat.cells  # at which viscosities were last looked at
        self._find_flows()

    def settle(self) -> None:
        """Temperatures at rest under the present settings and heat. Raises as thermal.loop.steady.solve."""
        self.heat.solve()
        for _ in range(30):
            if follow_viscosity(self.hydraulics, self.heat, 1e-9) <= 1e-9:
                return
            self._stale = True
            self._find_flows()
            self.heat.solve()

    def step(self, seconds: float) -> None:
        """One step: controls, valves and pumps, flows if something has moved, temperatures. Raises NoFlowAnswer as Hydraulics."""
        for control in self.controls:
            control.act(self, seconds)
        for name, wanted in list(self._wanted.items()):
            law = self.links[name].law
            assert isinstance(law, Valve)
            self._set(name, law.moved(wanted, seconds), law.moved(wanted, seconds).opening)
            if self.links[name].law.opening == wanted:  # type: ignore[attr-defined]
                del self._wanted[name]
        for name in list(self._tripped):
            self._coast(name, seconds)
        if not self._constant and np.abs(self.heat.cells - self._looked).max(initial=0.0) > WARMER:
            self._looked = self.heat.cells
            self._stale |= follow_viscosity(self.hydraulics, self.heat, THINNER) > THINNER
        self._find_flows()
        self.heat.step(seconds)
        self.time += seconds

    def set_heat(self, numbers: Any, watts: Any) -> None:
        """W into the links of these numbers (`hydraulics.number` has them by name)."""
        self.heat.heat[numbers] = watts

    def open_valve(self, name: str, opening: float) -> None:
        """Send a valve to an opening, 0 ... 1; it goes as fast as its stroke time lets it."""
        self._law(name, Valve)
        self._wanted[name] = min(1.0, max(0.0, opening))

    def run_pump(self, name: str, speed: float) -> None:
        """Run a pump at a speed from now on; a tripped one runs again."""
        law = self._law(name, Pump)
        self._tripped.discard(name)
        self._set(name, replace(law, speed=min(1.5, max(0.0, speed))), speed)

    def trip_pump(self, name: str) -> None:
        """Take the power from a pump: it runs down by its inertia, against its own hydraulic load."""
        self._law(name, Pump)
        self._tripped.add(name)

    def change(self, link: Link) -> None:
        """Another law or state of a link, between the same nodes."""
        self.links[link.name] = link
        self.hydraulics.change(link)
        self._stale = True

    def answer(self) -> Answer:
        """The present state by name."""
        return answer(self.hydraulics, self.heat, self.hydraulics.rounds, self.links)

    def state(self) -> dict[str, Floats]:
        """Everything that a checkpoint must hold, as arrays of float64."""
        h, heat = self.hydraulics, self.heat
        settings = [
            law.opening if isinstance(law, Valve) else law.speed if isinstance(law, Pump) else np.nan
            for law in (one.law for one in self.links.values())
        ]
        found = {
            "time": np.array([self.time]), "flow": h.flow.copy(), "pressure": h.pressure.copy(),
            "viscosity": h.laws.viscosity.copy(), "temperature": heat.temperature.copy(), "cells": heat.cells.copy(),
            "looked": self._looked.copy(), "case": heat.chips.case.copy(), "junction": heat.chips.junction.copy(),
            "heat": heat.heat.copy(),
            "setting": np.array(settings, float), "open": np.array([float(one.open) for one in self.links.values()]),
            "wanted": np.array([self._wanted.get(name, np.nan) for name in self.links]),
            "tripped": np.array([float(name in self._tripped) for name in self.links]),
            "solved": np.array([self._solved.get(name, np.nan) for name in self.links]),
        }  # fmt: skip
        for control in self.controls:
            found |= {f"control.{control.name}.{key}": np.array([value]) for key, value in control.state().items()}
        return found

    def restore(self, state: Mapping[str, Floats]) -> None:
        """Go on from what `state` gave, of the same network and controls; the steps that follow have the same bits."""
        h, heat = self.hydraulics, self.heat
        for number, (name, link) in enumerate(list(self.links.items())):
            setting, law = float(state["setting"][number]), link.law
            if isinstance(law, Valve):
                law = replace(law, opening=setting)
            elif isinstance(law, Pump):
                law = replace(law, speed=setting)
            self.links[name] = replace(link, law=law, open=bool(state["open"][number]))
            h.change(self.links[name])
        names = list(self.links)
        self._wanted = {names[n]: float(w) for n, w in enumerate(state["wanted"]) if np.isfinite(w)}
        self._tripped = {names[n] for n, w in enumerate(state["tripped"]) if w}
        self._solved = {names[n]: float(w) for n, w in enumerate(state["solved"]) if np.isfinite(w)}
        h.set_viscosity(state["viscosity"])
        h.flow[:], h.pressure[:] = state["flow"], state["pressure"]
        heat.temperature, heat.cells = state["temperature"].copy(), state["cells"].copy()
        heat.chips.case, heat.chips.junction = state["case"].copy(), state["junction"].copy()
        heat.heat[:] = state["heat"]
        self._looked = state["looked"].copy()
        self.time = float(state["time"][0])
        self._stale = False
        for control in self.controls:
            prefix = f"control.{control.name}."
            own = {key[len(prefix) :]: float(value[0]) for key, value in state.items() if key.startswith(prefix)}
            control.restore(own)

    def _law(self, name: str, kind: type) -> Any:
        if name not in self.links or not isinstance(self.links[name].law, kind):
            raise UsageError(f"{quote(name)} is no {kind.__name__.lower()} of this network")
        return self.links[name].law

    def _set(self, name: str, law: Any, setting: float) -> None:
        """Another setting of a link; flows are found anew if it has moved enough since then, or has come to its end."""
        if law == self.links[name].law:
            return
        self.links[name] = replace(self.links[name], law=law)
        before = self._solved.get(name, np.inf)
        if abs(setting - before) >= MOVED or setting in (0.0, 1.0):
            self.hydraulics.change(self.links[name])
            self._solved[name] = setting
            self._stale = True

    def _coast(self, name: str, seconds: float) -> None:
        """d(J w^2)/dt = -P, J the energy of rotation at full speed, P the shaft power; implicit in w, P goes as w^3 of now."""
        law = self._law(name, Pump)
        number = self.hydraulics.number[name]
        power = law.power(float(self.hydraulics.flow[number]), -float(self.hydraulics.falls()[number]))
        speed = 0.0
        if law.inertia > 0.0 and law.speed > STOPPED:
            speed = law.speed / (1.0 + seconds * power / (2.0 * law.inertia * law.speed**2))
        if speed <= max(STOPPED, STANDING):
            speed = 0.0
            self._tripped.discard(name)
        self._set(name, replace(law, speed=speed), speed)

    def _find_flows(self) -> None:
        if self._stale:
            self.hydraulics.solve()
            self.solutions += 1
            self._stale = False
