"""Kernel text to shared library: the host compiler at run time, and a cache that is safe in shared folders."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shlex
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kernels.errors import BackendUnavailable, CompileError
from kernels.processors import default_threads
from kernels.signature import SOURCES, Kernel, parse, source_files

# No -ffast-math: linking with it switches denormals off for the whole Python process. The two -fno options give its useful
# part (sqrt without errno, comparisons that vectorise) and leave NaN and infinity as they are.
# 256-bit rows: what a row leaves over (up to 3 cells of float32, against 7) runs one by one, and in the long rows of momentum
# that costs more than wider registers give: 63 cells, second order, 10 against 15 ns a cell; 64 cells, 6.4 against 4.9.
FLAGS = (
    *("-O3", "-march=native", "-std=gnu++17", "-fopenmp", "-fno-math-errno", "-fno-trapping-math", "-fPIC", "-w"),
    *(("-mprefer-vector-width=256",) if platform.machine() in ("x86_64", "AMD64") else ()),
)
C_REAL = {"single": "float", "double": "double"}
TEAM = SOURCES / "team.cpp"
PROGRAM = "program"  # stem of the text that calls many kernels in one call; made here, from what the kernel files declare
MEND_COMPILER = "install one: apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora, RHEL)"

# `count` passes over `layers` layers, pass n being call n % kinds, whose arguments number `size`, the ends of its layers in
# places low and high. In groups of `depth`, each `slab` layers at a time and one layer behind the one before it.
_PASSES = """
void fv_passes(int count, int kinds, void (*const* calls)(void* const*), void* const* const* arguments, int size,
               int low, int high, int layers, int slab, int depth)
{
    for (int first = 0; first < count; first += depth) {
        const int group = count - first < depth ? count - first : depth;
        for (int front = 0; front < layers + group - 1; front += slab)
            for (int n = 0; n < group; ++n) {
                int from = front - n > 0 ? front - n : 0, to = front + slab - n < layers ? front + slab - n : layers;
                if (from >= to)
                    continue;
                const int kind = (first + n) % kinds;
                void* given[size];
                for (int m = 0; m < size; ++m)
                    given[m] = arguments[kind][m];
                given[low] = &from;
                given[high] = &to;
                calls[kind](given);
            }
    }
}
}
"""
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"[ \t]*(//[^\n]*)?$', re.M)


@dataclass(frozen=True)
class Compiler:
    """A C++ compiler: the command as a list, and its version line."""

    command: tuple[str, ...]
    version: str

    @property
    def is_gnu(self) -> bool:
        """Whether `omp parallel` becomes the calls that src/team.cpp answers; clang's run-time library has others."""
        return "clang" not in self.version.lower()


def flatten(path: Path, seen: set[Path] | None = None) -> str:
    """The text of a kernel file with its local headers in place of their #include lines, each header once.

    NVRTC finds no headers by itself, and one text is what the cache key covers. #line directives keep the compiler's
    messages on the file and line a developer can open.
    """
    seen = set() if seen is None else seen
    seen.add(path.resolve())
    text = path.read_text(encoding="utf-8")

    def replace(match: re.Match[str]) -> str:
        header = path.parent / match[1]
        line = text.count("\n", 0, match.start()) + 2
        if header.resolve() in seen:
            return ""
        if not header.is_file():
            raise CompileError(f"{path.name}: no header {match[1]} beside it")
        return f'{flatten(header, seen)}\n#line {line} "{path.name}"'

    body = _INCLUDE.sub(replace, text).replace("#pragma once", "")
    return f'#line 1 "{path.name}"\n{body}'


def program_text(kernels: Iterable[Kernel]) -> str:
    """C++ that calls kernels by tables of addresses: `fv_call_NAME` one of them, `fv_program` many in a row, `fv_passes` those
    that follow each other from layer to layer."""
    lines = ["// Calls many kernels in one call from Python.", 'extern "C" {']
    for kernel in kernels:
        given = [f"{'' if p.pointer else '*'}({p.type}*)a[{n}]" for n, p in enumerate(kernel.parameters)]
        declared = ", ".join(f"{'const ' if p.constant else ''}{p.type}{'*' if p.pointer else ''}" for p in kernel.parameters)
        lines.append(f"void {kernel.name}({declared});")
        lines.append(f"void fv_call_{kernel.name}(void* const* a) {{ {kernel.name}({', '.join(given)}); }}")
    lines.append("void fv_program(long long count, void (*const* calls)(void* const*), void* const* const* arguments)")
    lines.append("{ for (long long n = 0; n < count; ++n) calls[n](arguments[n]); }")
    lines.append(_PASSES)
    return "\n".join(lines)


