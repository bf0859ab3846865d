"""Fills the page's template from a record and writes it whole."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from thermal.output.ashrae import CLASSES
from thermal.output.charts import charts_in_time
from thermal.output.convergence import convergence
from thermal.output.film import films
from thermal.output.liquid_words import liquid_facts
from thermal.output.loop_diagram import curve_picture, loop_diagrams
from thermal.output.origin import capture_map, followed, origin_picture, origin_words
from thermal.output.pictures import hottest_rack, pictures
from thermal.output.plenum_map import plenum_maps
from thermal.output.record import Record, read
from thermal.output.report.losses import with_losses
from thermal.output.report.verdict import has_answer, headline, rack_status
from thermal.output.scalars import humidity_words
from thermal.output.scene import scene
from thermal.output.stage import write_whole
from thermal.output.study import study_picture, study_rows, study_words
from thermal.output.wording import band_words, fixed, limit_state, limit_words, shown, value_words
from thermal.study.bands import rack_bands

FOLDER = Path(__file__).parent
REPORT = "report.html"
MOST_ROWS = 2000  # of the resolved case: a page that opens matters more than the last of ten thousand keys


def rebuild(out_dir: str | Path) -> Path:
    """Make report.html from a result folder alone and write it there.

    Returns    its path.
    Raises     RecordError for a folder without a whole record, OutputError when the page cannot be written.
    """
    folder = Path(out_dir)
    target = folder / REPORT
    write_whole(target, render(read(folder)).encode("utf-8", "replace"))
    return target


def render(record: Record) -> str:
    """The page as text. Everything that comes from a case is escaped; the page may run only its own script."""
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    made = pictures(record)
    charts = convergence(record.history)
    moving = films(record)
    script = "".join((FOLDER / name).read_text(encoding="utf-8") for name in ("scene.js", "film.js"))
    summary = record.summary
    air_class = CLASSES[summary["indices"]["class"]]
    altitude = float(record.geometry.get("altitude") or 0.0)
    answered = has_answer(summary)
    racks = [rack | {"status": rack_status(rack, air_class, altitude, answered)} for rack in summary["racks"]]
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["shown"] = shown
    environment.filters["fixed"] = fixed
    environment.filters["limit_words"] = limit_words
    environment.filters["value_words"] = value_words
    environment.filters["band_words"] = band_words
    environment.filters["limit_state"] = limit_state
    return environment.get_template("page.html.j2").render(
        summary=summary,
        title=" ".join(str(summary.get("title") or summary["case"]).split()),
        headline=with_losses(headline(summary), summary.get("without_each")),
        racks=racks,
        row_names=list(dict.fromkeys(str(rack.get("row", "")) for rack in racks)),
        air_class=air_class,
        allowable_high=air_class.allowable_high_at(altitude),
        altitude=altitude,
        finished=str(summary.get("finished") or "").replace("T", " ").replace("+00:00", " UTC"),
        facts=_facts(record, racks),
        indices=_index_rows(summary["indices"]),
        origin=_origin(record),
        humidity_words=humidity_words(summary, air_class),
        study=summary.get("grid_study"),
        losses=summary.get("without_each"),
        study_words=study_words(summary["grid_study"]) if summary.get("grid_study") else "",
        study_racks=study_rows(summary),
        study_picture=study_picture(summary),
        slices=[picture for picture in made if picture.plane is not None],
        fronts=[picture for picture in made if picture.key == "fronts"],
        charts=charts,
        plenum_maps=plenum_maps(record),
        time=summary.get("time"),
        time_charts=charts_in_time(record.series, summary["time"]) if summary.get("time") else [],
        passages=passages(summary["time"]["limits"]) if summary.get("time") else None,
        loop_passages=passages(summary["time"].get("loop_limits", [])) if summary.get("time") else None,
        films=moving,
        film_data=[{"key": film.key, "times": film.times, "frames": film.frames} for film in moving],
        scene=scene(record, made),
        liquid=summary.get("liquid"),
        loop_diagrams=loop_diagrams(summary["liquid"]) if summary.get("liquid") else [],
        pump_curves=[(row["name"], curve_picture(row)) for row in summary["liquid"]["cdus"]] if summary.get("liquid") else [],
        snapping=record.snapping,
        resolved=_flat(record.resolved)[:MOST_ROWS],
        case_text=record.case_text,
        provenance=_provenance(summary),
        room=record.geometry["room"],
        style=Markup((FOLDER / "style.css").read_text(encoding="utf-8")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _origin(record: Record) -> dict[str, Any] | None:
    """What the page says of the tracers; None where there were none."""
    racks = followed(record.summary)
    if not racks:
        return None
    shares = [rack.get("shares_percent") or {} for rack in racks]
    sources = list(dict.fromkeys(name for row in shares for name in row))
    return {
        "words": origin_words(record.summary), "bars": origin_picture(record.summary), "map": capture_map(record), "racks": racks,
        "sources": sources if len(sources) > 1 else [], "balance": max(record.summary["tracers"]["balance"], 1e-9),
    }  # fmt: skip


def passages(limits: list[dict[str, Any]]) -> dict[str, Any] | None:
    """When racks passed limits, as a table: columns (name, degC, of), and a row of times in s for each rack."""
    if not limits:
        return None
    keys = list(dict.fromkeys((row["limit"], row["limit_degC"], row["of"]) for row in limits))
    times: dict[str, dict[Any, Any]] = {}
    for row in limits:
        times.setdefault(row["rack"], {})[row["limit"], row["limit_degC"], row["of"]] = row["reached_s"]
    columns = [{"name": name, "degC": degrees, "of": of} for name, degrees, of in keys]
    return {"columns": columns, "rows": [{"rack": rack, "times": [of.get(key) for key in keys]} for rack, of in times.items()]}


def _facts(record: Record, racks: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """The few numbers one asks for first: (label, number, remark)."""
    summary = record.summary
    facts = []
    worst = hottest_rack(record)
    row = next((rack for rack in racks if worst and rack["name"] == worst["name"]), None)
    if row and row["inlet_max_degC"] is not None:
        remark = f"rack {row['name']}" if has_answer(summary) else f"rack {row['name']}, not an answer"
        band = rack_bands(summary).get(row["name"])
        remark += f", ± {band_words(band['inlet_max_degC'])} K by the grid study" if band else ""
        facts.append(("Hottest rack inlet", f"{row['inlet_max_degC']:.1f} °C", remark))
    if racks:
        power = sum(rack["power_kW"] for rack in racks)
        tanks = (summary.get("liquid") or {}).get("tanks")
        facts.append(
            (
                "IT power of the racks" if tanks else "IT power",
                f"{power:g} kW",
                f"{sum(rack['air_kW'] for rack in racks):g} kW of it to air",
            )
        )
    if racks and has_answer(summary):
        inside = sum(1 for rack in racks if rack["status"]["mood"] == "good")
        remark = f"class {summary['indices']['class']}, by hottest inlet face"
        facts.append(("Racks in the recommended range", f"{inside} of {len(racks)}", remark))
    if summary.get("liquid") and has_answer(summary):
        facts += liquid_facts(summary["liquid"])
    coils = [row for row in summary.get("devices", []) if row["heat_kW"] is not None]
    if coils:
        heat, capacity = (sum(row[key] for row in coils) for key in ("heat_kW", "capacity_kW"))
        facts.append(("Cooling by coils", f"{heat:.4g} kW", f"of {capacity:.4g} kW that they could take"))
    supply = [o for o in summary.get("openings", []) if o["kind"] == "supply" and o["flow_m3_s"] is not None]
    if supply:
        flow = sum(o["flow_m3_s"] for o in supply)
        need = sum(rack["air_flow_m3_s"] or 0.0 for rack in racks)
        facts.append(("Air supplied", f"{flow:.3g} m³/s", f"{100 * flow / need:.0f} % of what the racks draw" if need else ""))
    return facts


def _index_rows(indices: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """(short name, value, meaning, source) of each index."""
    herrlin, sharma = "Herrlin 2005", "Sharma, Bash, Patel 2002"
    return [
        ("RCI HI", _percent(indices["rci_high_percent"]), "100 % when no inlet face is above the recommended range", herrlin),
        ("RCI LO", _percent(indices["rci_low_percent"]), "100 % when no inlet face is below the recommended range", herrlin),
        (
            "RTI",
            _percent(indices["rti_percent"]),
            "above 100 % air recirculates, below it supply air bypasses the racks",
            "Herrlin 2008",
        ),
        ("SHI", fixed(indices["shi"], 3), "share of the heat gathered before the racks; 0 is best", sharma),
        ("RHI", fixed(indices["rhi"], 3), "1 − SHI; 1 is best", sharma),
    ]


def _percent(value: Any) -> str:
    return f"{value:.1f} %" if isinstance(value, int | float) else "–"


def _flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Nested tables as (key path, value) rows."""
    if isinstance(value, dict):
        return [row for key, item in value.items() for row in _flat(item, f"{path}.{key}" if path else str(key))]
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return [row for n, item in enumerate(value) for row in _flat(item, f"{path}[{n}]")]
    words = ", ".join(map(str, value)) if isinstance(value, list) else "–" if value is None else str(value)
    return [(path, words)]


def _provenance(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Everything else the summary says of how the numbers came to be."""
    named = (
        "case",
        "title",
        "verdict",
        "verdict_text",
        "worst",
        "balance",
        "racks",
        "openings",
        "walls",
        "liquid",
        "air_paths",
        "plenums",
        "solids",
        "indices",
        "asserts",
        "grid_study",
        "without_each",
        "time",
    )
    return _flat({key: value for key, value in summary.items() if key not in named})
