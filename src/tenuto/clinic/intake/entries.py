"""What other sources put into the entries of a history step, so that nobody types what a record has told."""

from __future__ import annotations

from tenuto.core.intake.facts import Allergy, Medication, PatientFacts, Problem
from tenuto.core.intake.history import Value, with_detail
from tenuto.core.intake.merge import row_id
from tenuto.core.intake.steps import HistoryStep, Question, Rows

__all__ = ["standing"]


def standing(step: HistoryStep, facts: PatientFacts) -> dict[str, Value]:
    """What stands in each entry of a step by other sources than its own saves: records, results, visits.

    `facts` are those without the saves of the history (`gather.without_saves`).
    """
    found: dict[str, Value] = {}
    for question in step.questions:
        if (text := _recorded(question, facts)) is not None:
            found[question.fact.id] = text
    found.update(_imported_rows(step.rows, facts))
    return found


def _recorded(question: Question, facts: PatientFacts) -> str | None:
    if question.fact.id == "sex":
        return facts.person.sex or None
    answer = facts.answer(question.fact.id)
    if answer is None:
        return None
    if isinstance(answer.value, bool):
        return with_detail(answer)
    return str(answer.value)


def _imported_rows(kind: Rows, facts: PatientFacts) -> dict[str, Value]:
    match kind:
        case Rows.DIAGNOSIS:
            return {row_id(p): _problem_row(p) for p in facts.problems}
        case Rows.MEDICINE:
            return {row_id(m): _medicine_row(m) for m in facts.medications}
        case Rows.ALLERGY:
            return {row_id(a): _allergy_row(a) for a in facts.allergies}
    return {}


def _problem_row(p: Problem) -> dict[str, str]:
    code = next((c.code for c in p.codings if c.system.startswith("icd")), "")
    status = "" if p.status == "active" else p.status.value
    return _full(text=_text(p), code=code, status=status, onset=p.onset.isoformat() if p.onset else "")


def _medicine_row(m: Medication) -> dict[str, str]:
    return _full(text=_text(m), dose=m.dose, last_taken=m.last_taken.isoformat() if m.last_taken else "")


def _allergy_row(a: Allergy) -> dict[str, str]:
    return _full(text=_text(a), reaction=a.reaction)


def _text(entry: Problem | Medication | Allergy) -> str:
    return entry.text or next((c.display or c.code for c in entry.codings), "")


def _full(**words: str) -> dict[str, str]:
    return {name: text for name, text in words.items() if text}
