"""The safety state of a patient: who may be at risk of suicide, who has looked at it since, and what stops treatment. H18.

A pure function of what is on record: answers to the questions on death and self-harm, triages and open tasks of safety;
a consent that was taken back; what speaks against a signed plan since. It stands first on every page of a patient. Nothing
but a triage recorded after an answer answers a risk, and nothing but a new consent a withdrawn one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import IntEnum

from tenuto.core.dates import say_date
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.attempts import Attempts
from tenuto.core.intake.facts import Answer, PatientFacts, RecordedScore
from tenuto.core.intake.recorded_risk import recorded_risks
from tenuto.core.intake.required import fact
from tenuto.core.intake.risk_answers import (
    HIGH,
    TRIAGE,
    Untriaged,
    forms_that_ask,
    gravity,
    instant_of,
    triages_on_record,
    untriaged,
)
from tenuto.core.intake.safety_stops import SafetyStop, StopKind, Withdrawal, consent_stops, with_withdrawal
from tenuto.core.intake.safety_words import (
    OpenSafetyTask,
    day_and_hour,
    high_sentence,
    highest_beside,
    on_record_sentences,
    on_the_clock,
    reported_sentence,
    triaged_sentences,
    unclear_sentences,
    waiting_sentences,
)
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, Tag

__all__ = ["Risk", "SafetyState", "asks_again", "contradicted", "safety_state", "with_safety"]

VALID = "suicide_screen_valid_days"
"""The limit of the policy: how long it counts that nothing was found."""
_GRAVE = 2
"""From this answer on, the thought came on more than half of the days, or more often."""


class Risk(IntEnum):
    """What stands first on the page, in order. NOT_ASKED is no finding, and never shown as "none"."""

    NOT_ASKED = 0
    NONE_FOUND = 1
    OLD = 2
    """Nothing was found, longer ago than it counts: how it is today nobody knows (amber)."""
    KNOWN = 3
    """Reported or found, and triaged since: a prescriber looks at it (amber)."""
    OPEN = 4
    """Reported and not triaged since, high, or a task of safety is open (red)."""


@dataclass(frozen=True, slots=True)
class SafetyState:
    """How the patient stands. `sentences` are whole, the most pressing first; a contradiction has both statements."""

    risk: Risk
    sentences: tuple[str, ...]
    """Of the risk of suicide."""
    high: bool = False
    """The newest triage found the risk high."""
    due: datetime | None = None
    """When the first open task about the risk is due; a page says whether that is past."""
    stops: tuple[SafetyStop, ...] = ()
    """What stops treatment besides, withdrawn consent first."""
    caution: str = ""
    """What is amber, by its short name, for a row of a list."""
    now: bool = False
    """The patient said that thoughts of death or self-harm are there now, or attempted suicide, and nobody has recorded a
    triage since."""

    grave: bool = False
    """An answer to a question on death or self-harm that no triage follows was two or more."""

    opened_by: str = ""
    """Whose triage ends what is red, where not every clinician's does: a finding high, or an open task."""

    @property
    def is_first(self) -> bool:
        """Whether the patient stands before all others at risk: found high, or thinking of it now."""
        return self.high or self.now

    @property
    def is_amber(self) -> bool:
        """Whether the risk is shown first and amber: known and triaged, or asked about too long ago."""
        return self.risk in (Risk.OLD, Risk.KNOWN)

    @property
    def is_red(self) -> bool:
        """Whether nothing goes on today: somebody may be at risk, or something stops treatment."""
        return self.risk is Risk.OPEN or bool(self.stops)

    @property
    def consent_withdrawn(self) -> str:
        """That the patient has taken the consent back, with day and channel: nobody overrides that. Else empty."""
        taken_back = (s for s in self.stops if s.kind is StopKind.CONSENT and s.level is Level.REFUSE)
        return next((stop.text for stop in taken_back), "")

    @property
    def level(self) -> Level:
        """The level whose colour and mark the state has; what nobody asked is never calm."""
        return max([_LEVELS[self.risk], *(stop.level for stop in self.stops)])

    @property
    def pressing(self) -> tuple[str, ...]:
        """The sentences for which nothing goes on, the first of which stands for all where there is room for one."""
        risk = self.sentences if self.risk is Risk.OPEN else ()
        return (*risk, *(stop.text for stop in self.stops))

    @property
    def words(self) -> tuple[str, ...]:
        """What is red, each by its short name, for a row of a list."""
        risk = ("Suicide risk",) if self.risk is Risk.OPEN else ()
        return tuple(dict.fromkeys((*risk, *(stop.words for stop in self.stops))))

    @property
    def text(self) -> str:
        """All of it in one line, what is red first."""
        rest = () if self.risk is Risk.OPEN else self.sentences
        return " ".join((*self.pressing, *rest))

    def besides(self, stops: Sequence[SafetyStop]) -> SafetyState:
        """The same patient with what another stage found since: a withdrawn consent keeps its place before it."""
        order = tuple(StopKind)
        return replace(
            self, stops=tuple(sorted((*self.stops, *stops), key=lambda stop: order.index(stop.kind)))
        )


