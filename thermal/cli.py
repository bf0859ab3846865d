"""The command `hallflow`: what the words on the command line mean. What they do stands in thermal/commands.

Nothing heavy is imported before it is needed: `hallflow --version` answers at once.
Exit codes: 0 an answer (steady, unsteady, complete) with its limits passed, 1 a limit failed, 2 a bad case, command line, folder
or backend (no run was begun), 3 no answer (unfinished, diverged, the record could not be written, a defect), 130 Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from thermal.version import __version__

NO_ANSWER, INTERRUPTED = 3, 130

EXAMPLES = """\
examples:
  hallflow run tiny-hall                     a shipped case, its record in ./tiny-hall-results
  hallflow new hall --racks 40 --power 6kW   a commented case to start from, in ./hall
  hallflow check hall.toml                   every mistake of a case file, without a run
  hallflow run hall.toml --cell 0.2 --out a  a coarser grid, its record in ./a
  hallflow run hall.toml --grid-study        on three grids, with the band that the grid leaves on every inlet
  hallflow loop links.csv nodes.csv          a liquid network from two tables
  hallflow loop thousand-racks               a shipped one by name
  hallflow doctor                            what works on this machine, and what would mend the rest

exit codes:
  0 an answer with its limits passed        1 a limit failed   2 bad case, folder or backend
  (steady, unsteady, or complete: a run in time that reached its end)
  (in a grid study a limit is passed if it holds with the band, and without a band there is no answer)
  3 no answer (unfinished, diverged)        130 Ctrl-C
"""


def length(text: str) -> float:
    """A length on the command line in m: `0.1`, `"0.1 m"` or `"10 cm"`."""
    from thermal.units import LENGTH, UnitError, read_quantity

    try:
        return read_quantity(text if text.strip()[-1:].isalpha() else f"{text} m", LENGTH)
    except UnitError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def kelvin(text: str) -> float:
    """A difference of temperature on the command line in K: `0.5` or `"0.5 K"`."""
    from thermal.units import DIFFERENCE, UnitError, read_quantity

    try:
        return read_quantity(text if text.strip()[-1:].isalpha() else f"{text} K", DIFFERENCE)
    except UnitError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def quantity(name: str) -> Callable[[str], float]:
    """Reads a quantity of the dimension of that name in thermal.units, with its unit: `6kW`, `"20 degC"`; SI."""

    def read(text: str) -> float:
        from thermal import units

        try:
            return units.read_quantity(text, getattr(units, name))
        except units.UnitError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def positive(text: str) -> int:
    """A whole number of at least one."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text[:80]!r} is no whole number above zero")
    return value


def pieces(text: str) -> tuple[int, int, int]:
    """Blocks along x, y and z: `2x2x1`."""
    try:
        x, y, z = (int(part) for part in text.lower().split("x"))
    except ValueError:
        x = y = z = 0
    if min(x, y, z) < 1:
        raise argparse.ArgumentTypeError(f"{text[:80]!r} is no cut into blocks; accepted: 2x2x1 (pieces along x, y, z)")
    return x, y, z


def factors(text: str) -> tuple[int, ...]:
    """Factors of a grid study: `1:2:4`. Which of them go together is judged by thermal.study."""
    try:
        return tuple(int(part) for part in text.split(":"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:80]!r} are no grid factors; accepted: 1:2:3 (coarse to fine)") from None


