"""Files that appear whole or not at all, one by one or as a set.

A set is written into `.record.new`, synced, and committed by one rename to `.record.ready`; its files are then moved to
their places. A run killed before the commit leaves the old set, one killed after it leaves a ready folder from which
`settle` (called by every reader and writer) finishes the move. So no reader ever sees half of one run and half of another.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from types import TracebackType

from thermal.errors import OutputError

NEW = ".record.new"
READY = ".record.ready"


def _sync(path: Path) -> None:
    """Push a file or folder to the disk, so that a rename that follows never names unwritten bytes."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems cannot sync a folder
            raise
    finally:
        os.close(handle)


def output_error(path: Path, error: Exception) -> OutputError:
    """The one clear error for a disk that is full, read-only or broken, from whatever the system or HDF5 said."""
    number = getattr(error, "errno", None)
    text = str(error)
    if number in (errno.ENOSPC, errno.EDQUOT) or "No space left" in text or "quota exceeded" in text.lower():
        return OutputError(f"{path}: the disk is full; nothing was replaced. Free some space or choose another folder with --out")
    if number == errno.EFBIG or "File too large" in text:
        return OutputError(f"{path}: the file size limit of this shell or disk is too small; nothing was replaced (ulimit -f)")
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(f"{path}: no permission to write there; choose another folder with --out")
    if number in (errno.ENOTDIR, errno.EEXIST):
        return OutputError(f"{path}: a file of that name is in the way; choose another folder with --out")
    reason = os.strerror(number) if number else text.splitlines()[0][:200] if text else type(error).__name__
    return OutputError(f"{path}: cannot be written ({reason}); nothing was replaced")


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path` through a temporary name in the same folder, sync and rename.

    Raises     OutputError when the disk is full or the folder cannot be written; an older file is then still whole.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True) if path.parent.is_dir() else None
        raise output_error(path, error) from error


def settle(folder: Path) -> None:
    """Finish the move of a committed set whose writer died in between; does nothing in a folder at rest.

    Raises     OutputError when the folder cannot be written.
    """
    ready = folder / READY
    if not ready.is_dir():
        return
    try:
        for source in sorted(ready.iterdir()):
            os.replace(source, folder / source.name)
        ready.rmdir()
        _sync(folder)
    except OSError as error:
        raise output_error(folder, error) from error


class Stage:
    """A set of files of one folder, committed together: `with Stage(folder) as stage: stage.write(name, data)`.

    An exception inside the block leaves the folder as it was. Raises OutputError as `write_whole` does.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.new = folder / NEW

    def __enter__(self) -> Stage:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            settle(self.folder)
            shutil.rmtree(self.new, ignore_errors=True)
            self.new.mkdir()
        except OSError as error:
            raise output_error(self.folder, error) from error
        return self

    def room_for(self, size: int) -> None:
        """Refuse before writing when `size` bytes (and a tenth more) do not fit on the disk."""
        free = shutil.disk_usage(self.new).free
        if free < 1.1 * size:
            raise OutputError(
                f"{self.folder}: the record needs {size / 1e6:.0f} MB, the disk has {free / 1e6:.0f} MB free; "
                "nothing was replaced. Free some space or choose another folder with --out"
            )

    def path(self, name: str) -> Path:
        """Where the file `name` is to be written until the set is committed."""
        return self.new / name

    def write(self, name: str, data: bytes) -> None:
        """Write one small file of the set."""
        self.path(name).write_bytes(data)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if error is None:
                for path in self.new.iterdir():
                    _sync(path)
                _sync(self.new)
                os.rename(self.new, self.folder / READY)
                _sync(self.folder)
                settle(self.folder)
        except OSError as failure:
            raise output_error(self.folder, failure) from failure
        finally:
            shutil.rmtree(self.new, ignore_errors=True)
        if isinstance(error, OSError | RuntimeError) and not isinstance(error, OutputError):
            raise output_error(self.folder, error) from error
