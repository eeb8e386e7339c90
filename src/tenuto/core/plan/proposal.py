"""A plan for one person: protocol, dose calculated twice, series and maintenance, judged as one gate.

It proposes and explains; a licensed prescriber decides and signs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tenuto.core.course.exposure import Exposure, exposure
from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.course.windows import DateWindow, first_windows
from tenuto.core.dates import say_date
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.conditions import Condition, condition
from tenuto.core.intake.eligibility import Assessment, JudgementPurpose, Weighing, assess
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.literature.maintenance import MaintenanceRule, maintenance_rule
from tenuto.core.literature.protocol import Protocol, SessionTemplate, protocols
from tenuto.core.plan.calculation import Calculation, CalculationView, calculate_twice, views
from tenuto.core.plan.caps import caps_for, rounding_from
from tenuto.core.plan.care import Care, Preparation, care_findings, care_of, prepare
from tenuto.core.plan.dosing_weight import DosingWeight, WeightDecision, decide_weight
from tenuto.core.plan.factors import Factor, factors
from tenuto.core.plan.inputs import DoseInputs
from tenuto.core.plan.maintenance import maintenance_text
from tenuto.core.plan.proposal_json import proposal_json
from tenuto.core.plan.request import PlanRequest, PlanRequestError
from tenuto.core.plan.requirements import requirement_findings
from tenuto.core.plan.selection import Alternative, protocol_findings, select
from tenuto.core.plan.series import LEFT_OUT, Calendar, InfusionKind, PlannedInfusion, Series, plan_series
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, Tag
from tenuto.core.units import Mg, MgPerKg, MgPerKgPerHour, plain

__all__ = ["START_PAST", "DoseOption", "Maintenance", "Proposal", "propose"]

DESIGN = Basis((Tag.D,))
CHOSEN_FOR_THE_PHARMACY = frozenset(("vial_mg_per_ml", "total_volume"))
START_PAST = "START-PAST"
"""The finding that a planned infusion lies on a day that is over: no such plan is drafted or signed."""
FIRST_WINDOWS = 3
TYPED_WRONG = 10
"""From how many times the protocol's dose on a wish counts as a slip of the decimal point. [D]"""
FURTHEST_START = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Maintenance:
    """What follows the series: the rule, its first date windows, and the others to choose from."""

    rule: MaintenanceRule
    windows: tuple[DateWindow, ...]
    others: tuple[MaintenanceRule, ...]
    text: str


