"""The steps in which a history is asked, read from `literature/intake_steps.toml`, each question from the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tenuto.core.data import DataError, Table, data_file, not_among
from tenuto.core.gate import Level
from tenuto.core.intake.required import RequiredFact, fact
from tenuto.core.literature import ROOT

__all__ = ["AskedTogether", "HistoryStep", "Question", "Rows", "elsewhere", "step", "steps"]

MOST_TOGETHER = 5
"""More questions than can be kept in mind from the first to the button are not asked as a group."""


class Rows(StrEnum):
    """What a step lists besides its questions."""

    NONE = ""
    DIAGNOSIS = "diagnosis"
    TRIAL = "trial"
    MEDICINE = "medicine"
    ALLERGY = "allergy"


@dataclass(frozen=True, slots=True)
class Question:
    """One fact as a question. `choices` are the words to offer; empty for words, numbers and dates."""

    fact: RequiredFact
    choices: tuple[str, ...]
    nothing: tuple[str, ...] = ()
    """Words that say that there is nothing, beside words of one's own."""
    together: str = ""
    """The answer that this question gets when all of its group were asked and there is nothing of it."""

    @property
    def opens_detail(self) -> bool:
        """Whether a yes wants to be told: where it is not what one hopes for."""
        return self.fact.value == "yes_no" and self.fact.effects.get("yes", Level.PASS) is not Level.PASS


@dataclass(frozen=True, slots=True)
class AskedTogether:
    """A short group of questions, asked one after the other and recorded in one step when there is nothing of any."""

    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One step of the history."""

    id: str
    title: str
    lead: str
    rows: Rows
    questions: tuple[Question, ...]
    facts: tuple[str, ...]
    """Ids of all facts that the step answers, also those that its rows answer."""
    groups: tuple[AskedTogether, ...] = ()


@dataclass(frozen=True, slots=True)
class _Register:
    steps: tuple[HistoryStep, ...]
    elsewhere: Mapping[str, tuple[str, ...]]


@data_file(ROOT / "intake_steps.toml")
def _register(file: Table) -> _Register:
    return _Register(tuple(_step(entry) for entry in file.tables("step")), file.lists("elsewhere"))


def _step(entry: Table) -> HistoryStep:
    names, choices = entry.words("facts"), entry.lists("choices")
    nothing, groups = entry.lists("nothing"), _groups(entry)
    together = [name for group in groups.values() for name in group]
    for key, used in (("choices", choices), ("nothing", nothing), ("together", together)):
        strange = [name for name in used if name not in names]
        if strange:
            raise DataError(f"{entry.where}, {key}: {not_among(strange[0], names)}")
    for title, group in groups.items():
        _check_group(f"{entry.where}, together, “{title}”", group)
    questions = tuple(
        Question(
            fact(name),
            _choices(fact(name), choices),
            nothing.get(name, ()),
            (*nothing.get(name, ()), "no")[0] if name in together else "",
        )
        for name in names
        if name != "diagnosis"  # its rows are the answer
    )
    return HistoryStep(
        id=entry.text("id"),
        title=entry.text("title"),
        lead=entry.text("lead"),
        rows=entry.choice("rows", Rows, Rows.NONE),
        questions=questions,
        facts=names,
        groups=tuple(
            AskedTogether(title, tuple(q for q in questions if q.fact.id in group))
            for title, group in groups.items()
        ),
    )


def _groups(entry: Table) -> dict[str, tuple[str, ...]]:
    return {each.text("title"): each.words("facts") for each in entry.tables("together")}


def _check_group(where: str, group: tuple[str, ...]) -> None:
    """No button answers for more than a person has in view, nor for what alone closes the gate."""
    if len(group) > MOST_TOGETHER:
        raise DataError(f"{where}: {len(group)} questions. At most {MOST_TOGETHER} are recorded in one step.")
    for name in group:
        if max(fact(name).effects.values(), default=Level.PASS) >= Level.BLOCK:
            raise DataError(f"{where}: {name} closes the gate by itself. It has an answer of its own.")


def steps() -> tuple[HistoryStep, ...]:
    """All steps in the order in which they are asked."""
    return _register().steps


def _choices(item: RequiredFact, offered: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if item.id in offered:
        return offered[item.id]
    if item.id == "treatments.trials":
        return ("none",)  # what there was stands in the rows
    if item.no_because:
        return ("yes", *(f"no: {reason}" for reason in item.no_because))
    if item.value == "yes_no":
        return ("yes", "no")
    if item.id == "sex":
        return ("female", "male", "other")
    return ()


def step(step_id: str) -> HistoryStep:
    """The step with this id; KeyError lists those that exist."""
    for found in steps():
        if found.id == step_id:
            return found
    raise KeyError(f"There is no step '{step_id}'. There are {', '.join(s.id for s in steps())}.")


def elsewhere() -> Mapping[str, tuple[str, ...]]:
    """The facts that are recorded on pages of their own, by page."""
    return _register().elsewhere
