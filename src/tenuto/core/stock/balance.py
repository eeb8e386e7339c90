"""The drug ledger replayed from its entries: what is in each vial, how each session balances, and what is open.

Pure and total: any entries in any order, sent twice or late, give an account, and the same one. No balance is ever below zero: what
was taken out of a vial beyond what the ledger knows of it is an excess, named and kept, so that

    received + added + excess = left + drawn + wasted + returned + lost + taken off

holds for every vial, exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from tenuto.core.stock.entries import (
    WITNESSED,
    DayClosed,
    LossReported,
    SessionDraw,
    SessionGiven,
    SessionResidual,
    SessionWaste,
    StockEntry,
    StockWitnessed,
    VialAdjusted,
    VialCounted,
    VialLoss,
    VialReceived,
    VialReturned,
    VialWaste,
)
from tenuto.core.units import Mg, Ml, plain

__all__ = ["SessionBalance", "StockAccount", "StockDiscrepancy", "VialBalance", "replay_stock"]

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class VialBalance:
    """One vial: every mL that came and went. `left` is what must be in the cabinet."""

    vial: str
    received: VialReceived | None
    """None for a vial that was used and whose receipt nobody wrote."""
    volume_received: Ml
    added: Ml
    excess: Ml
    """Taken out beyond what the ledger knew of."""
    excess_at: datetime | None
    drawn: Ml
    wasted: Ml
    returned: Ml
    lost: Ml
    taken_off: Ml
    left: Ml
    counted: Ml | None
    """What two people found last; None before the first count."""
    counted_at: datetime | None
    settled: bool
    """Whether the last count is what the ledger says of that moment and since then every difference was put right."""

    @property
    def mass_left(self) -> Mg | None:
        """mg of ketamine base that must be in it; None where the strength is not known."""
        return Mg(self.left.value * self.received.strength.value) if self.received else None


@dataclass(frozen=True, slots=True)
class SessionBalance:
    """One session: drawn = given + wasted + residual, in mg."""

    session: str
    drawn: Mg
    given: Mg | None
    """None while the session has not said what it gave."""
    wasted: Mg
    residual: Mg
    waiting: Mg
    """Written as wasted or residual, and not seen by anybody else yet."""

    @property
    def open(self) -> Decimal:
        """mg drawn that nobody has accounted for; below zero where more is accounted for than was drawn."""
        given = self.given.value if self.given else NOTHING
        return self.drawn.value - given - self.wasted.value - self.residual.value

    @property
    def held(self) -> Mg:
        """mg drawn and not written off, witnessed or not: what syringe, bag and patient have of it. Never below zero."""
        off = self.wasted.value + self.residual.value + self.waiting.value
        return Mg(max(self.drawn.value - off, NOTHING))

    @property
    def balanced(self) -> bool:
        """Whether every mg drawn is given, wasted before a witness, or residual."""
        return self.given is not None and self.open == 0


@dataclass(frozen=True, slots=True)
class StockDiscrepancy:
    """Something that is not as it should be, in a sentence. `entry` is what showed it."""

    entry: str
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class StockAccount:
    """What the ledger says at a moment."""

    vials: Mapping[str, VialBalance]
    sessions: Mapping[str, SessionBalance]
    waiting: tuple[StockEntry, ...]
    """Entries that nobody else has witnessed yet."""
    losses: tuple[StockEntry, ...]
    reported: frozenset[tuple[str, str]]
    """Loss and clock of every report that was sent."""
    discrepancies: tuple[StockDiscrepancy, ...]
    closed: frozenset[date]
    entries: tuple[StockEntry, ...]
    """Each once, in the order in which they happened."""

    def unbalanced(self, day_began: datetime) -> tuple[str, ...]:
        """Everything for which the day that began then can't be closed, in sentences."""
        return tuple(self._unbalanced(day_began))

    def _unbalanced(self, day_began: datetime) -> Iterator[str]:
        for each in self.sessions.values():
            if each.given is None:
                yield f"Session {each.session}: its chart is not closed, so what was given is not known."
            elif each.open > 0:
                yield f"Session {each.session}: {plain(each.open)} mg drawn are neither given nor wasted."
            elif each.open < 0:
                yield f"Session {each.session}: {plain(-each.open)} mg more are accounted for than were drawn."
        if self.waiting:
            yield f"Entries that nobody else has witnessed: {len(self.waiting)}."
        for vial in self.vials.values():
            if vial.received is None:
                yield f"Vial {vial.vial} was used, and nobody wrote that it was received."
            if vial.left.value > 0 and (vial.counted_at is None or vial.counted_at < day_began):
                yield f"Vial {vial.vial} was not counted by two people today."
            if not vial.settled:
                yield f"Vial {vial.vial}: {vial.counted} counted is not what the ledger said. Find it, adjust it, or report the loss."
            if vial.excess_at and (vial.counted_at is None or vial.counted_at < vial.excess_at):
                yield f"Vial {vial.vial}: {vial.excess} were taken out that the ledger did not have. Count it."


