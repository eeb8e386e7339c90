"""The fields of single questions. Each takes and gives an entry's words as they are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tenuto.clinic.accounts import clock
from tenuto.clinic.ui.fields import DayField, reach_problem
from tenuto.clinic.ui.words import long_day
from tenuto.core.intake.history import YES
from tenuto.core.intake.steps import Question

__all__ = ["LABELS", "LONGEST", "Parts", "PastDayField", "field_of"]

LONGEST = 2000
LONG = ("goals",)
TO_COME = ("stop.date",)
"""Questions about a day that is still to come; every other day is of something that was."""
HELP = {
    "treatments.trials": "Only when nothing was tried; otherwise each trial has a row above.",
    "escort": "A named adult who takes the person home, and whose number was called.",
}
LABELS = {
    "treatments.trials": "No earlier trial",
    "goals": "Goals and intentions, in the person's own words",
}
TOLD = "told"
"""Chosen where words of one's own follow."""
CONFIRMED, UNCONFIRMED = "phone confirmed", "phone not confirmed"
ONLINE_ONLY = "online only"


class Toggles(forms.RadioSelect):
    """Radio buttons as a row of toggles, inside a field that has more than them."""

    template_name = "ui/forms/toggles.html"


class Parts(forms.MultiWidget):
    """Several inputs that give one answer. The first one has the field's own name and says whether it was asked at all."""

    use_fieldset = True

    def __init__(self, parts: Mapping[str, forms.Widget]) -> None:
        self.parts = tuple(parts)
        super().__init__(dict(parts))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data

    def inputs(self, name: str, value: str) -> list[tuple[str, str]]:
        """The names and values under which an answer is sent."""
        named = (f"{name}_{part}" if part else name for part in self.parts)
        values = self.decompress(value) or ()
        return [(n, str(v)) for n, v in zip(named, values, strict=True) if v is not False]


class WithDetail(Parts):
    """A choice, and a line that opens below the one that wants to be told."""

    template_name = "ui/forms/with_detail.html"

    def __init__(self, choices: Sequence[tuple[str, str]], told: str) -> None:
        self.known, self.told = frozenset(word for word, _ in choices), told
        line = forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST})
        super().__init__({"": Toggles(choices=choices), "detail": line})

    def decompress(self, value: str | None) -> list[str]:
        if not value or value in self.known:
            return [value or "", ""]
        return [self.told, value.removeprefix(YES) if self.told == "yes" else value]


class YesNoField(forms.Field):
    """Yes or no; what was said beside a yes stands behind it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=WithDetail([("yes", "Yes"), ("no", "No")], "yes"), **kwargs)

    def clean(self, value: Any) -> str:
        choice, detail = (" ".join(str(part or "").split()) for part in value)
        if choice not in ("yes", "no", ""):
            raise ValidationError(f"“{choice[:40]}” is not an answer here. Choose one of yes, no.")
        return f"{YES}{detail}" if choice == "yes" and detail else choice


class WordsField(forms.Field):
    """Words that say that there is nothing, or words of one's own."""

    def __init__(self, nothing: Sequence[str], **kwargs: Any) -> None:
        self.nothing = nothing
        choices = [*((word, word.capitalize()) for word in nothing), (TOLD, "Yes, or something to tell")]
        super().__init__(widget=WithDetail(choices, TOLD), **kwargs)

    def clean(self, value: Any) -> str:
        choice, detail = (str(part or "").strip() for part in value)
        if choice == TOLD and not detail:
            raise ValidationError(f"Write it in the line below, or choose {' or '.join(self.nothing)}.")
        if choice not in (*self.nothing, TOLD, ""):
            raise ValidationError(f"“{choice[:40]}” is not an answer here.")
        return detail if choice == TOLD else choice


