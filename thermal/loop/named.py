"""What an argument of `hallflow loop` means: two tables, a folder that holds them or a rule, or a shipped network by its name."""

from __future__ import annotations

import difflib
import tomllib
from importlib.resources import files
from pathlib import Path

from thermal.errors import CaseError, CaseErrors, clean, quote
from thermal.loop.network import Network
from thermal.loop.rule import loop_hall
from thermal.loop.tables import read_network

LINKS, NODES, RULE = "links.csv", "nodes.csv", "network.toml"
MOST_CDUS, MOST_RACKS = 2000, 200  # of a rule; the largest has 400 000 racks and takes some gigabytes
HALL = {"cdus": int, "racks": int, "facility": bool}  # keys of [hall] in network.toml


def shipped_networks() -> dict[str, Path]:
    """Folders of the shipped networks by name."""
    folders = sorted(Path(str(files("cases"))).iterdir())
    return {one.name: one for one in folders if (one / LINKS).is_file() or (one / RULE).is_file()}


def find_network(first: str | Path, second: str | Path | None = None) -> Network:
    """The network of two tables, of a folder with links.csv and nodes.csv or with network.toml, or of a shipped name.

    Raises   CaseErrors with every mistake of the tables or the rule; for an unknown name one that lists the shipped ones.
    """
    if second is not None:
        return read_network(first, second)
    path, name = Path(first).expanduser(), str(first)
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError):  # a name too long for the file system, or with a NUL byte
        is_folder = False
    if is_folder and ((path / LINKS).is_file() or (path / RULE).is_file()):
        return _of_folder(path)
    shipped = shipped_networks()
    if name in shipped:
        return _of_folder(shipped[name])
    if is_folder:
        raise CaseErrors(
            [CaseError(quote(name), f"this folder holds neither {LINKS} nor {RULE}", f"{LINKS} with {NODES}, or {RULE}")]
        )
    if name.endswith(".csv"):
        raise CaseErrors([CaseError(quote(name), "one table alone", "two: a table of links, then a table of nodes")])
    near = difflib.get_close_matches(name, shipped, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else ""
    raise CaseErrors([CaseError(quote(name), "no folder and no shipped network", ", ".join(shipped), hint)])


def _of_folder(folder: Path) -> Network:
    if (folder / LINKS).is_file():
        return read_network(folder / LINKS, folder / NODES)
    return read_rule(folder / RULE)


def read_rule(path: Path) -> Network:
    """The hall of loops that a file describes by its size: [hall] with cdus, racks (of each), facility (true: with the ring).

    Raises   CaseErrors with every mistake.
    """
    file = clean(path.name)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CaseErrors([CaseError(file, f"cannot be read: {clean(str(error))[:80]}", "a TOML file with [hall]")]) from None
    errors = [CaseError(f"{file}  {quote(key)}", "unknown key", "title, hall") for key in table if key not in ("title", "hall")]
    hall = table.get("hall")
    if not isinstance(hall, dict):
        raise CaseErrors([*errors, CaseError(f"{file}  hall", "no table [hall]", f"[hall] with {', '.join(HALL)}")])
    errors += [CaseError(f"{file}  hall.{quote(key)}", "unknown key", ", ".join(HALL)) for key in hall if key not in HALL]
    for key, most in (("cdus", MOST_CDUS), ("racks", MOST_RACKS)):
        value = hall.get(key)
        if type(value) is not int or not 1 <= value <= most:
            errors.append(CaseError(f"{file}  hall.{key}", f"is {quote(value)}", f"a whole number from 1 to {most}"))
    if type(hall.get("facility", False)) is not bool:
        errors.append(CaseError(f"{file}  hall.facility", f"is {quote(hall['facility'])}", "true or false"))
    if errors:
        raise CaseErrors(errors)
    return loop_hall(hall["cdus"], hall["racks"], hall.get("facility", False))
