"""What a run in time follows of its loops at every step: supply, return, flow, the chips of each rack, and their ledger."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from thermal.loop.in_time import OperationInTime

LEDGER = ("loops_in", "loops_out", "loops_stored")
OF_LOOP = ("loop_supply", "loop_return", "loop_flow")
OF_CHIPS = ("case", "junction")


class LoopWatch:
    """The columns of one plant. `names` as in series.csv; numbers in SI.

    LEDGER: W from chips, coils, pumps and single links, to air and outdoors, kept by liquid and chips. Then loop_supply.NAME and
    loop_return.NAME in K, loop_flow.NAME in m3/s, of CDUs and facility loops; case.RACK and junction.RACK in K.
    """

    def __init__(self, operation: OperationInTime | None) -> None:
        self.operation = operation
        self.names: list[str] = []
        if operation is not None:
            self._loops = [one.table.name for one in operation.assembly.cdus] + [one.name for one in operation.plant.facilities]
            self._racks = [one.rack.name for one in operation.assembly.racks]
            self.names += LEDGER
            self.names += [f"{word}.{name}" for word in OF_LOOP for name in self._loops]
            self.names += [f"{word}.{name}" for word in OF_CHIPS for name in self._racks]

    def read(self) -> NDArray[np.float64]:
        """(columns,) now."""
        operation = self.operation
        if operation is None:
            return np.zeros(0)
        flows = operation.flows or operation.count(0.0)
        ledger = [
            flows.chips + flows.pumps + flows.singles + flows.coils, flows.to_air + flows.outdoors,
            flows.stored + flows.chips_stored,
        ]  # fmt: skip
        loops = [
            *(operation.at(f"{name}.supply") for name in self._loops), *(operation.at(f"{name}.suction") for name in self._loops),
            *(operation.through(f"{name}.pump") for name in self._loops),
        ]  # fmt: skip
        states = [operation.settings.chips[name].state for name in self._racks]
        return np.array([*ledger, *loops, *(one.case for one in states), *(one.junction for one in states)])