@dataclass(frozen=True, slots=True)
class DoseOption:
    """The same dose on one of the weights it could be calculated on, for the side-by-side view."""

    weight: DosingWeight
    calculation: Calculation


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed plan. `calculation` is None without a protocol or a usable weight."""

    gate: Gate
    missing: tuple[str, ...]
    not_checked: tuple[str, ...]
    condition: Condition | None
    protocol: Protocol | None
    alternatives: tuple[Alternative, ...]
    weighing: Weighing | None
    weight: WeightDecision | None
    calculation: Calculation | None
    care: Care | None
    """What is ordered around the drug; None without a protocol."""
    preparation: Preparation | None
    """How the dose is made up; None until vial and total volume are chosen."""
    options: tuple[DoseOption, ...]
    series: Series
    maintenance: Maintenance | None
    exposure: Exposure
    """Counters up to the day of the plan; its findings look ahead over the planned series as well."""
    factors: tuple[Factor, ...]
    policy: Policy
    as_of: date
    request: PlanRequest
    assessment: Assessment

    @property
    def to_choose(self) -> tuple[Finding, ...]:
        """What is still to be chosen before anybody can prepare the dose: vial and total volume."""
        return tuple(f for f in self.gate.findings if f.missing and f.fact in CHOSEN_FOR_THE_PHARMACY)

    @property
    def verdict(self) -> Gate:
        """The gate without what is still to be chosen: what is judged of the person, the protocol and the dates.

        A choice that nobody has made yet speaks against no one, and no order is drafted before it is made.
        """
        return Gate.of(f for f in self.gate.findings if f not in self.to_choose)

    @property
    def first_day(self) -> date:
        """The day of the first infusion, or the one on which the series may start while no days are planned."""
        planned = self.days
        return planned[0].on if planned else self.request.start or self.as_of

    @property
    def orderable(self) -> Calculation | None:
        """The calculation when it may be shown as a dose: None under REFUSE, whatever was calculated."""
        return None if self.gate.level is Level.REFUSE else self.calculation

    @property
    def days(self) -> tuple[PlannedInfusion, ...]:
        """The planned infusions that may be shown: none under REFUSE, whatever would fit."""
        return () if self.gate.level is Level.REFUSE else self.series.infusions

    @property
    def left_out(self) -> str:
        """That optional infusions have no day, said beside the days; empty where each has one."""
        said = (finding.message for finding in self.series.findings if finding.code == LEFT_OUT)
        return next(said, "") if self.days else ""

    @property
    def follows(self) -> Maintenance | None:
        """The maintenance that may be shown: None under REFUSE."""
        return None if self.gate.level is Level.REFUSE else self.maintenance

    @property
    def calculations(self) -> tuple[CalculationView, ...]:
        """Both calculations line by line for the dose card; empty when nothing could be calculated."""
        return views(self.calculation) if self.calculation is not None else ()

    def to_json(self, ignored_resources: int) -> dict[str, Any]:
        """The proposal as plain JSON values, with the number of resources that its reader left aside."""
        return proposal_json(self, ignored_resources=ignored_resources)


def propose(
    facts: PatientFacts,
    *,
    request: PlanRequest,
    policy: Policy,
    as_of: date,
    judged: Assessment | None = None,
) -> Proposal:
    """Propose a plan for the person as known on `as_of`, under the clinic's policy.

    The gate adds up what intake says about the person and what the plan says about protocol, dose and dates. `judged`
    is what `assess` says of the same facts, policy and day for planning, where the caller has it already; it is used
    unless the request is for one condition.
    Raises PlanRequestError when the request itself can't be planned (unknown protocol, count out of range).
    """
    start = request.start or as_of
    if abs(start - as_of) > FURTHEST_START:
        raise PlanRequestError(
            f"The start, {say_date(start)}, is more than ten years away from {say_date(as_of)}. Check the year."
        )
    asked = _asked_for(request)
    assessment = (
        judged if judged is not None and asked is None else _judge(facts, request, policy, as_of, asked)
    )
    chosen = select(assessment.treated, wanted=request.protocol)
    findings = [*assessment.gate.findings, *policy.findings(), *chosen.findings]
    plan = chosen.protocol
    weight = _weight(assessment, facts.person.sex, request, policy)
    calculation: Calculation | None = None
    options: tuple[DoseOption, ...] = ()
    series, maintenance, care, preparation = Series((), ()), None, None, None
    if weight is not None:
        findings += weight.findings
    if plan is not None:
        findings += [*protocol_findings(plan, policy), *requirement_findings(plan, facts)]
        findings += _deviations(plan, request)
        options = _options(plan, weight, request, policy)
        calculation = next((o.calculation for o in options if weight and o.weight == weight.used), None)
        findings += calculation.findings if calculation else ()
        findings += _below_minimum(plan, calculation)
        care = care_of(request)
        findings += care_findings(care, calculation, facts, policy)
        preparation = prepare(calculation, request, policy) if calculation else None
        series = _maintained(_series(plan, request, start, policy), plan, request)
        findings += [*series.findings, *_already_past(series, as_of)]
        maintenance = _maintenance(plan, request, series, policy)
    exposed = _exposure(request, series, calculation, as_of, policy)
    findings += exposed.findings
    gate = Gate.of(findings)
    return Proposal(
        gate=gate,
        missing=tuple(dict.fromkeys((*assessment.missing, *(f.fact for f in gate.findings if f.missing)))),
        not_checked=assessment.not_checked,
        condition=chosen.condition,
        protocol=plan,
        alternatives=chosen.alternatives,
        weighing=assessment.weight,
        weight=weight,
        calculation=calculation,
        care=care,
        preparation=preparation,
        options=options,
        series=series,
        maintenance=maintenance,
        exposure=exposed,
        factors=factors(),
        policy=policy,
        as_of=as_of,
        request=request,
        assessment=assessment,
    )


def _judge(
    facts: PatientFacts, request: PlanRequest, policy: Policy, as_of: date, asked: str | None
) -> Assessment:
    began = request.given[0] if request.given else None
    return assess(
        facts,
        policy=policy,
        as_of=as_of,
        purpose=JudgementPurpose.PLANNING,
        indication=asked,
        course_began=began,
    )


def _asked_for(request: PlanRequest) -> str | None:
    """The condition asked for by name: one that counts only on request can also be asked for by its protocol."""
    if request.indication is not None:
        try:
            return condition(request.indication).id
        except ValueError as error:
            raise PlanRequestError(str(error)) from None
    named = protocols().get(request.protocol) if request.protocol is not None else None
    only = [condition(i) for i in named.indications] if named else []
    return only[0].id if len(only) == 1 and only[0].on_request else None


def _weight(assessment: Assessment, sex: str, request: PlanRequest, policy: Policy) -> WeightDecision | None:
    if assessment.weight is None:
        return None
    actual = assessment.weight.kg.rounded(2)
    return decide_weight(actual, assessment.height, sex, request.weight_choice, policy=policy)


def _options(
    plan: Protocol, weight: WeightDecision | None, request: PlanRequest, policy: Policy
) -> tuple[DoseOption, ...]:
    if weight is None:
        return ()
    return tuple(
        DoseOption(
            option,
            calculate_twice(
                DoseInputs(
                    target=request.target or plan.session.target.value,
                    minutes=request.minutes or plan.session.minutes.value,
                    weight=option.weight,
                    caps=caps_for(plan, policy),
                    rounding=rounding_from(policy),
                    vial=request.vial,
                    volume=request.volume,
                    dead_volume=request.dead_volume,
                ),
                plan,
                policy,
            ),
        )
        for option in weight.options
    )


def _deviations(plan: Protocol, request: PlanRequest) -> list[Finding]:
    """Where the request leaves the template."""
    session, found = plan.session, []
    minutes = request.minutes
    if minutes is not None and (minutes < session.minutes_min.value or minutes > session.minutes_max.value):
        message = f"{minutes} was asked for; the protocol says {_allowed_minutes(session)}. "
        if isinstance(session.target.value, MgPerKgPerHour):
            gives = session.dose_in(minutes).rounded(3)
            message += f"{session.target.value} for {minutes} gives {gives}, not {session.dose_in(session.minutes.value)}. "
        message += "Choose a time that the protocol allows, or give the reason."
        found.append(Finding("MINUTES-CHANGED", Level.REVIEW, message, session.minutes.basis))
    if _is_typing_error(plan, request):
        message = (
            f"{request.target} was asked for, {TYPED_WRONG} times the protocol's {session.target.value} or more: a decimal "
            "point in the wrong place, or mg where mg/kg is meant. Correct the dose."
        )
        found.append(Finding("DOSE-TYPED", Level.REFUSE, message, DESIGN))
    elif request.target is not None and request.target != session.target.value:
        message = (
            f"{request.target} was asked for; the protocol says {session.target.value}. Give the reason."
        )
        found.append(Finding("DOSE-CHANGED", Level.REVIEW, message, session.target.basis))
    return found


def _is_typing_error(plan: Protocol, request: PlanRequest) -> bool:
    """Whether the dose that was asked for is so many times the protocol's that no prescriber can mean it."""
    if request.target is None:
        return False
    minutes = request.minutes or plan.session.minutes.value
    asked, usual = (
        each if isinstance(each, MgPerKg) else each.during(minutes)
        for each in (request.target, plan.session.target.value)
    )
    return asked.value >= TYPED_WRONG * usual.value


