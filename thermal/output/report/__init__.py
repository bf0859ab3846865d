"""report.html: one page, one file, nothing fetched; made from a result folder alone."""

from __future__ import annotations

from thermal.output.report.page import rebuild, render

__all__ = ["rebuild", "render"]
