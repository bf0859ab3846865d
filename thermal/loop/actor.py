"""What events change of the loops during a run in time: the largest speed of pumps, fans and compressors."""

from __future__ import annotations

from typing import Any

from thermal.case.model import Case

KINDS = {"cdu": "cdus", "facility_loop": "facilities", "dry_cooler": "coolers", "chiller": "chillers"}


class LoopActor:
    """A CDU or facility loop (its pumps), dry coolers (their fans) or chillers, as thermal/flow/events.py wants its objects.

    A speed below what its control wants is a stop or a limit; from 1 on the control has it all again.
    """

    quantities = ("speed",)

    def __init__(self, flow: Any, item: Any) -> None:
        self.flow, self.item = flow, item

    @staticmethod
    def base(item: Any, quantity: str) -> float | None:
        """The value by the case."""
        return float(getattr(item, "speed", 1.0)) if quantity == "speed" else None

    def take(self, quantity: str, value: float) -> None:
        """Tell the loops."""
        self.flow.loops.most[self.item.name] = value

    def apply(self) -> None:
        """Nothing is left to do at the start of a step."""

    @staticmethod
    def changed(item: Any, quantity: str, value: float) -> Any:
        """The table as it now is."""
        return item.model_copy(update={quantity: value}) if hasattr(item, quantity) else item


def machines_of(case: Case) -> list[tuple[str, Any]]:
    """(kind, table) of everything on the loops that an event can name."""
    if case.liquid is None:
        return []
    return [(kind, table) for kind, tables in KINDS.items() for table in getattr(case.liquid, tables)]
