"""What can be lost in a hall, and the case that is left: one line of KINDS for each kind of mover, cooler or load.

A kind names its objects, and makes a case without one of them in the same room. Flows that the case fixes stay as they are,
unless the others make up for what was lost; fans on curves find their points anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TypeVar

from thermal.case.bodies import COOLERS, Body, stopped
from thermal.case.liquid import Cdu, FacilityLoop
from thermal.case.model import Case, Obstacle, Opening, Rack
from thermal.errors import UsageError, quote

AnyGroup = TypeVar("AnyGroup", Cdu, FacilityLoop)


@dataclass(frozen=True)
class Kind:
    """One kind of thing that can be lost.

    meaning   what losing one is            names     its objects in a case
    remove    the case without one of them
    make_up   (whole case, what is left, name) -> what is left with the others of the kind doing the work of the lost one;
              None: nobody can
    """

    meaning: str
    names: Callable[[Case], list[str]]
    remove: Callable[[Case, str], Case]
    make_up: Callable[[Case, Case, str], Case] | None = None


@dataclass(frozen=True)
class Loss:
    """One object lost: its kind and name, and the case that is left."""

    kind: str
    name: str
    left: Case

    @property
    def key(self) -> str:
        """ "supply.fans-south": in tables, and as the name of its folder."""
        return f"{self.kind}.{self.name}"


def _openings(kind: str) -> Kind:
    words = {"supply": "air no longer comes", "return": "air no longer leaves"}

    def names(case: Case) -> list[str]:
        return [opening.name for opening in case.openings if opening.kind == kind]

    def remove(case: Case, name: str) -> Case:
        kept = tuple(opening for opening in case.openings if (opening.kind, opening.name) != (kind, name))
        return replace(case, openings=kept)

    def make_up(whole: Case, left: Case, name: str) -> Case:
        lost = next(opening for opening in whole.openings if (opening.kind, opening.name) == (kind, name))
        flow = sum(opening.flow or 0.0 for opening in left.openings if opening.kind == kind)
        if not lost.flow or not flow:  # pressure openings share it out by themselves
            return left
        return replace(left, openings=tuple(_driven(opening, kind, 1.0 + lost.flow / flow) for opening in left.openings))

    return Kind(f"{words[kind]} through one opening: its place is wall", names, remove, make_up)


def _driven(opening: Opening, kind: str, factor: float) -> Opening:
    """An opening of the kind with more flow; others, and those without a fixed flow, as they are."""
    return replace(opening, flow=opening.flow * factor) if opening.kind == kind and opening.flow else opening


def _without_racks(case: Case, is_off: Callable[[Rack], bool]) -> Case:
    """Racks switched off, with the doors on their backs: they stand where they stood, move no air and give no heat."""
    off = [rack for rack in case.racks if is_off(rack)]
    labels = {f"rack.{rack.name}" for rack in off}
    ends = {(rack.row, f"-{rack.name}") for rack in off}

    def is_of(body: Body) -> bool:
        return body.label in labels or any(
            body.kind == "rdhx" and body.row == row and body.name.endswith(end) for row, end in ends
        )

    things: list[Rack | Body] = [*off, *(body for body in case.bodies if body.kind == "rdhx" and is_of(body))]
    return replace(
        case,
        racks=tuple(rack for rack in case.racks if rack not in off),
        bodies=tuple(body for body in case.bodies if not is_of(body)),
        obstacles=case.obstacles + tuple(Obstacle(name=one.name, box=one.box, source=one.source) for one in things),
    )


def _is_working(body: Body) -> bool:
    """Whether there is anything to lose: fans that may turn, or a coil."""
    return body.speed > 0.0 or bool(body.speed_rule) or (body.kind == "rdhx" and body.coil is not None)


def _coolers(kind: str) -> Kind:
    """Coolers whose fans stop. What they blew into finds its pressure anew; the others move along their curves by themselves, so
    nobody has to make up for them."""

    def names(case: Case) -> list[str]:
        return [body.name for body in case.bodies if body.kind == kind and _is_working(body)]

    def remove(case: Case, name: str) -> Case:
        return _without_door(case, name) if kind == "rdhx" else stopped(case, f"{kind}.{name}")

    meaning = (
        "one door: no fans, no water, its drop stays" if kind == "rdhx" else "one unit stops: its fans stand, its damper shuts"
    )
    return Kind(meaning, names, remove)


def _without_door(case: Case, name: str) -> Case:
    """A door on the back of a rack has no damper, and the rack blows through it; what is lost besides its fans is its water."""
    left = stopped(case, f"rdhx.{name}")
    bodies = tuple(
        replace(body, coil=None, control="none", damper=False) if body.label == f"rdhx.{name}" else body for body in left.bodies
    )
    return replace(left, bodies=bodies)


def _pumps() -> Kind:
    """One pump of a group on a loop: those on standby take over, and where none stands by the others carry on alone."""

    def groups(case: Case) -> list[Cdu | FacilityLoop]:
        return [] if case.liquid is None else [*case.liquid.cdus, *case.liquid.facilities]

    def names(case: Case) -> list[str]:
        return [one.name for one in groups(case) if one.pumps + one.standby - one.pumps_lost > 1]

    def remove(case: Case, name: str) -> Case:
        assert case.liquid is not None  # names says so
        cdus = tuple(_one_less(one, name) for one in case.liquid.cdus)
        facilities = tuple(_one_less(one, name) for one in case.liquid.facilities)
        return replace(case, liquid=replace(case.liquid, cdus=cdus, facilities=facilities))

    return Kind("one pump of a CDU or facility loop with more than one: those on standby take over", names, remove)


def _one_less(table: AnyGroup, name: str) -> AnyGroup:
    return table.model_copy(update={"pumps_lost": table.pumps_lost + 1}) if table.name == name else table


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "supply": _openings("supply"),
        "return": _openings("return"),
        "rack": Kind(
            "one rack is switched off: it stands there, moves no air and gives no heat",
            lambda case: [rack.name for rack in case.racks],
            lambda case, name: _without_racks(case, lambda rack: rack.name == name),
        ),
        "rack_row": Kind(
            "all racks of a row are switched off",
            lambda case: list(dict.fromkeys(rack.row for rack in case.racks)),
            lambda case, name: _without_racks(case, lambda rack: rack.row == name),
        ),
        **{kind: _coolers(kind) for kind in COOLERS},
        "pump": _pumps(),
    }
)


def wanted_kinds(words: str) -> list[tuple[str, str]]:
    """(kind, pattern of names) of each word of "supply,rack.A*". Raises UsageError naming the kinds there are."""
    wanted = []
    for word in words.split(","):
        kind, _, pattern = word.strip().partition(".")
        if kind not in KINDS:
            raise UsageError(
                f"--without-each {quote(word)}: kinds are {', '.join(KINDS)}; one object is KIND.NAME, some are KIND.A*"
            )
        wanted.append((kind, pattern or "*"))
    return wanted


def losses_of(case: Case, wanted: list[tuple[str, str]], make_up: bool = False) -> list[Loss]:
    """Every loss of the wanted kinds, in the order of the case.

    make_up   whether the others of the kind take over the flow of the lost one
    Raises    UsageError where the case has no such object, or where nobody can make up for it
    """
    found: dict[tuple[str, str], Loss] = {}
    for kind, pattern in wanted:
        names = [name for name in KINDS[kind].names(case) if fnmatchcase(name, pattern)]
        if not names:
            there = ", ".join(KINDS[kind].names(case)[:8])
            what = f"has no {kind} named {quote(pattern)} (it has {there})" if there else f"has no {kind}"
            raise UsageError(f"--without-each: case {case.name} {what}")
        more = KINDS[kind].make_up
        if make_up and more is None:
            able = ", ".join(name for name, one in KINDS.items() if one.make_up)
            raise UsageError(f"--make-up: nothing takes over from a lost {kind}; it goes with {able}")
        for name in names:
            left = KINDS[kind].remove(case, name)
            if make_up and more is not None:
                left = more(case, left, name)
            title = f"{case.title or case.name}, without {kind} {name}"[:200]
            found[kind, name] = Loss(kind, name, replace(left, title=title))
    return list(found.values())