def _below_minimum(plan: Protocol, calculation: Calculation | None) -> list[Finding]:
    """A dose below what the protocol's source means an infusion to reach: a light person under a rate limit."""
    least = plan.session.dose_min
    if least is None or calculation is None or not calculation.dose.ordered < least.value:
        return []
    message = (
        f"{calculation.dose.ordered} is less than the {least.value} that '{plan.title}' means an infusion to reach: at this "
        f"weight the rate limit gives no more in {calculation.inputs.minutes}. Run it longer where the protocol allows, or "
        "give the reason."
    )
    return [Finding("DOSE-BELOW-PROTOCOL", Level.REVIEW, message, least.basis)]


def _already_past(series: Series, as_of: date) -> list[Finding]:
    """A planned infusion on a day that is over. A first day asked for that lies back is none by itself."""
    past = [planned.on for planned in series.infusions if planned.on < as_of]
    if not past:
        return []
    message = (
        f"The plan has an infusion on {say_date(past[0])}, before the day of the plan, {say_date(as_of)}. "
        f"Nobody can give it then: choose {say_date(as_of)} or later as the first day."
    )
    return [Finding(START_PAST, Level.REVIEW, message, DESIGN)]


def _allowed_minutes(session: SessionTemplate) -> str:
    least, most = session.minutes_min.value, session.minutes_max.value
    return str(most) if least == most else f"{plain(least.value)} to {most}"


