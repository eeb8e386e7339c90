"""The drug ledger for its page and its table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from uuid import UUID

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.ledger.facts import in_order
from tenuto.clinic.people.sight import RESTRICTED_NAME
from tenuto.clinic.stock.models import StockRow
from tenuto.clinic.ui.words import moment
from tenuto.core.dates import say_date
from tenuto.core.stock.balance import StockAccount, VialBalance
from tenuto.core.stock.clocks import loss_clocks
from tenuto.core.stock.entries import (
    DayClosed,
    LossReported,
    SessionDraw,
    SessionGiven,
    SessionResidual,
    SessionWaste,
    StockContent,
    StockWitnessed,
    VialAdjusted,
    VialCounted,
    VialLoss,
    VialReceived,
    VialReturned,
    VialWaste,
)
from tenuto.core.units import plain

__all__ = [
    "LedgerShown",
    "LossShown",
    "SessionShown",
    "VialShown",
    "WaitingShown",
    "ledger_shown",
    "named_in",
    "names_of",
    "rows_of",
    "stock_words",
    "vial_shown",
]


@dataclass(frozen=True, slots=True)
class VialShown:
    """One vial in the cabinet."""

    vial: str
    label: str
    expires: str
    expired: bool
    left: str
    counted: str
    settled: bool


@dataclass(frozen=True, slots=True)
class SessionShown:
    """One session of the drug: drawn = given + wasted + residual."""

    who: str
    drawn: str
    given: str
    wasted: str
    open: str
    balanced: bool


@dataclass(frozen=True, slots=True)
class WaitingShown:
    """An entry that waits for a witness."""

    id: str
    words: str
    who: str
    own: bool


@dataclass(frozen=True, slots=True)
class LossShown:
    """A loss, and which of its reports are sent."""

    id: str
    words: str
    sent: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LedgerShown:
    """The whole ledger."""

    vials: tuple[VialShown, ...]
    sessions: tuple[SessionShown, ...]
    waiting: tuple[WaitingShown, ...]
    losses: tuple[LossShown, ...]
    problems: tuple[str, ...]
    discrepancies: tuple[str, ...]
    closed_today: bool
    patients: tuple[UUID, ...]


def ledger_shown(
    clinic: Clinic, found: StockAccount, now: datetime, *, reader: Staff, hidden: Collection[UUID]
) -> LedgerShown:
    """The ledger as the page shows it, in the clinic's time. Sessions that balance and empty vials are left out."""
    rows = {row.client_id: row for row in rows_of(clinic)}
    names = names_of(rows.values(), hidden)
    day = clock.day_of(clinic, now)
    open_sessions = [each for each in found.sessions.values() if not each.balanced]
    named = {row.patient_id for row in rows.values() if row.patient_id and row.patient_id not in hidden}
    return LedgerShown(
        vials=tuple(
            vial_shown(each, clinic, now)
            for each in found.vials.values()
            if each.left.value or not each.settled
        ),
        sessions=tuple(
            SessionShown(
                names.get(each.session, each.session),
                str(each.drawn),
                str(each.given) if each.given else "",
                str(each.wasted + each.residual),
                f"{plain(each.open)} mg",
                each.balanced,
            )
            for each in open_sessions
        ),
        waiting=tuple(
            WaitingShown(
                each.id,
                named_in(stock_words(each.what), names),
                f"{rows[each.id].recorded_by_name}, {local(clinic, each.at):%H:%M}",
                each.by == str(reader.pk),
            )
            for each in found.waiting
        ),
        losses=tuple(
            LossShown(
                each.id,
                f"{stock_words(each.what)} {moment(local(clinic, each.at))}",
                tuple(c.title for c in loss_clocks().values() if (each.id, c.id) in found.reported),
                tuple(c.title for c in loss_clocks().values() if (each.id, c.id) not in found.reported),
            )
            for each in found.losses
        ),
        problems=tuple(named_in(each, names) for each in found.unbalanced(clock.start_of_day(clinic, day))),
        discrepancies=tuple(
            f"{moment(local(clinic, each.at))}: {each.words}" for each in reversed(found.discrepancies)
        )[:20],
        closed_today=day in found.closed,
        patients=tuple(named),
    )


