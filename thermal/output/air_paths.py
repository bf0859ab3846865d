"""Rows of the summary on air paths: each tile, grille, leak, door and chimney with its flow, each plenum with its pressure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from thermal.case.model import PATHS, Case
from thermal.fluids.air import density_ratio
from thermal.patches import Sheet
from thermal.place import Placement
from thermal.units import ZERO_CELSIUS

VELOCITY = "uvw"
PLENUM_PIECES = ("tile", "grille")  # whose evenness a plenum is judged by: not what leaks


def path_rows(
    case: Case, placement: Placement, fields: Mapping[str, np.ndarray], pressure_ratio: float = 1.0
) -> list[dict[str, Any]]:
    """One row for each air path.

    fields    the solver's own (state.FIELDS, velocities on faces)
    Returns   name, kind, area_m2, flow_m3_s (positive up, or along the axis of an upright door, at the density of what passes),
              velocity_m_s on the whole piece, jet_m_s in its holes, pressure_drop_Pa in the sense of the flow, temperature_degC
              of what passes, loss_coefficient, centre_m
    """
    return [_row(case, placement, sheet, fields, pressure_ratio) for sheet in placement.sheets if sheet.plate.kind in PATHS]


def _row(
    case: Case, placement: Placement, sheet: Sheet, fields: Mapping[str, np.ndarray], pressure_ratio: float
) -> dict[str, Any]:
    here = tuple(sheet.face.T)
    behind = sheet.face.copy()
    behind[:, 2 - sheet.axis] -= 1
    before = tuple(behind.T)
    mass = np.asarray(fields[VELOCITY[sheet.axis]], float)[here] * sheet.area
    temperature = np.where(mass > 0.0, fields["T"][before], fields["T"][here]).astype(float)
    volume = mass
    if case.flow.density == "ideal-gas":
        volume = mass / density_ratio(temperature, case.air.reference_temperature, pressure_ratio)
    flow, area = float(volume.sum()), float(sheet.area.sum())
    drop = np.asarray(fields["p"], float)[before] - np.asarray(fields["p"], float)[here]
    weight = float(np.abs(mass).sum())
    mixed = float((np.abs(mass) * temperature).sum()) / weight if weight > 0.0 else math.nan
    return {
        "name": sheet.plate.name,
        "kind": "chimney" if sheet.plate.kind == "mouth" else sheet.plate.kind,
        "on": "xyz"[sheet.axis],
        "area_m2": area,
        "flow_m3_s": flow,
        "velocity_m_s": flow / area,
        "jet_m_s": flow / area / sheet.open_fraction,
        "pressure_drop_Pa": case.air.density * float((drop * sheet.area).sum()) / area,
        "temperature_degC": case.air.reference_temperature + mixed - ZERO_CELSIUS,
        "loss_coefficient": sheet.loss_coefficient,
        "open_fraction": sheet.open_fraction,
        "low_m": list(sheet.plate.box.low),
        "high_m": list(sheet.plate.box.high),
    }


def plenum_rows(
    case: Case, placement: Placement, fields: Mapping[str, np.ndarray], paths: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """One row for each plenum: its pressure against the mean of the room, and how evenly its tiles or grilles share the flow.

    Returns   name, pressure_Pa, pressure_min_Pa and pressure_max_Pa above the room's mean, room_pressure_Pa as in the fields;
              pieces, flow_m3_s of all, piece_min_m3_s, piece_mean_m3_s, piece_max_m3_s; maldistribution_percent, the standard
              deviation of the velocities of all pieces over their mean; by_loss_m3_s, what the losses alone let through at the
              drop across each piece, and by_mean_m3_s, at the mean pressures of plenum and room; leak_m3_s and leak_percent,
              through leaks and cut-outs, of all that passes
    """
    rows = []
    spans = (("raised_floor", -case.under_floor, 0.0), ("ceiling_plenum", case.room[2], case.high[2]))
    for name, low, high in spans:
        if high <= low:
            continue
        inside, room = (
            _mean_pressure(case, placement, fields, low, high),
            _mean_pressure(case, placement, fields, 0.0, case.room[2]),
        )
        if inside is None or room is None:
            continue
        own = [row for row in paths if row["on"] == "z" and abs(row["low_m"][2] - (0.0 if low < 0.0 else low)) < 1e-6]
        row = {
            "name": name, "pressure_Pa": inside[0] - room[0], "pressure_min_Pa": inside[1] - room[0],
            "pressure_max_Pa": inside[2] - room[0], "room_pressure_Pa": room[0],
        }  # fmt: skip
        rows.append(row | _shares(case, own, inside[0] - room[0]))
    return rows


def _mean_pressure(
    case: Case, placement: Placement, fields: Mapping[str, np.ndarray], low: float, high: float
) -> tuple[float, float, float] | None:
    """Mean, lowest and highest pressure in Pa of the air between two heights, weighted by volume; None without air there."""
    z = placement.grid.centres(2)
    part = placement.fluid & ((z > low) & (z < high))[:, None, None]
    if not part.any():
        return None
    values = case.air.density * np.asarray(fields["p"], float)[part]
    return float(np.average(values, weights=placement.grid.volumes()[part])), float(values.min()), float(values.max())


def _shares(case: Case, own: Sequence[Mapping[str, Any]], pressure: float) -> dict[str, Any]:
    """How the pieces of one slab share what passes it."""
    pieces = [row for row in own if row["kind"] in PLENUM_PIECES]
    leaks = sum(row["flow_m3_s"] for row in own if row["kind"] in ("leak", "cutout"))
    total = sum(row["flow_m3_s"] for row in own)
    shares: dict[str, Any] = {
        "pieces": len(pieces), "leak_m3_s": leaks, "leak_percent": 100.0 * leaks / total if total else None,
    }  # fmt: skip
    if not pieces:
        return shares
    flows = np.array([row["flow_m3_s"] for row in pieces])
    speeds = np.array([row["velocity_m_s"] for row in pieces])
    # what passes up through a slab goes with the drop across it; the air of a ceiling plenum has the lower pressure
    up = pressure if pieces[0]["low_m"][2] < 1e-6 else -pressure
    drops = [row["pressure_drop_Pa"] for row in pieces]
    return shares | {
        "flow_m3_s": float(flows.sum()), "piece_min_m3_s": float(flows.min()), "piece_mean_m3_s": float(flows.mean()),
        "piece_max_m3_s": float(flows.max()), "by_loss_m3_s": _by_loss(case, pieces, drops),
        "by_mean_m3_s": _by_loss(case, pieces, [up] * len(pieces)),
        "maldistribution_percent": 100.0 * float(speeds.std() / abs(speeds.mean())) if speeds.mean() else None,
    }  # fmt: skip


def _by_loss(case: Case, pieces: Sequence[Mapping[str, Any]], drops: Sequence[float]) -> float:
    """m3/s of all pieces by dp = K rho U^2/2 alone, each at its pressure drop in Pa."""
    flows = [
        math.copysign(row["area_m2"] * math.sqrt(2.0 * abs(drop) / (case.air.density * row["loss_coefficient"])), drop)
        for row, drop in zip(pieces, drops, strict=True)
    ]
    return math.fsum(flows)


def solid_rows(case: Case, placement: Placement, temperature: np.ndarray) -> list[dict[str, Any]]:
    """One row for each solid that conducts: its power and its lowest, mean and highest temperature.

    temperature   K, (nz, ny, nx)
    """
    rows, volumes = [], placement.grid.volumes()
    for obstacle, own in placement.solids.obstacles if placement.solids else []:
        values = np.asarray(temperature, float)[own] - ZERO_CELSIUS
        rows.append(
            {
                "name": obstacle.name, "power_kW": obstacle.power / 1e3, "volume_m3": float(volumes[own].sum()),
                "temperature_min_degC": float(values.min()), "temperature_degC": float(np.average(values, weights=volumes[own])),
                "temperature_max_degC": float(values.max()),
            }
        )  # fmt: skip
    return rows
