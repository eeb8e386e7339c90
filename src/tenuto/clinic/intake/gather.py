"""All rows of intake about some patients, as the parts that `core.intake.merge` puts together. Fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from tenuto.clinic.course import api as course
from tenuto.clinic.intake.models import (
    ConsentSigned,
    ConsentWithdrawn,
    IntakeRecord,
    Measured,
    ReadingStruck,
    ResultStruck,
    StepSave,
    TestResult,
)
from tenuto.clinic.intake.models.facts import Origin
from tenuto.clinic.ledger.facts import IN_ORDER
from tenuto.clinic.ledger.rows import rows_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales import api as scales
from tenuto.core.dates import on_date, say_date
from tenuto.core.intake.answers import closes, said
from tenuto.core.intake.facts import (
    Answer,
    Consent,
    Measurement,
    PatientFacts,
    Person,
    RecordedScore,
    StruckResult,
    SuicideAttempt,
)
from tenuto.core.intake.facts_json import facts_from_json
from tenuto.core.intake.history import Saved, TakenBack, meaning
from tenuto.core.intake.measures import fact_of, measure_title
from tenuto.core.intake.merge import SourcePart, merge
from tenuto.core.intake.risk_answers import follows
from tenuto.core.intake.steps import steps
from tenuto.core.scales.reading import instrument
from tenuto.core.scales.suicide_triage import RiskLevel
from tenuto.core.units import plain

__all__ = [
    "NAMELESS",
    "Gathered",
    "fold",
    "gather",
    "gather_one",
    "imported_closing",
    "merged",
    "without_saves",
]

NAMELESS = "Name not recorded"
EMPTY = PatientFacts(Person())
_PERSONLESS = Person()


@dataclass(slots=True)
class Gathered:
    """The rows about one patient, oldest first."""

    records: list[IntakeRecord] = field(default_factory=list)
    saves: list[StepSave] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    struck: dict[UUID, ReadingStruck] = field(default_factory=dict)
    tests: list[TestResult] = field(default_factory=list)
    struck_tests: list[ResultStruck] = field(default_factory=list)
    forms: list[scales.FormRow] = field(default_factory=list)
    answers: list[scales.RiskAnswerRow] = field(default_factory=list)
    """To questions on death or self-harm, each as it came, whether or not its form is finished."""
    triages: list[scales.TriageRow] = field(default_factory=list)
    visits: list[course.HeldVisit] = field(default_factory=list)
    attempts: list[course.RecordedAttempt] = field(default_factory=list)
    consents: list[ConsentSigned] = field(default_factory=list)
    withdrawn: list[ConsentWithdrawn] = field(default_factory=list)

    @property
    def rows(self) -> list[Any]:
        """Every row, whatever its kind."""
        return [
            *self.records, *self.saves, *self.measured, *self.struck.values(), *self.tests, *self.struck_tests, *self.forms, *self.begun, *self.triages,
            *self.visits, *self.attempts, *self.consents, *self.withdrawn,
        ]  # fmt: skip

    @property
    def in_forms(self) -> dict[UUID, scales.RiskAnswerRow]:
        """By the finished form that holds it, the answer that was given before the form was whole."""
        # In order: the last that a form can hold is found first.
        newest_first = self.answers[::-1]
        held = {form.id: form for form in self.forms if form.request_id}
        found = {
            key: next((row for row in newest_first if _is_held(row, form)), None)
            for key, form in held.items()
        }
        return {form: row for form, row in found.items() if row is not None}

    @property
    def begun(self) -> list[scales.RiskAnswerRow]:
        """The answers that no finished form holds: its form is not whole yet, or they were changed afterwards."""
        held = {row.id for row in self.in_forms.values()}
        return [row for row in self.answers if row.id not in held]

    @property
    def newest(self) -> Any | None:
        """The row that was recorded last; None when there is none."""
        return max(self.rows, key=lambda row: (row.recorded_at, str(row.id)), default=None)


def _is_held(answer: scales.RiskAnswerRow, form: scales.FormRow) -> bool:
    """Whether an answer was given to a form before that was whole; a later one stands beside it."""
    asked = (form.request_id, form.instrument)
    return (answer.request_id, answer.instrument) == asked and answer.event_number <= form.event_number


_LISTS: Sequence[tuple[str, type[Any]]] = (
    ("records", IntakeRecord), ("saves", StepSave), ("measured", Measured), ("tests", TestResult),
    ("struck_tests", ResultStruck),    ("consents", ConsentSigned), ("withdrawn", ConsentWithdrawn),
)  # fmt: skip


def gather(patients: Iterable[UUID] | QuerySet[Patient]) -> dict[UUID, Gathered]:
    """The rows about each of the patients that has any, in thirteen queries."""
    found: dict[UUID, Gathered] = {}
    among = Q(patient__in=patients)
    for name, model in _LISTS:
        for row in model.objects.filter(among).order_by(*IN_ORDER):
            getattr(found.setdefault(row.patient_id, Gathered()), name).append(row)
    for form in scales.forms_among(patients, with_struck=True):
        found.setdefault(form.patient_id, Gathered()).forms.append(form)
    for answer in scales.risk_answers_among(patients):
        found.setdefault(answer.patient_id, Gathered()).answers.append(answer)
    for triage in scales.triages_among(patients):
        found.setdefault(triage.patient_id, Gathered()).triages.append(triage)
    for visit in course.visits_among(patients):
        found.setdefault(visit.patient_id, Gathered()).visits.append(visit)
    for attempt in course.attempts_among(patients):
        found.setdefault(attempt.patient_id, Gathered()).attempts.append(attempt)
    for row in ReadingStruck.objects.filter(among):
        found.setdefault(row.patient_id, Gathered()).struck[row.reading] = row
    return found


def gather_one(patient: UUID) -> Gathered:
    """The rows about one patient, in thirteen queries."""
    found = Gathered(
        struck={row.reading: row for row in rows_of(ReadingStruck, patient)},
        forms=scales.forms_of(patient, with_struck=True),
        answers=scales.risk_answers_of(patient),
        triages=scales.triages_of(patient),
        visits=course.visits_of(patient),
        attempts=course.attempts_of(patient),
    )
    for name, model in _LISTS:
        getattr(found, name).extend(rows_of(model, patient))
    return found


def merged(patient: Patient, rows: Gathered) -> PatientFacts:
    """Everything known about a patient; needs the patient's identifiers at hand."""
    return _merged(patient, rows, rows.saves)


