"""May this person be treated? All judgements of intake together, for planning or for starting an infusion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, tzinfo

from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake import (
    allergies,
    answer_words,
    answers,
    blood_pressure,
    consents,
    contraindications,
    earlier_results,
    exchanged,
    hidden_values,
    measures,
    medicines,
    person,
    scores,
    severity,
    struck,
    unclear,
    weight,
)
from tenuto.core.intake.blood_pressure import BloodPressure
from tenuto.core.intake.case import Body, JudgedCase, missing, note
from tenuto.core.intake.conditions import (
    PAIN,
    Condition,
    Indication,
    condition,
    indications,
    named,
    not_compared,
    resembles,
    told_otherwise,
)
from tenuto.core.intake.facts import PatientFacts, Problem, ProblemStatus
from tenuto.core.intake.required import JudgementPurpose, RequiredFact, fact, facts
from tenuto.core.intake.risk_answers import untriaged_problems
from tenuto.core.intake.safety_words import on_the_clock
from tenuto.core.intake.weight import Weighing
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, Tag
from tenuto.core.units import Bmi, Centimetres

__all__ = [
    "Assessment",
    "Body",
    "Indication",
    "JudgementPurpose",
    "Weighing",
    "asks_first",
    "assess",
    "not_recognised",
]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The gate with its reasons, and what the next stage needs of the facts."""

    gate: Gate
    missing: tuple[str, ...]
    """Ids of the required facts that are unknown or out of date, in the order of the register."""
    to_do: tuple[str, ...]
    """Of these, when planning, the facts that are needed only by the first infusion."""
    not_checked: tuple[str, ...]
    """Sentences about what was sent and could not be classified or read."""
    indications: tuple[Indication, ...]
    """The conditions that the record holds, best documented first."""
    treated: tuple[Condition, ...]
    """The conditions that were judged: the one asked for, or all that the record holds."""
    body: Body
    weight: Weighing | None
    """A weight that a dose may be computed from; None means no dose."""
    height: Centimetres | None
    bmi: Bmi | None
    blood_pressure: BloodPressure | None
    """The newest reading up to the day of the judgement whose halves are the right way round."""


def assess(
    patient: PatientFacts,
    *,
    policy: Policy,
    as_of: date,
    purpose: JudgementPurpose = JudgementPurpose.PLANNING,
    indication: str | None = None,
    course_began: date | None = None,
    zone: tzinfo | None = None,
) -> Assessment:
    """Judge a person's facts by a policy on one day.

    `indication` is the id of the condition to treat; without it all recorded ones are judged together, strictest
    first. `course_began` is the day of the first infusion of a running course, `zone` whose clock the hours are in sentences. Absent facts never count as normal, the order of facts never matters, and an added problem or medicine
    never improves the gate of a person who has a diagnosis. ValueError for an unknown indication.
    """
    patient = on_the_clock(patient, zone)
    case = case_of(patient, policy=policy, as_of=as_of, purpose=purpose, indication=indication)
    case = replace(case, course_began=course_began)
    weighed, weighing = weight.judge(case)
    turned = exchanged.judge(case, weighing)
    weighing = None if turned else weighing
    built, height, bmi = person.judge_build(case, weighing)
    medicine = medicines.judge(case)
    unclassified = _unclassified(patient)
    found = (
        *policy.findings(),
        *person.judge(case),
        *_diagnosis(case, indication),
        *_answers(case),
        *answer_words.judge_words(case),
        *_problems(case, indication),
        *medicine.findings,
        *allergies.judge(case),
        *scores.judge(case),
        *severity.judge(case),
        *consents.judge(case),
        *weighed,
        *turned,
        *built,
        *blood_pressure.judge(case),
        *measures.judge(case),
        *struck.judge(case),
        *unclear.judge(case),
        *hidden_values.judge(case),
        *earlier_results.judge(case),
        *(_not_checked(text) for text in unclassified),
    )
    unknown = {f.fact for f in found if f.missing}
    read = [reading for reading in blood_pressure.readings(case) if not reading.upside_down]
    return Assessment(
        gate=Gate.of(found),
        missing=tuple(item.id for item in facts() if item.id in unknown),
        to_do=tuple(
            item.id for item in facts() if item.id in unknown and item.on_the_day and not case.starting
        ),
        not_checked=(*unclassified, *medicine.not_checked),
        indications=case.indications,
        treated=case.treated,
        body=case.body,
        weight=weighing,
        height=height,
        bmi=bmi,
        blood_pressure=read[0] if read else None,
    )


