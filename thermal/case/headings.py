"""The columns of a list of racks, by the headings that French and English offices give them, and the units in those headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from thermal.case.fields import Quantity
from thermal.units import DIFFERENCE, FLOW, FLOW_PER_POWER, FRACTION, LENGTH, POWER, UnitError, guess_dimension


@dataclass(frozen=True)
class Column:
    """One column: its key, what its cells are (quantities with their ranges in SI; none: text), its meaning, its headings.

    A flow may be one of two quantities, m3/h or m3/h for each kW; the unit says which.
    """

    key: str
    quantities: tuple[Quantity, ...]
    meaning: str
    english: tuple[str, ...]
    french: tuple[str, ...]


_PLACE = (Quantity(LENGTH, low=-10_000.0, high=10_000.0),)
_SIZE = (Quantity(LENGTH, above=0.0, high=10_000.0),)

COLUMNS: tuple[Column, ...] = (
    Column(
        "name", (), "name of the rack",
        ("name", "rack", "rack name", "rack id", "id", "label", "cabinet"),
        ("nom", "baie", "nom de la baie", "nom baie", "repère", "armoire", "étiquette"),
    ),
    Column(
        "row", (), "name of its row; without one, the name without its last digits",
        ("row", "row name"), ("rangée", "rang", "nom de la rangée", "nom rangée"),
    ),
    Column(
        "type", (), "rack type, the NAME of a [rack.NAME]",
        ("type", "rack type", "model"), ("type de baie", "type baie", "modèle"),
    ),
    Column(
        "x", _PLACE, "x of the low corner, or of the centre where position says so",
        ("x", "x position", "pos x"), ("position x",),
    ),
    Column("y", _PLACE, "y of the low corner or centre", ("y", "y position", "pos y"), ("position y",)),
    Column("z", _PLACE, "z of the base; 0 m without this column", ("z", "z position", "pos z", "base"), ("position z",)),
    Column(
        "front", (), "where the front looks: x+, x-, y+, y-, or east, west, north, south (est, ouest, nord, sud)",
        ("front", "facing", "front side"), ("face", "face avant", "avant", "orientation"),
    ),
    Column(
        "power", (Quantity(POWER, low=0.0, high=1e9),), "IT power",
        ("power", "it power", "rack power", "load", "it load"),
        ("puissance", "puissance it", "puissance baie", "puissance électrique", "charge", "charge it"),
    ),
    Column(
        "liquid_share", (Quantity(FRACTION, low=0.0, high=1.0),), "part of the power that liquid takes",
        ("liquid share", "liquid", "liquid fraction", "share liquid", "liquid cooling share"),
        ("part liquide", "part de liquide", "fraction liquide", "taux liquide", "liquide", "refroidissement liquide"),
    ),
    Column(
        "flow", (Quantity(FLOW, above=0.0, high=1e6), Quantity(FLOW_PER_POWER, above=0.0, high=1e-2)),
        "air flow of the rack, or for each kW of its air power",
        ("flow", "air flow", "airflow", "volume flow"), ("débit", "débit air", "débit d'air", "débit volumique"),
    ),
    Column(
        "delta_t", (Quantity(DIFFERENCE, above=0.0, high=100.0),), "rise of the air from front to back",
        ("delta t", "deltat", "dt", "temperature rise", "rise", "delta temperature"),
        ("écart de température", "écart", "élévation de température", "échauffement"),
    ),
    Column("width", _SIZE, "width of the rack along its row", ("width",), ("largeur",)),
    Column("depth", _SIZE, "depth from front to back", ("depth",), ("profondeur",)),
    Column("height", _SIZE, "height", ("height",), ("hauteur",)),
)  # fmt: skip
BY_KEY: Mapping[str, Column] = MappingProxyType({column.key: column for column in COLUMNS})

_BRACKETS = re.compile(r"^(.*?)\s*[(\[]([^()\[\]]{1,30}(?:\([^()]{1,10}\))?)[)\]]\s*$", re.DOTALL)
LONGEST_HEADING = 80  # characters


@dataclass(frozen=True)
class Heading:
    """A heading that is known: its column and the unit written in it ("" where there is none)."""

    column: Column
    unit: str


def plain(text: str) -> str:
    """A heading without accents, capitals and marks: "Débit_d'air" -> "debit d air"."""
    letters = unicodedata.normalize("NFKD", text.replace("Δ", "delta ").replace("∆", "delta "))
    kept = "".join(c for c in letters if not unicodedata.combining(c)).lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", kept).split())


WORDS: Mapping[str, Column] = MappingProxyType(
    {plain(word): column for column in COLUMNS for word in (*column.english, *column.french, column.key)}
)


def read_heading(text: str) -> Heading | None:
    """The column and unit of a heading, None for one that is not known.

    >>> heading = read_heading("Puissance (kW)")
    >>> heading.column.key, heading.unit
    ('power', 'kW')
    >>> read_heading("Power_kW").unit, read_heading("Customer")
    ('kW', None)
    """
    text = text.strip()
    if not text or len(text) > LONGEST_HEADING:
        return None
    bracket = _BRACKETS.match(text)
    words, unit = (bracket.group(1), bracket.group(2).strip()) if bracket else (text, "")
    column = WORDS.get(plain(words))
    if column is None and not bracket:
        head, _, last = re.sub(r"[_\s]+", " ", text).rpartition(" ")
        column = WORDS.get(plain(head))
        if column is None or not column.quantities or not is_unit(last):
            return None
        unit = last
    return Heading(column, unit) if column is not None else None


def is_unit(text: str) -> bool:
    """Whether a text is a unit of any kind that a case reads."""
    try:
        guess_dimension(f"1 {text}")
    except UnitError:
        return False
    return bool(text)
