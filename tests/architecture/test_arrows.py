"""Imports go one way: cases and kernels and meshes know nothing of thermal, and heavy packages have one door each."""

from __future__ import annotations

import sys

import pytest

from tests.architecture.tree import ROOMS, imports, name_of, python_files

ALLOWED = {  # room -> what it may import beside the standard library
    "cases": {"cases"},
    "meshes": {"meshes", "numpy"},
    "kernels": {"kernels", "numpy", "cupy", "cuda"},
    "thermal": {"thermal", "kernels", "meshes", "cases", "numpy", "pydantic", "pydantic_core"}
    | set(("h5py", "rich", "jinja2", "markupsafe", "pyvista", "mpi4py", "nest_asyncio2", "openpyxl")),
}

# package -> where it may be imported; never while a module is being imported
LAZY = {
    "h5py": "thermal/output/",
    "jinja2": "thermal/output/",
    "pyvista": "thermal/output/",
    "cupy": "kernels/",
    "mpi4py": "thermal/",
    "rich": "thermal/",
    "openpyxl": "thermal/case/",
}
SINGLE_FILE = ("pyvista", "mpi4py", "openpyxl")  # imported by one file at most


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_imports_only_what_it_may(room: str) -> None:
    wrong = []
    for path in python_files(room):
        for module in imports(path):
            top = module.split(".")[0]
            if top not in sys.stdlib_module_names and top not in ALLOWED[room]:
                wrong.append(f"{name_of(path)} imports {module}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", LAZY)
def test_heavy_packages_are_imported_late_and_in_their_place(package: str) -> None:
    users = [path for path in python_files(*ROOMS) if any(module.split(".")[0] == package for module in imports(path))]
    outside = [name_of(path) for path in users if not name_of(path).startswith(LAZY[package])]
    early = [name_of(path) for path in users if any(m.split(".")[0] == package for m in imports(path, top_level_only=True))]
    assert not outside, f"{package} is imported outside {LAZY[package]}: {outside}"
    assert not early, f"{package} is imported while these modules are: {early}"
    if package in SINGLE_FILE:
        assert len(users) <= 1, [name_of(path) for path in users]


def test_the_arrows_have_no_circle() -> None:
    """No two rooms import each other, whatever the table above allows."""
    seen = {(room, m.split(".")[0]) for room in ROOMS for path in python_files(room) for m in imports(path)}
    assert not [(a, b) for a in ROOMS for b in ROOMS if a < b and (a, b) in seen and (b, a) in seen]


def test_the_command_starts_without_heavy_packages() -> None:
    """What `hallflow --version` imports: nothing but the standard library."""
    for name in ("thermal/__init__.py", "thermal/cli.py", "thermal/version.py"):
        (path,) = [path for path in python_files("thermal") if name_of(path) == name]
        foreign = {m for m in imports(path, top_level_only=True) if m.split(".")[0] not in sys.stdlib_module_names}
        assert all(m.startswith("thermal.version") for m in foreign), (name, foreign)
