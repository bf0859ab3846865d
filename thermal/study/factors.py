"""The factors of a grid study: into how many the cells of one base grid are cut along each axis, coarse to fine.

The finest grid has the case's own cell size, so that a study answers the question that a plain run would, with a band to it, and
costs a third more than the finest grid alone. 1:2:3 keeps the coarsest cells at three times that size: in halls of 0.1 to 0.2 m
cells, four times (1:2:4) is a rack in one or two cells, from which nothing converges.
"""

from __future__ import annotations

from collections.abc import Sequence

from thermal.errors import UsageError

FACTORS = (1, 2, 3)  # cells of three, one and a half and one times the case's size: a third more work than the finest alone
LEAST_RATIO = 1.3  # of two cell sizes (Celik et al. 2008, J. Fluids Eng. 130:078001, step 2)


def check_factors(factors: Sequence[int]) -> tuple[int, int, int]:
    """The factors of a study. Raises UsageError for other than three whole numbers that rise by LEAST_RATIO at least."""
    three = tuple(factors)
    words = ":".join(map(str, three))[:40]
    if len(three) != 3 or any(int(f) != f or f < 1 for f in three):
        raise UsageError(f"grid factors {words}: three whole numbers are needed, such as 1:2:3 or 1:2:4")
    for coarse, fine in zip(three, three[1:], strict=False):
        if fine < LEAST_RATIO * coarse:
            raise UsageError(f"grid factors {words}: each must be {LEAST_RATIO:g} times the one before or more, such as 1:2:3")
    return int(three[0]), int(three[1]), int(three[2])
