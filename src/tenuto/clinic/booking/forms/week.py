"""The clinic's week: chairs, hours, nurses and prescribers with their shifts, days closed, how long visits take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import QueryDict

from tenuto.clinic.booking.models import Appointment
from tenuto.core.booking.visit_lengths import visit_minutes
from tenuto.core.scheduling.week import WEEKDAYS

__all__ = ["WeekForm"]

MOST_NURSES = 40
DAYS = dict(
    zip(
        WEEKDAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
USUAL: Mapping[str, Any] = {
    "chairs": [],
    "hours": {day: ["08:00", "17:00"] for day in WEEKDAYS[:5]},
    "nurses": {},
    "closed": [],
    "profile": {"prepare": 15, "infuse": 40, "observe": 120, "turnover": 15},
    "ratios": {"infuse": 1, "observe": 2},
}
"""What an empty form begins with; each clinic puts in its own."""


PEOPLE = {"nurse": ("nurses", "Nurse"), "prescriber": ("prescribers", "Prescriber")}
"""Who has shifts: by the name of their fields, the key of the week and what they are called."""


class SpanField(forms.CharField):
    """Two times of the clock, as `08:00-16:30`; empty when there is none."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            max_length=40,
            widget=forms.TextInput(attrs={"placeholder": "off", "autocomplete": "off"}),
        )

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).replace("–", "-").replace("to", "-").replace(" ", "")
        if not text:
            return None
        parts = text.split("-")
        if len(parts) != 2 or not all(parts):
            raise ValidationError(
                f"“{value}” is no span of time. Write it as 08:00-16:00, or leave it empty."
            )
        return [
            part if ":" in part else f"{part}:00"
            for part in (p.zfill(2 if ":" not in p else 5) for p in parts)
        ]


