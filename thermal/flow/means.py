"""Means in time of all fields, kept on the device, and of what crosses the patches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from thermal.flow.averages import PLACES
from thermal.flow.boundary import Sample
from thermal.flow.solver import Flow
from thermal.movers.air import Reading

MOVED = ("sums", "response", "speed", "heat", "flow", "enter", "leave", "rise")  # of a Reading: what has a mean
SPREAD = ("u", "v", "w", "T")  # fields whose mean square about the mean is kept as well


class Means:
    """Running means of one block, weighted by the steps."""

    def __init__(self, flow: Flow) -> None:
        domain, backend, state = flow.domain, flow.domain.backend, flow.state
        self.flow, self.weight = flow, 0.0
        self.share_ = backend.zeros(1, np.float64)
        self.mean = {name: domain.zeros() for name in state.names}
        self.square = {name: domain.zeros() for name in SPREAD}
        self._launches = []
        for name in state.names:
            given = (*domain.n, self.share_, getattr(state, name), self.mean[name])
            spread = name in self.square
            kernel = "running_spread" if spread else "running_mean"
            self._launches.append(backend.bind(kernel, *given, *([self.square[name]] if spread else [])))
        count = len(domain.placement.patches)
        self.movers: Reading | None = None  # means of what MOVED names
        self.sample = np.zeros((6, count))  # inflow, heat, mixed, hottest, surface; supplied in the first of the last row

    def add(self, step: float, sample: Sample, movers: Reading | None = None) -> None:
        """Take an instant that stands for `step` seconds."""
        self.weight += step
        share = step / self.weight
        self.flow.domain.backend.fill(self.share_, share)
        for launch in self._launches:
            launch()
        rows = (sample.inflow, sample.heat, sample.mixed, sample.hottest, sample.surface)
        with np.errstate(invalid="ignore"):  # what does not exist at a patch is NaN or infinite, and stays it
            for row, values in zip(self.sample, rows, strict=False):
                row += share * (values - row)
        self.sample[5, :1] += share * (sample.supplied - self.sample[5, :1])
        if movers is not None:
            old = self.movers or movers
            parts = {name: getattr(old, name) + share * (getattr(movers, name) - getattr(old, name)) for name in MOVED}
            self.movers = replace(movers, **parts)

    def patches(self) -> Sample:
        """The mean of what crosses the patches; `mixed` is weighted by flow."""
        inflow, heat, mixed, hottest, surface, rest = self.sample
        with np.errstate(invalid="ignore", divide="ignore"):
            weighed = np.where(inflow != 0.0, heat / np.where(inflow != 0.0, inflow, 1.0), mixed)
        return Sample(inflow, heat, float(rest[0]) if len(rest) else 0.0, weighed, hottest, surface)

    def fields(self) -> dict[str, np.ndarray]:
        """Mean fields as global arrays, and T_rms, u_rms, v_rms, w_rms."""
        flow = self.flow
        found = {name: flow.whole_field(array, PLACES.get(name)) for name, array in self.mean.items()}
        for name, array in self.square.items():
            found[f"{name}_rms"] = np.sqrt(np.maximum(flow.whole_field(array, PLACES.get(name)), 0.0))
        return found

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything as global arrays, for a checkpoint."""
        found: dict[str, Any] = {"weight": np.array([self.weight]), "sample": self.sample}
        if self.movers is not None:
            found |= {f"movers_{name}": values for name, values in vars(self.movers).items()}
        for kind, group in (("mean", self.mean), ("square", self.square)):
            found |= {f"{kind}_{name}": self.flow.whole_field(array, PLACES.get(name)) for name, array in group.items()}
        return found

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Take the sums of a checkpoint."""
        self.weight, self.sample = float(arrays["weight"][0]), arrays["sample"].copy()
        movers = {name.removeprefix("movers_"): values for name, values in arrays.items() if name.startswith("movers_")}
        self.movers = Reading(**movers) if movers else None
        for kind, group in (("mean", self.mean), ("square", self.square)):
            for name, array in group.items():
                self.flow.domain.backend.store(self.flow.domain.local(arrays[f"{kind}_{name}"]), array)
