"""The asserts of runs as JUnit XML, which CI servers show as tests."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from thermal.outcome import ANSWERS
from thermal.output.stage import write_whole
from thermal.output.wording import limit_state, limit_words, value_words

# XML 1.0 has no way to write these, not even escaped.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _text(value: object) -> str:
    """Any value as text that XML can carry; the writer escapes the rest."""
    return _FORBIDDEN.sub("?", str(value))


def junit_xml(summaries: Iterable[dict[str, Any]]) -> bytes:
    """JUnit XML of one or more runs: a suite a case, a test for the verdict and one for each assert.

    summaries  dicts of `summary.json` (keys case, verdict, seconds, asserts)
    Returns    UTF-8 XML. A verdict that is no answer is an error, so is a grid study without one; an assert that does not hold is
               a failure, of type "grid-uncertainty" where it is closer to its limit than the grid can tell.
    """
    root = ElementTree.Element("testsuites", name="hallflow")
    totals = [0, 0, 0]
    for summary in summaries:
        case = _text(summary["case"])
        seconds = f"{float((summary.get('seconds') or {}).get('wall') or 0.0):.3f}"
        study = summary.get("grid_study") or {"answer": True}
        answered = summary["verdict"] in ANSWERS and study["answer"]
        asserts = summary.get("asserts") or []
        failed = sum(1 for row in asserts if not row["passed"])
        counts = {"tests": len(asserts) + 1, "failures": failed, "errors": 0 if answered else 1}
        totals = [a + b for a, b in zip(totals, counts.values(), strict=True)]
        attributes = {"name": case, **{name: str(count) for name, count in counts.items()}, "time": seconds}
        suite = ElementTree.SubElement(root, "testsuite", attributes)
        test = ElementTree.SubElement(suite, "testcase", classname=case, name="verdict", time=seconds)
        if not answered:
            what = "grid study" if summary["verdict"] in ANSWERS else summary["verdict"]
            error = ElementTree.SubElement(test, "error", message=_text(f"no answer: {what}"))
            error.text = _text(study.get("reason") or summary.get("verdict_text") or "")
        for row in asserts:
            test = ElementTree.SubElement(suite, "testcase", classname=case, name=_text(row["name"]), time="0")
            if row["passed"] and row.get("note"):
                ElementTree.SubElement(test, "system-out").text = _text(row["note"])
            if not row["passed"]:
                message = f"{row.get('what') or row['name']} is {value_words(row)}, allowed {limit_words(row)}"
                detail = " ".join(str(row[key]) for key in ("object", "reason", "note") if row.get(key))
                kind = "grid-uncertainty" if limit_state(row) == "uncertain" else "limit"
                ElementTree.SubElement(test, "failure", message=_text(message), type=kind).text = _text(detail or message)
        _add_losses(suite, case, (summary.get("without_each") or {}).get("losses", []), totals)
    for name, total in zip(("tests", "failures", "errors"), totals, strict=True):
        root.set(name, str(total))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_losses(suite: ElementTree.Element, case: str, losses: Iterable[dict[str, Any]], totals: list[int]) -> None:
    """A test for each loss of --without-each: a lost limit, or air left without a way, is a failure; no answer is an error."""
    for row in losses:
        test = ElementTree.SubElement(suite, "testcase", classname=case, name=_text(f"without {row['lost']}"), time="0")
        answered = row["verdict"] in ("steady", "unsteady")
        counts = [1, 0, 0]
        if not answered and row["verdict"] != "impossible":
            counts[2] = 1
            ElementTree.SubElement(test, "error", message=_text(f"no answer: {row['verdict']}")).text = _text(row["reason"])
        elif row["limits_lost"] or not answered:
            counts[1] = 1
            message = f"limits lost: {', '.join(row['limits_lost'])}" if answered else row["reason"]
            ElementTree.SubElement(test, "failure", message=_text(message), type="loss").text = _text(message)
        for number, (name, count) in enumerate(zip(("tests", "failures", "errors"), counts, strict=True)):
            suite.set(name, str(int(suite.get(name, "0")) + count))
            totals[number] += count


def write_junit(path: Path, summaries: Iterable[dict[str, Any]]) -> None:
    """Write `junit_xml` to `path`, whole or not at all. Raises OutputError when it cannot be written."""
    write_whole(path, junit_xml(summaries))
