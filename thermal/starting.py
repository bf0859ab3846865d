"""`hallflow new`: a starting case from flags, from a list of racks, or from a few answers on a terminal."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import replace
from pathlib import Path

from thermal.errors import UsageError, path_words, quote

LIST = "racks.csv"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def new(options: argparse.Namespace) -> int:
    """Write a starting case, or an example list of racks; say what to do next."""
    if options.table:
        return _table(options)
    from thermal.commands import plural
    from thermal.sketch.hall import sketch
    from thermal.sketch.wish import Wish

    asks = options.name is None and sys.stdin.isatty() and sys.stdout.isatty()
    if options.name is None and not asks:
        raise UsageError(
            "hallflow new NAME [--racks 40 --power 6kW --cooling raised-floor]; without a NAME it asks, on a terminal"
        )
    wish = Wish(
        name=options.name or "hall", racks=options.racks or 40, power=options.power, rows=options.rows, cooling=options.cooling,
        liquid_share=options.liquid_share, delta_t=options.delta_t, supply=options.supply,
        source=Path(options.from_csv) if options.from_csv else None,
    )  # fmt: skip
    if asks:
        from thermal.sketch.questions import ask

        wish = ask(wish)
    if wish.source is None and wish.power is None:
        wish = replace(wish, power=6000.0)
    folder = _folder(wish.name)
    files, case = sketch(wish)
    cells = _checked(case)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    power = sum(rack.power for rack in case.racks) / 1e3
    print(f"written: {', '.join(str(folder / name) for name in files)}")
    print(f"{plural(len(case.racks), 'rack')}, {power:.6g} kW, {cells} cells; it passes hallflow check\n")
    print(f"next:  hallflow run {folder}")
    print(f"then:  open {folder.name}-results/report.html, and change {folder / 'case.toml'} to your hall")
    return 0


def _checked(case: object) -> int:
    """Number of cells of the placed case. Raises CaseErrors: a sketch that does not pass its own check is not written."""
    from thermal.place import place_case

    return int(place_case(case).grid.cells)  # type: ignore[arg-type]


def _folder(name: str) -> Path:
    folder = Path(name)
    if not NAME.fullmatch(folder.name):
        raise UsageError(f"{quote(name)} cannot be the name of a case: a letter or digit, then up to 63 letters, digits, _ . -")
    try:
        if folder.is_dir() and any(folder.iterdir()) or folder.is_file():
            raise UsageError(f"{quote(name)[1:-1]} is there already; nothing was touched. Give the new case another name")
    except OSError as error:
        raise UsageError(f"{quote(name)[1:-1]}: {error.strerror}") from None
    return folder


def _table(options: argparse.Namespace) -> int:
    """Write an example list beside nothing else of its name."""
    from thermal.sketch.lists import example

    path = Path(options.name or LIST)
    path = path if path.suffix else path.with_suffix(".csv")
    if path.exists():
        raise UsageError(f"{path_words(path)} is there already; nothing was touched. Give the list another name")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(example("fr" if options.french else "en"))
    except OSError as error:
        raise UsageError(f"{path_words(path)}: cannot be written ({error.strerror})") from None
    print(f"written: {path}, a list of four racks to replace by yours\n")
    print(f"next:  hallflow new hall --from-csv {path}   draws a hall about it")
    print(f'or:    [[rack_table]] file = "{path.name}" in a case of your own')
    return 0
