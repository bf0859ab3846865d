"""From a wish to the files of a case: case.toml, and a list of racks where there is one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from thermal.case.build import case_from_document, case_from_text
from thermal.case.extends import text_document
from thermal.case.model import Case, Rack
from thermal.case.spreadsheet import LARGEST_TEXT
from thermal.errors import CaseError, CaseErrors, UsageError, quote
from thermal.sketch import text
from thermal.sketch.coolers import BETWEEN, in_row_count, room_units, seats
from thermal.sketch.layout import BEFORE_UNITS, ENDS, Band, across_of, bands_of, gaps_of, room_of, stand
from thermal.sketch.lists import RackList, open_list, read_racks, types_of
from thermal.sketch.wish import COOLING, RACK_SIZE, Wish, row_name

CASE, LIST = "case.toml", "racks.csv"
LARGE_HALL = 400_000  # cells; beyond it a first look takes minutes, and coarser cells do


def sketch(wish: Wish) -> tuple[dict[str, bytes], Case]:
    """The files of a starting case by name, and the case that they make.

    Raises   UsageError for a hall that cannot be laid out so, CaseErrors for mistakes of the list.
    """
    if wish.cooling not in COOLING:
        raise UsageError(f"--cooling {quote(wish.cooling)}: {', '.join(COOLING)} are drawn")
    if wish.source is not None:
        return _from_list(wish, open_list(wish.source))
    power = wish.power if wish.power is not None else 6000.0
    counts = wish.row_counts()
    kind = text.rack_type("server", power, wish.liquid_share, wish.delta_t)
    flow = _flow_of_one(kind)
    flows = [count * flow for count in counts]
    if wish.cooling == "in-row":
        return _with_gaps(wish, kind, counts, flows)
    body = kind + text.rack_rows(stand(counts, flows, RACK_SIZE, wish.cooling), "server")
    racks = case_from_text(_frame(body)).racks
    return _files(wish, body, racks, {})


def _with_gaps(wish: Wish, kind: str, counts: list[int], flows: list[float]) -> tuple[dict[str, bytes], Case]:
    """Rows with in-row coolers between their racks: a list says where each rack stands."""
    rows = stand(counts, flows, RACK_SIZE, wish.cooling, _free(wish, counts, flows))
    lines = ["Name,Row,x [m],y [m],Front"]
    for number, row in enumerate(rows):
        name = row_name(number)
        lines += [f"{name}{n},{name},{one.x:g},{one.y:g},{'y+' if one.sign > 0 else 'y-'}" for n, one in enumerate(row, 1)]
    data = "\n".join(lines) + "\n"
    racks = read_racks(data, LIST, kind, "server", None, [])
    return _files(wish, kind + text.rack_table(LIST, "server", None, ()), racks, {LIST: data.encode("utf-8-sig")})


def _free(wish: Wish, counts: list[int], flows: list[float]) -> list[list[float]]:
    """m that stay free before each rack of each row, for in-row coolers."""
    if wish.cooling != "in-row":
        return []
    if min(counts) < 2:
        raise UsageError("--cooling in-row sets coolers between the racks of a row: give rows of two racks or more")
    needs = [in_row_count(flow, wish.delta_t) for flow in flows]
    return [[BETWEEN.size[0] * n for n in seats(count, need)] for count, need in zip(counts, needs, strict=True)]


def _behind(wish: Wish, racks: tuple[Rack, ...], bands: list[Band]) -> float:
    """m beyond the high ends of the rows: more where room coolers stand there. Raises UsageError where they have no place."""
    if wish.cooling != "crah":
        return ENDS
    if min(band.start for band in bands) < BEFORE_UNITS - 0.5:
        raise UsageError(
            f"room coolers stand before the low ends of the rows and need {BEFORE_UNITS:g} m there: move the racks of this list, "
            "or give no places (columns x and y) and let hallflow set them"
        )
    walls = room_units(sum(rack.flow for rack in racks), wish.delta_t, across_of(bands))
    return BEFORE_UNITS if walls.high else ENDS


def _frame(body: str) -> str:
    return f'[room]\nsize = ["10000 m", "10000 m", "1000 m"]\n[mesh]\ncell = "100 m"\n{body}'


def _flow_of_one(kind: str) -> float:
    """m3/s of one rack of a type."""
    row = '[[rack_row]]\nname = "A"\ntype = "server"\ncount = 1\nat = ["9 m", "9 m"]\nalong = "+x"\nfront = "+y"\n'
    return case_from_text(_frame(kind + row)).racks[0].flow


def _from_list(wish: Wish, listed: RackList) -> tuple[dict[str, bytes], Case]:
    types, type_name = types_of(listed, wish)
    file = listed.sheet.file
    if "delta_t" not in listed.columns and "flow" not in listed.columns and type_name is None and not types:
        raise UsageError(f"{file} says nothing of air flows")
    front = None
    if listed.has_places:
        front = None if "front" in listed.columns else "+y"
    else:
        _give_places(listed, wish, types, type_name)
    racks = read_racks(listed.text(), file, types, type_name, front, listed.unknown)
    body = types + text.rack_table(LIST, type_name, front, listed.unknown)
    data = listed.text().encode("utf-8-sig")
    if len(data) > LARGEST_TEXT:
        raise CaseErrors([CaseError(file, f"larger than {LARGEST_TEXT // 1024} KiB with its places", "a list of racks")])
    return _files(wish, body, racks, {LIST: data})


def _give_places(listed: RackList, wish: Wish, types: str, type_name: str | None) -> None:
    """Add columns of places: rows in pairs, racks side by side in the order of the list."""
    rows = listed.rows(wish.rows)
    lines = [line for row in rows for line in row]
    new = {"x [m]": "x", "y [m]": "y", "Front": "front"}
    for number, line in enumerate(lines):  # far apart, so that the list can be read for its powers and flows
        for heading, value in zip(new, (f"{10 + 20 * number}", "10", "y+"), strict=True):
            listed.added.setdefault(heading, {})[line] = value
    racks = read_racks(listed.text(), listed.sheet.file, types, type_name, None, listed.unknown)
    by_line = dict(zip((line for line, _ in listed.sheet.lines), _in_order(racks), strict=True))
    sizes = {tuple(round(r.box.high[a] - r.box.low[a], 6) for a in range(3)) for r in racks}
    size = (max(s[0] for s in sizes), max(s[1] for s in sizes), max(s[2] for s in sizes))
    flows = [sum(by_line[line].flow for line in row) for row in rows]
    counts = [len(row) for row in rows]
    places = stand(counts, flows, size, wish.cooling, _free(wish, counts, flows))
    for row, spots in zip(rows, places, strict=True):
        for line, spot in zip(row, spots, strict=True):
            listed.added["x [m]"][line], listed.added["y [m]"][line] = f"{spot.x:g}", f"{spot.y:g}"
            listed.added["Front"][line] = "y+" if spot.sign > 0 else "y-"


def _in_order(racks: tuple[Rack, ...]) -> list[Rack]:
    """Racks in the order of the lines they came from."""
    return sorted(racks, key=lambda rack: int(rack.source.rpartition(":")[2]))


def _files(wish: Wish, body: str, racks: tuple[Rack, ...], lists: dict[str, bytes]) -> tuple[dict[str, bytes], Case]:
    axis, bands = bands_of(racks)
    behind = _behind(wish, racks, bands)
    room = room_of(bands, axis, wish.cooling, behind)
    gaps = gaps_of(bands, room[axis])
    paths = text.PATHS[wish.cooling](wish, gaps, axis, room, racks)
    whole = text.head(wish, room, len(racks), sum(rack.power for rack in racks)) + body + paths + text.limits(wish)
    cells = room[0] * room[1] * room[2] / 0.2**3
    if cells > LARGE_HALL:
        note = '# coarse, for a first look at a large hall; "0.1 m" resolves rack inlets'
        whole = "\n".join(f'cell = "0.3 m"                        {note}' if line.startswith('cell = "0.2 m"') else line
                          for line in whole.split("\n"))  # fmt: skip
    document = text_document(whole, CASE)
    for entry in document.content.get("rack_table", []):
        entry["text"] = lists[LIST].decode("utf-8-sig")
        del entry["file"]
    case = replace(case_from_document(document, wish.name, None), path=Path(CASE))
    return {CASE: whole.encode(), **lists}, case
