"""A step of the history as fields: what stands there, who wrote it, and what it means at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tenuto.clinic.intake.forms.history import ROW_FIELDS, Posted, RowField
from tenuto.clinic.intake.services.history import Conflict
from tenuto.clinic.ui.words import day, moment
from tenuto.core.gate import Level
from tenuto.core.intake.history import Saved, Value, medication_of, trial_text
from tenuto.core.intake.medicines import interactions, recognise
from tenuto.core.intake.steps import HistoryStep, Question, Rows

__all__ = [
    "ConflictCard",
    "FieldView",
    "Note",
    "QuestionView",
    "RowView",
    "StepView",
    "conflict_cards",
    "notes_of",
    "step_view",
]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that follows from a row: an interaction with its mark."""

    mark: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field with its value."""

    name: str
    label: str
    kind: str
    value: str
    choices: tuple[tuple[str, str], ...]
    id: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question with its answer."""

    key: str
    field: FieldView
    help: str
    version: int
    by: str
    error: str
    again: bool
    """Answered on an earlier day, so that it can be asked again and found unchanged."""


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a list."""

    key: str
    title: str
    fields: tuple[FieldView, ...]
    version: int
    by: str
    error: str
    notes: tuple[Note, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as it is shown."""

    id: str
    title: str
    lead: str
    rows_title: str
    rows: tuple[RowView, ...]
    questions: tuple[QuestionView, ...]


@dataclass(frozen=True, slots=True)
class ConflictCard:
    """An entry that two people changed, side by side."""

    key: str
    label: str
    mine: str
    theirs: str
    by: str
    inputs: tuple[tuple[str, str], ...]


_ROWS_TITLES = {
    Rows.NONE: "",
    Rows.DIAGNOSIS: "Diagnosis",
    Rows.TRIAL: "Trial",
    Rows.MEDICINE: "Medicine",
    Rows.ALLERGY: "Allergy",
}


def step_view(
    step: HistoryStep,
    standing: Mapping[str, Value],
    state: Mapping[str, Saved],
    applies: Callable[[str], bool],
    posted: Posted | None = None,
    *,
    today: date,
) -> StepView:
    """The step with what stands in it; with what was just typed where something was wrong."""
    values = {**standing, **{key: saved.value for key, saved in state.items()}}
    typed = posted.entries if posted and posted.errors else {}
    errors = posted.errors if posted else {}
    rows: tuple[RowView, ...] = ()
    if step.rows is not Rows.NONE:
        keys = [key for key, value in values.items() if isinstance(value, Mapping)]
        keys += [key for key, value in typed.items() if isinstance(value, Mapping) and key not in keys]
        made = [
            _row(step.rows, key, typed.get(key, values.get(key)), state.get(key), errors.get(key, ""))
            for key in keys
        ]
        rows = (*made, _row(step.rows, uuid.uuid4().hex, {}, None, "", new=True))
    questions = tuple(
        _question(
            q,
            typed.get(q.fact.id, values.get(q.fact.id)),
            state.get(q.fact.id),
            errors.get(q.fact.id, ""),
            today,
        )
        for q in step.questions
        if applies(q.fact.id)
    )
    return StepView(step.id, step.title, step.lead, _ROWS_TITLES[step.rows], rows, questions)


_LONG = (
    "history.trauma",
    "goals",
    "suicide.attempts",
    "history.ketamine_treatment",
    "treatments.neuromodulation",
)
_HELP = {"treatments.trials": "Only when nothing was tried; otherwise each trial has a row above."}
_LABELS = {
    "treatments.trials": "No earlier trial",
    "goals": "Goals and intentions, in the person's own words",
}


