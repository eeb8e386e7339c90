"""The manual page on required facts: where each stands in a FHIR bundle, and what its absence does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from tenuto.core.gate import Level
from tenuto.core.intake.required import GROUPS, RequiredFact, facts
from tenuto.core.intake.terminology import CodeRole, terms

__all__ = ["page"]

_HEAD = """\
# Facts and where they stand in a FHIR bundle

<!-- Generated from the code and its data with `tenuto docs build`; do not edit. -->

A bundle is FHIR R4. Each fact below has the path at which it is read, the codes that it is recognised by, and what
its absence does when treatment is planned and when an infusion is to start. **Absence of a code is not absence of
disease**: a "no" about the history is known only through an explicit answer or a Condition whose verification status
is `refuted`. A value with a date after the day of the judgement doesn't count.

Answers come from a QuestionnaireResponse whose `linkId` is the fact's id, with the date in `authored`. A yes or no is
`valueBoolean`; a choice is `valueString` or the display of `valueCoding`, one of the words listed.

PHQ-9, GAD-7, AUDIT-C and the suicide screener may also be sent item by item, each with the LOINC code of the item as its
`linkId`; a total is made only when every item is answered. A scale without a LOINC code is an Observation with its
name as the code in the system `urn:tenuto:instruments`, or an item with its name as the `linkId`. A consent has the
scope `treatment` and names ketamine in its category, policy or provision.
"""
_SNIPPETS = {
    "diagnosis": """\
{"resourceType": "Condition",
 "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
 "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F33.2"}]}}""",
    "history.aneurysm": """\
{"resourceType": "QuestionnaireResponse", "status": "completed", "authored": "2026-11-20T09:00:00Z",
 "item": [{"linkId": "history.aneurysm", "answer": [{"valueBoolean": false}]}]}""",
    "suicide.screen": """\
{"linkId": "suicide.screen", "answer": [{"valueString": "negative"}]}""",
    "consent": """\
{"resourceType": "Consent", "status": "active", "dateTime": "2026-11-19",
 "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "treatment"}]},
 "category": [{"text": "Ketamine infusion for depression, off-label"}]}""",
    "weight": """\
{"resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-11-20T09:05:00Z",
 "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
 "valueQuantity": {"value": 70, "system": "http://unitsofmeasure.org", "code": "kg"}}""",
    "blood_pressure": """\
{"resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-11-20T09:10:00Z",
 "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
 "component": [
  {"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
   "valueQuantity": {"value": 118, "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}},
  {"code": {"coding": [{"system": "http://loinc.org", "code": "8462-4"}]},
   "valueQuantity": {"value": 76, "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}}]}""",
    "lab.liver": """\
{"resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-10-01",
 "code": {"coding": [{"system": "http://loinc.org", "code": "1742-6"}]},
 "valueQuantity": {"value": 22, "system": "http://unitsofmeasure.org", "code": "U/L"},
 "referenceRange": [{"high": {"value": 40, "system": "http://unitsofmeasure.org", "code": "U/L"}}]}""",
}


def page() -> str:
    """The page as Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD
    for group, members in groupby(facts(), key=lambda f: f.group):
        items = tuple(members)
        yield f"## {GROUPS[group]}\n"
        yield "| Fact | Path and codes | Asked of | Unknown: planning | Unknown: starting | Counts for | Evidence |"
        yield "|---|---|---|---|---|---|---|"
        yield from (_row(item) for item in items)
        yield ""
        yield from _odd(items)


def _row(item: RequiredFact) -> str:
    cells = (
        f"**{item.title}**<br>`{item.id}`",
        "<br>".join((item.fhir_path, *_codes(item), *_choices(item))),
        ", ".join(_APPLIES[name] for name in item.applies),
        _level(item.planning) + ("<br>to do by the first infusion" if item.on_the_day else ""),
        _level(item.starting),
        _validity(item),
        item.basis.evidence,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


_APPLIES = {
    "all": "everyone",
    "psychiatric": "psychiatric conditions",
    "pain": "pain",
    "childbearing_age": "not male, and not past the age limit",
    "childbearing": "child-bearing potential",
    "ecg": "age, heart disease, QT medicines, pain",
}


def _level(level: Level) -> str:
    if level is Level.REFUSE:
        return "REFUSE, no dose"
    return "not asked" if level is Level.PASS else level.name


def _validity(item: RequiredFact) -> str:
    limit = item.valid or item.valid_months
    today = "today when starting" if item.same_day else ""
    if item.same_day_unless:
        today = f"today when starting, unless `{item.same_day_unless}`"
    return "; ".join(part for part in (f"policy `{limit}`" if limit else "", today) if part) or "always"


def _codes(item: RequiredFact) -> Iterator[str]:
    for measure in item.measures:
        estimated = (
            f"; stated or estimated, never used: {', '.join(measure.estimated)}" if measure.estimated else ""
        )
        yield f"`{measure.kind}` in `{measure.unit}`: LOINC {', '.join(measure.loinc)}{estimated}"
    for name, codes in (item.scores or {}).items():
        yield f"`{name}`: LOINC {', '.join(codes)}" if codes else f"`{name}`: code or linkId `{name}`"
    for coding in item.codes:
        yield f"{coding.system.upper()} {coding.code} {coding.display}"
    for role, label in _ROLES.items():
        found = [term.coding.code for term in terms() if term.fact == item.id and term.role is role]
        if found:
            yield f"{label}: LOINC {', '.join(found)}"


_ROLES = {
    CodeRole.RESULT: "also",
    CodeRole.MEASURE: "also",
    CodeRole.CLOSES: "only what closes counts",
}


def _choices(item: RequiredFact) -> Iterator[str]:
    if item.effects:
        words = (f"{key} {level.name}" for key, level in item.effects.items() if not key.endswith("_pain"))
        yield "answers: " + ", ".join(words)


def _odd(items: tuple[RequiredFact, ...]) -> Iterator[str]:
    for item in items:
        if item.id in _SNIPPETS:
            yield f"{item.title}:\n\n```json\n{_SNIPPETS[item.id]}\n```\n"
