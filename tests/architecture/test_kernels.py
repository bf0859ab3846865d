"""Every kernel has a twin of the same arguments, and one file alone knows that there are two kinds of machine."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.tree import ROOT, parsed

SOURCES = ROOT / "kernels" / "src"
TWINS = ROOT / "kernels" / "twins"
HEAD = re.compile(r"^KERNEL\s+void\s+(\w+)\s*\((.*?)\)", re.DOTALL | re.MULTILINE)


def without_comments(text: str) -> str:
    """C++ text without its comments."""
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)


def kernels_of(path: Path) -> dict[str, list[str]]:
    """Kernel name -> names of its parameters."""
    found = {}
    for name, parameters in HEAD.findall(without_comments(path.read_text(encoding="utf-8"))):
        found[name] = [re.findall(r"\w+", parameter)[-1] for parameter in parameters.split(",")]
    return found


def twins_of(path: Path) -> dict[str, list[str]]:
    """Public function name -> names of its parameters."""
    body = parsed(path).body
    return {node.name: [argument.arg for argument in node.args.args] for node in body if isinstance(node, ast.FunctionDef)}


def test_there_are_kernels() -> None:
    assert sum(len(kernels_of(path)) for path in SOURCES.glob("*.cu")) >= 5


def test_every_kernel_has_a_twin_with_the_same_arguments() -> None:
    wrong = []
    for path in sorted(SOURCES.glob("*.cu")):
        twin = TWINS / f"{path.stem}.py"
        twins = twins_of(twin) if twin.is_file() else {}
        for name, parameters in kernels_of(path).items():
            if name not in twins:
                wrong.append(f"{path.name}: {name} has no twin in twins/{twin.name}")
            elif [p.lower() for p in twins[name]] != [p.lower() for p in parameters]:
                wrong.append(f"{path.name}: {name}({', '.join(parameters)}) and its twin ({', '.join(twins[name])}) differ")
    assert not wrong, "\n".join(wrong)


def test_only_one_file_asks_which_machine_it_is_for() -> None:
    wrong = []
    for path in sorted([*SOURCES.glob("*.cu"), *SOURCES.glob("*.cuh")]):
        text = without_comments(path.read_text(encoding="utf-8"))
        if path.name != "grid.cuh" and re.search(r"^\s*#\s*(if|ifdef|ifndef|elif)\b", text, re.MULTILINE):
            wrong.append(path.name)
    assert not wrong, wrong


def test_kernels_keep_to_what_both_machines_do_well() -> None:
    """No atomics and no shared memory; in kernels without double arguments no bare real literal.

    A 0.5 in a float32 kernel computes in float64 and stops the vector unit; R(0.5) does not.
    """
    wrong = []
    for path in sorted(SOURCES.glob("*.cu")):
        code = without_comments(path.read_text(encoding="utf-8"))
        for text in re.split(r"(?=^(?:KERNEL|INLINE|template)\b)", code, flags=re.MULTILINE):
            name = re.search(r"\w+(?=\s*\()", text)
            where = f"{path.name}: {name.group() if name else 'top'}"
            if re.search(r"\batomic\w*|__shared__|__syncthreads", text):
                wrong.append(f"{where} uses what GPUs share and CPUs do not have")
            bare = re.search(r"(?<![\w.(])\d+\.\d*(?:e[+-]?\d+)?", re.sub(r"\bR\([^()]*\)", "", text))
            if bare and not re.search(r"\bdouble\b", text):
                wrong.append(f"{where} has a bare {bare.group()}")
    assert not wrong, "\n".join(wrong)