def _series(plan: Protocol, request: PlanRequest, start: date, policy: Policy) -> Series:
    course = plan.induction
    least, most = course.infusions_min.value, course.infusions_max.value
    if request.infusions is not None and not least <= request.infusions <= most:
        allowed = f"{least}" if least == most else f"{least} to {most}"
        raise PlanRequestError(
            f"{request.infusions} infusions were asked for; the protocol '{plan.id}' has {allowed}."
        )
    days = policy.clinic_days if request.clinic_days is None else request.clinic_days
    calendar = Calendar(days, frozenset((*policy.holidays, *request.closed)))
    return plan_series(
        course,
        start=start,
        calendar=calendar,
        policy=policy,
        given=request.given,
        infusions=request.infusions,
    )


def _maintained(series: Series, plan: Protocol, request: PlanRequest) -> Series:
    """The series with the maintenance infusion whose day was decided; not once it was given."""
    on = request.next_maintenance
    if on is None or on in request.given:
        return series
    left = [each for each in series.infusions if each.kind is InfusionKind.INDUCTION]
    if left or not request.given:
        raise PlanRequestError(
            f"The induction of '{plan.title}' is not complete: {len(left)} still to be given. Decide on a maintenance "
            "infusion after it, or ask for fewer infusions."
        )
    if on <= request.given[-1]:
        raise PlanRequestError(
            f"The maintenance infusion on {say_date(on)} is not after the last infusion, {say_date(request.given[-1])}. "
            "Choose a later day."
        )
    planned = PlannedInfusion(len(request.given) + 1, on, InfusionKind.MAINTENANCE)
    return replace(series, infusions=(planned,))


def _maintenance(plan: Protocol, request: PlanRequest, series: Series, policy: Policy) -> Maintenance:
    rule = plan.maintenance[0]
    if request.maintenance is not None:
        try:
            rule = maintenance_rule(request.maintenance)
        except KeyError as error:
            raise PlanRequestError(str(error.args[0])) from None
    dates = [*request.given, *(i.on for i in series.infusions)]
    windows = first_windows(rule, dates[-1], count=FIRST_WINDOWS) if dates else ()
    others = tuple(r for r in plan.maintenance if r.id != rule.id)
    return Maintenance(
        rule, windows, others, maintenance_text(rule, windows, policy, last=dates[-1] if dates else None)
    )


def _exposure(
    request: PlanRequest, series: Series, calculation: Calculation | None, as_of: date, policy: Policy
) -> Exposure:
    each = calculation.dose.ordered if calculation is not None else Mg(0)
    planned = [GivenInfusion(i.on, each) for i in series.infusions if i.kind is not InfusionKind.OPTIONAL]
    return exposure([*request.earlier, *planned], as_of=as_of, policy=policy)
