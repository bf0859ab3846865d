"""Air temperature and humidity classes for data processing equipment.

Source: ASHRAE TC 9.9, Thermal Guidelines for Data Processing Environments, 5th edition, 2021, table of equipment
environment specifications for air cooling (classes A1 to A4, and H1 for high-density air-cooled equipment).
Confirmed on the reference card of that edition (table 2.1, SI): ranges of A1 to A4, dew points and relative humidities of all of
them, 70 % or 50 % recommended. Of H1 (table 2.2) a second text confirms 18 to 22 degC recommended and 25 degC allowable;
its lower end, its humidity and the altitude rules come from the edition alone.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AirClass:
    """Inlet dry-bulb ranges in degC, the altitude rule of the allowable maximum, and the allowable humidity."""

    name: str
    recommended_low: float
    recommended_high: float
    allowable_low: float
    allowable_high: float
    metres_per_kelvin: float  # m of altitude above 900 m that lower the allowable maximum by 1 K
    dew_high: float = 17.0  # degC, allowable
    relative_high: float = 80.0  # %, allowable

    def allowable_high_at(self, altitude: float) -> float:
        """The allowable maximum in degC at an altitude in m: lower by 1 K for each `metres_per_kelvin` above 900 m."""
        return self.allowable_high - max(0.0, altitude - 900.0) / self.metres_per_kelvin


# Of every class: recommended -9 to 15 degC dew point and at most 70 % relative humidity (50 % where copper or silver corrodes
# faster than ISA-71.04 G1 allows); allowable from the higher of -12 degC dew point and 8 % up to dew_high and relative_high.
RECOMMENDED_DEW, RECOMMENDED_RELATIVE = (-9.0, 15.0), 70.0  # degC, %
ALLOWABLE_DEW_LOW, ALLOWABLE_RELATIVE_LOW = -12.0, 8.0  # degC, %

CLASSES: dict[str, AirClass] = {
    "A1": AirClass("A1", 18.0, 27.0, 15.0, 32.0, 300.0, 17.0, 80.0),
    "A2": AirClass("A2", 18.0, 27.0, 10.0, 35.0, 300.0, 21.0, 80.0),
    "A3": AirClass("A3", 18.0, 27.0, 5.0, 40.0, 175.0, 24.0, 85.0),
    "A4": AirClass("A4", 18.0, 27.0, 5.0, 45.0, 125.0, 24.0, 90.0),
    "H1": AirClass("H1", 18.0, 22.0, 5.0, 25.0, 500.0, 17.0, 80.0),
}
