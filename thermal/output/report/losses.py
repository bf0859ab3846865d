"""What the first words of a report say of --without-each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHOWN = 3  # losses named in the banner; the table has them all


def with_losses(banner: dict[str, str], table: Mapping[str, Any] | None) -> dict[str, str]:
    """The banner with a sentence on the losses that cost a limit, or leave air without a way; unchanged without any.

    A hall whose limits all hold, but not when one of its movers is lost, is no good hall: that is what was asked.
    """
    if not table:
        return banner
    lost = [row["lost"] for row in table["losses"] if row["limits_lost"] or row["verdict"] == "impossible"]
    if not lost:
        return banner
    names = ", ".join(lost[:SHOWN]) + (f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else "")
    detail = f"{banner['detail']} Limits are lost without {names}.".strip()
    if banner["mood"] != "good":
        return banner | {"detail": detail}
    return banner | {"mood": "bad", "mark": "✕", "words": f"{banner['words']}, but not with one part lost", "detail": detail}