def find_compiler() -> Compiler:
    """The first that answers of $CXX, g++ and clang++. Raises BackendUnavailable with the command that installs one."""
    asked = os.environ.get("CXX", "").strip()
    candidates = ([shlex.split(asked)] if asked else []) + [["g++"], ["clang++"]]
    for command in candidates:
        if not command or shutil.which(command[0]) is None:
            continue
        with suppress(OSError, subprocess.SubprocessError):
            answer = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=20, check=True)
            return Compiler(tuple(command), answer.stdout.partition("\n")[0].strip())
    tried = ", ".join(shlex.join(command) for command in candidates)
    raise BackendUnavailable(f"no C++ compiler (tried {tried}); {MEND_COMPILER}")


def check_compiler(compiler: Compiler) -> None:
    """Compile and link an empty OpenMP loop. Raises BackendUnavailable with the compiler's own words if that fails."""
    with tempfile.TemporaryDirectory(prefix="hallflow-") as folder:
        source = Path(folder, "probe.cpp")
        source.write_text('#include <omp.h>\nextern "C" int probe() { return omp_get_max_threads(); }\n')
        command = [*compiler.command, "-shared", "-fPIC", "-fopenmp", str(source), "-o", str(Path(folder, "probe.so"))]
        answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode:
        raise BackendUnavailable(f"{shlex.join(compiler.command)} cannot build an OpenMP library: {_first_lines(answer.stderr)}")


def build_library(
    precision: str,
    cache: Cache,
    *,
    folder: Path = SOURCES,
    files: Sequence[str] | None = None,
    flags: Sequence[str] = FLAGS,
    compiler: Compiler | None = None,
    dress: Callable[[str, str], str] | None = None,
) -> Path:
    """One shared library of all kernel files, compiled only where the cache does not hold it.

    `dress` (stem, flattened text) -> text may add to a file's text: the tests build the GPU branch for the CPU with it.

    Raises CompileError naming the file that does not compile, BackendUnavailable if the compiler itself does not work.
    """
    compiler = compiler or find_compiler()
    flags = [*flags, f"-Dreal={C_REAL[precision]}"]
    texts = {path.stem: flatten(path) for path in source_files(folder, files)}
    if dress:
        texts = {stem: dress(stem, text) for stem, text in texts.items()}
    else:
        texts[PROGRAM] = program_text(kernel for stem, text in list(texts.items()) for kernel in parse(text, stem))
        if compiler.is_gnu:
            texts[TEAM.stem] = TEAM.read_text(encoding="utf-8")
    machine = "\n".join([compiler.version, *compiler.command, *flags, cpu_features()])
    keys = {stem: _digest(machine, stem, text) for stem, text in texts.items()}
    library = cache.path(f"kernels-{precision}-{_digest(*keys.values())}.so")
    if cache.holds(library):
        return library
    with cache.lock():  # one process of a node compiles, the others wait and find the library
        if cache.holds(library):
            return library
        missing = {stem: cache.path(f"{stem}-{precision}-{key}.o") for stem, key in keys.items()}
        jobs = [(stem, target) for stem, target in missing.items() if not cache.holds(target)]
        with ThreadPoolExecutor(max_workers=max(1, min(len(jobs), default_threads()))) as pool:
            failures = list(pool.map(lambda job: _compile_file(compiler, flags, texts[job[0]], job[0], job[1], cache), jobs))
        messages = [message for message in failures if message]
        if messages:
            check_compiler(compiler)  # is it the compiler rather than the text?
            raise CompileError("\n".join(messages))
        objects = [str(target) for target in missing.values()]
        with cache.new_file(library) as temporary:
            threads = ["-pthread"] if compiler.is_gnu else ["-fopenmp"]
            threads += [flag for flag in flags if flag.startswith("-fsanitize")]
            link = [*compiler.command, "-shared", *threads, *objects, "-o", str(temporary)]
            answer = subprocess.run(link, capture_output=True, text=True)
            if answer.returncode:
                check_compiler(compiler)
                raise CompileError(f"linking the kernels failed: {_first_lines(answer.stderr)}")
    return library