class PastDayField(DayField):
    """A day on which something was: none that is still to come."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value > clock.day_at_hand():
            raise ValidationError(f"{long_day(value)} is still to come. Correct it.")


class EscortInput(Parts):
    """A person with a phone number, and that the number was called."""

    template_name = "intake/parts/escort.html"

    def __init__(self) -> None:
        quiet = {"autocomplete": "off"}
        super().__init__(
            {
                "": forms.TextInput(attrs={**quiet, "maxlength": 200}),
                "phone": forms.TextInput(attrs={**quiet, "maxlength": 60, "inputmode": "tel"}),
                "confirmed": forms.CheckboxInput(),
            }
        )

    def decompress(self, value: str | None) -> list[Any]:
        found = _ESCORT.match(value or "")
        if found is None:
            return [value or "", "", False]
        return [found["name"], found["phone"] or "", found["state"] == CONFIRMED]


_ESCORT = re.compile(
    rf"(?P<name>.*?)(?:, (?P<phone>[+(]?[0-9][0-9 ()./-]*))?, (?P<state>{CONFIRMED}|{UNCONFIRMED})\Z"
)


class EscortField(forms.Field):
    """Name, number, and whether the number was called, as one answer. What a record says in other words stays as it is
    until somebody changes it."""

    def __init__(self, standing: str, **kwargs: Any) -> None:
        self.standing = standing
        super().__init__(widget=EscortInput(), **kwargs)

    def clean(self, value: Any) -> str:
        name, phone, confirmed = value
        name, phone = (" ".join(str(part or "").split()) for part in (name, phone))
        if name == self.standing and not phone and not confirmed:
            return self.standing
        if not name:
            if phone or confirmed:
                raise ValidationError("Write the name of the person whose number this is.")
            return ""
        if confirmed and not phone:
            raise ValidationError("Write the number that was called.")
        if phone and (problem := reach_problem(phone, ways=frozenset({"phone"}))):
            raise ValidationError(problem)
        return ", ".join(part for part in (name, phone, CONFIRMED if confirmed else UNCONFIRMED) if part)


def field_of(question: Question, *, value: str, prescribers: Sequence[str]) -> forms.Field:
    """The field of a question. `value` is what stands there: an answer that came from elsewhere stays one that counts."""
    fact = question.fact
    shared: dict[str, Any] = {
        "label": LABELS.get(fact.id, fact.title),
        "help_text": HELP.get(fact.id, fact.ask),
        "required": False,
    }
    if question.opens_detail:
        return YesNoField(**shared)
    if question.nothing:
        return WordsField(question.nothing, **shared)
    if fact.id == "escort":
        return EscortField(value, **shared)
    if fact.id == "prescriber":
        return _chosen(_prescribers(prescribers), value, forms.Select(), shared)
    if question.choices:
        # A "no" whose reason was not asked stays in sight as what it is; nobody can choose it anew.
        bare = [("no", "No, without its reason")] if fact.no_because and value == "no" else []
        words = [(word, word.capitalize()) for word in question.choices] + bare
        return _chosen(words, value, forms.RadioSelect(), shared)
    if fact.value == "date":
        return (DayField if fact.id in TO_COME else PastDayField)(**shared)
    line = (
        forms.Textarea(attrs={"rows": 3})
        if fact.id in LONG
        else forms.TextInput(attrs={"autocomplete": "off"})
    )
    return forms.CharField(max_length=LONGEST, widget=line, **shared)


def _prescribers(names: Sequence[str]) -> list[tuple[str, str]]:
    seen = [(f"{name}, seen in person", f"{name}, has seen the person") for name in names]
    return [("", "Not recorded"), *seen, (ONLINE_ONLY, "Online only so far")]


def _chosen(
    choices: list[tuple[str, str]], value: str, widget: forms.Widget, shared: dict[str, Any]
) -> forms.Field:
    offered = [word for word, _ in choices]
    if value and value not in offered and isinstance(widget, forms.Select):
        choices = [*choices, (value, value)]
    wrong = f"“%(value)s” is not an answer here. Choose one of {', '.join(filter(None, offered))}."
    return forms.ChoiceField(
        choices=choices, widget=widget, error_messages={"invalid_choice": wrong}, **shared
    )