def _merged(patient: Patient, rows: Gathered, saves: Sequence[StepSave]) -> PatientFacts:
    """The same of some rows, without what `saves` took back of records."""
    name = "" if patient.kept_name == NAMELESS else patient.name
    known = [facts_from_json(record.facts) for record in rows.records]
    born = patient.birth_date or next(
        (f.person.birth_date for f in reversed(known) if f.person.birth_date), None
    )
    person = Person(name, tuple(i.read for i in patient.identifiers.all()), born)
    order = _order_of_consents(rows)
    counted, told = _without_taken_back(known, rows, saves)
    imported = [
        SourcePart(facts, order[row.event_number], imported=True)
        for facts, row in zip(counted, rows.records, strict=True)
    ]
    facts = merge(person, [*imported, *_parts(rows)])
    facts = replace(facts, answers=tuple(_with_taken_back(facts.answers, told)))
    return replace(facts, scores=tuple(_with_lateness(facts.scores, rows, known)))


def _without_taken_back(
    known: Sequence[PatientFacts], rows: Gathered, saves: Iterable[StepSave]
) -> tuple[list[PatientFacts], Mapping[str, str]]:
    """What records say, without the answers that closed and that a prescriber took back since, and what is said of those.

    The record keeps them. One that comes after it closes again.
    """
    backs = {key: save for save in sorted(saves, key=lambda s: s.event_number) for key in save.taken_back}
    counted, told = list(known), dict[str, list[str]]()
    for n, record in enumerate(rows.records) if backs else ():
        gone = [
            answer
            for answer in known[n].answers
            if answer.fact in backs
            and record.event_number < backs[answer.fact].event_number
            and closes(answer)
        ]
        counted[n] = replace(known[n], answers=tuple(a for a in known[n].answers if a not in gone))
        for answer in gone:
            told.setdefault(answer.fact, []).append(
                f"“{said(answer.value)[:80]}”{on_date(answer.taken)} ({record.source_name})"
            )
    return counted, {
        fact_id: f"{' and '.join(dict.fromkeys(lines))} was taken back by {backs[fact_id].recorded_by_name} on "
        f"{say_date(backs[fact_id].recorded_on)}: {backs[fact_id].taken_back[fact_id]}"
        for fact_id, lines in told.items()
    }