def asks_first(gate: Gate, patient: PatientFacts) -> tuple[Finding, ...]:
    """What has to be asked or measured before anything can be judged; empty when something on record closes the gate.

    Of somebody who was just registered nothing speaks against treatment yet: without weight and diagnosis nothing goes on,
    but that is a thing to do, and no verdict. A weight or problems on record that do not serve are one.
    """
    closing = tuple(f for f in gate.findings if f.level >= Level.BLOCK)
    recorded = {"diagnosis": bool(patient.problems), "weight": bool(patient.measured("weight_kg"))}
    unasked = all(f.missing and not recorded.get(f.fact, False) for f in closing)
    return closing if unasked else ()


def case_of(
    patient: PatientFacts, *, policy: Policy, as_of: date, purpose: JudgementPurpose, indication: str | None
) -> JudgedCase:
    """The shared ground of all judgements about one person."""
    held = indications(patient.problems)
    wanted = condition(indication) if indication is not None else None
    treated = (wanted,) if wanted else tuple(i.condition for i in held if _counts(i.condition))
    body = person.body_of(patient, policy=policy, as_of=as_of)
    return JudgedCase(
        facts=patient,
        policy=policy,
        as_of=as_of,
        purpose=purpose,
        body=body,
        indications=held,
        treated=treated,
        ecg_needed=_ecg_needed(patient, policy, body, treated),
    )


def _counts(item: Condition) -> bool:
    """Whether a condition is a reason for treatment without being asked for by name."""
    return not item.on_request and not item.under_study


_HEART = frozenset(
    (
        "cardiac_event", "heart_failure", "heart_failure_decompensated", "arrhythmia", "arrhythmia_significant",
        "pressure_hazard", "cardiac_other",
    )
)  # fmt: skip


def _ecg_needed(patient: PatientFacts, policy: Policy, body: Body, treated: Iterable[Condition]) -> bool:
    """At the policy's age or an unknown one, with heart disease, a QT-prolonging medicine, or a pain dose."""
    return (
        body.age_years is None
        or body.age_years >= policy.whole("ecg_age_years")
        or any(c.track == PAIN for c in treated)
        or any(_HEART.intersection(contraindications.mentioned(p)) for p in patient.problems)
        or medicines.prolongs_qt(patient.medications)
    )


def _diagnosis(case: JudgedCase, indication: str | None) -> tuple[Finding, ...]:
    item = fact("diagnosis")
    if not case.treated:
        return missing(case, item, because=_none_treated(case))
    held = {i.condition.id: i for i in case.indications}
    found = [f for c in case.treated for f in _condition(c, held.get(c.id), asked=indication is not None)]
    if not any(c.id in held for c in case.treated):
        found.extend(_not_held(case, item))
    return tuple(found)


def _none_treated(case: JudgedCase) -> str:
    """That nothing opens the gate, and what was looked at: a word in a text is never an indication."""
    spoken = sorted({_said(p) for p in case.facts.problems if _speaks_of_one(p)})
    if not spoken:
        return "No active diagnosis that is treated here."
    listed = ", ".join(f"“{text}”" for text in spoken[:3]) + (" and others" if len(spoken) > 3 else "")
    return (
        f"No active diagnosis that is treated here: {listed} can't be classified as one by code or by its whole "
        "name. A prescriber names the indication."
    )


def _not_held(case: JudgedCase, item: RequiredFact) -> tuple[Finding, ...]:
    """A condition asked for by name that no problem is for certain: REVIEW where a problem may mean it, else as absent."""
    wanted = case.treated[0]
    spoken = sorted(_said(p) for p in case.facts.problems if _speaks_of_one(p) and wanted.id in resembles(p))
    if not spoken:
        because = f"{wanted.title} was asked for, but no active diagnosis of it is recorded."
        return missing(case, item, because=because)
    message = (
        f"{wanted.title} was asked for; the record only says “{spoken[0]}”, which is not classified as it. "
        "A prescriber confirms the indication and records it with its code."
    )
    return (note("diagnosis", "DIAGNOSIS-NOT-CLASSIFIED", Level.REVIEW, message),)


def _speaks_of_one(problem: Problem) -> bool:
    return problem.status in (ProblemStatus.ACTIVE, ProblemStatus.REMISSION) and bool(resembles(problem))


def _said(problem: Problem) -> str:
    return (problem.text or _codes(problem.codings))[:120]


