"""Bodies as the numbers that kernels read: curves and resistances of all parts, coil and control of each body."""

from __future__ import annotations

from typing import Any

import numpy as np

from thermal.case.bodies import Body, kinematic, part_flow, resistance_at
from thermal.movers.laying import LaidPart

CONTROLS = {"none": 0.0, "supply": 1.0, "return": 2.0}


class Laws:
    """The laws of all parts as the kernel reads them: knots in one row, and one number a law for the rest."""

    def __init__(self, tubes: list[LaidPart], order: dict[int, int]) -> None:
        """order: place of each body in the case, by its id."""
        q: list[float] = []
        p: list[float] = []
        m: list[float] = []
        start = [0]
        c, resistance, chord, area, own = [], [], [], [], []
        for laid in tubes:
            fan, part = laid.part.fan, laid.part
            if fan is not None:
                q += fan.flows
                p += [kinematic(value) for value in fan.pressures]
                m += [kinematic(value) for value in fan.slopes]
            start.append(len(q))
            c.append(kinematic(fan.resistance) if fan else 0.0)
            resistance.append(kinematic(resistance_at(laid.body, part, laid.body.speed)))
            flow = part_flow(part)
            chord.append(kinematic(fan.shutoff_pressure) / flow if fan and flow > 0.0 else 0.0)
            area.append(laid.total_area)
            own.append(order[id(laid.body)])
        self.q, self.p, self.m, self.start = np.array(q), np.array(p), np.array(m), np.array(start, np.int32)
        self.c, self.resistance, self.chord, self.area = (np.array(v) for v in (c, resistance, chord, area))
        self.own = np.array(own, np.int32)


def mover_settings(body: Body, air: Any) -> np.ndarray:
    """The 16 numbers that the kernel mover_respond reads of a body."""
    row, capacity, coil = np.zeros(16), air.density * air.heat_capacity, body.coil
    if coil:
        row[0], row[1], row[2] = 1.0, coil.conductance / capacity, coil.water_capacity / capacity
        row[3], row[4] = coil.water_temperature - air.reference_temperature, coil.bypass
        row[5], row[6] = float(coil.arrangement == "cross-flow"), CONTROLS[body.control]
        row[7], row[8], row[9] = body.setpoint - air.reference_temperature, coil.air_exponent, coil.rated_flow
    if body.efficiency:
        row[10] = 1.0 / (body.efficiency * air.heat_capacity)
    row[11], row[12] = body.fan_power / capacity, float(body.is_fan_heat)
    return row
