"""What the saved entries of a history step mean as facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from tenuto.core.dates import say_date
from tenuto.core.gate import Level
from tenuto.core.intake import allergies
from tenuto.core.intake.answers import closes, said
from tenuto.core.intake.contraindications import spoken_of
from tenuto.core.intake.facts import (
    Allergy,
    Answer,
    Coding,
    Medication,
    PatientFacts,
    Person,
    Problem,
    ProblemStatus,
)
from tenuto.core.intake.merge import Entry, Struck
from tenuto.core.intake.required import RequiredFact, fact
from tenuto.core.intake.steps import HistoryStep, Question, Rows
from tenuto.core.intake.wording import Mention

__all__ = [
    "TRIALS",
    "YES",
    "Saved",
    "TakenBack",
    "Value",
    "answered",
    "closing_row",
    "judgement",
    "meaning",
    "medication_of",
    "standing_answers",
    "trial_of",
    "trial_text",
    "with_detail",
]

Value = str | Mapping[str, str] | None
"""An entry as it is kept: words for a question, named words for a row, None for a row that was taken off."""
YES = "yes: "
"""Before what was said beside a yes, in the words of a question that is answered yes or no."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The newest value of an entry, when it was given and by whom."""

    value: Value
    day: date
    by: str
    version: int = 0
    """The version of the step that brought it."""
    together: bool = False
    """It was asked as one of a short group, and recorded in one step with it."""
    role: str = ""
    """In which role it was given; empty of what was saved before roles were kept."""
    earlier: tuple[Saved, ...] = ()
    """What was saved before and not taken back, oldest first."""
    taken_back: TakenBack | None = None
    """What a prescriber took back last."""

    @property
    def origin(self) -> str:
        """Where the fact was read, for the person who looks at it."""
        return f"form, asked together, {self.by}" if self.together else f"form, {self.by}"


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Earlier values that a prescriber took back, with the reason."""

    earlier: tuple[Saved, ...]
    reason: str
    day: date
    by: str


def standing_answers(question: Question, saved: Saved) -> tuple[Answer, ...]:
    """The earlier answers to a question that close and were not taken back, where the newest says something else; each once."""
    return _closing(question, saved.earlier, but=saved.value)


def _closing(question: Question, earlier: Iterable[Saved], *, but: Value) -> tuple[Answer, ...]:
    found: dict[str, Answer] = {}
    for each in earlier:
        if not isinstance(each.value, str) or not each.value.strip() or question.fact.kind != "answer":
            continue
        answer = answered(question, each.value.strip(), each.day, each.origin)
        if closes(answer):
            found[said(answer.value)] = replace(answer, stands=True)
    if isinstance(but, str) and but.strip() and found:
        found.pop(said(answered(question, but.strip()).value), None)
    return tuple(found.values())


def closing_row(kind: Rows, row: Value) -> bool:
    """Whether an entry of a list keeps treatment away: it is taken off or reworded only with a prescriber's reason."""
    if not isinstance(row, Mapping):
        return False
    if kind is Rows.ALLERGY:
        return allergies.closes(_allergy(row, ""))
    if kind is Rows.DIAGNOSIS:
        problem = _problem(row, "")
        return any(
            rule.levels[problem.status] >= Level.BLOCK and mention >= Mention.UNCERTAIN
            for rule, mention in spoken_of(problem)
        )
    return False


def meaning(step: HistoryStep, state: Mapping[str, Saved]) -> tuple[PatientFacts, dict[str, Entry | Struck]]:
    """The answers of a step, and its list rows by row id. An emptied answer is no answer."""
    answers = tuple(a for q in step.questions for a in _answers(q, state))
    answers += tuple(
        a for q in step.questions if q.fact.id in state for a in standing_answers(q, state[q.fact.id])
    )
    rows: dict[str, Entry | Struck] = {}
    if step.rows in _ENTRIES:
        rows = {
            key: _row(step.rows, saved) for key, saved in state.items() if not isinstance(saved.value, str)
        }
    if step.rows is Rows.TRIAL:
        answers = (*(a for a in answers if a.fact != TRIALS), *_trials(state))
    sex = state.get("sex")
    person = Person(sex=sex.value if sex and isinstance(sex.value, str) else "")
    return PatientFacts(person=person, answers=answers), rows