def vial_shown(each: VialBalance, clinic: Clinic, now: datetime) -> VialShown:
    """One vial as a row says it."""
    got = each.received
    mass = f" ({each.mass_left})" if each.mass_left else ""
    counted = f"{each.counted}, {moment(local(clinic, each.counted_at))}" if each.counted_at else ""
    return VialShown(
        each.vial,
        f"{got.strength}, lot {got.lot}, NDC {got.ndc}" if got else "Receipt not written",
        say_date(got.expires) if got else "",
        bool(got and got.expires < clock.day_of(clinic, now)),
        f"{each.left}{mass}",
        counted,
        each.settled,
    )


def rows_of(clinic: Clinic) -> list[StockRow]:
    """Every row of a clinic, oldest first, each with whose it is."""
    return list(in_order(StockRow.objects.filter(clinic=clinic).select_related("patient")))


def names_of(rows: Iterable[StockRow], hidden: Collection[UUID]) -> Mapping[str, str]:
    """Whose session it is, by its id."""
    found = {}
    for row in rows:
        session = row.content.get("session")
        if session and row.patient is not None:
            patient = row.patient
            name = RESTRICTED_NAME if patient.pk in hidden else f"{patient.name}, {patient.record_number}"
            found[session] = f"{name}, {say_date(row.on_its_clock(row.happened_at).date())}"
    return found


def named_in(words: str, names: Mapping[str, str]) -> str:
    """Words with whose session it was in the place of its id."""
    for session, name in names.items():
        words = words.replace(session, name)
    return words


@singledispatch
def stock_words(what: StockContent) -> str:
    """What an entry says, in a line."""
    return type(what).__name__


@stock_words.register
def _(what: VialReceived) -> str:
    return f"Received vial {what.vial}: {what.volume} of {what.strength}, lot {what.lot}, NDC {what.ndc}, expires {say_date(what.expires)}, from {what.supplier}"


@stock_words.register
def _(what: SessionDraw) -> str:
    return f"Drew {what.volume} from vial {what.vial} for {what.session}"


@stock_words.register
def _(what: SessionGiven) -> str:
    return f"{what.session} gave {what.mass} by its chart"


@stock_words.register
def _(what: SessionWaste) -> str:
    return f"Wasted {what.mass} of {what.session}: {what.how}"


@stock_words.register
def _(what: SessionResidual) -> str:
    return f"{what.mass} of {what.session} stay in bag, line and syringe"


@stock_words.register
def _(what: VialWaste) -> str:
    return f"Wasted {what.volume} of vial {what.vial}: {what.how}"


@stock_words.register
def _(what: VialReturned) -> str:
    return f"Returned vial {what.vial} with {what.volume} to {what.to}"


@stock_words.register
def _(what: VialLoss) -> str:
    return f"Lost {what.volume} of vial {what.vial}: {what.why}"


@stock_words.register
def _(what: LossReported) -> str:
    clock_ = loss_clocks().get(what.clock)
    return f"Report sent, {clock_.title if clock_ else what.clock}: {what.reference}"


@stock_words.register
def _(what: VialCounted) -> str:
    return f"Counted {what.volume} in vial {what.vial}"


@stock_words.register
def _(what: VialAdjusted) -> str:
    return (
        f"Put {'more' if what.more else 'less'} in the ledger, {what.volume} of vial {what.vial}: {what.why}"
    )


@stock_words.register
def _(what: StockWitnessed) -> str:
    return "Witnessed"


@stock_words.register
def _(what: DayClosed) -> str:
    return f"Day closed in balance: {say_date(what.day)}"
