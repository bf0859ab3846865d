"""Shipped cases with another scheme, cell or turbulence model than their file gives: as a model, and as a file for a process."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import thermal
from thermal.case.model import Case
from thermal.overrides import with_overrides
from thermal.shipped import find_case


@dataclass(frozen=True)
class Variant:
    """A shipped case and what is to be different: scheme of velocity and temperature, cell in m, turbulence model, iterations."""

    case: str
    scheme: str | None = None
    cell: float | None = None
    turbulence: str | None = None
    iterations: int | None = None

    def load(self) -> Case:
        """The model."""
        case = with_overrides(thermal.load(self.case), cell=self.cell, iterations=self.iterations)
        flow = case.flow
        if self.scheme:
            flow = replace(flow, velocity_scheme=self.scheme, temperature_scheme=self.scheme)
        if self.turbulence:
            flow = replace(flow, turbulence=replace(flow.turbulence, model=self.turbulence))
        return replace(case, flow=flow)

    def write(self, folder: Path) -> Path:
        """The case file with its lines of [flow] and [mesh] changed, folder/CASE/case.toml; for a `hallflow run` of its own."""
        text = find_case(self.case).read_text(encoding="utf-8")
        cell = f"{self.cell:g} m" if self.cell else None
        changes = {"scheme": self.scheme, "turbulence": self.turbulence, "cell": cell}
        for key, value in changes.items():
            if value:
                text, count = re.subn(rf'^{key} = "[^"]*"', f'{key} = "{value}"', text, count=1, flags=re.MULTILINE)
                if not count:
                    raise ValueError(f"{self.case} gives no {key}, nothing to change")
        path = folder / self.case / "case.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def __str__(self) -> str:
        """In words."""
        parts = [self.turbulence, self.scheme, f"{self.cell:g} m" if self.cell else None]
        return ", ".join([self.case, *(part for part in parts if part)])