def parser() -> argparse.ArgumentParser:
    """The whole command line; thermal.commands.VERBS says what each verb does."""
    top = argparse.ArgumentParser(
        prog="hallflow", description="Air flow and temperature of data halls, from a case file to a report.",
        epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    top.add_argument("--version", action="version", version=f"hallflow {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, help: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".", allow_abbrev=False)

    case_help = "a case file, a folder that holds case.toml, or a shipped name (hallflow cases)"
    run = verb("run", "run cases to a verdict, a record and a report")
    run.add_argument("cases", nargs="+", metavar="CASE", help=case_help)
    run.add_argument("--out", metavar="DIR", help="folder of the record (default ./CASE-results; with several cases DIR/CASE)")
    backends = ("auto", "cuda", "host", "numpy")
    run.add_argument("--backend", choices=backends, default="auto", help="auto, the default, takes the best that works here")
    run.add_argument("--precision", choices=("single", "double"), default="single", help="of the 3-D fields")
    run.add_argument("--cell", type=length, metavar="M", help="cell size in m, in place of the case's")
    run.add_argument("--threads", type=positive, metavar="N", help="default: as many as this process may use")
    run.add_argument("--blocks", type=pieces, default=(1, 1, 1), metavar="2x2x1", help="cut the hall into blocks along x, y, z")
    run.add_argument("--iterations", type=positive, metavar="N", help="iteration limit on the finest grid, not the case's")
    run.add_argument(
        "--grid-study", action="store_true",
        help="three similar grids, the finest of the case's cell size: observed order and band of every rack inlet; limits "
        "are judged with the band: one that its band reaches across is not passed (exit code 1)",
    )  # fmt: skip
    run.add_argument(
        "--grid-factors", type=factors, default=None, metavar="1:2:3",
        help="into which the cells of one grid are cut in a grid study, coarse to fine (default 1:2:3)",
    )  # fmt: skip
    run.add_argument(
        "--without-each", metavar="KINDS",
        help="then the hall without each supply, return, rack, rack_row, crah, fan_wall, in_row, rdhx, pump in turn (several by "
        "commas, some by rack.A*): one table of hottest inlets and lost limits; a rerun goes on where it was stopped",
    )  # fmt: skip
    run.add_argument("--make-up", action="store_true", help="with --without-each: the others of its kind take over its flow")
    run.add_argument(
        "--unsteady-means", action="store_true",
        help="a hall that does not settle goes on in time: results are means in time with their statistical error",
    )  # fmt: skip
    run.add_argument("--resume", metavar="DIR", help="go on from the checkpoint of a record (one case only)")
    run.add_argument("--junit", metavar="FILE", help="write verdicts and limits as JUnit XML")

    check = verb("check", "read cases and place them on their grids without running them")
    check.add_argument("cases", nargs="+", metavar="CASE", help=case_help)
    check.add_argument("--cell", type=length, metavar="M", help="cell size in m, in place of the case's")
    check.add_argument("--precision", choices=("single", "double"), default="single", help="for the estimate of memory")

    new = verb("new", "write a commented starting case: from a few words, from a list of racks, or by questions")
    new.add_argument("name", nargs="?", metavar="NAME", help="folder of the new case (with --table: the list's file)")
    new.add_argument("--racks", type=positive, metavar="N", help="default 40")
    new.add_argument("--power", type=quantity("POWER"), metavar="6kW", help="of one rack; default 6 kW, or what the list says")
    new.add_argument("--rows", type=positive, metavar="N", help="default: rows of up to 12 racks, in pairs")
    new.add_argument(
        "--cooling", choices=("raised-floor", "fan-wall", "crah", "in-row"), default="raised-floor",
        help="raised-floor (default) and fan-wall: air of a given flow and temperature; crah: room coolers with fans and coils "
        "on a raised floor; in-row: coolers between the racks",
    )  # fmt: skip
    new.add_argument(
        "--liquid-share", type=quantity("FRACTION"), default=0.0, metavar="0.85", help="that liquid takes; default 0"
    )
    new.add_argument(
        "--delta-t", type=quantity("DIFFERENCE"), default=12.0, metavar="12K", help="of the racks' air; default 12 K"
    )
    new.add_argument(
        "--supply", type=quantity("TEMPERATURE"), default=293.15, metavar="20degC", help="of the air; default 20 degC"
    )
    new.add_argument("--from-csv", metavar="FILE", help="a list of racks, CSV or .xlsx; racks without places are laid out")
    new.add_argument("--table", action="store_true", help="write an example list of racks, racks.csv, and nothing else")
    new.add_argument("--french", action="store_true", help="with --table: French headings, semicolons, decimal commas")
    report = verb("report", "make report.html again from a record")
    report.add_argument("folder", metavar="DIR", help="folder of a record")
    compare = verb("compare", "hold records against each other: racks, limits, pictures on one page")
    compare.add_argument(
        "folders", nargs="+", metavar="DIR", help="folders of records, or summary.json files; the first is the base"
    )
    compare.add_argument("--out", metavar="DIR", help="folder of the page and its data (default ./comparison)")
    compare.add_argument("--fail-on-lost", action="store_true", help="exit code 1 if a limit that the base held does not hold")
    compare.add_argument(
        "--fail-on-warmer", type=kelvin, metavar="K", help="exit code 1 if a rack's hottest inlet rose by more than so many K"
    )
    explain = verb("explain", "say what a key of a case file means: its unit, default and source")
    explain.add_argument("key", metavar="KEY", help="for example rack.power, mesh.cell or just supply")
    bench = verb("bench", "time every kernel here, beside a STREAM triad in the same process")
    bench.add_argument("--only", nargs="+", default=(), metavar="NAME", help="kernels, or kernel files such as momentum")
    every = ("single", "double")
    bench.add_argument("--precision", nargs="+", choices=every, default=every, help="default: both")
    bench.add_argument("--cells", type=positive, metavar="N", help="one grid of about N cells, not one in and one out of cache")
    bench.add_argument("--backend", choices=backends, default="auto", help="auto, the default, takes the best that works here")
    bench.add_argument("--threads", type=positive, metavar="N", help="default: as many as this process may use")
    bench.add_argument("--json", metavar="FILE", help="write the rows as JSON, SI units")
    loop = verb("loop", "solve a liquid network from two CSV tables or by name: flows, pressures, temperatures")
    loop.add_argument(
        "links", metavar="LINKS", help="CSV file of links (docs/loops.md), or a folder or shipped name, then no NODES"
    )
    loop.add_argument("nodes", metavar="NODES", nargs="?", help="CSV file of nodes")
    loop.add_argument("--friction", choices=("colebrook", "swamee-jain"), default="colebrook", help="of turbulent pipes")
    loop.add_argument("--backend", choices=("cuda", "host", "numpy"), default="host", help="default: host")
    loop.add_argument(
        "--out", metavar="FILE", action="append", default=[],
        help="write the answer: NAME.html, NAME.json, or NAME.csv (links) and NAME-nodes.csv; may be given again",
    )  # fmt: skip
    loop.add_argument("--tables", metavar="FOLDER", help="write links.csv and nodes.csv of a network that is made by rule")
    verb("cases", "list the shipped cases")
    verb("doctor", "say what works on this machine and how to mend what does not")
    verb("schema", "print the JSON schema of case files, for editors")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. A user's mistake ends in a message, never in a traceback."""
    options = parser().parse_args(arguments)
    # NumPy's own threads would spin beside ours, for one matrix of a hundred rows; to be said before NumPy is first imported
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from thermal.commands import VERBS

        return VERBS[options.verb](options)
    except KeyboardInterrupt:
        print("hallflow: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `hallflow cases | head`: nobody reads on, and that is no mistake
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _failure(error)


def _failure(error: Exception) -> int:
    """Print what went wrong: mistakes of the user in plain words, our own defects with their traceback."""
    from thermal.errors import HallflowError

    if isinstance(error, HallflowError):
        print(f"hallflow: {error}", file=sys.stderr)
        return error.exit_code
    if isinstance(error, MemoryError):
        print(f"hallflow: not enough memory ({error}); a larger --cell needs less", file=sys.stderr)
        return NO_ANSWER
    import traceback

    traceback.print_exception(error)
    print(f"hallflow {__version__}: a defect of Hallflow, not of your case; please report the lines above", file=sys.stderr)
    return NO_ANSWER


if __name__ == "__main__":
    sys.exit(main())
