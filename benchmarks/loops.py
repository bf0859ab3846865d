"""How fast liquid loops are here: flows of a hall at rest, and a day of its heat.

`python -m benchmarks.loops [--trace cdu_load_24h_15s.csv] [--step 60] [--hours 24] [--cdus 100] [--racks 10] [--facility]`

The trace has a column of seconds, then kW by CDU (columns cduNN_kW); CDUs beyond its columns begin again at the first. Without a
trace every rack holds its rated heat and one CDU after another goes to half of it, ten minutes each. Times are wall clock of one
process.
"""

from __future__ import annotations

import argparse
import csv
import platform
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from thermal.loop.hydraulics import Hydraulics, open_loops
from thermal.loop.march import March
from thermal.loop.network import Network
from thermal.loop.rule import RACK, loop_hall


def time_flows(network: Network, friction: str, backend: str, repeats: int = 20) -> tuple[float, int, float]:
    """Best seconds of a solution from no knowledge, its Newton rounds, and the seconds that numbering the network took."""
    be = open_loops(backend)
    start = time.perf_counter()
    hydraulics = Hydraulics(network, friction, be)
    made = time.perf_counter() - start
    guess, pressure = hydraulics.laws.guess(), hydraulics.pressure.copy()
    best = np.inf
    for _ in range(repeats):
        hydraulics.pressure[:] = pressure
        start = time.perf_counter()
        rounds = hydraulics.solve(guess)
        best = min(best, time.perf_counter() - start)
    return best, rounds, made


def read_trace(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds (n,) and W (n, CDUs) of a load trace."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(line for line in file if not line.startswith("#")))
    columns = [number for number, name in enumerate(rows[0]) if name.startswith("cdu") and name.endswith("_kW")]
    table = np.array([[float(cell) for cell in row] for row in rows[1:]])
    return table[:, 0], 1e3 * table[:, columns]


def day_without_trace(cdus: int, racks: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rated heat, one CDU after another at half of it."""
    seconds = np.arange(0.0, 86400.0, 600.0)
    watts = np.full((len(seconds), cdus), RACK * racks)
    watts[np.arange(len(seconds)), np.arange(len(seconds)) % cdus] *= 0.5
    return seconds, watts


def time_day(
    network: Network,
    cdus: int,
    racks: int,
    step: float,
    hours: float,
    trace: tuple[NDArray[np.float64], NDArray[np.float64]],
    backend: str,
) -> dict[str, float]:
    """Seconds of a march over so many hours, and what it found."""
    march = March(network, backend=backend)
    numbers = np.array([[march.hydraulics.number[f"c{c}_RACK{r}"] for r in range(racks)] for c in range(cdus)])
    seconds, watts = trace
    column = np.arange(cdus) % watts.shape[1]
    march.set_heat(numbers, (watts[0, column] / racks)[:, None])
    march.settle()
    steps = round(3600.0 * hours / step)
    worst, hottest = 0.0, 0.0
    row = -1
    start = time.perf_counter()
    for count in range(steps):
        now = min(int(np.searchsorted(seconds, march.time % seconds[-1], side="right")) - 1, len(watts) - 1)
        if now != row:
            row = now
            march.set_heat(numbers, (watts[row, column] / racks)[:, None])
        march.step(step)
        if count % 60 == 0:
            worst = max(worst, march.heat.ledger.defect)
    taken = time.perf_counter() - start
    hottest = float(march.heat.outlet().max()) - 273.15
    return {"seconds": taken, "steps": steps, "defect": worst, "outlet_degC": hottest, "flow_solutions": march.solutions}


def main() -> None:
    """Print both."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--trace", type=Path, help="CSV file of a day of load")
    words.add_argument("--step", type=float, nargs="+", default=[60.0], help="s; several are done one after the other")
    words.add_argument("--hours", type=float, default=24.0)
    words.add_argument("--cdus", type=int, default=100)
    words.add_argument("--racks", type=int, default=10)
    words.add_argument("--backend", default="host", choices=("host", "numpy", "cuda"))
    words.add_argument("--facility", action="store_true", help="with the ring of facility water behind the CDUs")
    options = words.parse_args()
    network = loop_hall(options.cdus, options.racks, options.facility)
    print(
        f"{platform.processor() or platform.machine()}, {options.backend} backend; {options.cdus} loops of {options.racks} racks"
    )
    for friction in ("colebrook", "swamee-jain"):
        best, rounds, made = time_flows(network, friction, options.backend)
        print(f"flows at rest, {friction}: {1e3 * best:.2f} ms, {rounds} rounds from a guess (numbered in {made:.2f} s)")
    trace = read_trace(options.trace) if options.trace else day_without_trace(options.cdus, options.racks)
    for step in options.step:
        row = time_day(network, options.cdus, options.racks, step, options.hours, trace, options.backend)
        print(
            f"{options.hours:g} h at {step:g} s: {row['seconds']:.2f} s for {row['steps']} steps, flows found "
            f"{row['flow_solutions']}x, energy open by {row['defect']:.1e} at most, hottest outlet {row['outlet_degC']:.2f} degC"
        )


if __name__ == "__main__":
    main()