class LinesField(forms.CharField):
    """Entries, one a line."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label=label, max_length=4_000, widget=forms.Textarea(attrs={"rows": 4}), **kwargs)

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]


class WeekForm(forms.Form):
    """One row of days for the clinic and one for each nurse and prescriber."""

    chairs = LinesField(
        "Chairs and beds, one a line", error_messages={"required": "Name at least one chair."}
    )
    rooms = LinesField(
        "Rooms for other visits, one a line",
        required=False,
        help_text="Consultation, psychotherapy, laboratory.",
    )
    closed = LinesField(
        "Days closed, one a line", required=False, help_text="Holidays and other days, each as 2026-12-25."
    )
    prepare = forms.IntegerField(label="Prepare", min_value=0, max_value=240)
    infuse = forms.IntegerField(label="Infuse, without a plan", min_value=1, max_value=480)
    observe = forms.IntegerField(label="Observe, at least", min_value=0, max_value=480)
    turnover = forms.IntegerField(label="Turn over", min_value=0, max_value=240)
    attend = forms.IntegerField(label="Patients for a nurse while infusing", min_value=1, max_value=10)
    watch = forms.IntegerField(label="While observing", min_value=1, max_value=10)
    monitors = forms.IntegerField(
        label="Monitors", min_value=1, max_value=60, required=False, help_text="Empty: not counted."
    )

    def __init__(self, data: QueryDict | None, *, content: Mapping[str, Any] | None) -> None:
        known = content or USUAL
        self.rows = {
            who: min(len(known.get(key, ())) + 2, MOST_NURSES) if data is None else _rows_of(data, who)
            for who, (key, _) in PEOPLE.items()
        }
        super().__init__(data, initial=_initial(known))
        for day, label in DAYS.items():
            self.fields[f"hours-{day}"] = SpanField(f"Open on {label}")
        for who, (_, called) in PEOPLE.items():
            for n in range(self.rows[who]):
                name = forms.CharField(label=f"{called} {n + 1}", max_length=80, required=False)
                self.fields[f"{who}-{n}"] = name
                for day, label in DAYS.items():
                    self.fields[_shift(who, n, day)] = SpanField(
                        f"Shift of {called.lower()} {n + 1} on {label}"
                    )
        for kind, minutes in visit_minutes().items():
            self.fields[f"visit-{kind}"] = forms.IntegerField(
                label=Appointment.Kind(kind).label,
                min_value=5,
                max_value=480,
                required=False,
                initial=known.get("visits", {}).get(kind, minutes),
            )

    def hours(self) -> list[BoundField]:
        """The fields of the clinic's own row."""
        return [self[f"hours-{day}"] for day in DAYS]

    def nurses(self) -> Iterator[tuple[BoundField, list[BoundField]]]:
        """The fields of each nurse: the name, then the days."""
        return self._people("nurse")

    def prescribers(self) -> Iterator[tuple[BoundField, list[BoundField]]]:
        """The fields of each prescriber: the name, then the days."""
        return self._people("prescriber")

    def visits(self) -> list[BoundField]:
        """The minutes of each kind of visit that is no infusion."""
        return [self[f"visit-{kind}"] for kind in visit_minutes()]

    def _people(self, who: str) -> Iterator[tuple[BoundField, list[BoundField]]]:
        for n in range(self.rows[who]):
            yield self[f"{who}-{n}"], [self[_shift(who, n, day)] for day in DAYS]

    def _shifts(self, who: str) -> dict[str, dict[str, list[str]]]:
        got = self.cleaned_data
        return {
            got[f"{who}-{n}"].strip(): {d: got[_shift(who, n, d)] for d in DAYS if got[_shift(who, n, d)]}
            for n in range(self.rows[who])
            if got[f"{who}-{n}"].strip()
        }

    def content(self) -> dict[str, Any]:
        """The week as `core.scheduling.week` reads it."""
        got = self.cleaned_data
        prescribers = self._shifts("prescriber")
        usual = visit_minutes()
        own = {kind: got[f"visit-{kind}"] or minutes for kind, minutes in usual.items()}
        lengths = {kind: minutes for kind, minutes in own.items() if minutes != usual[kind]}
        return {
            "chairs": got["chairs"],
            "hours": {d: got[f"hours-{d}"] for d in DAYS if got[f"hours-{d}"]},
            "nurses": self._shifts("nurse"),
            "closed": got["closed"],
            "profile": {key: got[key] for key in ("prepare", "infuse", "observe", "turnover")},
            "ratios": {"infuse": got["attend"], "observe": got["watch"]},
            **({"rooms": got["rooms"]} if got["rooms"] else {}),
            **({"prescribers": prescribers} if prescribers else {}),
            **({"monitors": got["monitors"]} if got["monitors"] else {}),
            **({"visits": lengths} if lengths else {}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for who in PEOPLE:
            names = [cleaned.get(f"{who}-{n}", "").strip() for n in range(self.rows[who])]
            for n, name in enumerate(names):
                if name and names.count(name) > 1:
                    self.add_error(f"{who}-{n}", f"{name} is there twice. Give each {who} one row.")
        return cleaned


def _shift(who: str, n: int, day: str) -> str:
    return f"shift-{n}-{day}" if who == "nurse" else f"shift-{who}-{n}-{day}"


def _rows_of(data: QueryDict, who: str) -> int:
    begins = f"{who}-"
    numbers = [
        int(number)
        for key in data
        if (number := key.removeprefix(begins)) != key and number.isdecimal() and len(number) < 4
    ]
    return min(max(numbers, default=0) + 1, MOST_NURSES)


def _initial(known: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "chairs": "\n".join(known["chairs"]),
        "rooms": "\n".join(known.get("rooms", ())),
        "closed": "\n".join(known["closed"]),
        **known["profile"],
        "attend": known.get("ratios", {}).get("infuse", 1),
        "watch": known.get("ratios", {}).get("observe", 2),
        "monitors": known.get("monitors"),
    }
    for day, span in known["hours"].items():
        found[f"hours-{day}"] = "-".join(span)
    for who, (key, _) in PEOPLE.items():
        for n, (name, shifts) in enumerate(known.get(key, {}).items()):
            found[f"{who}-{n}"] = name
            for day, span in shifts.items():
                found[_shift(who, n, day)] = "-".join(span)
    return found
