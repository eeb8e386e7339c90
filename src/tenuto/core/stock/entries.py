"""What is written in the drug ledger: each entry with the moment it happened, who wrote it, and its place in the order of recording.

mL are what a person measures, and mg follow from the strength of the vial. Nothing is ever taken out: a mistake is put right by an
adjustment that a second person witnesses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tenuto.core.units import Mg, MgPerMl, Ml

__all__ = [
    "WITNESSED",
    "DayClosed",
    "LossReported",
    "SessionDraw",
    "SessionGiven",
    "SessionResidual",
    "SessionWaste",
    "StockContent",
    "StockEntry",
    "StockWitnessed",
    "VialAdjusted",
    "VialCounted",
    "VialLoss",
    "VialReceived",
    "VialReturned",
    "VialWaste",
]


@dataclass(frozen=True, slots=True)
class VialReceived:
    """A vial came in. `vial` is the number on its container; the strength is read off it, and has no default."""

    vial: str
    ndc: str
    lot: str
    expires: date
    strength: MgPerMl
    volume: Ml
    supplier: str


@dataclass(frozen=True, slots=True)
class SessionDraw:
    """Drawn out of a vial for a session, whose id this is."""

    vial: str
    session: str
    volume: Ml


@dataclass(frozen=True, slots=True)
class SessionGiven:
    """What a session gave by its chart. Of several for one session the newest counts, since a chart is amended."""

    session: str
    mass: Mg


@dataclass(frozen=True, slots=True)
class SessionWaste:
    """What was drawn for a session, not given, and made unusable before a witness."""

    session: str
    mass: Mg
    how: str


@dataclass(frozen=True, slots=True)
class SessionResidual:
    """What stays in bag, line and syringe and can't be got back; it is thrown away with them before a witness."""

    session: str
    mass: Mg


@dataclass(frozen=True, slots=True)
class VialWaste:
    """What was left in an opened vial, made unusable before a witness."""

    vial: str
    volume: Ml
    how: str


@dataclass(frozen=True, slots=True)
class VialReturned:
    """A vial that left for a supplier or a reverse distributor, with what was in it."""

    vial: str
    volume: Ml
    to: str


@dataclass(frozen=True, slots=True)
class VialLoss:
    """Missing, spilled beyond recovery without a witness, or stolen. The statutory clocks run from its discovery."""

    vial: str
    volume: Ml
    why: str


@dataclass(frozen=True, slots=True)
class LossReported:
    """A statutory report about a loss was sent. `clock` is the id of what it answers."""

    loss: str
    clock: str
    reference: str


@dataclass(frozen=True, slots=True)
class VialCounted:
    """What one person found in a vial; a second one witnesses the count."""

    vial: str
    volume: Ml


@dataclass(frozen=True, slots=True)
class VialAdjusted:
    """The balance of a vial put right, with the reason, before a witness. `more` adds, else it takes away."""

    vial: str
    volume: Ml
    more: bool
    why: str


@dataclass(frozen=True, slots=True)
class StockWitnessed:
    """Somebody else saw an entry with their own eyes, on their own sign-in. `entry` is its id."""

    entry: str


@dataclass(frozen=True, slots=True)
class DayClosed:
    """The ledger of a day was closed in balance."""

    day: date


StockContent = (
    VialReceived
    | SessionDraw
    | SessionGiven
    | SessionWaste
    | SessionResidual
    | VialWaste
    | VialReturned
    | VialLoss
    | LossReported
    | VialCounted
    | VialAdjusted
    | StockWitnessed
    | DayClosed
)
WITNESSED: tuple[type[StockContent], ...] = (
    SessionWaste,
    SessionResidual,
    VialWaste,
    VialReturned,
    VialCounted,
    VialAdjusted,
)
"""What counts only once somebody else has seen it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockEntry:
    """One entry. Raises ValueError for a moment without a time zone; moments are kept in UTC."""

    id: str
    """The client's own, so that an entry sent twice is one."""
    number: int
    """Its place in the order of recording, whatever any clock said."""
    at: datetime
    """When it happened, as the person says."""
    what: StockContent
    by: str
    """The sign-in of who wrote it, by which a witness is told from them."""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"The entry {self.id} at {self.at} has no time zone.")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
