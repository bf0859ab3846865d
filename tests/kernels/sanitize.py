"""`python -m tests.kernels.sanitize FOLDER [KERNEL...]`: every kernel of a folder on an emulated grid under AddressSanitizer.

Run by test_sanitizer.py in a process of its own, with the sanitizer's library loaded first. Arrays have exactly the size they
need, so one element too far is an error.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kernels import open_backend
from kernels.backend import REAL
from kernels.samples import SIZES, Hall, arguments
from kernels.signature import read_kernels
from tests.kernels.emulation import SANITIZE
from tests.kernels.stand_in import cupy_stand_in


def main(folder: Path, names: list[str]) -> None:
    """Run each kernel on each size; prints the kernel first, so that the sanitizer's report can be read with its name."""
    kernels = read_kernels(folder)
    files = sorted({kernels[name].file for name in names}) if names else None
    with cupy_stand_in(flags=SANITIZE):
        be = open_backend("cuda", "single", folder=folder, files=files)
    for name in names or sorted(kernels):
        print("kernel", name, flush=True)
        for size in SIZES:
            values = arguments(kernels[name], Hall(size, REAL["single"]))
            uploaded = [
                be.upload(value, p.dtype(be.real)) if p.pointer else value
                for p, value in zip(kernels[name].parameters, values, strict=True)
            ]
            be.run(name, *uploaded)
    print("clean")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
