"""A session replayed from its entries: the state of the pump, what it gave, what is due, and every entry that does not fit.

Pure and total: any entries in any order, sent twice or late, give an account, and the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction

from tenuto.core.infusion.collisions import ChartClosed, Collision, collisions
from tenuto.core.infusion.delivered import is_off_the_order, run
from tenuto.core.infusion.entries import (
    EmergencyDeclared,
    EmergencyEnded,
    EntryStruck,
    PatientLeft,
    PumpStarted,
    RateChanged,
    SessionEntry,
    VerbalOrderSigned,
    VerbalOrderTaken,
)
from tenuto.core.infusion.monitoring import DueVitals, SessionReminder, due_vitals, reminders
from tenuto.core.infusion.prescribed import PressureBaseline, SessionOrder
from tenuto.core.infusion.pump import PumpState
from tenuto.core.policy import Policy
from tenuto.core.units import Mg, MgPerKg, Ml, MlPerHour

__all__ = ["AmendedEntry", "SessionAccount", "SessionDeviation", "replay", "standing_entries"]


@dataclass(frozen=True, slots=True)
class SessionDeviation:
    """An entry that does not fit the others or the order: kept as charted, and named."""

    entry: str
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class AmendedEntry:
    """What somebody charted and it says no more: it stays to be read beside who amended or struck it, when and why."""

    entry: SessionEntry
    by: SessionEntry

    @property
    def struck(self) -> bool:
        """Whether nothing came in its place."""
        return isinstance(self.by.what, EntryStruck)


@dataclass(frozen=True, slots=True)
class SessionAccount:
    """What is known of a session at a moment, in UTC."""

    order: SessionOrder
    now: datetime
    state: PumpState
    started_at: datetime | None
    ended_at: datetime | None
    """When the pump was stopped for good; the clock of the recovery runs from here. None while it may run."""
    rate: MlPerHour | None
    """The rate set last; it runs only while the state says so."""
    given_ml: Ml
    given: Mg
    ran_seconds: Fraction
    """How long the pump ran with something left in the bag."""
    emptied_at: datetime | None
    """When the bag ran empty by the chart, which stops what the pump gives but not the pump."""
    due: DueVitals | None
    """None before the start, and once the patient has left after the end."""
    reminders: tuple[SessionReminder, ...]
    emergency_at: datetime | None
    """When an emergency was declared that is not over."""
    unsigned_orders: tuple[SessionEntry, ...]
    """Orders by word of mouth that nobody has signed yet."""
    entries: tuple[SessionEntry, ...]
    """The entries that count, each once, in the order in which they happened."""
    amended: tuple[AmendedEntry, ...]
    """The entries that were amended or struck, in the order in which they were said to have happened."""
    deviations: tuple[SessionDeviation, ...]
    collisions: tuple[Collision, ...]
    """What two people charted without knowing of each other, and nobody has settled yet."""

    @property
    def given_per_kg(self) -> MgPerKg:
        """What was given for each kg of the order's weight, mg/kg."""
        return MgPerKg(self.given.value / self.order.weight.value)

    @property
    def left_ml(self) -> Ml:
        """What is left in the bag."""
        return self.order.volume - self.given_ml

    @property
    def left(self) -> Mg:
        """The drug that is left in the bag."""
        return self.order.dose - self.given

    @property
    def to_answer(self) -> tuple[SessionReminder, ...]:
        """Of the open ones those that a person answers: none that is answered together with another one."""
        asked: list[SessionReminder] = []
        for each in self.open_reminders:
            if not any(other.covers(each) for other in asked):
                asked.append(each)
        return tuple(asked)

    @property
    def open_reminders(self) -> tuple[SessionReminder, ...]:
        """Those that nobody has answered, the worst first."""
        waiting = (each for each in self.reminders if each.open)
        return tuple(sorted(waiting, key=lambda each: (-each.level, each.entry.at, each.key)))


