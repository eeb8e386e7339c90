"""The clinic's week: chairs, hours, nurses and their shifts, days closed, how long a visit takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import QueryDict

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
    """One row of days for the clinic and one for each nurse."""

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

    def __init__(self, data: QueryDict | None, *, content: Mapping[str, Any] | None) -> None:
        known = content or USUAL
        self.rows = min(len(known["nurses"]) + 2, MOST_NURSES) if data is None else _rows_of(data)
        super().__init__(data, initial=_initial(known))
        for day, label in DAYS.items():
            self.fields[f"hours-{day}"] = SpanField(f"Open on {label}")
        for n in range(self.rows):
            self.fields[f"nurse-{n}"] = forms.CharField(label=f"Nurse {n + 1}", max_length=80, required=False)
            for day, label in DAYS.items():
                self.fields[f"shift-{n}-{day}"] = SpanField(f"Shift of nurse {n + 1} on {label}")

    def hours(self) -> list[BoundField]:
        """The fields of the clinic's own row."""
        return [self[f"hours-{day}"] for day in DAYS]

    def nurses(self) -> Iterator[tuple[BoundField, list[BoundField]]]:
        """The fields of each nurse: the name, then the days."""
        for n in range(self.rows):
            yield self[f"nurse-{n}"], [self[f"shift-{n}-{day}"] for day in DAYS]

    def content(self) -> dict[str, Any]:
        """The week as `core.scheduling.week` reads it."""
        got = self.cleaned_data
        nurses = {
            got[f"nurse-{n}"].strip(): {d: got[f"shift-{n}-{d}"] for d in DAYS if got[f"shift-{n}-{d}"]}
            for n in range(self.rows)
            if got[f"nurse-{n}"].strip()
        }
        return {
            "chairs": got["chairs"],
            "hours": {d: got[f"hours-{d}"] for d in DAYS if got[f"hours-{d}"]},
            "nurses": nurses,
            "closed": got["closed"],
            "profile": {key: got[key] for key in ("prepare", "infuse", "observe", "turnover")},
            "ratios": {"infuse": got["attend"], "observe": got["watch"]},
            **({"rooms": got["rooms"]} if got["rooms"] else {}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = [name for n in range(self.rows) if (name := cleaned.get(f"nurse-{n}", "").strip())]
        for n in range(self.rows):
            name = cleaned.get(f"nurse-{n}", "").strip()
            if names.count(name) > 1:
                self.add_error(f"nurse-{n}", f"{name} is there twice. Give each nurse one row.")
        return cleaned


def _rows_of(data: QueryDict) -> int:
    numbers = [
        int(key[6:]) for key in data if key.startswith("nurse-") and key[6:].isdecimal() and len(key) < 10
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
    }
    for day, span in known["hours"].items():
        found[f"hours-{day}"] = "-".join(span)
    for n, (name, shifts) in enumerate(known["nurses"].items()):
        found[f"nurse-{n}"] = name
        for day, span in shifts.items():
            found[f"shift-{n}-{day}"] = "-".join(span)
    return found
