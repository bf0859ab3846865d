"""The repository as these tests read it: its source files, parsed once."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("thermal", "kernels", "meshes", "cases")


def python_files(*folders: str) -> list[Path]:
    """Every Python file under the folders, sorted."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


@functools.cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    """The path from the root, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


def imports(path: Path, top_level_only: bool = False) -> set[str]:
    """Modules that a file imports, in full; top_level_only leaves out those inside functions and under TYPE_CHECKING."""
    found: set[str] = set()
    for node in _import_time(parsed(path).body) if top_level_only else ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: relative imports hide where an arrow points"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _import_time(body: list[ast.stmt]) -> list[ast.AST]:
    """Statements that run when the module is imported, those in classes, `if` and `try` included."""
    found: list[ast.AST] = []
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            found += _import_time(node.orelse)
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        found.append(node)
        for part in ("body", "orelse", "finalbody"):
            found += _import_time(getattr(node, part, []) or [])
        for handler in getattr(node, "handlers", []):
            found += _import_time(handler.body)
    return found


def tracked_text() -> list[Path]:
    """Every text file of the repository except environments, caches and built things."""
    skipped = {".git", "build", "dist", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
    suffixes = {
        ".py",
        ".cu",
        ".cuh",
        ".h",
        ".md",
        ".toml",
        ".html",
        ".css",
        ".js",
        ".json",
        ".csv",
        ".in",
        ".j2",
        ".sh",
        ".txt",
        "",
    }
    found = []
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT).parts
        if any(part in skipped or part.startswith(".venv") or part.endswith((".egg-info", "-results")) for part in inside):
            continue
        if path.is_file() and path.suffix in suffixes:
            found.append(path)
    return sorted(found)