_DECIDES = "a prescriber or a medical director"
_ASKED_AGAIN = "asked again before the next infusion"
_KNOWN = "Suicide risk known"
_LEVELS = {
    Risk.OPEN: Level.BLOCK,
    Risk.KNOWN: Level.REVIEW,
    Risk.OLD: Level.REVIEW,
    Risk.NOT_ASKED: Level.REVIEW,
    Risk.NONE_FOUND: Level.PASS,
}


def safety_state(
    facts: PatientFacts,
    *,
    as_of: date,
    policy: Policy,
    open_tasks: Sequence[OpenSafetyTask] = (),
    zone: tzinfo | None = None,
    consent_withdrawn: Withdrawal | None = None,
) -> SafetyState:
    """The state on a day. Total: any facts in any order give one.

    `as_of` keeps entries dated after it out, but for those that say a risk; the `policy` says how long it counts that nothing was found; `open_tasks` are those of this patient; `zone` is whose clock the hours are (see `on_the_clock`);
    `consent_withdrawn` is set when the patient's newest word on the treatment is no.
    """
    facts = on_the_clock(facts, zone)
    risk = _risk(facts, as_of=as_of, policy=policy, open_tasks=open_tasks)
    return replace(risk, stops=tuple(consent_stops(facts, as_of=as_of, withdrawn=consent_withdrawn)))


def _risk(
    facts: PatientFacts, *, as_of: date, policy: Policy, open_tasks: Sequence[OpenSafetyTask]
) -> SafetyState:
    """The risk of suicide alone."""
    triages, forms = triages_on_record(facts, as_of), forms_that_ask(facts, as_of)
    held = recorded_risks(facts, as_of=as_of)
    reported = sorted(untriaged(facts, as_of=as_of), key=_latest_first)
    attempts = Attempts.of(facts, triages, as_of=as_of, policy=policy)
    said = [reported_sentence(each) for each in reported]
    if reported:
        said[0] += highest_beside(reported)
    red = [*attempts.untriaged, *said]
    red += unclear_sentences(facts, triages, as_of)
    red += [f"{risk.said}. No triage since." for risk in held if risk.now and not risk.is_triaged(triages)]
    waiting = sorted(open_tasks, key=lambda task: task.due)
    due = waiting[0].due if waiting else None
    red += waiting_sentences([task for task in waiting if not task.known])
    newest = triages[-1] if triages else None
    amber = (*attempts.triaged, *triaged_sentences(triages, forms), *on_record_sentences(held, triages))
    held_high = _high_until_decided(triages)
    high = held_high is not None
    if newest is not None and held_high is not None:
        red.append(high_sentence(held_high, newest))
        amber = attempts.triaged
    amber = (*amber, *waiting_sentences([task for task in waiting if task.known]))
    if red:
        now = bool(attempts.untriaged) or any(each.is_now for each in reported)
        grave = bool(attempts.untriaged) or any((each.value or 0) >= _GRAVE for each in reported)
        who = _opened_by(waiting, high=high)
        return SafetyState(Risk.OPEN, (*red, *amber), high, due=due, now=now, grave=grave, opened_by=who)
    if amber:
        return SafetyState(Risk.KNOWN, amber, due=due, caution=_KNOWN)
    last: list[Answer | RecordedScore] = [*triages[-1:], *forms[-1:]]
    asked = sorted(last, key=lambda each: (each.taken or date.min, instant_of(each.at)))
    on_record = tuple(f"{risk.said}." for risk in held)
    if not asked:
        return SafetyState(Risk.NOT_ASKED, ("Suicide risk: not asked yet.", *on_record))
    if on_record:
        none = f"Suicide risk: no triage; none reported, asked {day_and_hour(asked[-1])}."
        return SafetyState(Risk.KNOWN, (none, *on_record), caution=_KNOWN)
    return _none_found(asked[-1], as_of=as_of, valid=timedelta(days=policy.whole(VALID)))


