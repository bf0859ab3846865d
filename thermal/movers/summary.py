"""What movers add to a summary: inlets and outlets of racks in depth, streams that coolers supply and take back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from thermal.units import ZERO_CELSIUS


def through_rack(row: dict[str, Any], device: Mapping[str, Any], inlet: float, density_ratio: float) -> dict[str, Any]:
    """The row of a rack in depth: means weighted by the flow of its tubes, flow and heat as they came out; what runs backwards
    through its gaps is its recirculation.

    row   as of a solid rack       device   its row of the devices        inlet   K, mean of what it draws in
    density_ratio   of its inlet air over the reference, for m3/s at the inlet
    """
    return row | {
        "inlet_mean_degC": inlet - ZERO_CELSIUS, "outlet_mean_degC": device["blown_degC"], "air_kW": device["air_heat_kW"],
        "air_flow_m3_s": device["forward_m3_s"] / density_ratio, "recirculation_m3_s": device["backward_m3_s"] / density_ratio,
    }  # fmt: skip


def cooler_streams(devices: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What coolers blow and take back, like rows of openings: the indices of a hall count both. Shut ones do neither."""
    streams = []
    for row in devices:
        if row["heat_kW"] is not None and row["kind"] != "rdhx" and row["air_in_degC"] is not None:
            for kind, key in (("supply", "air_out_degC"), ("return", "air_in_degC")):
                streams.append({"kind": kind, "flow_m3_s": row["flow_m3_s"], "temperature_degC": row[key]})
    return streams


def water_heat(devices: Sequence[Mapping[str, Any]]) -> float:
    """kW that all coils give to their water."""
    return float(sum(row["heat_kW"] or 0.0 for row in devices))
