"""A small valid case text and edits of it, for the tests of the door."""

from __future__ import annotations

VALID = """\
[case]
title = "A hall"

[site]
altitude = "80 m"

[room]
size = ["6 m", "7.2 m", "3 m"]

[mesh]
cell = "0.1 m"

[flow]
turbulence = "k-epsilon"
scheme = "second-order"

[limits]
class = "A2"

[rack.gpu]
size = ["0.6 m", "1.2 m", "2.2 m"]
power = "130 kW"
liquid_share = 0.85
delta_t = "12 K"

[[rack_row]]
name = "A"
type = "gpu"
count = 4
at = ["1.8 m", "1.5 m"]
along = "+x"
front = "+y"

[[rack_row]]
name = "B"
type = "gpu"
count = 4
at = ["1.8 m", "4.5 m"]
along = "+x"
front = "-y"

[[supply]]
name = "tiles"
on = "floor"
from = ["1.8 m", "2.7 m"]
to = ["4.2 m", "4.5 m"]
temperature = "20 degC"
flow_ratio = 1.05

[[return]]
name = "south"
on = "ceiling"
from = ["1.8 m", "0.3 m"]
to = ["4.2 m", "1.2 m"]

[[containment]]
name = "roof"
kind = "roof"
from = ["1.8 m", "2.7 m", "2.4 m"]
to = ["4.2 m", "4.5 m", "2.4 m"]

[[obstacle]]
name = "column"
from = ["5 m", "3 m", "0 m"]
to = ["5.4 m", "3.4 m", "3 m"]

[[assert]]
name = "inlets"
what = "rack.*.inlet_max"
max = "27 degC"
"""


def edited(*changes: tuple[str, str]) -> str:
    """VALID with each first text replaced once by its second; a text that is not there is a mistake of the test."""
    text = VALID
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
