"""The safety state of a patient: who may be at risk of suicide, who has looked at it since, and what stops treatment. H18.

A pure function of what is on record: answers to the questions on death and self-harm, triages and open tasks of safety;
a consent that was taken back; what speaks against a signed plan since. It stands first on every page of a patient. Nothing
but a triage recorded after an answer answers a risk, and nothing but a new consent a withdrawn one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone, tzinfo
from enum import IntEnum

from tenuto.core.dates import say_date
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.answers import is_unknown, said
from tenuto.core.intake.attempts import Attempts
from tenuto.core.intake.facts import Answer, PatientFacts, Problem, RecordedScore
from tenuto.core.intake.recorded_risk import RecordedRisk, recorded_risks
from tenuto.core.intake.required import fact
from tenuto.core.intake.risk_questions import (
    instrument_key,
    proved_by_total,
    risk_question,
    score_name,
    suicide_item,
)
from tenuto.core.intake.safety_stops import SafetyStop, StopKind, Withdrawal, consent_stops, with_withdrawal
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, Tag
from tenuto.core.units import plain

__all__ = [
    "TRIAGE",
    "OpenSafetyTask",
    "Risk",
    "SafetyState",
    "Untriaged",
    "asks_again",
    "contradicted",
    "follows",
    "on_the_clock",
    "safety_state",
    "untriaged",
    "untriaged_problems",
    "with_safety",
]

TRIAGE = "suicide.screen"
"""The fact that a triage answers."""
VALID = "suicide_screen_valid_days"
"""The limit of the policy: how long it counts that nothing was found."""
_GRAVE = 2
"""From this answer on, the thought came on more than half of the days, or more often."""
_HIGH, _NONE = "high", frozenset(("negative", "none", "no"))


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
class OpenSafetyTask:
    """A task that only a recorded act of a clinician ends, with the instant until which it is due."""

    title: str
    due: datetime
    known: bool = False
    """True for what follows a triage: somebody has looked at the risk already."""
    ended_by: str = ""
    """Whose record ends it, such as 'a prescriber': said before anybody else tries."""


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


@dataclass(frozen=True, slots=True)
class Untriaged:
    """A form whose question on death or self-harm no triage follows. `value` is None when it was not answered."""

    form: RecordedScore
    value: int | None
    ahead: bool = False
    """True for one that is dated after the day: its date is wrong, and it counts until that is settled."""

    @property
    def is_now(self) -> bool:
        """Whether the patient says that the thought is there now."""
        question = risk_question(self.form)
        return (
            question is not None
            and question.present_from is not None
            and self.value is not None
            and self.value >= question.present_from
        )

    @property
    def answered(self) -> str:
        """What was answered, and what else there is to know of it: that the total shows it, that its date is to come."""
        least = proved_by_total(self.form)
        total = (
            f"at least {least}, as the total of {plain(self.form.value)} shows" if least is not None else ""
        )
        return (total or str(self.value)) + (", on a date still to come; check it" if self.ahead else "")


def follows(triage: Answer, form: RecordedScore | Answer) -> bool:
    """Whether a triage came after an answer: by the instant; by the day when an hour is not known, and then a later one."""
    if triage.at is not None and form.at is not None:
        return triage.at >= form.at
    return triage.taken is not None and form.taken is not None and triage.taken > form.taken


def untriaged(facts: PatientFacts, *, as_of: date) -> tuple[Untriaged, ...]:
    """The forms whose question was answered positively, unclearly or not at all, and no triage follows.

    Those up to a day; of those dated after it, the positive ones: a wrong date clears nobody.
    """
    triages = _triages(facts, as_of)
    ahead = tuple(
        Untriaged(score, suicide_item(score), ahead=True)
        for score in facts.scores
        if score.taken is not None and score.taken > as_of and _is_positive(score)
    )
    return ahead + tuple(
        Untriaged(form, value)
        for form in _forms(facts, as_of)
        if ((value := suicide_item(form)) is None or _is_positive(form))
        and not any(follows(triage, form) for triage in triages)
    )


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
    triages, forms = _triages(facts, as_of), _forms(facts, as_of)
    held = recorded_risks(facts, as_of=as_of)
    reported = sorted(untriaged(facts, as_of=as_of), key=_latest_first)
    attempts = Attempts.of(facts, triages, as_of=as_of, policy=policy)
    said = [_reported(each) for each in reported]
    if reported:
        said[0] += _highest_beside(reported)
    red = [*attempts.untriaged, *said]
    red += _not_clear(facts, triages, as_of)
    red += [f"{risk.said}. No triage since." for risk in held if risk.now and not risk.is_triaged(triages)]
    waiting = sorted(open_tasks, key=lambda task: task.due)
    due = waiting[0].due if waiting else None
    red += _waits([task for task in waiting if not task.known])
    newest = triages[-1] if triages else None
    amber = (*attempts.triaged, *_triaged(triages, forms), *_on_record(held, triages))
    held_high = _high_until_decided(triages)
    high = held_high is not None
    if newest is not None and held_high is not None:
        red.append(_said_of_high(held_high, newest))
        amber = attempts.triaged
    amber = (*amber, *_waits([task for task in waiting if task.known]))
    if red:
        now = bool(attempts.untriaged) or any(each.is_now for each in reported)
        grave = bool(attempts.untriaged) or any((each.value or 0) >= _GRAVE for each in reported)
        who = _opened_by(waiting, high=high)
        return SafetyState(Risk.OPEN, (*red, *amber), high, due=due, now=now, grave=grave, opened_by=who)
    if amber:
        return SafetyState(Risk.KNOWN, amber, due=due, caution=_KNOWN)
    last: list[Answer | RecordedScore] = [*triages[-1:], *forms[-1:]]
    asked = sorted(last, key=lambda each: (each.taken or date.min, _instant(each.at)))
    on_record = tuple(f"{risk.said}." for risk in held)
    if not asked:
        return SafetyState(Risk.NOT_ASKED, ("Suicide risk: not asked yet.", *on_record))
    if on_record:
        none = f"Suicide risk: no triage; none reported, asked {_when(asked[-1])}."
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
    if triages and str(triages[-1].value).casefold() == _HIGH:
        return triages[-1]
    return next((each for each in reversed(triages) if each.stands), None)


def _said_of_high(high: Answer, newest: Answer) -> str:
    stays = "The person stays with staff until a prescriber decides."
    if newest is high:
        return f"Suicide risk high on {_when(high)}. {stays}"
    level = "none" if not _gravity(newest) else str(newest.value).casefold()
    return (
        f"Suicide risk high ({_when(high)}{_by(high)}) against {level} ({_when(newest)}{_by(newest)}): a prescriber decides. "
        f"{stays}"
    )


def _by(triage: Answer) -> str:
    name = triage.origin.removeprefix("triage, ")
    return f", {name}" if name and name != triage.origin else ""


def _latest_first(each: Untriaged) -> tuple[bool, int, float]:
    """What the patient says of now before all, then the latest answer: an older one that was entered late is no news."""
    day = each.form.taken or date.min
    # Of one day the one with an hour is the later one: what came from paper has none.
    return (not each.is_now, -day.toordinal(), -_instant(each.form.at))


def _highest_beside(reported: Sequence[Untriaged]) -> str:
    """The highest answer to the question of the first, where an earlier one was higher."""
    first = reported[0]
    alike = [
        each for each in reported if _called(each.form) == _called(first.form) and each.value is not None
    ]
    highest = max(alike, key=lambda each: each.value or 0, default=first)
    if (highest.value or 0) <= (first.value or 0):
        return ""
    return f" The highest was {highest.answered}, {_when(highest.form)}."


def _none_found(asked: Answer | RecordedScore, *, as_of: date, valid: timedelta) -> SafetyState:
    """Nobody found anything. It is calm for as long as the finding counts; after that its age is the first to be said."""
    if asked.taken is None:
        told = f"Suicide risk: none found, without a date; {_ASKED_AGAIN}."
        return SafetyState(Risk.OLD, (told,), caution="Suicide risk: asked without a date")
    if asked.taken >= as_of - valid:
        return SafetyState(Risk.NONE_FOUND, (f"Suicide risk: none found, asked {_when(asked)}.",))
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


def on_the_clock(facts: PatientFacts, zone: tzinfo | None) -> PatientFacts:
    """The same facts with the instants of scores and answers in a zone.

    Where no zone is known and the senders' own differ, all are in UTC, and say so: two hours of one sentence can be compared.
    """
    if zone is None:
        instants = [s.at for s in facts.scores if s.at] + [a.at for a in facts.answers if a.at]
        if len({at.utcoffset() for at in instants}) < _DIFFERENT:
            return facts
        zone = _SHARED
    scores = tuple(replace(s, at=s.at.astimezone(zone)) if s.at else s for s in facts.scores)
    answers = tuple(replace(a, at=a.at.astimezone(zone)) if a.at else a for a in facts.answers)
    return replace(facts, scores=scores, answers=answers)


_SHARED = timezone(timedelta(), "UTC")
"""The zone of instants whose senders were in different ones."""
_DIFFERENT = 2


def contradicted(facts: PatientFacts, *, as_of: date) -> str:
    """Both statements, when thoughts were reported or a risk was found that day, and the triage after it found none; else empty."""
    triages = _triages(facts, as_of)
    if not triages or _gravity(triages[-1]):
        return ""
    return " ".join(_triaged(triages, _forms(facts, as_of)))


def _triaged(triages: Sequence[Answer], forms: Sequence[RecordedScore]) -> tuple[str, ...]:
    """What was reported and triaged since, with both statements where they do not agree."""
    if not triages:
        return ()
    newest = triages[-1]
    level = str(newest.value).casefold()
    own = (newest.detail,) if newest.detail else ()
    reported = " ".join((*map(_item, _answered_by(triages, forms)), *own, *_graver_that_day(triages)))
    if level in _NONE:
        if not reported:
            return ()
        return (f"{reported} The triage of {_when(newest)} found no risk. Both stand.",)
    known = f"Suicide risk {level}: known, triaged {_when(newest)}."
    return (f"{known} {reported}",) if reported else (known,)


def _on_record(held: Sequence[RecordedRisk], triages: Sequence[Answer]) -> tuple[str, ...]:
    """What problems say of a risk that was triaged, or is past, beside what the newest triage found."""
    if not triages:
        return ()
    newest = triages[-1]
    found = f" The triage of {_when(newest)} found no risk. Both stand." if not _gravity(newest) else ""
    return tuple(f"{risk.said}.{found}" for risk in held if not risk.now or risk.is_triaged(triages))


def untriaged_problems(facts: PatientFacts, *, as_of: date) -> frozenset[Problem]:
    """The problems that say a present risk of suicide which no triage follows."""
    triages = _triages(facts, as_of)
    held = recorded_risks(facts, as_of=as_of)
    return frozenset(risk.problem for risk in held if risk.now and not risk.is_triaged(triages))


def _answered_by(triages: Sequence[Answer], forms: Sequence[RecordedScore]) -> list[RecordedScore]:
    """The positive answers that the newest triage is about, the highest one of each question.

    They are those since the triage before it, so that a form of zeros in between takes none of them back, and the newest
    form's, which stands until another follows it.
    """
    newest = triages[-1]
    before = [t for t in triages if (t.taken, t.at) != (newest.taken, newest.at)]
    highest: dict[tuple[str, bool], RecordedScore] = {}
    for form in forms:
        since = form is forms[-1] or form.late or not any(follows(triage, form) for triage in before)
        if not (since and _is_positive(form) and follows(newest, form)):
            continue
        key = (_called(form), bool(form.unclear))
        if key not in highest or _answer(form) >= _answer(highest[key]):
            highest[key] = form
    return list(highest.values())


def _graver_that_day(triages: Sequence[Answer]) -> list[str]:
    """What triages of the same day found before the newest, where it was graver: a later word takes none of them back."""
    newest = triages[-1]
    graver = {
        str(earlier.value).casefold(): earlier
        for earlier in triages[:-1]
        if earlier.taken == newest.taken and _gravity(earlier) > _gravity(newest)
    }
    return [f"The triage of {_when(earlier)} found the risk {level}." for level, earlier in graver.items()]


def _answer(form: RecordedScore) -> int:
    answer = suicide_item(form)
    return -1 if answer is None else answer


def _waits(tasks: Sequence[OpenSafetyTask]) -> tuple[str, ...]:
    """One sentence a kind of task, with the deadline of the first; `tasks` in the order of their deadlines."""
    alike: dict[str, list[OpenSafetyTask]] = {}
    for task in tasks:
        alike.setdefault(task.title, []).append(task)
    return tuple(f"{title}: {_open(found)}." for title, found in alike.items())


def _open(tasks: Sequence[OpenSafetyTask]) -> str:
    first = tasks[0]
    many = f"{len(tasks)} open, the first due" if len(tasks) > 1 else "open, due"
    ends = f"; {first.ended_by} ends {'them' if len(tasks) > 1 else 'it'}" if first.ended_by else ""
    return f"{many} {_moment(first.due)}{ends}"


def _reported(each: Untriaged) -> str:
    name = _called(each.form)
    when = _when(each.form)
    if each.form.unclear:
        return f"{_item(each.form)} No triage since."
    if each.value is None:
        return f"{name} was not answered, {when}. No triage since."
    question = risk_question(each.form)
    if each.is_now and question is not None and each.value in question.answers:
        return f"{name}: “{question.answers[each.value]}”, {when}. No triage since."
    return f"{name} was {each.answered}, {when}. No triage since."


def _item(form: RecordedScore) -> str:
    if form.unclear:
        return f"{_called(form)} can't be read for certain ({form.unclear[:80]}), {_when(form)}; it counts as positive."
    late = "; it came on record after the triage" if form.late else ""
    return f"{_called(form)} was {Untriaged(form, suicide_item(form)).answered}, {_when(form)}{late}."


def _called(form: RecordedScore) -> str:
    question = risk_question(form)
    if form.asked_in:
        return f"{form.asked_in[:80]}: an answer about suicide"
    return question.name if question else score_name(form.instrument)


def _forms(facts: PatientFacts, as_of: date) -> list[RecordedScore]:
    """The forms that ask, in the order in which they were answered."""
    found = [
        s
        for s in facts.scores
        if (question := risk_question(s)) is not None
        and (s.items or instrument_key(s.instrument) == question.alone or proved_by_total(s) is not None)
        and (s.taken is None or s.taken <= as_of)
    ]
    return sorted(found, key=lambda s: (s.taken or date.min, _instant(s.at), s.value))


def _is_positive(form: RecordedScore) -> bool:
    question, answer = risk_question(form), suicide_item(form)
    reported = question is not None and answer is not None and answer >= question.reported_from
    return bool(form.unclear) or reported


def _triages(facts: PatientFacts, as_of: date) -> list[Answer]:
    """The triages in order; of one moment the gravest last, so that it is the one that counts."""
    found = [
        a
        for a in facts.answers
        if a.fact == TRIAGE
        and isinstance(a.value, str)
        and _gravity(a) >= 0
        and (a.taken is None or a.taken <= as_of)
    ]
    return sorted(found, key=lambda a: (a.taken or date.min, _instant(a.at), _gravity(a)))


def _not_clear(facts: PatientFacts, triages: Sequence[Answer], as_of: date) -> Iterator[str]:
    """Triages of which nobody can say that they are answered: not readable, or finding a risk on a day to come or unknown."""
    for each in facts.answers:
        if each.fact != TRIAGE or is_unknown(each.value):
            continue
        ahead = each.taken is not None and each.taken > as_of
        level = said(each.value)[:80]
        if _gravity(each) > 0 and ahead:
            yield f"The suicide triage of {_when(each)}, a date still to come, found the risk {level}. Check the date."
        elif _gravity(each) > 0 and each.taken is None and any(_gravity(t) < _gravity(each) for t in triages):
            yield f"A suicide triage without a date found the risk {level}. Find out when, or do one today."
        elif _gravity(each) < 0 and (ahead or not any(follows(triage, each) for triage in triages)):
            yield f"Suicide triage: “{level}”, {_when(each)}, can't be read as none, low, moderate or high. No triage since."


def _gravity(answer: Answer) -> int:
    value = str(answer.value).casefold()
    grades = {"low": 1, "moderate": 2, _HIGH: 3}
    return 0 if value in _NONE else grades.get(value, -1)


def _instant(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0.0


def _when(asked: Answer | RecordedScore) -> str:
    return _moment(asked.at) if asked.at else say_date(asked.taken) if asked.taken else "without a date"


def _moment(at: datetime) -> str:
    zone = " UTC" if at.tzinfo is _SHARED else ""
    return f"{say_date(at.date())}, {at:%H:%M}{zone}"