def _with_taken_back(answers: Iterable[Answer], told: Mapping[str, str]) -> Iterator[Answer]:
    """The answers given here, each with what it took back of a record."""
    for answer in answers:
        here = answer.fact in told and answer.origin.startswith("form, ") and not closes(answer)
        if here:
            both = filter(None, (answer.taken_back, told[answer.fact]))
            yield replace(answer, taken_back=" ".join(both))
        else:
            yield answer


def imported_closing(patient: Patient, rows: Gathered) -> tuple[Answer, ...]:
    """The answers of other sources that close and that nobody has taken back."""
    return tuple(answer for answer in without_saves(patient, rows).answers if closes(answer))


def _with_lateness(
    scores: Iterable[RecordedScore], rows: Gathered, known: Sequence[PatientFacts]
) -> Iterator[RecordedScore]:
    """The scores, with those marked that came on record after the newest triage and were taken before it, from wherever."""
    newest = max(rows.triages, key=lambda row: row.event_number, default=None)
    if newest is None:
        yield from scores
        return
    triage = _triaged(newest, newest.recorded_at)
    before = {
        _asked(score)
        for record, facts in zip(rows.records, known, strict=True)
        if record.event_number < newest.event_number
        for score in facts.scores
    }
    # What came by link was answered when it came; its form may be finished later.
    entered = {
        (form.instrument, form.taken)
        for form in rows.forms
        if form.request_id or form.event_number < newest.event_number
    }
    entered |= {(f"{each.instrument}item{each.item}", each.recorded_on) for each in rows.begun}
    for score in scores:
        told = _asked(score) in before or (score.instrument, score.taken) in entered
        yield score if told or not follows(triage, score) else replace(score, late=True)


def _asked(score: RecordedScore) -> tuple[str, Decimal, date | None, datetime | None]:
    return score.instrument, score.value, score.taken, score.at


def without_saves(patient: Patient, rows: Gathered) -> PatientFacts:
    """What all other sources say, without the saves of the history."""
    return _merged(patient, replace(rows, saves=[]), rows.saves)


def fold(saves: Iterable[StepSave]) -> dict[str, dict[str, Saved]]:
    """The newest value of every entry, by step."""
    state: dict[str, dict[str, Saved]] = {}
    for save in sorted(saves, key=lambda s: s.version):
        day = save.recorded_on
        entries = state.setdefault(save.step, {})
        for key, value in save.changes.items():
            entries[key] = _after(
                entries.get(key),
                Saved(
                    value,
                    day,
                    save.recorded_by_name,
                    save.version,
                    save.origin == Origin.TOGETHER,
                    save.recorded_as,
                ),
                save.taken_back.get(key, ""),
            )
    return state


def _after(before: Saved | None, saved: Saved, reason: str) -> Saved:
    """An entry with what stood there before: that stays beside it, until a prescriber took it back."""
    if before is None:
        return saved
    earlier = (*before.earlier, replace(before, earlier=(), taken_back=None))
    if reason:
        back = TakenBack(earlier, reason, saved.day, saved.by)
        return replace(saved, taken_back=back)
    return replace(saved, earlier=earlier, taken_back=before.taken_back)


