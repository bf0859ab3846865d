"""The first words of the report: may these numbers be used, and do the limits hold."""

from __future__ import annotations

from typing import Any

from thermal.output.ashrae import CLASSES, AirClass
from thermal.output.wording import limit_state, limit_words, shown, value_words

IMPLICIT = ("heat-balance", "mass-balance")  # limits of every run (thermal.case.asserts)


def headline(summary: dict[str, Any]) -> dict[str, str]:
    """What the banner says: {"mood": good | bad | none, "mark", "words", "detail"}; `none` means there is no answer."""
    asserts = summary.get("asserts") or []
    failed = [row for row in asserts if not row["passed"]]
    text = str(summary.get("verdict_text") or "").strip()
    text = text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) or not text else ".")
    worst = _worst(summary)
    if summary["verdict"] == "diverged":
        meaning = "The numbers below mean nothing; they show where it went wrong."
        return _banner("none", "No answer: the calculation diverged", meaning, text, worst)
    if not has_answer(summary):
        return _banner("none", "Not finished: do not use these numbers", "The run stopped before the flow settled.", text, worst)
    restless = "The air never comes to rest: numbers are means, limits are judged on the worst moment."
    swing = restless if summary["verdict"] == "unsteady" else ""
    if summary["verdict"] == "complete":
        swing = "A run in time: limits are judged on its worst moment."
    study = summary.get("grid_study") or {"answer": True}
    if not study["answer"]:
        reason = f"No band of uncertainty: {study['reason']}."
        return _banner("none", "No answer from the grid study", reason, swing, text, _failures(failed) if failed else "")
    uncertain = [row for row in failed if limit_state(row) == "uncertain"]
    if failed and len(uncertain) == len(failed):
        what = f"{len(failed)} of {len(asserts)} limits" if len(asserts) > 1 else "The limit"
        words = f"{what} {'lies' if len(failed) == 1 else 'lie'} within the grid's uncertainty"
        return _banner("none", words, swing, text, _failures(failed), "A finer grid (a smaller --cell) narrows the band.")
    if failed:
        what = f"{len(failed)} of {len(asserts)} limits" if len(asserts) > 1 else "The limit"
        return _banner("bad", f"{what} {'is' if len(failed) == 1 else 'are'} exceeded", swing, text, _failures(failed))
    if any(row["name"] not in IMPLICIT for row in asserts):
        words = f"All {len(asserts)} limits hold" if len(asserts) > 1 else "The limit holds"
        return _banner("good", words, swing, text, _too_hot(summary) if summary["verdict"] == "complete" else "")
    state = {"steady": "Steady", "unsteady": "Unsteady", "complete": "Ran to its end"}[summary["verdict"]]
    words = f"{state}; the case sets no limits of its own"
    hot = _too_hot(summary)
    return _banner("none" if hot else "good", words, swing, text, hot)


def _too_hot(summary: dict[str, Any]) -> str:
    """Racks above the allowable range of the case's class, in a sentence; empty without any."""
    name = (summary.get("indices") or {}).get("class")
    racks = summary.get("racks") or []
    if name not in CLASSES:
        return ""
    hot = [rack for rack in racks if (rack.get("inlet_max_degC") or 0.0) > CLASSES[name].allowable_high]
    return f"{len(hot)} of {len(racks)} racks breathe air above the allowable range of class {name}." if hot else ""


def _banner(mood: str, words: str, *sentences: str) -> dict[str, str]:
    mark = {"good": "✓", "bad": "✕", "none": "!"}[mood]
    return {"mood": mood, "mark": mark, "words": words, "detail": " ".join(sentence for sentence in sentences if sentence)}


def _worst(summary: dict[str, Any]) -> str:
    """The object farthest from its gate, in a sentence."""
    worst = summary.get("worst")
    if not worst:
        return ""
    value, gate = worst.get("value"), worst.get("gate")
    sizes = f": {shown(value)}, gate {shown(gate)}" if value is not None and gate is not None else ""
    return f"Worst: {worst.get('object', '')}, {worst.get('quantity', '')}{sizes}."


def _failures(failed: list[dict[str, Any]]) -> str:
    names = []
    for row in failed[:3]:
        place = f" ({row['object']})" if row.get("object") else ""
        names.append(f"{row['name']}{place} is {value_words(row)}, allowed {limit_words(row)}")
    return "; ".join(names) + (f"; and {len(failed) - 3} more." if len(failed) > 3 else ".")


def has_answer(summary: dict[str, Any]) -> bool:
    """Whether the numbers of a summary may be used."""
    return summary["verdict"] in ("steady", "unsteady", "complete")


def rack_status(rack: dict[str, Any], air_class: AirClass, altitude: float, answered: bool) -> dict[str, str]:
    """Where a rack's hottest and coolest inlet lie in its class: {"mood": good | fair | bad | none, "words"}."""
    if not answered:
        return {"mood": "none", "words": "not judged"}
    high, low = rack.get("inlet_max_degC"), rack.get("inlet_min_degC", rack.get("inlet_mean_degC"))
    if high is None or low is None:
        return {"mood": "none", "words": "no number"}
    if high > air_class.allowable_high_at(altitude):
        return {"mood": "bad", "words": "too hot"}
    if low < air_class.allowable_low:
        return {"mood": "bad", "words": "too cold"}
    if high > air_class.recommended_high:
        return {"mood": "fair", "words": "warm"}
    if low < air_class.recommended_low:
        return {"mood": "fair", "words": "cool"}
    return {"mood": "good", "words": "recommended"}
