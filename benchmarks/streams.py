"""What the memory gives to loops over many arrays that do next to nothing: the ceiling of a kernel that reads and writes so many.

    python -m benchmarks.streams      a minute; `python -m benchmarks.kernels` has it on its page

A STREAM triad reads two arrays and writes one of them. A row of momentum reads eight and writes nine, and a processor prefetches,
buffers and translates addresses for all of them at once. The loops here add up what they read and store the sum in every array
they write.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kernels import open_backend
from kernels.bench import BUDGET, OUT_OF_CACHE, Triad, best_time
from kernels.host import HostBackend
from kernels.processors import last_level_cache
from kernels.signature import SOURCES

# Arrays read and written, and the hot kernels that are like it.
LIKE: dict[tuple[int, int], str] = {
    (2, 1): "prolong",
    (6, 1): "production, relax, residual",
    (8, 1): "sweep",
    (6, 3): "new_direction, prepare_level",
    (8, 8): "scalar and k-epsilon rows",
    (8, 9): "momentum rows",
}


@dataclass(frozen=True)
class Ceiling:
    """A loop over so many arrays: bytes moved by cell, lines fetched before they are written among them, and bytes a second."""

    read: int
    written: int
    moved: float
    bandwidth: float
    triad: float

    @property
    def share(self) -> float:
        """Bandwidth over that of the triad."""
        return self.bandwidth / self.triad


def text(read: int, written: int) -> str:
    """A kernel file of one loop."""
    names = [f"const real* a{n}" for n in range(read)] + [f"real* b{n}" for n in range(written)]
    total = " + ".join(f"a{n}[c]" for n in range(read))
    stores = "\n".join(f"        b{n}[c] = total;" for n in range(written))
    return f"""#include "grid.cuh"
KERNEL void streams(const int nx, const int ny, const int nz, {", ".join(names)})
{{
    FV_CELLS(i, j, k)
    {{
        const long long c = AT(i, j, k);
        const real total = {total};
{stores}
    }}
}}
"""


def measure(read: int, written: int, precision: str = "single", threads: int | None = None, size: float | None = None) -> Ceiling:
    """Time one loop; size   bytes of its arrays together, by default as far out of cache as `hallflow bench` goes.

    Raises BackendUnavailable without a compiler.
    """
    with tempfile.TemporaryDirectory(prefix="hallflow-") as folder:
        shutil.copy(SOURCES / "grid.cuh", folder)
        Path(folder, "streams.cu").write_text(text(read, written), encoding="utf-8")
        device = HostBackend(precision, threads, folder=Path(folder))
    size = size or OUT_OF_CACHE * last_level_cache()
    n = round((size / (read + written) / device.real.itemsize) ** (1 / 3))
    arrays = [device.zeros((n + 4,) * 3) for _ in range(read + written)]
    triad = Triad(open_backend("host", precision, threads), size)
    before = triad.measure()
    seconds = best_time(device, device.bind("streams", n, n, n, *arrays), BUDGET)
    moved = (read + 2 * written) * device.real.itemsize
    return Ceiling(read, written, moved, moved * n**3 / seconds, max(before, triad.measure()))


def rows(ceilings: Sequence[Ceiling]) -> list[str]:
    """Markdown."""
    lines = ["| arrays read | written | B/cell moved | GB/s | share of the triad | like |", "|---|---|---|---|---|---|"]
    for one in ceilings:
        like = LIKE.get((one.read, one.written), "")
        lines.append(f"| {one.read} | {one.written} | {one.moved:.0f} | {one.bandwidth / 1e9:.1f} | {one.share:.0%} | {like} |")
    return lines


def main() -> int:
    """The command."""
    print("\n".join(rows([measure(*pair) for pair in LIKE])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
