"""A step of the history as it is shown: its forms, who wrote what stands there, and what it means at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.forms import BoundField
from django.utils.text import slugify

from tenuto.clinic.intake.forms.answers import LABELS
from tenuto.clinic.intake.forms.history import StepForms, inputs_of
from tenuto.clinic.intake.forms.rows import ROW_FORMS, RowForm
from tenuto.clinic.intake.services.history import Conflict, judges_of
from tenuto.clinic.ui.words import day, moment
from tenuto.core.dates import on_date
from tenuto.core.gate import Level
from tenuto.core.intake.answers import said
from tenuto.core.intake.facts import Answer
from tenuto.core.intake.history import (
    TRIALS,
    Saved,
    Value,
    closing_row,
    medication_of,
    standing_answers,
    trial_text,
)
from tenuto.core.intake.medicines import interactions, recognise
from tenuto.core.intake.steps import AskedTogether, HistoryStep, Question, Rows

__all__ = [
    "ConflictCard",
    "GroupView",
    "Note",
    "QuestionView",
    "RowView",
    "StepView",
    "conflict_cards",
    "group_anchor",
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
class GroupView:
    """A short group that was asked together. Only what stands in it here is recorded by its button."""

    title: str
    anchor: str
    asked: tuple[tuple[str, str, str], ...]
    """Id, name and words of each question that has no answer yet."""


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question with its answer."""

    key: str
    field: BoundField
    version: int
    by: str
    again: bool
    """Answered on an earlier day, so that it can be asked again and found unchanged."""
    closes: GroupView | None = None
    """The group that is whole with this question: what of it may be recorded in one step."""
    judges: str = ""
    """Who records the answer instead of who looks at it: a clinical judgement of others. Else empty."""
    standing: str = ""
    """The answers that close and stay until a prescriber takes them back."""


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a list."""

    key: str
    title: str
    form: RowForm
    version: int
    by: str
    notes: tuple[Note, ...]
    new: bool
    closes: bool = False
    """It stays until a prescriber takes it back."""


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as it is shown."""

    forms: StepForms
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
    forms: StepForms,
    state: Mapping[str, Saved],
    in_sight: Callable[[str], bool],
    *,
    imported: Sequence[Answer] = (),
    role: str,
    today: date,
) -> StepView:
    """The forms of a step with who wrote what stands in them; of the questions those that are asked or answered."""
    asked = [q for q in step.questions if in_sight(q.fact.id)]
    groups = dict(_group(group, asked, forms) for group in step.groups)
    return StepView(
        forms=forms,
        rows=tuple(_row(step.rows, key, form, state.get(key)) for key, form in forms.rows.items()),
        questions=tuple(
            _question(q, forms, state.get(q.fact.id), today, groups.get(q.fact.id), imported, role)
            for q in asked
        ),
    )


def _group(group: AskedTogether, asked: Sequence[Question], forms: StepForms) -> tuple[str, GroupView]:
    """The group, by the question after which it stands."""
    members = [q for q in group.questions if q in asked]
    lacking = [q for q in members if not forms.questions.of(q.fact.id).initial]
    view = GroupView(
        group.title,
        group_anchor(group.title),
        tuple((q.fact.id, LABELS.get(q.fact.id, q.fact.title), q.fact.ask) for q in lacking),
    )
    return (members[-1].fact.id if members else "", view)


def group_anchor(title: str) -> str:
    """Where on the page a group stands."""
    return f"asked-{slugify(title)}"


def _question(
    question: Question,
    forms: StepForms,
    saved: Saved | None,
    today: date,
    closes: GroupView | None,
    imported: Sequence[Answer],
    role: str,
) -> QuestionView:
    bound = forms.questions.of(question.fact.id)
    # What stands there in other words than are offered is not in the form, and can't be confirmed by it.
    stands = bool(bound.initial) and (
        not question.choices or bound.initial in question.choices or question.opens_detail
    )
    return QuestionView(
        key=question.fact.id,
        field=bound,
        version=saved.version if saved else 0,
        by=_by(saved) or ("from a record" if bound.initial else ""),
        standing=" and ".join(filter(None, (_standing(question, saved), _imported(question, imported)))),
        again=stands and not bound.errors and (saved is None or saved.day < today),
        closes=closes,
        judges=_judges(question, role),
    )


def _judges(question: Question, role: str) -> str:
    judged = question.fact
    others = bool(judged.judged_by) and role not in judged.judged_by and judged.id != TRIALS
    return judges_of(judged) if others else ""


def _imported(question: Question, imported: Sequence[Answer]) -> str:
    """What a record says that closes here."""
    found = (a for a in imported if a.fact == question.fact.id)
    return " and ".join(f"“{said(a.value)}”{on_date(a.taken)} (from a record)" for a in found)


def _standing(question: Question, saved: Saved | None) -> str:
    """What closes here, with its day and whose it is: before it is answered otherwise, and after."""
    if saved is None:
        return ""
    now = replace(saved, earlier=(), taken_back=None)
    found = standing_answers(question, Saved("", saved.day, saved.by, earlier=(*saved.earlier, now)))
    return " and ".join(
        f"“{said(a.value)}”{on_date(a.taken)} ({a.origin.removeprefix('form, ')})" for a in found
    )


def _row(kind: Rows, key: str, form: RowForm, saved: Saved | None) -> RowView:
    words = form.initial
    new = not words
    return RowView(
        key=key,
        title=words.get("text") or words.get("drug") or f"Add {_ROWS_TITLES[kind].lower()}",
        form=form,
        version=saved.version if saved else 0,
        by=_by(saved) or ("" if new else "from a record"),
        notes=() if form.is_bound and form.errors else notes_of(kind, words),
        closes=closing_row(kind, words),
        new=new,
    )


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
    told = ", asked together" if saved and saved.together else ""
    return f"{saved.by}, {day(saved.day)}{told}" if saved else ""


def conflict_cards(
    step: HistoryStep, conflicts: Sequence[Conflict], prescribers: Sequence[str]
) -> tuple[ConflictCard, ...]:
    """Both values of each entry; the inputs carry mine, so that choosing it sends it again."""
    titles = {q.fact.id: LABELS.get(q.fact.id, q.fact.title) for q in step.questions}
    return tuple(
        ConflictCard(
            key=c.entry,
            label=titles.get(c.entry, _ROWS_TITLES[step.rows]),
            mine=_told(step.rows, c.mine),
            theirs=_told(step.rows, c.theirs),
            by=f"{c.by}, {moment(c.at)}",
            inputs=((f"v-{c.entry}", str(c.version)), *inputs_of(step, c.entry, c.mine, prescribers)),
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
    fields = ROW_FORMS[kind].base_fields.items()
    return ", ".join(f"{str(f.label).lower()} {value[name]}" for name, f in fields if value.get(name))
