"""Rules of the house that a machine can check."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.tree import ROOMS, ROOT, name_of, parsed, python_files, tracked_text

MOST_LINES = 400
PUBLIC = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FORBIDDEN_STEMS = {"utils", "util", "helpers", "helper", "common", "manager", "handler", "misc"}


def undocumented(body: list[ast.stmt], where: str) -> list[str]:
    """Public functions and classes, methods too, without a docstring. __init__ may leave it to its class."""
    found = []
    for node in body:
        if not isinstance(node, PUBLIC) or node.name.startswith("_"):
            continue
        overload = any("overload" in ast.unparse(mark) or ".setter" in ast.unparse(mark) for mark in node.decorator_list)
        if ast.get_docstring(node) is None and not overload:
            found.append(f"{where}:{node.lineno} {node.name}")
        if isinstance(node, ast.ClassDef):
            found += undocumented(node.body, where)
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_has_a_docstring(room: str) -> None:
    missing = []
    for path in python_files(room):
        tree = parsed(path)
        if ast.get_docstring(tree) is None and tree.body:
            missing.append(f"{name_of(path)}: the module")
        missing += undocumented(tree.body, name_of(path))
    assert not missing, "\n".join(missing)


def test_the_docstring_rule_finds_what_it_should() -> None:
    tree = ast.parse("class Rack:\n    'doc'\n    def inlet(self): pass\n    def _hidden(self): pass\ndef loss(): pass\n")
    assert undocumented(tree.body, "x.py") == ["x.py:3 inlet", "x.py:5 loss"]


def test_files_stay_readable() -> None:
    long = []
    for path in tracked_text():
        if path.suffix in {".py", ".cu", ".cuh"}:
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > MOST_LINES:
                long.append(f"{name_of(path)}: {lines} lines")
    assert not long, "\n".join(long)


def test_files_are_nouns() -> None:
    assert not [name_of(path) for path in python_files(*ROOMS, "tests", "benchmarks") if path.stem in FORBIDDEN_STEMS]


def test_no_stars_no_eval_no_pickle() -> None:
    wrong = []
    for path in python_files(*ROOMS):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
                wrong.append(f"{name_of(path)}:{node.lineno} import *")
            if isinstance(node, ast.Import) and {alias.name for alias in node.names} & {"pickle", "marshal", "shelve"}:
                wrong.append(f"{name_of(path)}:{node.lineno} pickle")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
                wrong.append(f"{name_of(path)}:{node.lineno} {node.func.id}")
            if isinstance(node, ast.keyword) and node.arg == "shell" and getattr(node.value, "value", None) is True:
                wrong.append(f"{name_of(path)}: shell=True")
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and getattr(node.value, "value", None) is not False:
                wrong.append(f"{name_of(path)}: allow_pickle")
    assert not wrong, "\n".join(wrong)


def test_no_path_of_a_machine_and_no_unfinished_work() -> None:
    """Nothing in the repository names the machine it was written on, and nothing is left for later."""
    machine = re.compile(r"/(?:home|Users|work|root|opt|mnt)/[A-Za-z.]|/tmp/[a-z]|\.\./shared|C:\\\\Users")
    unfinished = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b")
    wrong = []
    for path in tracked_text():
        if path.is_relative_to(ROOT / "tests" / "architecture"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            is_test = path.is_relative_to(ROOT / "tests")
            if (machine.search(line) and not is_test) or unfinished.search(line):
                wrong.append(f"{name_of(path)}:{number} {line.strip()[:100]}")
    assert not wrong, "\n".join(wrong)