TRIALS = "treatments.trials"


def judgement(step: HistoryStep, key: str, now: Value, new: Value) -> RequiredFact | None:
    """The fact whose clinical judgement a change of an entry records: an answer, or whether a trial was adequate; else None."""
    if isinstance(new, Mapping) and step.rows is Rows.TRIAL:
        before = now.get("adequate", "") if isinstance(now, Mapping) else ""
        return fact(TRIALS) if new.get("adequate", "") not in ("", before) else None
    judged = next((q.fact for q in step.questions if q.fact.id == key and q.fact.judged_by), None)
    # Emptying it takes the judgement of somebody else away.
    changed = isinstance(new, str) and (new or now)
    return judged if judged is not None and judged.id != TRIALS and changed else None


def _answers(question: Question, state: Mapping[str, Saved]) -> Iterator[Answer]:
    """The newest answer; of a clinical judgement the newest of those whose it is, beside what others wrote after it."""
    saved = state.get(question.fact.id)
    if saved is None or question.fact.kind != "answer":
        return
    judges = question.fact.judged_by
    every = (*saved.earlier, saved) if judges else (saved,)
    last = max((n for n, each in enumerate(every) if not judges or each.role in judges), default=-1)
    for each in every[max(last, 0) :]:
        if not isinstance(each.value, str) or not each.value.strip():
            continue
        answer = answered(question, each.value.strip(), each.day, each.origin)
        others = bool(judges) and each.role not in judges
        yield replace(answer, taken_back=_said_of(question, each.taken_back, answer), not_theirs=others)


def _said_of(question: Question, back: TakenBack | None, now: Answer) -> str:
    """What was taken back, for whoever decides; nothing while the answer closes again."""
    if back is None or closes(now):
        return ""
    before = _closing(question, back.earlier, but=None)
    told = " and ".join(
        f"“{said(a.value)[:80]}” of {_day_of(a)} ({a.origin.removeprefix('form, ')})" for a in before
    )
    return f"{told} was taken back by {back.by} on {say_date(back.day)}: {back.reason}" if told else ""


def _day_of(answer: Answer) -> str:
    return say_date(answer.taken) if answer.taken else "an unknown day"


def answered(question: Question, text: str, day: date | None = None, origin: str = "") -> Answer:
    """An entry's words as the answer that they are; what stands beside a yes, or is the reason of a no, is its detail."""
    word, _, detail = text.partition(": ") if _may_have_detail(question, text) else (text, "", "")
    return Answer(question.fact.id, _typed(question, word), day, origin, detail=detail.strip())


def with_detail(answer: Answer) -> str:
    """A yes or no as the words of its entry, with what stands beside it."""
    word = "yes" if answer.value else "no"
    return f"{word}: {answer.detail}" if answer.detail and _takes_detail(fact(answer.fact), word) else word


def _may_have_detail(question: Question, text: str) -> bool:
    return question.fact.value == "yes_no" and _takes_detail(question.fact, text.partition(": ")[0])


def _takes_detail(item: RequiredFact, word: str) -> bool:
    """Whether something may stand beside a yes or no: what a yes wants to tell, and why it is a no."""
    return word == "yes" or (word == "no" and bool(item.no_because))


def _typed(question: Question, text: str) -> bool | date | str:
    if question.fact.value == "yes_no":
        return text == "yes"
    return date.fromisoformat(text) if question.fact.value == "date" else text


