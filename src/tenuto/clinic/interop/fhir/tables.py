"""What is looked for in other systems' records: the fact registry of the core, by code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

from tenuto.core.data import DataError, Table, data_file, not_among
from tenuto.core.intake.facts import Coding
from tenuto.core.intake.measures import measure_title
from tenuto.core.intake.required import RequiredFact, fact, facts
from tenuto.core.intake.terminology import CodeRole, terms
from tenuto.core.intake.wording import Phrases
from tenuto.core.scales.definition import Instrument, Take
from tenuto.core.scales.reading import instrument
from tenuto.core.sentences import inside
from tenuto.core.sources import basis_of

__all__ = [
    "MeasurementRule",
    "ResultRule",
    "Scale",
    "answer_word",
    "by_loinc",
    "codes_of",
    "level_told",
    "question",
    "rule_for",
    "scale",
    "scales",
    "word",
]

HERE = Path(__file__).parent
INSTRUMENTS = "urn:tenuto:instruments"
"""Our code system for scales that have no LOINC total; the code is the scale's id."""


@dataclass(frozen=True, slots=True)
class MeasurementRule:
    """A measured kind and the unit in which it is kept."""

    kind: str
    title: str
    unit: str
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """A rating scale: its range, and its items in order where they are read."""

    instrument: str
    title: str
    most: int
    item_most: int = 0
    items: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    """Items (by code) that count while there is no total, and the instrument under which they do."""
    fractions: bool = False
    loinc: tuple[str, ...] = ()
    """Codes of an Observation with this score, beside those of the registry."""
    names: tuple[str, ...] = ()
    """How the form is called, its panel's code too."""
    item_words: tuple[str, ...] = ()
    """Words of each item by which it is known when its code is the sender's own, in order."""
    answer_codes: tuple[str, ...] = ()
    """The LOINC answers of an item, which only such a form has."""
    answer_words: Mapping[str, int] = field(default_factory=dict)
    """The number of each answer as the form prints it, in lower case."""

    def holds(self, total: Decimal) -> bool:
        """True for a total that this scale can have."""
        return 0 <= total <= self.most and (self.fractions or total == total.to_integral_value())


@dataclass(frozen=True, slots=True)
class ResultRule:
    """A coded result that answers a question of the registry."""

    fact: RequiredFact
    closes: bool = False
    """True for a statement, or one part of a test: only what closes a gate counts."""
    positive: str = "positive"
    """What a positive result answers."""

    @property
    def title(self) -> str:
        """The question's title."""
        return self.fact.title


@data_file(HERE / "scales.toml")
def scales(file: Table) -> Mapping[str, Scale]:
    """Every scale that is read, by instrument id."""
    return {name: _scale(name, entry) for name, entry in file.named().items()}


def _scale(name: str, entry: Table) -> Scale:
    basis_of(entry)
    if entry.has("of"):
        return _item_alone(name, entry)
    whole = instrument(name)
    items, asked = _items(entry, whole), whole.scored_items
    highest = asked[0].highest if whole.total is Take.NONE else whole.highest
    answers = {option.loinc for item in asked for option in item.options if option.loinc}
    return Scale(
        name,
        entry.text("title", whole.title),
        int(highest),
        int(max(item.highest for item in asked)) if items else 0,
        items,
        tuple(entry.texts("kept").items()),
        entry.flag("fractions"),
        (),
        entry.words("names", ()),
        entry.words("item_words", ()),
        tuple(sorted(answers)) if entry.has("item_words") else (),
        {option.label.casefold(): option.value for item in asked for option in item.options}
        if entry.has("item_words")
        else {},
    )


def _items(entry: Table, whole: Instrument) -> tuple[str, ...]:
    """What each scored item is called in a form, in order; empty when only totals are read."""
    match entry.text("items", ""):
        case "":
            return ()
        case "loinc":
            return tuple(item.loinc for item in whole.scored_items)
        case "place":
            return tuple(f"{whole.id}.{item.id}" for item in whole.scored_items)
        case other:
            raise DataError(f"{entry.where}, items: {not_among(other, ('loinc', 'place'))}")


def _item_alone(name: str, entry: Table) -> Scale:
    scale_id, item_id = entry.words("of")
    item = instrument(scale_id).item(item_id)
    return Scale(name, entry.text("title"), int(item.highest), loinc=(item.loinc,))


def scale(name: str) -> Scale | None:
    """The scale with this id, or the only one of the fact with this id."""
    return scales().get(name) or scales().get(_single_scale().get(name, ""))


@cache
def _single_scale() -> dict[str, str]:
    return {f.id: next(iter(f.scores)) for f in facts() if f.scores and len(f.scores) == 1}


@cache
def _questions() -> dict[str, RequiredFact]:
    return {f.id: f for f in facts() if f.kind == "answer"}


def question(name: str) -> RequiredFact | None:
    """The question of the registry with this id."""
    return _questions().get(name)


