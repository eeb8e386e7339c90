"""The whole plan page from a proposal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from tenuto.clinic.intake.api import KnownFacts, page_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.documents.order import SheetRow, needs_for_a_dose
from tenuto.clinic.plan.documents.sheet import to_do_rows, unrecorded_line
from tenuto.clinic.plan.presenters.course import CourseCard, course_card
from tenuto.clinic.plan.presenters.dose import DoseCard, dose_card
from tenuto.clinic.plan.presenters.level import level_figure, level_inputs
from tenuto.clinic.plan.presenters.order import OrderCard, order_card
from tenuto.clinic.plan.presenters.protocols import ProtocolColumn, compare
from tenuto.clinic.ui.charts.dose_level import LevelFigure
from tenuto.clinic.ui.gates import NOBODY, DecidedOn, GateCard, gate_card, mark_of, to_do_card
from tenuto.clinic.ui.words import ago, count, long_day, moment
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.risk_answers import TRIAGE
from tenuto.core.intake.unrecorded import unrecorded
from tenuto.core.literature.claims import claims
from tenuto.core.plan.factors import Factor
from tenuto.core.plan.proposal import Proposal

__all__ = ["PlanPage", "course_of", "dose_of", "no_dose", "plan_page", "protocols_of"]


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A fact that is not recorded, and the page that records it; an empty address where there is none."""

    mark: str
    title: str
    ask: str
    url: str
    never_folded: bool = False
    """The triage of the risk of suicide: it stands in sight however much else lacks."""


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything that the template prints."""

    title: str
    gate: GateCard
    dose: DoseCard | None
    order: OrderCard | None
    level: LevelFigure | None
    """The predicted level below the dose; None outside the hard limits of every model."""
    no_dose: str
    course: CourseCard | None
    no_course: str
    protocols: tuple[ProtocolColumn, ...]
    missing: tuple[MissingRow, ...]
    """Most dangerous first."""
    unrecorded: str
    """The same in one line, by group."""
    to_do: tuple[SheetRow, ...]
    """What of it is needed by the first infusion, with the day."""
    not_checked: tuple[str, ...]
    record: tuple[tuple[str, str], ...]
    factors: SafeString
    claims: SafeString
    query: str


def plan_page(
    proposal: Proposal,
    *,
    verdict: Gate,
    why_none: str = "",
    first: Sequence[Finding] = (),
    decided: DecidedOn = NOBODY,
    patient: Patient,
    record: KnownFacts,
    query: QueryDict,
) -> PlanPage:
    """The page for a proposal; `verdict` is the clinic's on it, `why_none` says why nothing of it is given,
    `first` is what has to be asked before it is a verdict, and `decided` what intake decided on.

    `query` are the options of the address, carried into links to other protocols.
    """
    return PlanPage(
        title=proposal.protocol.title if proposal.protocol else "No protocol",
        gate=to_do_card(verdict, proposal.policy, first)
        if first
        else gate_card(verdict, proposal.policy, decided=decided),
        dose=None if why_none else dose_of(proposal),
        order=None if why_none else order_card(proposal),
        level=None if why_none else level_figure(level_inputs(proposal, record.facts.person.birth_date)),
        no_dose=why_none or no_dose(proposal),
        course=None if why_none else course_of(proposal),
        no_course=why_none or _no_course(proposal),
        protocols=protocols_of(proposal, query),
        missing=tuple(_missing(proposal, patient, judged=not first)),
        unrecorded=unrecorded_line(proposal),
        to_do=to_do_rows(proposal),
        not_checked=proposal.not_checked,
        record=tuple(_record(record, proposal.as_of)),
        factors=_factors(proposal.factors),
        claims=_claims(),
        query=query.urlencode(),
    )


@lru_cache(maxsize=4)
def _factors(found: tuple[Factor, ...]) -> SafeString:
    """Literature, the same on every patient's page: set once."""
    return mark_safe(render_to_string("plan/factors.html", {"factors": found}))  # noqa: S308 - a template's output


@cache
def _claims() -> SafeString:
    return mark_safe(render_to_string("plan/claims.html", {"claims": claims()}))  # noqa: S308 - a template's output


def _missing(proposal: Proposal, patient: Patient, *, judged: bool) -> Iterable[MissingRow]:
    """What lacks, the most dangerous first; its mark is its level once there is a verdict."""
    planned = proposal.days
    by = f"To do by {long_day(planned[0].on)}. " if planned else "To do by the first infusion. "
    for fact, finding in unrecorded(proposal.verdict):
        page = page_of(fact.id)
        url = reverse(page[0], args=[patient.pk, *page[1:]]) if page else ""
        due = by if fact.id in proposal.assessment.to_do else ""
        mark = mark_of(finding.level) if judged else "due"
        yield MissingRow(mark, fact.title, due + fact.ask, url, never_folded=fact.id == TRIAGE)


def dose_of(proposal: Proposal) -> DoseCard | None:
    """The dose card; None while there is no dose to order."""
    calculation, weighing, weight = proposal.orderable, proposal.weighing, proposal.weight
    if calculation is None or weighing is None or weight is None or weight.used is None:
        return None
    note = f"{weight.used.basis.value} weight, measured {long_day(weighing.taken)}, {ago(weighing.taken, proposal.as_of)}"
    others = [(o.weight, o.calculation.dose.ordered) for o in proposal.options if o.weight != weight.used]
    return dose_card(calculation, weight_note=note, others=others)


def no_dose(proposal: Proposal) -> str:
    """Why there is no dose."""
    if proposal.gate.level is Level.REFUSE:
        return " ".join(f.message for f in proposal.gate.at(Level.REFUSE))
    return needs_for_a_dose(proposal)


def _no_course(proposal: Proposal) -> str:
    return "A series needs a protocol." if proposal.protocol is None else "No day fits; see the findings."


def course_of(proposal: Proposal) -> CourseCard | None:
    """The series and what follows it; None without a protocol, and under REFUSE."""
    if proposal.follows is None or proposal.protocol is None:
        return None
    closed = (*proposal.policy.holidays, *proposal.request.closed)
    return course_card(proposal.days, proposal.follows, closed=closed, left_out=proposal.left_out)


def protocols_of(proposal: Proposal, query: QueryDict | None = None) -> tuple[ProtocolColumn, ...]:
    """The protocols for the diagnosis side by side; with `query`, links that keep its options."""
    if proposal.protocol is None:
        return ()
    found = [proposal.protocol, *(a.protocol for a in proposal.alternatives)]
    links: Mapping[str, str] = {p.id: _with(query, p.id) if query is not None else "" for p in found}
    return compare(found, chosen=proposal.protocol.id, policy=proposal.policy, links=links)


def _with(query: QueryDict, protocol: str) -> str:
    changed = query.copy()
    changed["protocol"] = protocol
    for belongs in ("infusions", "maintenance"):  # to the protocol that was left
        changed.pop(belongs, None)
    return f"?{changed.urlencode()}"


def _record(record: KnownFacts, today: date) -> Iterable[tuple[str, str]]:
    yield "Record", record.source_name
    yield "Taken in", f"{moment(record.recorded_at)}, by {record.recorded_by}"
    yield "Judged", f"{long_day(today)}"
    if record.ignored:
        left = ", ".join(f"{number} {kind}" for kind, number in record.ignored.items())
        yield (
            "Left aside",
            f"{count(sum(record.ignored.values()), 'resource')} of kinds that are not read: {left}",
        )
