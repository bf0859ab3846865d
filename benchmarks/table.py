"""Rows of measured figures next to their targets, the machine they were taken on, and both as a Markdown table."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from thermal.version import __version__


@dataclass(frozen=True)
class Row:
    """One figure. `met` is None where there is no target to meet."""

    section: str
    figure: str
    target: str
    measured: str
    met: bool | None = None

    def text(self) -> str:
        """One line for a terminal."""
        mark = {True: "met", False: "MISSED", None: ""}[self.met]
        return f"({self.section}) {self.figure}: {self.measured}" + (f"   [target {self.target}: {mark}]" if self.target else "")


@dataclass
class Table:
    """Rows in the order they were measured; each is printed as it comes."""

    rows: list[Row] = field(default_factory=list)

    def add(self, section: str, figure: str, measured: str, target: str = "", met: bool | None = None) -> None:
        """Take a row and print it."""
        row = Row(section, figure, target, measured, None if met is None else bool(met))
        self.rows.append(row)
        print(row.text(), flush=True)

    def markdown(self, title: str, command: str, notes: list[str]) -> str:
        """The whole table with its machine."""
        lines = [f"# {title}", "", f"Made by `{command}`. Letters refer to benchmarks/README.md.", ""]
        lines += [f"- {note}" for note in notes]
        lines += ["", "| | figure | target | measured | |", "|---|---|---|---|---|"]
        for row in self.rows:
            mark = {True: "met", False: "**missed**", None: ""}[row.met]
            parts = (row.section, row.figure, row.target, row.measured, mark)
            lines.append("| " + " | ".join(part.replace("|", "/") for part in parts) + " |")
        return "\n".join(lines) + "\n"


def machine(device: Any) -> list[str]:
    """The machine, the backend and the versions, one line each; load and memory bandwidth are those of this minute."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return [
        f"{date.today().isoformat()}, {processor()}, {cores} cores in use, {memory() / 2**30:.1f} GiB memory, "
        f"{platform.system()} {platform.release()}",
        f"Hallflow {__version__} ({revision()}), Python {platform.python_version()}, NumPy {np.__version__}",
        f"{device.name} backend, {device.precision} precision, {device.threads} threads: {device.reason}",
        f"bandwidth y += a x: {bandwidth(device):.1f} GB/s; load average {load():.1f} when the run began",
    ]


def processor() -> str:
    """The processor's own name."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def memory() -> int:
    """Bytes of memory of this machine, 0 where it does not say."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if "SC_PHYS_PAGES" in os.sysconf_names else 0


def load() -> float:
    """Load average of the last minute."""
    return os.getloadavg()[0]


def revision() -> str:
    """The commit of the tree this runs from, marked where files differ from it."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "no git revision"
    return done.stdout.strip()


def bandwidth(device: Any, n: int = 256) -> float:
    """GB/s of y += a x on arrays of n^3 reals, three words a cell, best of five."""
    shape = (n + 4, n + 4, n + 4)
    x, y, a = device.zeros(shape), device.zeros(shape), device.zeros(1, np.float64)
    launch = device.bind("axpy", n, n, n, a, 1.0, x, y)
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        launch()
        device.synchronize()
        best = min(best, time.perf_counter() - begun)
    return 3.0 * n**3 * np.dtype(device.real).itemsize / best / 1e9