def replay(
    entries: Iterable[SessionEntry],
    order: SessionOrder,
    *,
    policy: Policy,
    now: datetime,
    baseline: PressureBaseline | None = None,
    closed: ChartClosed | None = None,
) -> SessionAccount:
    """The account of a session at `now`; entries that happened later are left out.

    An entry sent twice counts once; of two different entries under one id the one recorded first counts, and it is said. An
    amended entry counts as its newest amendment says. Amounts: mL out of the bag, mg of ketamine base. Never raises for a `now`
    with a time zone.
    """
    now, entries = now.astimezone(UTC), tuple(entries)
    deviations: list[SessionDeviation] = []

    def note(entry: SessionEntry, words: str) -> None:
        deviations.append(SessionDeviation(entry.id, entry.at, words))

    standing, amended = _standing(entries, deviations)
    for each in amended:
        _still_named(each, order, note)
    seen = tuple(each for each in standing if each.at <= now)
    pump = run(seen, order, now, note)
    ended_at = pump.ended_at if pump.state is PumpState.ENDED else None
    gone = ended_at is not None and any(isinstance(each.what, PatientLeft) for each in seen)
    return SessionAccount(
        order=order,
        now=now,
        state=pump.state,
        started_at=pump.started_at,
        ended_at=ended_at,
        rate=pump.rate,
        given_ml=pump.given_ml,
        given=pump.given_mg,
        ran_seconds=pump.ran,
        emptied_at=pump.emptied_at,
        due=None
        if gone
        else due_vitals(
            seen,
            started_at=pump.started_at,
            ended_at=ended_at,
            closely=order.closely,
            baseline=baseline,
            policy=policy,
            now=now,
        ),
        reminders=reminders(seen, baseline, policy, now),
        emergency_at=_emergency(seen),
        unsigned_orders=_unsigned(seen),
        entries=seen,
        amended=tuple(each for each in amended if each.entry.at <= now),
        deviations=tuple(sorted(deviations, key=lambda each: (each.at, each.entry, each.words))),
        collisions=collisions((each for each in entries if each.at <= now), closed=closed),
    )


def standing_entries(entries: Iterable[SessionEntry]) -> tuple[SessionEntry, ...]:
    """The entries that count, each as its amendments leave it, in the order in which they happened."""
    return _standing(tuple(entries), [])[0]


def _still_named(
    amended: AmendedEntry, order: SessionOrder, note: Callable[[SessionEntry, str], None]
) -> None:
    """A pump that was charted off the order or before the gate was open is told of also where the entry was struck."""
    what, now_says = amended.entry.what, "struck" if amended.struck else "amended"
    if not isinstance(what, PumpStarted | RateChanged):
        return
    whose = f"the entry was {now_says} by {amended.by.by}: {amended.by.why.rstrip('. ')}"
    if is_off_the_order(what, order.setting):
        note(amended.entry, f"{what.rate} was charted, and {order.setting} is ordered; {whose}")
    elif isinstance(what, PumpStarted) and what.why_ungated:
        note(amended.entry, f"a start before the gate was open was charted; {whose}")


def _standing(
    entries: Sequence[SessionEntry], deviations: list[SessionDeviation]
) -> tuple[tuple[SessionEntry, ...], tuple[AmendedEntry, ...]]:
    known = _once(entries, deviations)
    newest: dict[str, SessionEntry] = {}
    amended: list[AmendedEntry] = []
    # An amendment counts before what it amends also where it reached the record first.
    for entry in sorted(known.values(), key=lambda each: (bool(each.amends), each.number, each.id)):
        root = _root(entry, known)
        if root is None:
            words = f"it amends '{entry.amends}', which is not on record"
            deviations.append(SessionDeviation(entry.id, entry.at, words))
            root = entry.id
        # Under the id of the first one, so that what points to it still finds it.
        if root in newest and not isinstance(newest[root].what, EntryStruck):
            amended.append(AmendedEntry(newest[root], entry))
        newest[root] = replace(entry, id=root)
    counted = (each for each in newest.values() if not isinstance(each.what, EntryStruck))
    return (
        tuple(sorted(counted, key=lambda each: (each.at, each.number, each.id))),
        tuple(sorted(amended, key=lambda each: (each.entry.at, each.entry.number, each.by.id))),
    )


def _once(entries: Iterable[SessionEntry], deviations: list[SessionDeviation]) -> Mapping[str, SessionEntry]:
    kept: dict[str, SessionEntry] = {}
    for entry in sorted(set(entries), key=lambda each: (each.number, each.id, repr(each))):
        first = kept.setdefault(entry.id, entry)
        if (first.what, first.at, first.amends) != (entry.what, entry.at, entry.amends):
            words = "another entry came under the same id; the one recorded first counts"
            deviations.append(SessionDeviation(entry.id, entry.at, words))
    return kept


def _root(entry: SessionEntry, known: Mapping[str, SessionEntry]) -> str | None:
    """The id of the entry that a row of amendments began with; None where it is not on record, or the row has no beginning."""
    seen: set[str] = set()
    while entry.amends:
        if entry.id in seen or entry.amends not in known:
            return None
        seen.add(entry.id)
        entry = known[entry.amends]
    return entry.id


def _emergency(entries: Iterable[SessionEntry]) -> datetime | None:
    since: datetime | None = None
    for entry in entries:
        if isinstance(entry.what, EmergencyDeclared):
            since = since or entry.at
        elif isinstance(entry.what, EmergencyEnded):
            since = None
    return since


def _unsigned(entries: Sequence[SessionEntry]) -> tuple[SessionEntry, ...]:
    signed = {each.what.order for each in entries if isinstance(each.what, VerbalOrderSigned)}
    return tuple(
        each for each in entries if isinstance(each.what, VerbalOrderTaken) and each.id not in signed
    )
