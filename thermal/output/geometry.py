"""The objects of a case as plain lists and numbers, so that a record is drawn without its case being parsed again."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import Any

from thermal.case.model import Box, Case


def geometry(case: Case) -> dict[str, Any]:
    """Boxes of everything that stands in the room: what pictures and the scene need, as JSON values in SI units.

    Returns    {"room": [x, y, z], "altitude": m, "under_floor": m, "over_ceiling": m, "racks": [...], "openings": [...],
               "plates": [...], "zones": [...], "devices": [...], "obstacles": [...]};
               an object has name, low, high (m); racks also row, type, axis, sign (of the front's outward normal), power (W),
               liquid_share, flow (m3/s), through (whether air flows through it); devices kind; openings kind, axis, sign,
               open_fraction; plates open_fraction and kind; obstacles power (W).
    """
    return {
        "room": list(case.room),
        "altitude": case.altitude,
        "under_floor": case.under_floor,
        "over_ceiling": case.over_ceiling,
        "racks": [
            _box(r.name, r.box) | {"row": r.row, "type": r.type, "axis": r.axis, "sign": r.sign, "power": r.power,
                                   "liquid_share": r.liquid_share, "flow": r.flow, "through": r.is_through}
            for r in case.racks
        ],
        "openings": [
            _box(o.name, o.box) | {"kind": o.kind, "axis": o.axis, "sign": o.sign, "open_fraction": o.open_fraction}
            for o in case.openings
        ],
        "plates": [_box(p.name, p.box) | {"open_fraction": p.open_fraction, "kind": p.kind} for p in case.plates],
        "zones": [_box(z.name, z.box) | {"power": z.power} for z in case.zones],
        "devices": [_box(b.name, b.box) | {"kind": b.kind} for b in case.bodies if b.kind != "rack"],
        "obstacles": [_box(o.name, o.box) | {"power": o.power} for o in case.obstacles],
    }  # fmt: skip


def _box(name: str, box: Box) -> dict[str, Any]:
    return {"name": name, "low": list(box.low), "high": list(box.high)}


def plain_row(row: Any) -> dict[str, Any]:
    """A report row (dataclass, dict or text) as a dict of JSON values."""
    if is_dataclass(row) and not isinstance(row, type):
        row = asdict(row)
    if not isinstance(row, dict):
        return {"note": str(row)}
    return {str(key): plain_value(value) for key, value in row.items()}


def plain_value(value: Any) -> Any:
    """`value` as JSON can hold it: NumPy numbers unpacked, NaN and infinity as None, unknown objects as text."""
    if isinstance(value, dict):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain_value(item) for item in value]
    if hasattr(value, "tolist"):
        return plain_value(value.tolist())
    if isinstance(value, bool) or value is None or isinstance(value, int | str):
        return value
    if isinstance(value, float):
        return value if value - value == 0.0 else None
    return str(value)
