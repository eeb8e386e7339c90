"""A step of the history as forms: its questions, and each row of its list; and what was posted of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from tenuto.clinic.intake.forms.answers import Parts, field_of
from tenuto.clinic.intake.forms.rows import ROW_FORMS, RowForm
from tenuto.core.intake.history import Value
from tenuto.core.intake.steps import HistoryStep

__all__ = ["Posted", "QuestionsForm", "StepForms", "inputs_of", "read_step", "step_forms"]

_ROW = re.compile(r"r-([0-9a-z]{8,40})-[a-z_]+\Z")


class QuestionsForm(forms.Form):
    """The questions of a step, each a field `q-<fact>`, with what stands there."""

    def __init__(
        self,
        data: QueryDict | None,
        step: HistoryStep,
        values: Mapping[str, Value],
        prescribers: Sequence[str],
    ) -> None:
        texts = {
            q.fact.id: str(value) for q in step.questions if isinstance(value := values.get(q.fact.id), str)
        }
        super().__init__(data, initial={f"q-{name}": text for name, text in texts.items()})
        for q in step.questions:
            self.fields[f"q-{q.fact.id}"] = field_of(
                q, value=texts.get(q.fact.id, ""), prescribers=prescribers
            )

    def sent(self) -> Iterator[str]:
        """The facts that were asked of this form; what is not there was not."""
        for name, field in self.fields.items():
            if not field.widget.value_omitted_from_data(self.data, self.files, name):
                yield name.removeprefix("q-")

    def of(self, fact_id: str) -> BoundField:
        """The field of a fact."""
        return self[f"q-{fact_id}"]


@dataclass(frozen=True, slots=True)
class StepForms:
    """The forms of a step: its questions, and each row by its key."""

    questions: QuestionsForm
    rows: Mapping[str, RowForm]

    def __iter__(self) -> Iterator[BoundField]:
        return chain.from_iterable((*self.rows.values(), self.questions))

    @property
    def errors(self) -> bool:
        """Whether anything is wrong, for the summary on top of the page."""
        return any(each.is_bound and each.errors for each in (self.questions, *self.rows.values()))


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted: values by entry, the version in which each was seen, and what is wrong, by entry."""

    forms: StepForms
    entries: dict[str, Value]
    seen: Mapping[str, int]
    errors: Mapping[str, str]


def step_forms(
    step: HistoryStep,
    values: Mapping[str, Value],
    prescribers: Sequence[str],
    *,
    data: QueryDict | None = None,
    keys: Sequence[str] = (),
) -> StepForms:
    """The forms of a step with what stands in `values`, bound to `data` when there is any. `keys` are rows besides those."""
    made = ROW_FORMS.get(step.rows)
    standing = {key: value for key, value in values.items() if isinstance(value, Mapping)}
    rows = (
        {key: _row(made, key, standing.get(key), data) for key in {**standing, **dict.fromkeys(keys)}}
        if made
        else {}
    )
    return StepForms(QuestionsForm(data, step, values, prescribers), rows)


def _row(made: type[RowForm], key: str, words: Mapping[str, str] | None, data: QueryDict | None) -> RowForm:
    sent = data if data is not None and any(name.startswith(f"r-{key}-") for name in data) else None
    new = words is None and _version(data, key) == 0
    return made(sent, prefix=f"r-{key}", initial=dict(words or {}), empty_permitted=new)


def read_step(
    step: HistoryStep, data: QueryDict, values: Mapping[str, Value], prescribers: Sequence[str]
) -> Posted:
    """Every entry that stands in `data`, read over what stands in `values`."""
    keys = list(dict.fromkeys(match[1] for name in data if (match := _ROW.match(name))))
    made = step_forms(step, values, prescribers, data=data, keys=keys)
    entries: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for fact_id in made.questions.sent():
        bound = made.questions.of(fact_id)
        if bound.errors:
            errors[fact_id] = " ".join(map(str, bound.errors))
        entries[fact_id] = _text(made.questions.cleaned_data.get(bound.name))
    for key in keys if made.rows else ():
        row = made.rows[key]
        if f"r-{key}-remove" in data:
            entries[key] = None
        elif not row.is_valid():
            errors[key] = _told(row)
            entries[key] = {}
        elif words := row.words():
            entries[key] = words
    seen = {name[2:]: _version(data, name[2:]) for name in data if name.startswith("v-")}
    return Posted(made, entries, seen, errors)


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _told(row: RowForm) -> str:
    return " ".join(f"{bound.label}: {' '.join(map(str, bound.errors))}" for bound in row if bound.errors)


def _version(data: QueryDict | None, key: str) -> int:
    """The version in which an entry was seen; 0 for one that was empty, or that says nothing readable."""
    text = data.get(f"v-{key}", "0") if data is not None else "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def inputs_of(step: HistoryStep, key: str, value: Value, prescribers: Sequence[str]) -> list[tuple[str, str]]:
    """The names and values under which a form would send an entry."""
    if value is None:
        return [(f"r-{key}-remove", "1")]
    if not isinstance(value, str):
        return [(f"r-{key}-{name}", text) for name, text in value.items()]
    bound = QuestionsForm(None, step, {key: value}, prescribers).of(key)
    widget = bound.field.widget
    return widget.inputs(bound.name, value) if isinstance(widget, Parts) else [(bound.name, value)]
