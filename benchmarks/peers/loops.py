"""Flows of a hall of liquid loops at rest: EPANET (through wntr) and pandapipes beside us, one after the other in one run.

`python -m benchmarks.peers.loops [--cdus 100] [--racks 10] [--repeats 10]`; needs the extra `peers`. All with Swamee-Jain
friction, all from no knowledge of the answer. Times are those of the solvers: EPANET's hydraulic engine, pandapipes'
`pipeflow`, our `solve`; reading, building and numbering are not in them. EPANET stops at a relative change of 1e-9,
pandapipes at 1e-9, we at 1e-10.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable

from benchmarks.peers.loop_programs import PeerAnswer, solve_epanet, solve_pandapipes
from thermal.loop.hydraulics import Hydraulics
from thermal.loop.network import Network
from thermal.loop.rule import loop_hall

PEERS: dict[str, Callable[[Network], PeerAnswer]] = {"EPANET": solve_epanet, "pandapipes": solve_pandapipes}


def ours(network: Network, repeats: int) -> tuple[Hydraulics, float]:
    """The solved network and the best seconds of some solutions from the guess."""
    hydraulics = Hydraulics(network, "swamee-jain")
    guess, pressure = hydraulics.laws.guess(), hydraulics.pressure.copy()
    best = float("inf")
    for _ in range(repeats):
        hydraulics.pressure[:] = pressure
        start = time.perf_counter()
        hydraulics.solve(guess)
        best = min(best, time.perf_counter() - start)
    return hydraulics, best


def main() -> None:
    """Print a table."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--cdus", type=int, default=100)
    words.add_argument("--racks", type=int, default=10)
    words.add_argument("--repeats", type=int, default=10)
    options = words.parse_args()
    network = loop_hall(options.cdus, options.racks)
    print(
        f"{platform.processor() or platform.machine()}; {options.cdus} loops of {options.racks} racks, {len(network.links)} links"
    )
    hydraulics, best = ours(network, options.repeats)
    print(f"{'program':12} {'ms':>10} {'farthest flow from ours':>26}")
    print(f"{'Hallflow':12} {1e3 * best:10.2f} {'-':>26}")
    flows = dict(zip(hydraulics.link_names, hydraulics.flow.tolist(), strict=True))
    for name, solve in PEERS.items():
        try:
            answers = [solve(network) for _ in range(max(1, options.repeats // 3))]
        except ImportError as missing:
            print(f"{name:12} not installed ({missing})")
            continue
        off = max(abs(answers[0].flow[link] / flow - 1.0) for link, flow in flows.items() if abs(flow) > 1e-9)
        print(f"{name:12} {1e3 * min(one.seconds for one in answers):10.2f} {off:26.1e}")


if __name__ == "__main__":
    main()
