"""The compile cache: found again, keyed by everything that matters, and never loaded from where others can write."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from pathlib import Path

import pytest

from kernels import CompileError, open_backend
from kernels.compile import FLAGS, Cache, Compiler, build_library, default_cache_folder, find_compiler, flatten
from kernels.signature import SOURCES

pytestmark = pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two small kernel files and the header."""
    source = tmp_path / "src"
    source.mkdir()
    shutil.copy(SOURCES / "grid.cuh", source)
    for name in ("one", "two"):
        text = f'#include "grid.cuh"\nKERNEL void {name}(const int count, real* x) {{ FV_LIST(n, count) {{ x[n] = R(1.0); }} }}\n'
        (source / f"{name}.cu").write_text(text)
    return source


def objects(cache: Cache) -> set[str]:
    """Names of what the cache holds."""
    return {path.name for path in cache.folder.iterdir() if path.suffix in (".o", ".so")}


def test_place_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_folder() == tmp_path / "hallflow"
    assert stat.S_IMODE(Cache().folder.stat().st_mode) == 0o700
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_cache_folder() == Path.home() / ".cache" / "hallflow"


def test_compiled_once_and_only_what_changed(folder: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    library = build_library("single", cache, folder=folder)
    first, made = objects(cache), library.stat().st_mtime_ns
    assert build_library("single", cache, folder=folder).stat().st_mtime_ns == made
    with (folder / "two.cu").open("a") as file:
        file.write("// changed\n")
    assert build_library("single", cache, folder=folder) != library
    assert {name.partition("-")[0] for name in objects(cache) - first} == {"two", "kernels"}
    assert not [path for path in cache.folder.iterdir() if path.name.startswith(".new-")]


def test_key_covers_header_flags_precision_and_compiler(folder: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    libraries = {build_library("single", cache, folder=folder), build_library("double", cache, folder=folder)}
    libraries.add(build_library("single", cache, folder=folder, flags=[*FLAGS, "-g0"]))
    compiler = find_compiler()
    libraries.add(build_library("single", cache, folder=folder, compiler=Compiler(compiler.command, compiler.version + " other")))
    (folder / "grid.cuh").write_text((folder / "grid.cuh").read_text() + "// changed\n")
    libraries.add(build_library("single", cache, folder=folder))
    assert len(libraries) == 5


@pytest.mark.parametrize("fault", ["writable by others", "link", "parent writable by others"])
def test_unsafe_folder_is_refused_and_said(fault: str, folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "shared" / "cache"
    place.mkdir(parents=True, mode=0o700)
    if fault == "writable by others":
        place.chmod(0o777)
    elif fault == "link":
        place.rename(tmp_path / "elsewhere")
        place.symlink_to(tmp_path / "elsewhere")
    else:
        place.parent.chmod(0o777)
    cache = Cache(place)
    assert cache.folder != place and str(place) in cache.note and "private temporary folder" in cache.note
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    library = build_library("single", cache, folder=folder)
    assert library.parent == cache.folder and not list(place.iterdir())


def test_a_file_that_others_can_write_is_compiled_anew(folder: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    library = build_library("single", cache, folder=folder)
    library.chmod(0o777)
    library.write_bytes(b"not a library")
    assert build_library("single", cache, folder=folder) == library
    assert library.read_bytes()[:4] == b"\x7fELF" and not library.stat().st_mode & 0o022


def test_a_link_in_place_of_a_library_is_replaced_not_followed(folder: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    library = build_library("single", cache, folder=folder)
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    library.unlink()
    library.symlink_to(target)
    build_library("single", cache, folder=folder)
    assert not library.is_symlink() and target.read_bytes() == b"precious"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "cache"
    place.mkdir(mode=0o700)
    os.chown(place, 12345, 12345)
    assert "belongs to another user" in Cache(place).note


def test_a_backend_says_that_its_cache_was_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "hallflow"
    place.mkdir()
    place.chmod(0o777)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    be = open_backend("host", files=["vector"])
    assert "can be written by others" in be.reason and not list(place.iterdir())


def test_compile_error_names_file_and_line(folder: Path, tmp_path: Path) -> None:
    kernel = "KERNEL void two(const int count, real* x)\n{ FV_LIST(n, count) { x[n] = y; } }"
    (folder / "two.cu").write_text(f'#include "grid.cuh"\n\n{kernel}\n')
    cache = Cache(tmp_path / "cache")
    with pytest.raises(CompileError, match=r"two.cu does not compile(.|\n)*two.cu:4(.|\n)*y. was not declared"):
        build_library("single", cache, folder=folder)
    assert {name.partition("-")[0] for name in objects(cache)} <= {"one", "team", "program"}
    assert build_library("single", cache, folder=folder, files=["one"]).is_file(), "a broken file stops only those who ask for it"


def test_missing_header_is_named(folder: Path) -> None:
    (folder / "two.cu").write_text('#include "none.cuh"\n')
    with pytest.raises(CompileError, match="two.cu: no header none.cuh"):
        flatten(folder / "two.cu")


def test_two_builders_at_once_give_one_library(folder: Path, tmp_path: Path) -> None:
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(build_library("single", Cache(tmp_path / "cache"), folder=folder)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1