def replay_stock(entries: Iterable[StockEntry], now: datetime) -> StockAccount:
    """The ledger at `now`; entries that happened later are left out. Never raises for a `now` with a time zone.

    An entry sent twice counts once; of two different ones under one id the one recorded first counts, and it is said. What needs a
    witness counts once somebody else has seen it, at the moment at which it happened. Amounts in mL of a vial, mg of a session.
    """
    discrepancies: list[StockDiscrepancy] = []
    known = _once(entries, discrepancies)
    seen = tuple(
        sorted((each for each in known if each.at <= now), key=lambda each: (each.at, each.number, each.id))
    )
    witnessed = _witnessed(seen, discrepancies)
    vials: dict[str, _Vial] = defaultdict(_Vial)
    sessions: dict[str, _Session] = defaultdict(_Session)
    strengths = {each.what.vial: each.what for each in reversed(seen) if isinstance(each.what, VialReceived)}
    for entry in seen:
        counts = not isinstance(entry.what, WITNESSED) or entry.id in witnessed
        _take(entry, counts, vials, sessions, strengths, discrepancies)
    return StockAccount(
        vials={key: vials[key].balance(key) for key in sorted(vials)},
        sessions={key: sessions[key].balance(key) for key in sorted(sessions)},
        waiting=tuple(e for e in seen if isinstance(e.what, WITNESSED) and e.id not in witnessed),
        losses=tuple(each for each in seen if isinstance(each.what, VialLoss)),
        reported=frozenset((e.what.loss, e.what.clock) for e in seen if isinstance(e.what, LossReported)),
        discrepancies=tuple(sorted(discrepancies, key=lambda each: (each.at, each.entry, each.words))),
        closed=frozenset(each.what.day for each in seen if isinstance(each.what, DayClosed)),
        entries=seen,
    )


def _once(entries: Iterable[StockEntry], found: list[StockDiscrepancy]) -> Sequence[StockEntry]:
    kept: dict[str, StockEntry] = {}
    for entry in sorted(set(entries), key=lambda each: (each.number, each.id, repr(each))):
        first = kept.setdefault(entry.id, entry)
        if (first.what, first.at, first.by) != (entry.what, entry.at, entry.by):
            words = "Another entry came under the same id; the one recorded first counts."
            found.append(StockDiscrepancy(entry.id, entry.at, words))
    return tuple(kept.values())


def _witnessed(entries: Sequence[StockEntry], found: list[StockDiscrepancy]) -> frozenset[str]:
    """Ids of what somebody else saw. Who wrote an entry is no witness of it, whatever they are called."""
    wrote = {each.id: each.by.strip().casefold() for each in entries}
    seen = set()
    for each in entries:
        if not isinstance(each.what, StockWitnessed) or each.what.entry not in wrote:
            continue
        if each.by.strip().casefold() == wrote[each.what.entry]:
            words = "Who wrote an entry can't witness it. Somebody else has to have seen it."
            found.append(StockDiscrepancy(each.id, each.at, words))
        else:
            seen.add(each.what.entry)
    return frozenset(seen)