def _trials(state: Mapping[str, Saved]) -> Iterator[Answer]:
    rows = [(s, _judged_trial(s, s.value)) for s in state.values() if isinstance(s.value, Mapping)]
    if rows:
        text = "; ".join(trial_text(row) for _, row in rows)
        yield Answer(TRIALS, text, max(s.day for s, _ in rows), rows[-1][0].origin)
    elif (none := state.get(TRIALS)) is not None and none.value == "none":
        yield Answer(TRIALS, "none", none.day, none.origin)


def _judged_trial(saved: Saved, row: Mapping[str, str]) -> Mapping[str, str]:
    """A trial without the word that it was adequate, where nobody wrote that whose judgement it is."""
    told, role = "", ""
    for each in (*saved.earlier, saved):
        adequate = each.value.get("adequate", "") if isinstance(each.value, Mapping) else ""
        if adequate != told:
            told, role = adequate, each.role
    if told != "yes" or role in fact(TRIALS).judged_by:
        return row
    return {**row, "adequate": ""}


def trial_text(row: Mapping[str, str]) -> str:
    """One trial in words, such as `sertraline 150 mg for 10 weeks: no response, adequate`."""
    named = " ".join(part for part in (row.get("drug", ""), row.get("dose", "")) if part)
    weeks = f" for {row['weeks']} weeks" if row.get("weeks") else ""
    adequate = _ADEQUACY.get(row.get("adequate", ""), "")
    told = ", ".join(part for part in (row.get("response", ""), adequate) if part)
    return f"{named}{weeks}" + (f": {told}" if told else "")


_ADEQUACY = {"yes": "adequate", "no": "not adequate", "unclear": "adequacy unclear"}
_TRIAL = re.compile(
    r"(?P<drug>\S.*?) for (?P<weeks>[0-9]{1,3}) weeks"
    r"(?:: (?P<response>no response|partial response|response|remission|not borne)?(?:, )?"
    r"(?P<adequate>adequate|not adequate|adequacy unclear)?)?\.?\Z",
    re.IGNORECASE,
)


def trial_of(text: str) -> dict[str, str]:
    """The words of a trial that is written as `trial_text` says it; empty when it is written otherwise."""
    found = _TRIAL.match(" ".join(text.split()))
    if found is None:
        return {}
    told = {name: word.lower() for name, word in found.groupdict(default="").items() if word}
    by_word = {word: key for key, word in _ADEQUACY.items()}
    adequate = by_word.get(told.pop("adequate", ""), "")
    return {**told, "drug": found["drug"], **({"adequate": adequate} if adequate else {})}


def _row(kind: Rows, saved: Saved) -> Entry | Struck:
    if not isinstance(saved.value, Mapping):
        return Struck()
    return _ENTRIES[kind](saved.value, saved.origin)


def medication_of(row: Mapping[str, str], origin: str = "") -> Medication:
    """A medicine as it was entered."""
    return Medication(
        row.get("text", ""), _codes(row, "rxnorm"), row.get("dose", ""), _day(row, "last_taken"), origin
    )


def _allergy(row: Mapping[str, str], origin: str) -> Allergy:
    return Allergy(row.get("text", ""), _codes(row, "rxnorm"), row.get("reaction", ""), origin)


def _problem(row: Mapping[str, str], origin: str) -> Problem:
    return Problem(
        row.get("text", ""),
        _codes(row, "icd10cm"),
        ProblemStatus(row.get("status") or "active"),
        onset=_day(row, "onset"),
        ended=_day(row, "ended"),
        origin=origin,
    )


_ENTRIES: Mapping[Rows, Callable[[Mapping[str, str], str], Entry]] = {
    Rows.DIAGNOSIS: _problem,
    Rows.MEDICINE: medication_of,
    Rows.ALLERGY: _allergy,
}


def _codes(row: Mapping[str, str], system: str) -> tuple[Coding, ...]:
    return (Coding(row.get("system") or system, row["code"], row.get("text", "")),) if row.get("code") else ()


def _day(row: Mapping[str, str], name: str) -> date | None:
    return date.fromisoformat(row[name]) if row.get(name) else None
