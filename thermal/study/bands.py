"""How far the numbers of a summary may be off, by its grid study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# An outlet is its inlet and a fixed rise: it has the inlet's band.
BANDED = {"inlet_mean_degC": "inlet_mean", "inlet_max_degC": "inlet_max", "outlet_mean_degC": "inlet_mean"}


def rack_bands(summary: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """K by rack and by key of its row in the summary (the keys of BANDED); empty without a study that has an answer."""
    study = summary.get("grid_study") or {}
    if not study.get("answer"):
        return {}
    return {rack["name"]: {key: rack[number]["band_K"] for key, number in BANDED.items()} for rack in study["racks"]}