def _condition(item: Condition, held: Indication | None, *, asked: bool) -> tuple[Finding, ...]:
    found = [
        Finding(
            "EVIDENCE", Level.PASS, f"{item.title}: {item.grade}. {item.summary}", item.basis, "diagnosis"
        )
    ]
    if asked and not item.template:
        message = f"{item.title}: there is no protocol for it here. {item.summary}"
        found.append(Finding("NO-TEMPLATE", Level.BLOCK, message, item.basis, "diagnosis"))
    if asked and item.on_request:
        message = f"{item.title} is treated only with an addiction specialist and under 42 CFR Part 2. {item.summary}"
        found.append(Finding("SPECIALIST", Level.REVIEW, message, item.basis, "diagnosis"))
    if held is not None and held.in_remission:
        message = f"{item.title} is recorded as in remission. Confirm that treatment is wanted now, for maintenance perhaps."
        found.append(note("diagnosis", "IN-REMISSION", Level.REVIEW, message))
    found += _to_compare(item, held.problems if held else ())
    return tuple(found)


def _to_compare(item: Condition, problems: Iterable[Problem]) -> Iterator[Finding]:
    """A code beside words that nothing here knows: whether they say the same is for a person to see."""
    for problem in problems:
        if text := not_compared(problem):
            message = (
                f"“{text[:120]}” is coded {_codes(problem.codings)}, {item.title}; its words are not known here. "
                "Compare code and text."
            )
            yield note("diagnosis", "CODE-AND-TEXT", Level.REVIEW, message)


def _answers(case: JudgedCase) -> tuple[Finding, ...]:
    return tuple(f for item in facts() if item.kind == "answer" for f in answers.judge(case, item))


def _problems(case: JudgedCase, indication: str | None) -> tuple[Finding, ...]:
    return contraindications.judge(
        case.facts.problems,
        policy=case.policy,
        as_of=case.as_of,
        only_pain=case.only_pain,
        requested=frozenset((indication,)) if indication else frozenset(),
        untriaged=untriaged_problems(case.facts, as_of=case.as_of),
    )


def _unclassified(patient: PatientFacts) -> tuple[str, ...]:
    return (*_unknown_problems(patient), *sorted(set(patient.unreadable)))


def not_recognised(patient: PatientFacts) -> Mapping[str, tuple[str, ...]]:
    """What the rules can't tell of a person's facts, whatever the policy: a sentence each, with where the facts were read."""
    unread = {
        f"{fact(each.fact).title}: the answer “{answers.said(each.value)[:80]}” can't be read.": (
            each.origin,
        )
        for each in patient.answers
        if not answers.is_readable(each)
    }
    return {**_unknown_problems(patient), **medicines.not_recognised(patient.medications), **unread}


def _unknown_problems(patient: PatientFacts) -> Mapping[str, tuple[str, ...]]:
    """One sentence a reason: a record of sixty problems that nobody here knows is one thing to look at."""
    problems: dict[str, list[Problem]] = {}
    for problem in patient.problems:
        if allergies.is_allergy(problem):
            continue
        if told_otherwise(problem) or not (contraindications.recognised(problem) or named(problem)):
            problems.setdefault(_why_unknown(problem), []).append(problem)
    sentences = {}
    for why, found in problems.items():
        said = sorted({f"“{_said(problem)}”{_coded(problem)}" for problem in found})
        several = f"The problems {', '.join(said[:-1])} and {said[-1]} are {why}"
        sentence = f"The problem {said[0]} is {why}" if len(said) == 1 else several
        sentences[sentence] = tuple(problem.origin for problem in found)
    return dict(sorted(sentences.items()))


def _coded(problem: Problem) -> str:
    """The codes of a problem after its words, where its words are not the code."""
    codes = [c.code for c in problem.codings if c.code.strip() and c.code != problem.text]
    told = problem.text and codes and not told_otherwise(problem)
    return f" ({', '.join(codes)[:80]})" if told else ""


def _why_unknown(problem: Problem) -> str:
    if told_otherwise(problem):
        return f"coded {_codes(problem.codings)}: code and text disagree, and neither opens anything."
    if not resembles(problem):
        return "not known here."
    certain = "its code or its whole name" if problem.certain else "a confirmed diagnosis"
    return f"not classified: only {certain} makes an indication."


def _codes(codings: Iterable[object]) -> str:
    return ", ".join(str(getattr(c, "code", "")) for c in codings) or "without text"


def _not_checked(text: str) -> Finding:
    message = f"Not checked: {text} A prescriber looks at it."
    return Finding("NOT-CHECKED", Level.REVIEW, message, Basis((Tag.D,), note="Hazard H9"))
