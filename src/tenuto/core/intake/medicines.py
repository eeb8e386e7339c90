"""Medicines that matter with ketamine, recognised by RxNorm code or by name. Nobody is told to stop a medicine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from tenuto.core.data import Table, data_file
from tenuto.core.dates import say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.case import JudgedCase
from tenuto.core.intake.facts import Coding, Medication
from tenuto.core.intake.wording import Mention, Phrases, folded_letters
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, Tag, basis_of

__all__ = [
    "DrugClass",
    "MedicineReview",
    "classes",
    "interactions",
    "judge",
    "prolongs_qt",
    "recognise",
    "register",
    "told_in",
]


@dataclass(frozen=True, slots=True)
class DrugClass:
    """Medicines with one rule."""

    id: str
    title: str
    level: Level
    effect: str
    action: str
    basis: Basis
    ask_last_taken: bool = False
    ask_taken_today: bool = False
    washout_days: int = 0
    """How long it acts after it was stopped; 0 where that makes no rule."""


@dataclass(frozen=True, slots=True)
class MedicineReview:
    """What the medicine list means: findings, and sentences about what wasn't recognised."""

    findings: tuple[Finding, ...]
    not_checked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drug:
    """One ingredient with the RxNorm codes and names by which it is recognised."""

    name: str
    codes: tuple[str, ...]
    brands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AllergyRule:
    """What counts as an allergy to the drug or to what is in its vial: phrases, and (system, code) pairs."""

    texts: tuple[str, ...]
    anywhere: tuple[str, ...]
    """Names in other scripts, found inside a text, without accents."""
    class_texts: tuple[str, ...]
    """Groups of drugs that ketamine belongs to."""
    class_apart: tuple[str, ...]
    """Groups that are called alike and that it does not belong to."""
    diluent_texts: tuple[str, ...]
    """What the infusion may be diluted in, or that is made from, where a person can choose another."""
    diluent_codes: frozenset[tuple[str, str]]
    codes: frozenset[tuple[str, str]]
    reactions: tuple[str, ...]
    """Words that tell of a reaction to something."""
    basis: Basis


@dataclass(frozen=True, slots=True)
class Register:
    """The content of `literature/interactions.toml`."""

    classes: Mapping[str, DrugClass]
    drugs: Mapping[str, tuple[Drug, ...]]
    """By class."""
    qt: frozenset[str]
    qt_basis: Basis
    allergy: AllergyRule


@data_file(ROOT / "interactions.toml")
def register(file: Table) -> Register:
    """Classes, drugs, medicines that prolong the QT interval, and the allergy."""
    entries, qt = file.tables("class"), file.table("qt")
    return Register(
        {entry.text("id"): _class(entry) for entry in entries},
        {entry.text("id"): tuple(_drug(drug) for drug in entry.tables("drugs")) for entry in entries},
        frozenset(qt.words("drugs")),
        basis_of(qt),
        _allergy(file.table("allergy")),
    )


def _class(entry: Table) -> DrugClass:
    return DrugClass(
        id=entry.text("id"),
        title=entry.text("title"),
        level=Level.PASS
        if entry.raw.get("level") == "INFO" and entry.has("level")
        else entry.choice("level", Level),
        effect=entry.text("effect"),
        action=entry.text("action"),
        basis=basis_of(entry),
        ask_last_taken=entry.flag("ask_last_taken"),
        ask_taken_today=entry.flag("ask_taken_today"),
        washout_days=entry.whole("washout_days") if entry.has("washout_days") else 0,
    )


def _drug(entry: Table) -> Drug:
    codes = (*entry.words("rxcui", ()), *entry.words("products", ()))
    return Drug(entry.text("name"), codes, entry.words("brands", ()))


def _allergy(entry: Table) -> AllergyRule:
    codes = {(system, code) for system in ("rxnorm", "snomed", "unii", "atc") for code in entry.words(system)}
    return AllergyRule(
        entry.words("text"),
        tuple(folded_letters(name) for name in entry.words("anywhere")),
        entry.words("class_text"),
        entry.words("class_apart"),
        entry.words("diluent_text"),
        frozenset(("rxnorm", code) for code in entry.words("diluent_rxnorm")),
        frozenset(codes),
        entry.words("reactions"),
        basis_of(entry),
    )