@cache
def _by_loinc() -> dict[str, MeasurementRule | ResultRule | Scale]:
    found: dict[str, MeasurementRule | ResultRule | Scale] = {
        code: scale for scale in scales().values() for code in scale.loinc
    }
    for asked in facts():
        for measure in asked.measures:
            title = _measured(asked, measure.kind)
            found |= {code: MeasurementRule(measure.kind, title, measure.unit) for code in measure.loinc}
            found |= {
                code: MeasurementRule(measure.kind, title, measure.unit, True) for code in measure.estimated
            }
        for scale_id, codes in (asked.scores or {}).items():
            found |= {code: scales()[scale_id] for code in codes}
        if asked.kind == "answer":
            found |= {code.code: ResultRule(asked) for code in asked.codes if code.system == "loinc"}
    for term in terms():
        asked = fact(term.fact)
        if term.role is CodeRole.MEASURE:
            measured = next(m for m in asked.measures if m.kind == term.kind)
            found[term.coding.code] = MeasurementRule(term.kind, _measured(asked, term.kind), measured.unit)
        else:
            found[term.coding.code] = ResultRule(asked, term.role is CodeRole.CLOSES, term.positive)
    return found


def _measured(asked: RequiredFact, kind: str) -> str:
    """What a measured value is called in a sentence: by its own name, where a fact is made of several such as ALT and AST."""
    several = len({measure.kind for measure in asked.measures}) > 1
    return inside(measure_title(kind) if several else asked.title)


def by_loinc(code: str) -> MeasurementRule | ResultRule | Scale | None:
    """What an Observation or an item with this LOINC code is, of the things that are looked for."""
    return _by_loinc().get(code)


@cache
def codes_of(fact_id: str) -> frozenset[str]:
    """The LOINC codes under which a fact, or a part of it, is sent."""
    asked = fact(fact_id)
    codes = {code.code for code in asked.codes if code.system == "loinc"}
    codes |= {code for measure in asked.measures for code in (*measure.loinc, *measure.estimated)}
    return frozenset(codes | {term.coding.code for term in terms() if term.fact == fact_id})


def rule_for(codes: Iterable[Coding]) -> MeasurementRule | ResultRule | Scale | None:
    """What an Observation with these codes is, of the things that are looked for."""
    for code in codes:
        found = by_loinc(code.code) if code.system == "loinc" else None
        if found is None and code.system == INSTRUMENTS:
            found = scales().get(code.code)
        if found is not None:
            return found
    return None


@cache
def _item_phrases() -> Phrases:
    return Phrases(
        {
            code: words.split(" | ")
            for scale in scales().values()
            for code, words in zip(scale.items, scale.item_words, strict=bool(scale.item_words))
        }
    )


def items_told(text: str) -> frozenset[str]:
    """The codes of the items whose words stand in a question's text."""
    return _item_phrases().names(text)


@cache
def _names() -> Phrases:
    return Phrases({scale.instrument: scale.names for scale in scales().values() if scale.names})


def scales_told(text: str) -> frozenset[str]:
    """The scales that a text names, such as the address or title of a form."""
    return _names().names(text.replace("_", " ").replace("/", " "))


@dataclass(frozen=True, slots=True)
class _Levels:
    gravest_first: tuple[str, ...]
    whole: tuple[str, ...]
    words: Mapping[str, frozenset[str]]
    aside: frozenset[str]


@data_file(HERE / "levels.toml")
def _levels(file: Table) -> Mapping[str, _Levels]:
    return {
        name: _Levels(
            entry.words("gravest_first"),
            entry.words("whole"),
            {
                level: frozenset(entry.words(level))
                for level in (*entry.words("gravest_first"), *entry.words("whole"))
            },
            frozenset(entry.words("aside")),
        )
        for name, entry in file.named().items()
    }


def level_told(fact_id: str, text: str) -> str:
    """The level that a text names in words of its own, such as `high` for “HIGH RISK”; empty when it names none."""
    levels = _levels().get(fact_id)
    if levels is None:
        return ""
    told = set(re.findall(r"[a-z]+", text.casefold()))
    named = next((level for level in levels.gravest_first if told & levels.words[level]), "")
    only = (w for w in levels.whole if told & levels.words[w] and told <= levels.words[w] | levels.aside)
    return named or next(only, "")


@dataclass(frozen=True, slots=True)
class _Answers:
    codes: Mapping[tuple[str, str], str | int]
    said: Mapping[str, str]


@data_file(HERE / "results.toml")
def _answers(file: Table) -> _Answers:
    tables = {system: file.table(system) for system in ("loinc", "snomed", "interpretation")}
    return _Answers(
        {(system, code): _meaning(codes, code) for system, codes in tables.items() for code in codes.names()},
        {text: word for word, texts in file.lists("said").items() for text in texts},
    )


def _meaning(codes: Table, code: str) -> str | int:
    return codes.whole(code) if isinstance(codes.raw[code], int) else codes.text(code)


def word(code: Coding) -> str | int | None:
    """The meaning of an answer's code: a word, or the number that a scale gives it."""
    system = "loinc" if code.code.startswith("LA") else code.system
    if system not in ("loinc", "snomed"):
        system = "interpretation"
    return _answers().codes.get((system, code.code))


def answer_word(text: str) -> str:
    """The meaning of an answer in words, such as `presumptive positive`; empty for other words."""
    return _answers().said.get(" ".join(text.casefold().strip(" .!").split()), "")
