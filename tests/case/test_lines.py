"""The line of every key, in every way TOML has of writing one."""

from __future__ import annotations

from thermal.case.lines import guard, line_index, line_of

TEXT = '''\
# comment with [brackets] and "quotes
top = 1
[room]  # a table
size = [
  "1 m",  # [x]
  "2 m",
]
"quoted key" = """
[not.a.table]
""" # end
after = true
a.b.c = 'literal \\'
[rack.gpu]
power = "1 kW"
[rack."two words"]
power = { value = 1, unit = "W" }

[[rack_row]]
name = "A"
[[rack_row]]
name = "B"
  [rack_row.more]
  x = 1
[mesh]
[[mesh.refine]]
cell = "1 m"
[[mesh.refine]]
cell = "2 m"
inline = [{ a = 1 }, { a = 2,
b = 3 }]
date = 1979-05-27 07:32:00
last = "end"'''


def test_lines() -> None:
    lines = line_index(TEXT)
    wanted = {
        ("top",): 2, ("room",): 3, ("room", "size"): 4, ("room", "size", 0): 5, ("room", "size", 1): 6, ("room", "quoted key"): 8,
        ("room", "after"): 11, ("room", "a", "b", "c"): 12, ("rack", "gpu"): 13, ("rack", "gpu", "power"): 14,
        ("rack", "two words", "power", "unit"): 16, ("rack_row", 0): 18, ("rack_row", 0, "name"): 19, ("rack_row", 1, "name"): 21,
        ("rack_row", 1, "more", "x"): 23, ("mesh", "refine", 1, "cell"): 28, ("mesh", "refine", 1, "inline", 1, "b"): 30,
        ("mesh", "refine", 1, "last"): 32,
    }  # fmt: skip
    assert {path: lines.get(path) for path in wanted} == wanted


def test_nearest_parent() -> None:
    lines = line_index(TEXT)
    assert line_of(lines, ("rack", "gpu", "size")) == 13
    assert line_of(lines, ("nowhere",)) is None


def test_guard_leaves_strings_and_comments_alone() -> None:
    assert guard('a = "' + "[" * 100 + '"\n# ' + "{" * 100 + "\nb = '" + "x." * 100 + "'") is None
    assert guard("a = " + "[" * 17 + "]" * 17) == (1, "brackets nested more than 16 deep")
