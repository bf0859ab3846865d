"""What can go wrong between a kernel's text and its launch."""

from __future__ import annotations


class KernelError(Exception):
    """A kernel's text or the arguments of a launch are wrong; the message names the kernel and the parameter."""


class CompileError(KernelError):
    """The compiler refused a kernel file; the message names the file and carries the compiler's first lines."""


class BackendUnavailable(Exception):
    """A backend cannot work on this machine; the message says what is missing and the command that mends it."""