def classes() -> Mapping[str, DrugClass]:
    """All classes by id, in the order of the file."""
    return register().classes


@dataclass(frozen=True, slots=True)
class _Index:
    ingredients: Mapping[str, tuple[str, ...]]
    """Class ids by ingredient; an ingredient can stand in several."""
    codes: Mapping[str, frozenset[str]]
    """Ingredients by RxNorm code; a combined product has several."""
    names: Phrases
    qt: frozenset[str]


@cache
def _index() -> _Index:
    ingredients: dict[str, tuple[str, ...]] = {}
    codes: dict[str, frozenset[str]] = {}
    names: dict[str, list[str]] = {}
    for class_id, drugs in register().drugs.items():
        for drug in drugs:
            ingredients[drug.name] = (*ingredients.get(drug.name, ()), class_id)
            for code in drug.codes:
                codes[code] = codes.get(code, frozenset()) | {drug.name}
            names.setdefault(drug.name, []).extend((drug.name, *drug.brands))
    return _Index(ingredients, codes, Phrases(names), register().qt)


def recognise(medication: Medication) -> frozenset[str]:
    """The ingredients recognised in a medicine, by code and by name."""
    index = _index()
    by_code = (name for coding in medication.codings for name in _coded(coding))
    by_name = (name for text in _texts(medication) for name in index.names.names(text))
    return frozenset((*by_code, *by_name))


def told_in(text: str) -> frozenset[str]:
    """The ingredients with a rule that words name without denying them, such as “on selegiline patch”."""
    said = _index().names.mentions(text)
    return frozenset(
        name for name, mention in said.items() if name in _ruled() and mention >= Mention.UNCERTAIN
    )


@cache
def _ruled() -> frozenset[str]:
    strict = (class_id for class_id, each in classes().items() if each.level > Level.PASS)
    return frozenset(drug.name for class_id in strict for drug in register().drugs[class_id])


def _coded(coding: Coding) -> frozenset[str]:
    """The ingredients that a code stands for; none for another system or an unknown code."""
    if coding.system not in ("rxnorm", "http://www.nlm.nih.gov/research/umls/rxnorm"):
        return frozenset()
    return _index().codes.get(coding.code.strip(), frozenset())


def _texts(medication: Medication) -> tuple[str, ...]:
    texts = (medication.text, *(c.display for c in medication.codings))
    return tuple(dict.fromkeys(text for text in texts if text.strip()))


def interactions(medication: Medication) -> tuple[DrugClass, ...]:
    """The classes with a rule that a medicine belongs to, the strictest first; empty says nothing about safety."""
    ids = {c for name in recognise(medication) for c in _index().ingredients[name]}
    return tuple(sorted((classes()[class_id] for class_id in ids), key=lambda c: (-c.level, c.id)))


def prolongs_qt(medications: Iterable[Medication]) -> bool:
    """True when a medicine that prolongs the QT interval is taken."""
    return any(_index().qt.intersection(recognise(m)) for m in medications)


def judge(case: JudgedCase) -> MedicineReview:
    """Findings about every recognised medicine, and one review of those that aren't recognised whole."""
    found: list[Finding] = []
    for medication in case.facts.medications:
        matched = sorted({c for name in recognise(medication) for c in _index().ingredients[name]})
        found.extend(_finding(case, classes()[class_id], medication) for class_id in matched)
        found.extend(_contradiction(coding, text) for coding, text in _contradictions(medication))
    for sentence in not_recognised(case.facts.medications):
        one = sentence.startswith(_ONE)
        look = "Look up whether it matters with ketamine." if one else "Look up whether they matter."
        found.append(_unknown(f"{sentence} {look}"))
    return MedicineReview(tuple(found), tuple(not_recognised(case.facts.medications)))


_ONE = "The medicine "


