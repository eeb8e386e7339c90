"""A session replayed from its entries: the state of the pump, what it gave, what is due, and every entry that does not fit.

Pure and total: any entries in any order, sent twice or late, give an account, and the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction

from tenuto.core.infusion.delivered import run
from tenuto.core.infusion.entries import (
    EmergencyDeclared,
    EmergencyEnded,
    EntryStruck,
    PatientLeft,
    PumpPaused,
    PumpResumed,
    PumpStarted,
    PumpStopped,
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

__all__ = ["SessionAccount", "SessionDeviation", "replay", "standing_entries"]


@dataclass(frozen=True, slots=True)
class SessionDeviation:
    """An entry that does not fit the others or the order: kept as charted, and named."""

    entry: str
    at: datetime
    words: str


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
    deviations: tuple[SessionDeviation, ...]

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
) -> SessionAccount:
    """The account of a session at `now`; entries that happened later are left out.

    An entry sent twice counts once; of two different entries under one id the one recorded first counts, and it is said. An
    amended entry counts as its newest amendment says. Amounts: mL out of the bag, mg of ketamine base. Never raises for a `now`
    with a time zone.
    """
    now = now.astimezone(UTC)
    deviations: list[SessionDeviation] = []

    def note(entry: SessionEntry, words: str) -> None:
        deviations.append(SessionDeviation(entry.id, entry.at, words))

    standing = _standing(tuple(entries), deviations)
    deviations += _blind(standing)
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
        deviations=tuple(sorted(deviations, key=lambda each: (each.at, each.entry, each.words))),
    )


def standing_entries(entries: Iterable[SessionEntry]) -> tuple[SessionEntry, ...]:
    """The entries that count, each as its amendments leave it, in the order in which they happened."""
    return _standing(tuple(entries), [])


def _standing(
    entries: Sequence[SessionEntry], deviations: list[SessionDeviation]
) -> tuple[SessionEntry, ...]:
    known = _once(entries, deviations)
    newest: dict[str, SessionEntry] = {}
    # An amendment counts before what it amends also where it reached the record first.
    for entry in sorted(known.values(), key=lambda each: (bool(each.amends), each.number, each.id)):
        root = _root(entry, known)
        if root is None:
            words = f"it amends '{entry.amends}', which is not on record"
            deviations.append(SessionDeviation(entry.id, entry.at, words))
            root = entry.id
        # Under the id of the first one, so that what points to it still finds it.
        newest[root] = replace(entry, id=root)
    counted = (each for each in newest.values() if not isinstance(each.what, EntryStruck))
    return tuple(sorted(counted, key=lambda each: (each.at, each.number, each.id)))


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


_PUMP: Mapping[type, str] = {
    PumpStarted: "a start of the pump",
    RateChanged: "another rate",
    PumpPaused: "a pause of the pump",
    PumpResumed: "that the pump runs again",
    PumpStopped: "a stop of the pump",
}


def _blind(entries: Sequence[SessionEntry]) -> Iterator[SessionDeviation]:
    """What was charted of the pump on a page that had not shown what somebody else charted of it: both are named."""
    of_pump = [each for each in entries if type(each.what) in _PUMP]
    for entry in of_pump:
        for other in of_pump if entry.known is not None else ():
            unseen = entry.known is not None and entry.known < other.number < entry.number
            if unseen and other.by != entry.by and other.what != entry.what:
                words = (
                    f"{entry.by} charted {_told(entry)} on a page that did not show {_told(other)}, charted by {other.by} "
                    "before. Look at the pump, and chart what it does"
                )
                yield SessionDeviation(entry.id, entry.at, words)


def _told(entry: SessionEntry) -> str:
    what = entry.what
    rate = f" at {what.rate}" if isinstance(what, PumpStarted | RateChanged) else ""
    return f"{_PUMP[type(what)]}{rate}"


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
