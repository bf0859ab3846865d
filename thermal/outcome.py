"""What a finished run says on its last lines, and the exit code it earns; both read only its summary."""

from __future__ import annotations

from typing import Any

from thermal.errors import clean
from thermal.output.liquid_words import liquid_lines
from thermal.output.wording import band_words, limit_state

ANSWERS = ("steady", "unsteady", "complete")
MOST_WARNINGS = 20  # of devices; the rest stands in the record


def exit_code(summary: dict[str, Any]) -> int:
    """0 an answer with its limits passed, 1 a limit failed (or, in a grid study, is closer than its band), 3 no answer.

    >>> exit_code({"verdict": "steady", "asserts": [{"passed": True}]}), exit_code({"verdict": "diverged"})
    (0, 3)
    """
    if summary["verdict"] not in ANSWERS or not (summary.get("grid_study") or {"answer": True})["answer"]:
        return 3
    if summary.get("without_each"):
        return max(_losses_code(summary["without_each"]), 1 if any(not row["passed"] for row in summary["asserts"]) else 0)
    return 1 if any(not row["passed"] for row in summary.get("asserts") or []) else 0


def _losses_code(table: dict[str, Any]) -> int:
    """0 every loss has an answer and loses no limit, 1 one loses a limit or leaves air without a way, 3 one has no answer."""
    verdicts = {row["verdict"] for row in table["losses"]}
    if not table["finished"] or verdicts - {*ANSWERS, "impossible"}:
        return 3
    return 1 if "impossible" in verdicts or any(row["limits_lost"] for row in table["losses"]) else 0


def worst_exit_code(codes: list[int]) -> int:
    """The code of several cases together: Ctrl-C, then bad cases, then no answer, then failed limits."""
    return min(codes, key=(130, 2, 3, 1, 0).index, default=0)


def closing_lines(summary: dict[str, Any], folder: object) -> list[str]:
    """Plain lines: verdict, balances, racks, limits and where the record lies. Nothing is cut to a width."""
    verdict = clean(str(summary["verdict"]))
    seconds, balance = summary.get("seconds") or {}, summary.get("balance") or {}
    words = [f"{summary['iterations']} {'steps' if summary.get('time') else 'iterations'}", f"{summary['cells']} cells"]
    words += [f"{seconds['wall']:.1f} s"] if seconds.get("wall") is not None else []
    words += [f"{name} balance {100 * balance[name]:.2f} %" for name in ("heat", "mass") if balance.get(name) is not None]
    lines = [f"{clean(str(summary['case']))}: {verdict} ({', '.join(words)})"]
    if summary.get("verdict_text"):
        lines.append(f"  {clean(str(summary['verdict_text']))}")
    lines += _rack_lines(summary.get("racks") or [])
    lines += map(clean, liquid_lines(summary["liquid"])) if summary.get("liquid") else []
    lines += [f"  warning: {clean(str(text))}" for text in (summary.get("warnings") or [])[:MOST_WARNINGS]]
    lines += study_lines(summary["grid_study"]) if summary.get("grid_study") else []
    lines += time_lines(summary["time"]) if summary.get("time") else []
    lines += [f"  {limit_line(row)}" for row in summary.get("asserts") or []]
    lines += loss_lines(summary["without_each"]) if summary.get("without_each") else []
    lines.append(f"  record in {folder}, page to read: {folder}/report.html")
    return lines


def limit_line(row: dict[str, Any]) -> str:
    """One limit in words: what it judges, its worst value and where, the bound.

    >>> row = {"name": "inlets", "value": 29.82, "limit": 27.0, "unit": "degC", "bound": "max", "object": "A1"}
    >>> limit_line(row | {"passed": False})
    'limit FAILED: inlets is 29.82 degC at A1, at most 27 degC'
    >>> limit_line(row | {"value": 26.8, "passed": False, "certain": False, "band": 0.4})
    'limit NOT CERTAIN: inlets is 26.8 +- 0.40 degC at A1, at most 27 degC'
    """
    unit = "" if row.get("unit") in (None, "", "-") else f" {clean(str(row['unit']))}"
    bound = {"max": "at most", "min": "at least"}.get(str(row.get("bound")), "limit")
    place = f" at {clean(str(row['object']))}" if row.get("object") else ""
    value = _value_text(row.get("value")) + (f" +- {band_words(row['band'])}" if row.get("band") is not None else "")
    words = f"{clean(str(row['name']))} is {value}{unit if row.get('value') is not None else ''}{place}"
    said = "; ".join(clean(str(row[key])) for key in ("reason", "note") if row.get(key))
    reason = f" ({said})" if said else ""
    state = {"holds": "passed", "fails": "FAILED", "uncertain": "NOT CERTAIN"}[limit_state(row)]
    return f"limit {state}: {words}, {bound} {_value_text(row['limit'])}{unit}{reason}"


