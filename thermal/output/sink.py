"""A file for HDF5 to write into that never fails under it.

When a write of HDF5 fails (disk full, quota), the library can neither finish nor close its file, and closing it again at exit
has crashed the whole process. So HDF5 writes through this object, which remembers the first error, pretends success from
then on, and lets the caller raise the error once HDF5 has closed in peace.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import h5py


class Sink:
    """The file object h5py asks for: read, write, seek, tell, truncate, flush. `error` is the first OSError met, or None."""

    def __init__(self, path: Path, is_new: bool = True) -> None:
        self.file = open(path, "w+b" if is_new else "r+b", buffering=0)
        self.error: OSError | None = None
        self.place = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; the end is where the file ends on the disk."""
        base = (0, self.place, os.fstat(self.file.fileno()).st_size)[whence]
        self.place = base + offset
        return self.place

    def tell(self) -> int:
        """The current place."""
        return self.place

    def write(self, data: memoryview) -> int:
        """Write all of `data`, or remember why not; always reports success."""
        view = memoryview(data).cast("B")
        done = 0
        while self.error is None and done < len(view):
            try:
                done += os.pwrite(self.file.fileno(), view[done:], self.place + done)
            except OSError as error:
                self.error = error
        self.place += len(view)
        return len(view)

    def read(self, size: int) -> bytes:
        """Read `size` bytes; what was never written reads as zeros."""
        data = bytearray(size)
        self.readinto(memoryview(data))
        return bytes(data)

    def readinto(self, target: memoryview) -> int:
        """Read; what was never written reads as zeros."""
        view = memoryview(target).cast("B")
        data = os.pread(self.file.fileno(), len(view), self.place) if self.error is None else b""
        view[:] = data + bytes(len(view) - len(data))
        self.place += len(view)
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        """Set the length."""
        size = self.place if size is None else size
        if self.error is None:
            try:
                os.ftruncate(self.file.fileno(), size)
            except OSError as error:
                self.error = error
        return size

    def flush(self) -> None:
        """Nothing is held back."""


def new_hdf5(path: Path) -> AbstractContextManager[h5py.File]:
    """A new HDF5 file to write, synced to the disk at the end.

    Raises     OSError for the first write that failed, after HDF5 has closed the file.
    """
    return _opened(path, is_new=True)


def grown_hdf5(path: Path) -> AbstractContextManager[h5py.File]:
    """An HDF5 file that is there, to write more into; as `new_hdf5`."""
    return _opened(path, is_new=False)


@contextmanager
def _opened(path: Path, is_new: bool) -> Iterator[h5py.File]:
    import h5py

    sink = Sink(path, is_new)
    try:
        with h5py.File(sink, "w" if is_new else "r+", libver="v110") as file:
            yield file
        if sink.error is None:
            os.fsync(sink.file.fileno())
    finally:
        sink.file.close()
    if sink.error is not None:
        raise sink.error
