"""What coils on loops see of the air and ask for, read from the movers of a flow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from thermal.case.bodies import Body
from thermal.loop.coils import CoilAirSide
from thermal.movers.laws import CONTROLS


def air_sides(movers: Any, bodies: Sequence[Body]) -> dict[str, CoilAirSide]:
    """By label: the air at the coil of each of these bodies, and what its control asks for. Waits for the device.

    movers   thermal.movers.air.Movers of the present grid
    """
    if not bodies:
        return {}
    reading = movers.read()
    air = movers.domain.placement.case.air
    capacity, reference = air.density * air.heat_capacity, air.reference_temperature
    settings = movers.domain.backend.download(movers.settings_).reshape(-1, 16)
    trims = movers.arrays()["trim"]
    found = {}
    for body in bodies:
        number = movers.number(body.label)
        response, row, gross = reading.response[number], settings[number], float(reading.sums[number][1])
        inlet, warm, valve = float(response[7]), float(response[2]), float(response[3])
        wanted, share = math.inf, 1.0
        if row[6] == CONTROLS["supply"]:
            wanted = capacity * (gross * (inlet - float(row[7])) + gross * warm + float(trims[number]))
        elif row[6] == CONTROLS["return"]:
            share = valve
        found[body.label] = CoilAirSide(
            gross, capacity, reference + inlet, wanted, share, capacity * float(row[2]), capacity * float(response[4])
        )
    return found


def taken(reading: Any, number: int, capacity: float) -> float:
    """W that the coil of a mover takes from its air, by the heat that its tubes were given: that which left the air.

    capacity   J/(m3 K) of air of reference density
    """
    mine = slice(reading.starts[number], reading.starts[number + 1])
    fans = float(reading.response[number][2]) * float(abs(reading.flow[mine]).sum())
    return capacity * (fans - float(reading.heat[mine].sum()))
