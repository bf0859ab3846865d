"""How long the next step in time is, and how much work it takes.

The step is as long as two bounds allow: the largest Courant number, and the local error. What is not implicit in a step (carrying
velocity, the second-order part of convection) is taken from the straight line through the last two values of each field; the root
mean square of what the new values leave that line by, over the room and over the scales of the case, is the error estimate. It
is of second order in the step, so the step goes by the square root of tolerance/estimate. A step is never taken back: the next
one is shorter. Steps end on the given marks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from thermal.case.timeline import TimeSpan
from thermal.flow.stepper import Instant

SAFETY, GROWTH, SHRINK = 0.9, 1.3, 0.5  # of the step's change
HOLD = (0.9, 1.2)  # a step is kept while the wanted one lies within these shares of it: launches are bound for a step's length
FIRST = 0.3  # Courant number of a step without a past
YOUNG = 2  # steps without a past, and after it, that say nothing of the error
# Mass defect over supply that a step may leave, and below which it does less work for it: a tenth of the gate of a whole run.
CLEAN = (5e-5, 3e-4)
PROJECTIONS, MOST_PROJECTIONS, FRESH_PROJECTIONS = 1, 6, 8
ROWS = (1e-4, 1e-3)  # the same for the defect of the temperature rows over the heat
MOST_BOOST = 8.0


@dataclass
class Clock:
    """Where a run in time stands; a checkpoint holds all of it.

    time, step    s, and of the last step      wanted   s, of the next one, marks aside
    age           steps since the past was forgotten           count         steps done
    projections   of the next step                             courant       largest of the last step
    counted       Courant number by which sweeps are counted: at least `boost` times the last one, as diffusion may want more
    records       of the fields that were made
    """

    time: float = 0.0
    step: float = 0.0
    wanted: float = 0.0
    age: int = 0
    count: int = 0
    projections: int = FRESH_PROJECTIONS
    courant: float = 1.0
    boost: float = 1.0
    counted: float = 1.0
    records: int = 0


class Pace:
    """The lengths of the steps of one run.

    marks   times in s on which steps end; after those in `breaks` nothing is known of the past, after those in `bends` what
            objects blow goes another way
    """

    def __init__(
        self, span: TimeSpan, clock: Clock, marks: Sequence[float], breaks: Sequence[float], bends: Sequence[float] = ()
    ) -> None:
        self.span, self.clock = span, clock
        self.marks = sorted({*marks, span.end})
        self.breaks, self.bends = set(breaks), set(bends)

    def begin(self, rate: float) -> None:
        """Set the first step from the largest outflow over volume of a cell, 1/s."""
        self.clock.wanted = self.span.step or min(FIRST / rate if rate > 0.0 else 0.01 * self.span.end, 0.05 * self.span.end)
        self.clock.courant = self.clock.counted = FIRST

    def next(self) -> tuple[float, float, float]:
        """(length in s, ratio to the last step, time in s at its end) of the next step."""
        clock = self.clock
        if not self.marks or clock.time >= self.marks[-1]:
            raise ValueError(f"no step after the end at {self.span.end} s")
        mark = next(mark for mark in self.marks if mark > clock.time * (1.0 + 1e-12))
        left = mark - clock.time
        step = clock.wanted
        if left <= 2.0 * step:
            step = left if left <= 1.001 * step else 0.5 * left
        end = mark if step >= left * (1.0 - 1e-9) else clock.time + step
        return step, (step / clock.step if clock.age else 0.0), end

    def took(self, step: float, end: float, instant: Instant) -> None:
        """A step was done: what it says of the next one."""
        clock = self.clock
        rate = instant.courant / step
        clock.time, clock.step, clock.count, clock.courant = end, step, clock.count + 1, instant.courant
        clock.age += 1
        if clock.age <= YOUNG or end in self.bends:
            clock.projections = FRESH_PROJECTIONS
        elif instant.mass > CLEAN[1]:
            clock.projections = min(clock.projections + 1, MOST_PROJECTIONS)
        elif instant.mass < CLEAN[0]:
            clock.projections = max(min(clock.projections, MOST_PROJECTIONS) - 1, PROJECTIONS)
        if instant.rows > ROWS[1]:
            clock.boost = min(1.5 * clock.boost, MOST_BOOST)
        elif instant.rows < ROWS[0]:
            clock.boost = max(0.8 * clock.boost, 1.0)
        needed = clock.boost * rate * max(clock.wanted, step)
        if not 0.5 * clock.counted < needed <= clock.counted:
            clock.counted = 1.2 * needed
        if end in self.breaks:
            clock.age = 0
            clock.projections = FRESH_PROJECTIONS
            if self.span.step is None:
                clock.wanted = min(clock.wanted, FIRST / rate) if rate > 0.0 else clock.wanted
        elif self.span.step is None:
            self._adapt(rate, instant.bend)

    def _adapt(self, rate: float, bend: float) -> None:
        clock = self.clock
        factor = GROWTH
        if clock.age > YOUNG and bend > 0.0:
            # the estimate goes with the step that was taken, which a mark may have cut short
            factor = SAFETY * math.sqrt(self.span.tolerance / bend) * clock.step / clock.wanted
        wanted = clock.wanted * min(max(factor, SHRINK), GROWTH)
        if rate > 0.0:
            wanted = min(wanted, self.span.largest_cfl / rate)
        if not HOLD[0] < wanted / clock.wanted < HOLD[1]:
            clock.wanted = wanted