def _question(
    question: Question, value: Value | None, saved: Saved | None, error: str, today: date
) -> QuestionView:
    fact = question.fact
    kind = (
        "choice"
        if question.choices
        else "date"
        if fact.value == "date"
        else "long"
        if fact.id in _LONG
        else "text"
    )
    return QuestionView(
        key=fact.id,
        field=FieldView(
            f"q-{fact.id}",
            _LABELS.get(fact.id, fact.title),
            kind,
            value if isinstance(value, str) else "",
            tuple((choice, choice.capitalize()) for choice in question.choices),
            _id(fact.id),
        ),
        help=_HELP.get(fact.id, fact.ask),
        version=saved.version if saved else 0,
        by=_by(saved),
        error=error,
        again=bool(value) and not error and (saved is None or saved.day < today),
    )


def _row(
    kind: Rows, key: str, value: Value | None, saved: Saved | None, error: str, *, new: bool = False
) -> RowView:
    words = value if isinstance(value, Mapping) else {}
    title = words.get("text") or words.get("drug") or f"Add {_ROWS_TITLES[kind].lower()}"
    return RowView(
        key=key,
        title=title,
        fields=tuple(_field(key, each, words) for each in ROW_FIELDS[kind]),
        version=saved.version if saved else 0,
        by=_by(saved) or ("" if new else "from a record"),
        error=error,
        notes=() if error else notes_of(kind, words),
        new=new,
    )


def _field(key: str, each: RowField, words: Mapping[str, str]) -> FieldView:
    value = words.get(each.name, "")
    blank = [] if each.name == "status" else [("", "Not recorded")]
    choices = (*blank, *each.choices) if each.choices else ()
    return FieldView(f"r-{key}-{each.name}", each.label, each.kind, value, choices, f"r-{key}-{each.name}")


def notes_of(kind: Rows, words: Mapping[str, str]) -> tuple[Note, ...]:
    """What follows at once from a row: each interaction, or that the medicine isn't known here."""
    if kind is not Rows.MEDICINE or not words.get("text"):
        return ()
    medicine = medication_of(words)
    found = interactions(medicine)
    if found:
        return tuple(Note(*_word(c.level), f"{c.title}. {c.effect} {c.action}") for c in found)
    if recognise(medicine):
        return (Note("pass", "Known", "No rule with ketamine here."),)
    return (
        Note(
            "unknown",
            "Not known",
            "Not known here, so not checked. Look up whether it matters with ketamine.",
        ),
    )


def _word(level: Level) -> tuple[str, str]:
    return ("pass", "Note") if level is Level.PASS else (level.name.lower(), level.name)


def _by(saved: Saved | None) -> str:
    return f"{saved.by}, {day(saved.day)}" if saved else ""


def _id(fact_id: str) -> str:
    return "q-" + fact_id.replace(".", "-")


def conflict_cards(step: HistoryStep, conflicts: Sequence[Conflict]) -> tuple[ConflictCard, ...]:
    """Both values of each entry; the inputs carry mine, so that choosing it sends it again."""
    titles = {q.fact.id: _LABELS.get(q.fact.id, q.fact.title) for q in step.questions}
    return tuple(
        ConflictCard(
            key=c.entry,
            label=titles.get(c.entry, _ROWS_TITLES[step.rows]),
            mine=_told(step.rows, c.mine),
            theirs=_told(step.rows, c.theirs),
            by=f"{c.by}, {moment(c.at)}",
            inputs=_inputs(c),
        )
        for c in conflicts
    )


def _told(kind: Rows, value: Value) -> str:
    if value is None:
        return "Removed"
    if isinstance(value, str):
        return value or "Emptied"
    if kind is Rows.TRIAL:
        return trial_text(value)
    return ", ".join(f"{f.label.lower()} {value[f.name]}" for f in ROW_FIELDS[kind] if value.get(f.name))


def _inputs(c: Conflict) -> tuple[tuple[str, str], ...]:
    version = (f"v-{c.entry}", str(c.version))
    if c.mine is None:
        return (version, (f"r-{c.entry}-remove", "1"))
    if isinstance(c.mine, str):
        return (version, (f"q-{c.entry}", c.mine))
    return (version, *((f"r-{c.entry}-{name}", text) for name, text in c.mine.items()))