def study_lines(study: dict[str, Any]) -> list[str]:
    """A grid study in plain lines: its grids, and the band of every rack's inlet mean and hottest face."""
    lines = ["  grid study:"]
    for number, grid in enumerate(study["grids"], 1):
        size = f"{grid['cells']} cells of {grid['cell_m']:.3g} m"
        lines.append(
            f"    grid {number}: {size}, {grid['verdict']} after {grid['iterations']} iterations, {grid['seconds']:.1f} s"
        )
    if not study["answer"]:
        return [*lines, f"    NO BAND: {clean(str(study['reason']))}"]
    width = max(4, *(len(clean(str(rack["name"]))) for rack in study["racks"])) if study["racks"] else 4
    titles = ("coarse", "medium", "fine", "mean +-", "order", "max +-")
    lines.append(f"    {'rack':<{width}}" + "".join(f"  {title:>8}" for title in titles) + "   (inlets, degC and K)")
    for rack in study["racks"]:
        mean, most = rack["inlet_mean"], rack["inlet_max"]
        order = "-" if mean["order"] is None else f"{mean['order']:.1f}"
        cells = [
            *(f"{value:.2f}" for value in mean["values_degC"]),
            band_words(mean["band_K"]),
            order,
            band_words(most["band_K"]),
        ]
        name = clean(str(rack["name"]))
        lines.append(f"    {name:<{width}}" + "".join(f"  {cell:>8}" for cell in cells) + f"   {mean['kind']}")
    return lines


def loss_lines(table: dict[str, Any]) -> list[str]:
    """The losses of --without-each in plain lines."""
    how = "others take over" if table["make_up"] else "what remains keeps its flow"
    width = max(4, *(len(clean(row["lost"])) for row in table["losses"])) if table["losses"] else 4
    lines = [f"  without each ({how}):", f"    {'lost':<{width}}  {'hottest':>8}  {'rise':>6}   limits lost (degC and K)"]
    for row in table["losses"]:
        hottest = "-" if row["hottest_degC"] is None else f"{row['hottest_degC']:.2f}"
        rise = "-" if row["rise_K"] is None else f"{row['rise_K']:+.2f}"
        words = ", ".join(map(clean, row["limits_lost"])) or "none"
        if row["verdict"] not in ANSWERS:
            words = f"{row['verdict']}: {clean(row['reason'])}"
        place = f" at {clean(row['hottest_rack'])}" if row["hottest_rack"] else ""
        lines.append(f"    {clean(row['lost']):<{width}}  {hottest:>8}  {rise:>6}   {words}{place and f', hottest{place}'}")
    return lines if table["finished"] else [*lines, f"    NOT FINISHED: {clean(table['reason'])}"]


def time_lines(time: dict[str, Any]) -> list[str]:
    """A run in time in plain lines: its steps, its events, and when racks passed limits, the earliest first."""
    lines = [f"  {time['steps']} steps to {time['end_s']:.6g} s, the mean one {_value_text(time['mean_step_s'])} s"]
    for event in time["events"]:
        ramp = f" within {event['ramp_s']:g} s" if event["ramp_s"] else ""
        change = f"{event['quantity']} goes to {event['value']:.6g} {event['unit']}{ramp}"
        lines.append(f"  from {event['at_s']:g} s, {clean(str(event['name']))}: {clean(str(event['object']))} {change}")
    if time.get("left_out"):
        lines.append(f"  {clean(str(time['left_out']))}")
    limits = [*time["limits"], *time.get("loop_limits", [])]
    for limit in dict.fromkeys((row["limit"], row["limit_degC"], row["of"]) for row in limits):
        rows = [row for row in limits if (row["limit"], row["limit_degC"], row["of"]) == limit]
        passed = sorted((row for row in rows if row["reached_s"] is not None), key=lambda row: row["reached_s"])
        words = f"{clean(str(limit[0]))} {limit[1]:.4g} degC ({limit[2]})"
        noun = "loop" if limit[2] in ("supply", "return") else "rack"
        if passed:
            first = f"{clean(str(passed[0]['rack']))} at {passed[0]['reached_s']:.1f} s"
            lines.append(f"  {words}: passed by {len(passed)} of {len(rows)} {noun}s, first {first}")
        else:
            lines.append(f"  {words}: passed by no {noun}")
    return lines


def _rack_lines(racks: list[dict[str, Any]]) -> list[str]:
    """A table of racks: power, inlet mean and max, outlet."""
    if not racks:
        return []
    columns = {"power_kW": "kW", "inlet_mean_degC": "inlet mean", "inlet_max_degC": "inlet max", "outlet_mean_degC": "outlet"}
    width = max(4, *(len(clean(str(rack["name"]))) for rack in racks))
    lines = [f"  {'rack':<{width}}" + "".join(f"  {title:>11}" for title in columns.values()) + "   (degC)"]
    for rack in racks:
        cells = (f"{rack[key]:.2f}" if _is_number(rack.get(key)) else "-" for key in columns)
        lines.append(f"  {clean(str(rack['name'])):<{width}}" + "".join(f"  {cell:>11}" for cell in cells))
    return lines


def _value_text(value: object) -> str:
    """A limit's value; NaN is written as null in a summary and is no number."""
    if value is None:
        return "no number"
    return f"{value:.6g}" if _is_number(value) else clean(str(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
