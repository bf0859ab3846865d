"""Is the import package `kernels` ours? A popular distribution of the same name owns that import name too."""

from __future__ import annotations

from thermal.errors import UsageError

MARKER = "hallflow kernels"


class ForeignKernelsError(UsageError):
    """Another distribution's `kernels` stands in the way of ours."""


def require_own_kernels() -> None:
    """Import `kernels` and check its marker, `kernels.HALLFLOW`.

    Raises ForeignKernelsError with the cure when another distribution owns the name, or none does.
    """
    cure = "Hallflow wants an environment of its own: python3 -m venv .venv && .venv/bin/pip install hallflow"
    try:
        import kernels
    except ImportError as error:
        raise ForeignKernelsError(f"the package `kernels` of Hallflow cannot be imported ({error}). {cure}") from error
    if getattr(kernels, "HALLFLOW", None) != MARKER:
        place = getattr(kernels, "__file__", None) or "an unknown place"
        raise ForeignKernelsError(f"the package `kernels` at {place} belongs to another distribution, not to Hallflow. {cure}")