def _parts(rows: Gathered) -> Iterator[SourcePart]:
    state = fold(rows.saves)
    for step in steps():
        if step.id in state:
            facts, entries = meaning(step, state[step.id])
            newest = max(save.recorded_at for save in rows.saves if save.step == step.id)
            yield SourcePart(facts, newest, rows=entries)
    struck = {row.result_id: row for row in rows.struck_tests}
    for test in rows.tests:
        answer = Answer(test.fact, test.value, test.taken, f"result, {test.recorded_by_name}")
        if (row := struck.get(test.id)) is None:
            yield _part(test.recorded_at, answers=(answer,))
        else:
            whose, on = row.recorded_by_name, row.recorded_on
            back = StruckResult(test.fact, test.value, test.taken, whose, on, row.why, answer.origin)
            yield _part(row.recorded_at, struck=(back,))
    instants = _in_event_order([*rows.forms, *rows.answers, *rows.triages, *rows.attempts])
    order = _order_of_consents(rows)
    held = _not_lowered(rows.triages)
    for triage in rows.triages:
        answer = replace(_triaged(triage, instants[triage.event_number]), stands=triage.id in held)
        yield _part(triage.recorded_at, answers=(answer,))
    for attempt in rows.attempts:
        yield _part(attempt.recorded_at, attempts=(_attempted(attempt, instants[attempt.event_number]),))
    for visit in rows.visits:
        if visit.kind == course.VisitKind.CONSULTATION and visit.by_prescriber:
            yield _part(visit.recorded_at, answers=(_seen(visit),))
    yield _part_of_values(rows)
    yield from _struck_readings(rows)
    answered = rows.in_forms
    for form in rows.forms:
        at = _answered_at(form, answered.get(form.id), instants)
        yield _part(form.recorded_at, scores=tuple(_scores(form, at)))
    for begun in rows.begun:
        if begun.value is not None:
            score = _alone(begun, begun.item, begun.value, begun.recorded_on, instants[begun.event_number])
            yield _part(begun.recorded_at, scores=(score,))
    for consent in rows.consents:
        signed = consent.recorded_on
        given = Consent(
            signed, True, consent.indication, consent.text_name, f"form, {consent.recorded_by_name}"
        )
        yield _part(order[consent.event_number], consents=(given,))
    for end in rows.withdrawn:
        if end.scope is not None:
            continue
        # On the clinic's clock, since what it ends was signed on a day of that clock.
        ended_at = end.on_its_clock(order[end.event_number])
        yield SourcePart(EMPTY, ended_at, consents_end=ended_at)


def _part(at: datetime, **facts: Any) -> SourcePart:
    return SourcePart(PatientFacts(_PERSONLESS, **facts), at)


_LEVELS = {
    RiskLevel.NONE: "negative",
    RiskLevel.LOW: "low",
    RiskLevel.MODERATE: "moderate",
    RiskLevel.HIGH: "high",
}


def _order_of_consents(rows: Gathered) -> dict[int, datetime]:
    """The instants of whatever gives a consent or takes it back."""
    return _in_event_order([*rows.records, *rows.consents, *rows.withdrawn])


def _in_event_order(rows: Iterable[Any]) -> dict[int, datetime]:
    """The instant of each row by the number of its event, later ones never before or with earlier ones.

    A clock that was ahead and was set back must not make a triage follow an answer that came after it, nor a consent count
    that was withdrawn afterwards (hazard H41).
    """
    known = {row.event_number: row.recorded_at for row in rows}
    newest = datetime.min.replace(tzinfo=UTC)
    for number in sorted(known):
        newest = known[number] = max(known[number], newest + timedelta(microseconds=1))
    return known