def cpu_features() -> str:
    """The processor's instruction sets: -march=native compiles for these and the result must not run elsewhere."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith(("flags", "Features")):
                return " ".join(sorted(line.partition(":")[2].split()))
    return f"{platform.machine()} {platform.processor()} {platform.node()}"


class Cache:
    """A folder of compiled kernels that only its owner could have written.

    $XDG_CACHE_HOME/hallflow (or ~/.cache/hallflow), mode 0700. What is in it gets loaded into the process, so a folder or
    file that belongs to somebody else, is a link, or can be written by others is refused; a private temporary folder then
    serves this process, and `note` says so.
    """

    def __init__(self, folder: Path | None = None):
        """`folder` replaces the default place; the same rules hold for it."""
        self.note = ""
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        try:
            self.folder = default_cache_folder() if folder is None else folder
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fault = ownership_fault(self.folder) or parent_fault(self.folder)
            if not fault and not os.access(self.folder, os.W_OK | os.X_OK):
                fault = "cannot be written"
        except (OSError, RuntimeError) as error:
            fault = str(error)
        if fault:
            self._use_temporary(fault)

    def path(self, name: str) -> Path:
        """Where a file of that name belongs."""
        return self.folder / name

    def holds(self, path: Path) -> bool:
        """Whether the file is there and safe to load; one that is not safe is compiled anew over it (rename replaces it)."""
        try:
            return not ownership_fault(path) and path.is_file()
        except OSError:
            return False

    @contextmanager
    def lock(self):
        """Held by one process of this machine at a time."""
        try:
            import fcntl
        except ImportError:  # no such call on this system: two processes may compile the same text, which does no harm
            yield
            return
        handle = os.open(self.path("lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with suppress(OSError):  # some network file systems refuse locks; then each compiles for itself
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def new_file(self, path: Path):
        """A temporary name beside `path`; renamed to it when the block ends well, removed when it does not."""
        handle, name = tempfile.mkstemp(prefix=".new-", suffix=path.suffix, dir=self.folder)
        os.close(handle)
        try:
            yield Path(name)
            os.chmod(name, 0o700)
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise

    def _use_temporary(self, fault: str) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="hallflow-")
        refused = getattr(self, "folder", "the cache folder")
        self.note = f"compile cache {refused} is not used ({fault}); compiled into a private temporary folder for this run only"
        self.folder = Path(self._temporary.name)


def default_cache_folder() -> Path:
    """$XDG_CACHE_HOME/hallflow; a relative or empty $XDG_CACHE_HOME counts as unset, as its specification says."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    return Path(root if os.path.isabs(root) else Path.home() / ".cache") / "hallflow"


def ownership_fault(path: Path) -> str:
    """Why a file or folder must not be trusted, "" if it may be."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return "is a link"
    if not (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
        return "is neither a file nor a folder"
    if status.st_uid != os.geteuid():
        return "belongs to another user"
    if status.st_mode & 0o022:
        return "can be written by others"
    return ""


def parent_fault(path: Path) -> str:
    """Why the folder above must not be trusted: others could then rename ours away. "" if it may be."""
    status = path.parent.stat()
    if status.st_mode & 0o022 and not status.st_mode & stat.S_ISVTX:
        return "lies in a folder that others can write to"
    return ""


def _compile_file(compiler: Compiler, flags: Sequence[str], text: str, stem: str, target: Path, cache: Cache) -> str:
    """Compile one text into an object file; returns "" or a message that names the file."""
    try:
        with cache.new_file(target) as temporary:
            command = [*compiler.command, *flags, "-c", "-x", "c++", "-", "-o", str(temporary)]
            answer = subprocess.run(command, input=text, capture_output=True, text=True)
            if answer.returncode:
                name = TEAM.name if stem == TEAM.stem else f"{stem}.cu"
                raise CompileError(f"{name} does not compile for the CPU:\n{_first_lines(answer.stderr)}")
    except CompileError as error:
        return str(error)
    return ""


def _first_lines(text: str, count: int = 12) -> str:
    return "\n".join(text.strip().splitlines()[:count])


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