@dataclass(slots=True)
class _Vial:
    received: VialReceived | None = None
    came: Decimal = NOTHING
    added: Decimal = NOTHING
    excess: Decimal = NOTHING
    excess_at: datetime | None = None
    out: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    left: Decimal = NOTHING
    counted: Decimal | None = None
    counted_at: datetime | None = None
    off: Decimal = NOTHING
    """How far the last count was from the ledger, less what was put right since."""

    def take(self, entry: StockEntry, kind: str, volume: Ml, found: list[StockDiscrepancy]) -> None:
        """Take out of it, never below nothing."""
        self.out[kind] += volume.value
        beyond = max(volume.value - self.left, NOTHING)
        self.left -= volume.value - beyond
        if beyond:
            self.excess += beyond
            self.excess_at = entry.at
            words = f"{volume} were taken out, and the ledger had {plain(volume.value - beyond)} mL."
            found.append(StockDiscrepancy(entry.id, entry.at, words))

    def balance(self, key: str) -> VialBalance:
        return VialBalance(
            key,
            self.received,
            Ml(self.came),
            Ml(self.added),
            Ml(self.excess),
            self.excess_at,
            Ml(self.out["drawn"]),
            Ml(self.out["wasted"]),
            Ml(self.out["returned"]),
            Ml(self.out["lost"]),
            Ml(self.out["taken_off"]),
            Ml(self.left),
            None if self.counted is None else Ml(self.counted),
            self.counted_at,
            self.off == 0,
        )


@dataclass(slots=True)
class _Session:
    drawn: Decimal = NOTHING
    given: Decimal | None = None
    told: int = -1
    wasted: Decimal = NOTHING
    residual: Decimal = NOTHING
    waiting: Decimal = NOTHING

    def balance(self, key: str) -> SessionBalance:
        given = None if self.given is None else Mg(self.given)
        return SessionBalance(
            key, Mg(self.drawn), given, Mg(self.wasted), Mg(self.residual), Mg(self.waiting)
        )


def _take(
    entry: StockEntry,
    counts: bool,
    vials: dict[str, _Vial],
    sessions: dict[str, _Session],
    strengths: Mapping[str, VialReceived],
    found: list[StockDiscrepancy],
) -> None:
    """Let one entry change the balances."""
    match entry.what:
        case VialReceived():
            _receive(entry, entry.what, vials[entry.what.vial], found)
        case SessionDraw(vial, session, volume):
            vials[vial].take(entry, "drawn", volume, found)
            known = strengths.get(vial)
            sessions[session].drawn += volume.value * known.strength.value if known else NOTHING
        case SessionGiven(session, mass):
            if entry.number >= sessions[session].told:
                sessions[session].given, sessions[session].told = mass.value, entry.number
        case SessionWaste(session, mass):
            _account(sessions[session], "wasted", mass, counts)
        case SessionResidual(session, mass):
            _account(sessions[session], "residual", mass, counts)
        case VialCounted(vial, volume) if counts:
            _count(entry, vials[vial], volume, found)
        case VialAdjusted(vial, volume, more) if counts:
            _adjust(entry, vials[vial], volume, more, found)
        case VialWaste(vial, volume) if counts:
            vials[vial].take(entry, "wasted", volume, found)
        case VialReturned(vial, volume) if counts:
            vials[vial].take(entry, "returned", volume, found)
        case VialLoss(vial, volume):
            _lose(entry, vials[vial], volume, found)
        case _:
            pass


def _receive(entry: StockEntry, what: VialReceived, vial: _Vial, found: list[StockDiscrepancy]) -> None:
    if vial.received is not None:
        words = f"Vial {what.vial} was received a second time; the first receipt counts."
        found.append(StockDiscrepancy(entry.id, entry.at, words))
        return
    vial.received = what
    vial.came += what.volume.value
    vial.left += what.volume.value


def _account(session: _Session, where: str, mass: Mg, counts: bool) -> None:
    name = where if counts else "waiting"
    setattr(session, name, getattr(session, name) + mass.value)


def _count(entry: StockEntry, vial: _Vial, volume: Ml, found: list[StockDiscrepancy]) -> None:
    vial.counted, vial.counted_at, vial.off = volume.value, entry.at, volume.value - vial.left
    if vial.off:
        words = f"{volume} were counted, and the ledger has {plain(vial.left)} mL."
        found.append(StockDiscrepancy(entry.id, entry.at, words))


def _adjust(entry: StockEntry, vial: _Vial, volume: Ml, more: bool, found: list[StockDiscrepancy]) -> None:
    """Put right: it moves the balance, and closes as much of what the last count showed."""
    if more:
        vial.added += volume.value
        vial.left += volume.value
        vial.off -= volume.value
    else:
        vial.take(entry, "taken_off", volume, found)
        vial.off += volume.value


def _lose(entry: StockEntry, vial: _Vial, volume: Ml, found: list[StockDiscrepancy]) -> None:
    """A loss explains what a count showed to be missing."""
    vial.take(entry, "lost", volume, found)
    if vial.off < 0:
        vial.off = min(vial.off + volume.value, NOTHING)