def _not_lowered(triages: Iterable[scales.TriageRow]) -> frozenset[UUID]:
    """The newest triage that found the risk high, while no prescriber has recorded another since: nobody else lowers it."""
    high: scales.TriageRow | None = None
    for row in sorted(triages, key=lambda each: each.event_number):
        if row.level is RiskLevel.HIGH:
            high = row
        elif row.by_prescriber:
            high = None
    return frozenset((high.id,) if high else ())


def _triaged(row: scales.TriageRow, at: datetime) -> Answer:
    return Answer(
        "suicide.screen", _LEVELS[row.level], row.recorded_on, f"triage, {row.recorded_by_name}", at,
        row.contradicted,
    )  # fmt: skip


def _attempted(row: course.RecordedAttempt, at: datetime) -> SuicideAttempt:
    return SuicideAttempt(row.happened_on, row.recorded_on, at, f"course event, {row.recorded_by_name}")


def _seen(row: course.HeldVisit) -> Answer:
    value = f"{row.with_name}, seen in person" if row.in_person else "online only"
    return Answer("prescriber", value, row.held_on, f"visit, {row.recorded_by_name}")


def _part_of_values(rows: Gathered) -> SourcePart:
    counted = [row for row in rows.measured if row.reading not in rows.struck]
    newest = max((row.recorded_at for row in rows.measured), default=datetime.min.replace(tzinfo=UTC))
    return _part(newest, measurements=tuple(_measurement(row) for row in counted))


def _struck_readings(rows: Gathered) -> Iterator[SourcePart]:
    for reading, row in rows.struck.items():
        measured = [each for each in rows.measured if each.reading == reading]
        values = tuple(_measurement(each) for each in measured)
        told = ", ".join(f"{measure_title(each.kind)} {plain(each.value)}" for each in values)
        origin = f"reading, {measured[0].recorded_by_name}"
        back = StruckResult(
            fact_of(values[0].kind).id,
            told,
            values[0].taken,
            row.recorded_by_name,
            row.recorded_on,
            row.why,
            origin,
            values,
        )
        yield _part(row.recorded_at, struck=(back,))


def _measurement(row: Measured) -> Measurement:
    local = row.on_its_clock(row.taken_at)
    return Measurement(
        row.kind,
        Decimal(plain(row.value)),
        local.date(),
        f"reading {row.reading}",
        minute=f"{local:%H:%M}",
        reference_high=Decimal(plain(row.reference_high)) if row.reference_high is not None else None,
    )


def _answered_at(
    form: scales.FormRow, answer: scales.RiskAnswerRow | None, instants: dict[int, datetime]
) -> datetime | None:
    """When the question on death or self-harm was answered: a form that is finished later makes no new answer of it.

    A form of the day it was recorded has that instant; one entered later, from paper, has only its day.
    """
    if answer is not None:
        return instants[answer.event_number]
    return instants[form.event_number] if form.taken == form.recorded_on else None


def _scores(row: scales.FormRow, at: datetime | None) -> Iterator[RecordedScore]:
    """The total, and the question on suicide by itself when there is no total, so that it is never lost (hazard H18).

    Of a form that was entered in error only a positive answer to that question is left: a triage ends it, never a strike.
    """
    given = tuple((item, value) for item, value in row.answers.items() if value is not None)
    origin = f"form, {row.recorded_by_name}"
    if row.total is not None and not row.struck:
        yield RecordedScore(row.instrument, Decimal(plain(row.total)), row.taken, origin, given, at)
    elif (asked := instrument(row.instrument).risk_item) is not None:
        thoughts = row.answers.get(asked.item)
        if thoughts is not None and (thoughts or not row.struck):
            yield _alone(row, asked.item, thoughts, row.taken, at)


def _alone(
    row: scales.FormRow | scales.RiskAnswerRow, item: str, value: int, taken: date, at: datetime | None
) -> RecordedScore:
    """One answer, as a score that is nothing else."""
    return RecordedScore(
        f"{row.instrument}item{item}", Decimal(value), taken, f"form, {row.recorded_by_name}", at=at
    )