def _opened_by(waiting: Sequence[OpenSafetyTask], *, high: bool) -> str:
    """Whose triage ends all that is red. A task that fewer roles may end decides: a nurse's triage does not end it."""
    if high:
        return _DECIDES
    named = [task.ended_by for task in waiting if not task.known and task.ended_by]
    return min(named, key=lambda who: who.count(" or "), default="")


def _high_until_decided(triages: Sequence[Answer]) -> Answer | None:
    """The triage that found the risk high, while it counts: it is the newest, or only others than a prescriber spoke since."""
    if triages and str(triages[-1].value).casefold() == HIGH:
        return triages[-1]
    return next((each for each in reversed(triages) if each.stands), None)


def _latest_first(each: Untriaged) -> tuple[bool, int, float]:
    """What the patient says of now before all, then the latest answer: an older one that was entered late is no news."""
    day = each.form.taken or date.min
    # Of one day the one with an hour is the later one: what came from paper has none.
    return (not each.is_now, -day.toordinal(), -instant_of(each.form.at))


def _none_found(asked: Answer | RecordedScore, *, as_of: date, valid: timedelta) -> SafetyState:
    """Nobody found anything. It is calm for as long as the finding counts; after that its age is the first to be said."""
    if asked.taken is None:
        told = f"Suicide risk: none found, without a date; {_ASKED_AGAIN}."
        return SafetyState(Risk.OLD, (told,), caution="Suicide risk: asked without a date")
    if asked.taken >= as_of - valid:
        return SafetyState(Risk.NONE_FOUND, (f"Suicide risk: none found, asked {day_and_hour(asked)}.",))
    ago = f"{(as_of - asked.taken).days} days ago"
    told = f"Suicide risk: none found {ago}, {say_date(asked.taken)}; {_ASKED_AGAIN}."
    return SafetyState(Risk.OLD, (told,), caution=f"Suicide risk asked {ago}")


def with_safety(gate: Gate, state: SafetyState) -> Gate:
    """A gate with the state in it: a withdrawn consent refuses, an open risk blocks, wherever either was found.

    A risk is said once, where a rule of intake says it already; so is what was found since the signature.
    """
    gate = with_withdrawal(gate, withdrawn=state.consent_withdrawn)
    told = any(f.level >= Level.BLOCK and not f.missing and f.fact == TRIAGE for f in gate.findings)
    if state.risk is not Risk.OPEN:
        return gate
    ways = fact(TRIAGE).opens_with(Level.BLOCK)
    if state.opened_by:
        ways = ways.replace("recorded since", f"recorded since by {state.opened_by}")
    if told and not state.opened_by:
        return gate
    if told:
        return Gate.of(
            replace(f, opens_with=ways) if f.fact == TRIAGE and f.level is Level.BLOCK else f
            for f in gate.findings
        )
    basis = Basis((Tag.D,), note="Hazard H18")
    found = Finding("SUICIDE-RISK-OPEN", Level.BLOCK, state.sentences[0], basis, TRIAGE, opens_with=ways)
    return gate + Gate.of([found])


def asks_again(finding: Finding) -> bool:
    """Whether a finding says that the triage on record is too old: more than a fact that merely lacks."""
    return finding.fact == TRIAGE and finding.missing and finding.code.startswith("STALE")


def contradicted(facts: PatientFacts, *, as_of: date) -> str:
    """Both statements, when thoughts were reported or a risk was found that day, and the triage after it found none; else empty."""
    triages = triages_on_record(facts, as_of)
    if not triages or gravity(triages[-1]):
        return ""
    return " ".join(triaged_sentences(triages, forms_that_ask(facts, as_of)))
