"""`python -m kernels.proof`: every kernel compiled for every GPU generation, with registers and spills. Needs no GPU."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kernels.compile import C_REAL, flatten
from kernels.cuda import OPTIONS
from kernels.errors import BackendUnavailable, CompileError
from kernels.nvrtc import Nvrtc, Resources
from kernels.signature import SOURCES, parse, source_files

ARCHITECTURES = (75, 80, 86, 89, 90, 100, 120)  # Turing, Ampere, Ada, Hopper, Blackwell
MOST_SPILL = 16  # bytes a thread; more means that a kernel holds more values than the registers can


@dataclass(frozen=True)
class Proof:
    """One kernel on one architecture in one precision."""

    file: str
    precision: str
    architecture: int
    resources: Resources


def prove(
    architectures: Sequence[int] = ARCHITECTURES,
    precisions: Sequence[str] = ("single", "double"),
    *,
    folder: Path = SOURCES,
    files: Sequence[str] | None = None,
    workers: int = 2,
) -> list[Proof]:
    """Compile every kernel file and list what each kernel takes.

    Raises CompileError naming the file, or naming a kernel that stands in the text but not in the compiled program;
    BackendUnavailable if there is no NVRTC or it does not know an architecture asked for.
    """
    nvrtc = Nvrtc()
    unknown = sorted(set(architectures) - set(nvrtc.architectures()))
    if unknown:
        raise BackendUnavailable(f"NVRTC {'.'.join(map(str, nvrtc.version))} does not know sm_{', sm_'.join(map(str, unknown))}")
    texts = [(path, flatten(path)) for path in source_files(folder, files)]
    jobs = [(path, text, precision, number) for path, text in texts for precision in precisions for number in architectures]

    def compile_one(job: tuple[Path, str, str, int]) -> list[Proof]:
        path, text, precision, number = job
        resources = nvrtc.compile(text, path.name, number, [*OPTIONS, f"-Dreal={C_REAL[precision]}"])
        lost = {kernel.name for kernel in parse(text, path.stem)} - {one.kernel for one in resources}
        if lost:
            raise CompileError(f"{path.name}: no machine code for {', '.join(sorted(lost))} on sm_{number}")
        return [Proof(path.stem, precision, number, one) for one in resources]

    with ThreadPoolExecutor(workers) as pool:  # the compiler's calls release Python's lock
        return [proof for proofs in pool.map(compile_one, jobs) for proof in proofs]


def table(proofs: Sequence[Proof]) -> str:
    """One line a kernel and precision: most registers and most spill over the architectures, and where spill occurs."""
    rows: dict[tuple[str, str, str], list[Proof]] = {}
    for proof in proofs:
        rows.setdefault((proof.file, proof.resources.kernel, proof.precision), []).append(proof)
    lines = [f"{'file':<12} {'kernel':<24} {'precision':<9} {'registers':>9} {'stack':>6} {'spill':>6}"]
    for (file, kernel, precision), group in sorted(rows.items()):
        registers = max(proof.resources.registers for proof in group)
        stack = max(proof.resources.stack for proof in group)
        spill = max(proof.resources.spill for proof in group)
        where = ", ".join(f"sm_{proof.architecture}" for proof in group if proof.resources.spill)
        lines.append(f"{file:<12} {kernel:<24} {precision:<9} {registers:>9} {stack:>6} {spill:>6} {where}".rstrip())
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 if a kernel spills more than MOST_SPILL bytes, 2 if nothing could be compiled."""
    parser = argparse.ArgumentParser(prog="python -m kernels.proof", description=__doc__)
    parser.add_argument("files", nargs="*", help="kernel files without .cu; all by default")
    parser.add_argument("--sm", type=int, nargs="+", default=list(ARCHITECTURES), metavar="N", help="compute capabilities")
    options = parser.parse_args(arguments)
    try:
        proofs = prove(options.sm, files=options.files or None)
    except (BackendUnavailable, CompileError) as error:
        print(error, file=sys.stderr)
        return 2
    print(table(proofs))
    spilling = [proof for proof in proofs if proof.resources.spill > MOST_SPILL]
    architectures = ", ".join(f"sm_{number}" for number in options.sm)
    print(f"\n{len(proofs)} compiled for {architectures}; more than {MOST_SPILL} bytes of spill: {len(spilling)}")
    return 1 if spilling else 0


if __name__ == "__main__":
    sys.exit(main())
