"""From coolant to junction: cold plates in parallel, the case above them, the chip above the case, and a leak to the air."""

from __future__ import annotations

from dataclasses import dataclass

from thermal.loop.components.cold_plate import Resistance


@dataclass(frozen=True)
class ChipState:
    """K: temperature of the cases and junctions of one group."""

    case: float
    junction: float


@dataclass(frozen=True)
class ChipHeat:
    """What a group of chips gave over an interval or gives now: W to the coolant and to the air, and its state."""

    to_coolant: float
    to_air: float
    state: ChipState


@dataclass(frozen=True)
class ChipGroup:
    """`count` equal cold plates side by side, each under one chip that makes its share of the group's power.

        junction --R_jc-- case --R(flow)-- coolant inlet
                            \\--G_air------ room air that passes

    resistance           of one plate against its flow;   count  >= 1
    junction_resistance  K/W of one chip, junction to case;   air_conductance  W/K of one case to the air, >= 0
    case_capacity, junction_capacity   J/K of one plate with lid and of one chip, for transients
    """

    resistance: Resistance
    count: int = 1
    junction_resistance: float = 0.0
    air_conductance: float = 0.0
    case_capacity: float = 0.0
    junction_capacity: float = 0.0

    def coolant_conductance(self, flow: float) -> float:
        """W/K of the whole group from its cases to the coolant's inlet, at the group's flow (m3/s, any sign)."""
        each = float(self.resistance.at(flow / self.count))
        return 0.0 if each == float("inf") else self.count / each

    def steady(self, power: float, inlet: float, flow: float, air: float) -> ChipHeat:
        """Where the group comes to rest.

        power    W of the whole group;   inlet  K of the coolant;   flow  m3/s of the group;   air  K
        Raises   ValueError when neither coolant nor air takes heat and there is some.
        """
        to_coolant, to_air = self.coolant_conductance(flow), self.count * self.air_conductance
        if to_coolant + to_air == 0.0:
            if power != 0.0:
                raise ValueError("heat without a way out: no flow through the cold plates and no conductance to the air")
            return ChipHeat(0.0, 0.0, ChipState(air, air))
        case = (power + to_coolant * inlet + to_air * air) / (to_coolant + to_air)
        junction = case + power * self.junction_resistance / self.count
        into_air = to_air * (case - air)
        return ChipHeat(power - into_air, into_air, ChipState(case, junction))

    def advance(
        self, state: ChipState, step: float, power: float, inlet: float, flow: float, air: float, most: float = float("inf")
    ) -> ChipHeat:
        """One implicit step; what is given to coolant and air is the mean over the step, so that joules are conserved exactly.

        C_c (T_c' - T_c)/dt = G_jc (T_j' - T_c') - G (T_c' - T_in) - G_air (T_c' - T_air)
        C_j (T_j' - T_j)/dt = P - G_jc (T_j' - T_c')

        step     s, > 0;   most   W/K of the coolant's stream: a case is no colder than what leaves it;   others as in steady.
        First order in time, stable for any step.
        Raises   ValueError if junction_resistance is zero while junction_capacity is not.
        """
        to_coolant, to_air = min(self.coolant_conductance(flow), most), self.count * self.air_conductance
        in_case, in_chip = self.count * self.case_capacity / step, self.count * self.junction_capacity / step
        if self.junction_resistance == 0.0:
            if in_chip > 0.0:
                raise ValueError("a chip with a capacity needs a resistance between junction and case")
            through, from_chip = 0.0, power
        else:
            between = self.count / self.junction_resistance
            through = between * in_chip / (between + in_chip)  # conductance that is left when the junction is eliminated
            from_chip = between * power / (between + in_chip)
        diagonal = in_case + through + to_coolant + to_air
        if diagonal == 0.0:
            return self.steady(power, inlet, flow, air)
        right = in_case * state.case + through * state.junction + from_chip + to_coolant * inlet + to_air * air
        case = right / diagonal
        if self.junction_resistance == 0.0:
            junction = case
        else:
            junction = (in_chip * state.junction + between * case + power) / (in_chip + between)
        return ChipHeat(to_coolant * (case - inlet), to_air * (case - air), ChipState(case, junction))