def not_recognised(medications: Iterable[Medication]) -> Mapping[str, tuple[str, ...]]:
    """The medicines, and components of combined ones, that no entry knows: at most one sentence, with where they were read."""
    unknown = {m: _unrecognised(m, recognise(m)) for m in medications}
    names = sorted({name for found in unknown.values() for name in found})
    if not names:
        return {}
    sentence = (
        f"{_ONE}{names[0]} is not known here."
        if len(names) == 1
        else f"The medicines {', '.join(names[:-1])} and {names[-1]} are not known here."
    )
    return {sentence: tuple(medicine.origin for medicine, found in unknown.items() if found)}


def _finding(case: JudgedCase, item: DrugClass, medication: Medication) -> Finding:
    level, asked = item.level, ""
    if item.ask_last_taken:
        asked = (
            f" Last taken {say_date(medication.last_taken)}."
            if medication.last_taken
            else " Record dose and when it was last taken."
        )
    if item.ask_taken_today and medication.last_taken != case.as_of:
        asked = " Ask whether it was taken today."
        level = max(level, Level.REVIEW) if case.starting else level
    dose = f", {medication.dose}" if medication.dose else ""
    message = f"{item.title}: {_found_by(medication, item.id)}{dose}. {item.effect} {item.action}{asked}"
    return Finding(
        f"INTERACTION-{item.id.upper().replace('_', '-')}",
        level,
        message,
        item.basis,
        "medications.reconciled",
    )


def _contradictions(medication: Medication) -> Iterator[tuple[Coding, str]]:
    """A code beside words that both stand for medicines that are known, and not for one of the same."""
    for coding in medication.codings:
        coded = _coded(coding)
        for text in dict.fromkeys((coding.display, medication.text)):
            named = _index().names.names(text)
            if coded and named and not coded & named:
                yield coding, text
                break


def _contradiction(coding: Coding, text: str) -> Finding:
    message = (
        f"“{text.strip()[:80]}” has the code RxNorm {coding.code.strip()[:20]}, which is {' and '.join(sorted(_coded(coding)))}: code and "
        "name disagree. Both are judged. Ask which one is taken, and have the record corrected."
    )
    return Finding(
        "MEDICINE-CODE-AND-NAME",
        Level.REVIEW,
        message,
        Basis((Tag.D,), note="Hazard H10"),
        "medications.reconciled",
    )


def _found_by(medication: Medication, class_id: str) -> str:
    """The words or the code of an entry that put it in a class: not always those that it is called by."""
    entry = _name(medication)
    parts = [Medication(entry), *(Medication(c.display, (c,)) for c in medication.codings)]
    found = next((p for p in parts if any(c.id == class_id for c in interactions(p))), parts[0])
    said = entry if not found.text and len(medication.codings) == 1 else _name(found)
    coded = next((c for c in found.codings if class_id in _classes_of(_coded(c))), None)
    if coded is not None and class_id not in _classes_of(_index().names.names(found.text)):
        return f"“{entry}” (RxNorm {coded.code.strip()[:20]}: {', '.join(sorted(_coded(coded)))})"
    return f"“{said}”" if said == entry else f"“{said}”, in the entry “{entry}”"


def _classes_of(ingredients: Iterable[str]) -> frozenset[str]:
    return frozenset(class_id for name in ingredients for class_id in _index().ingredients[name])


def _name(medication: Medication) -> str:
    texts = _texts(medication)
    codes = ", ".join(c.code for c in medication.codings)
    return (texts[0] if texts else codes or "without a name")[:120]


def _unrecognised(medication: Medication, ingredients: frozenset[str]) -> tuple[str, ...]:
    """The name of a medicine, or of a component of a combined one, that no entry knows."""
    if not ingredients:
        return (f"“{_name(medication)}”",)
    if any(_coded(coding) for coding in medication.codings):
        return ()
    components = [part.strip() for part in medication.text.split(" / ")]
    strange = [part for part in components if part and not _index().names.names(part)]
    return tuple(f"“{part[:80]}” in “{_name(medication)}”" for part in strange if len(components) > 1)


def _unknown(text: str) -> Finding:
    return Finding(
        "MEDICINE-UNKNOWN",
        Level.REVIEW,
        f"Not checked: {text}",
        Basis((Tag.D,), note="Hazard H10"),
        "medications.reconciled",
    )
