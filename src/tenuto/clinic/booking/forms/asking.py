"""What is asked for: how many visits, between which days, when the patient can come; and what was chosen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from tenuto.clinic.booking.needs import BookingNeed
from tenuto.clinic.booking.services import AskedSeries, VisitPlace
from tenuto.clinic.ui.fields import DayField, offer
from tenuto.core.scheduling.clock import instant_of
from tenuto.core.scheduling.period import Span, Wishes
from tenuto.core.scheduling.week import ClinicWeek

__all__ = ["LONGEST_SEARCH_DAYS", "AskedSeriesForm", "ChosenForm"]

LONGEST_SEARCH_DAYS = 180
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_TEXT = 8_000


class ClockField(forms.TimeField):
    """An hour of the clock."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
        super().__init__(error_messages={"invalid": "Write the time as 09:30."}, **kwargs)


class AskedSeriesForm(forms.Form):
    """The series that is asked for. It begins with what the plan needs, so that most are asked for without a word."""

    count = forms.IntegerField(label="Visits", min_value=1)
    earliest = DayField(label="From")
    latest = DayField(label="Until")
    least = forms.IntegerField(label="Days between, at least")
    most = forms.IntegerField(label="At most", max_value=60)
    days = forms.MultipleChoiceField(
        label="Patient and escort can come on",
        choices=[(str(n), name) for n, name in enumerate(DAY_NAMES)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    after = ClockField(label="Not before", required=False)
    before = ClockField(label="Home by", required=False)
    fetched_after = ClockField(label="Escort comes from", required=False)
    fetched_before = ClockField(label="Escort comes until", required=False)
    at = ClockField(label="Rather at", required=False)
    morning = forms.BooleanField(
        label="Rather in the morning, so that the fast falls into the night", required=False
    )
    chair = forms.ChoiceField(label="Rather in", required=False)
    nurse = forms.ChoiceField(label="Rather with", required=False)

    def __init__(self, data: QueryDict | None, *, need: BookingNeed, week: ClinicWeek) -> None:
        self.need, self.week = need, week
        initial = {
            "count": need.missing or 1,
            "earliest": need.earliest,
            "latest": need.latest,
            "least": need.least_gap_days,
            "most": need.most_gap_days,
            "days": [str(n) for n in week.hours],
            "morning": True,
        }
        super().__init__(data or None, initial=initial)
        self.fields["count"].max_value = max(need.missing, 1)  # type: ignore[attr-defined]
        offer(self, "chair", [("", "Any chair"), *((c, c) for c in week.chairs)])
        offer(self, "nurse", [("", "Any nurse"), *((n, n) for n in week.shifts)])
        offer(self, "days", [(str(n), DAY_NAMES[n]) for n in sorted(week.hours)])

    def clean_least(self) -> int:
        """Never closer than the policy's least gap, whatever is typed."""
        least = int(self.cleaned_data["least"])
        if least < self.need.least_gap_days:
            raise ValidationError(
                f"{least} is closer than the policy allows. Give {self.need.least_gap_days} or more."
            )
        return least

    def clean_count(self) -> int:
        """Not more than the signed plan needs."""
        found = int(self.cleaned_data["count"])
        if found > max(self.need.missing, 1):
            raise ValidationError(f"The signed plan needs {self.need.missing} more. Give that or less.")
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("earliest"), cleaned.get("latest")
        if first and last and not first <= last <= first + timedelta(days=LONGEST_SEARCH_DAYS):
            self.add_error("latest", f"Give a day from {first} on, at most {LONGEST_SEARCH_DAYS} days later.")
        if first and first < self.need.earliest:
            self.add_error(
                "earliest", f"{first} is too early. The first day that can be is {self.need.earliest}."
            )
        least, most = cleaned.get("least"), cleaned.get("most")
        if least and most and most < least:
            self.add_error("most", f"{most} is less than {least}. Give {least} or more.")
        after, before = cleaned.get("after"), cleaned.get("before")
        if after and before and not after < before:
            self.add_error("before", "Home by comes after not before. Exchange them.")
        first_hour, last_hour = cleaned.get("fetched_after"), cleaned.get("fetched_before")
        if first_hour and last_hour and not first_hour < last_hour:
            self.add_error(
                "fetched_before", "The escort can come until an hour after the first. Exchange them."
            )
        return cleaned

    def asked(self, zone: ZoneInfo) -> AskedSeries:
        """What is asked for; as the plan needs it while nobody has typed anything."""
        if not self.is_bound:
            return self.need.asked(self.need.missing or 1)
        got = self.cleaned_data
        return AskedSeries(
            got["count"],
            got["least"],
            got["most"],
            got["earliest"],
            got["latest"],
            tuple(self._spans(zone, got["after"], got["before"])) if self._narrows() else None,
            Wishes(got["chair"], got["nurse"], got["at"], got["morning"]),
            escort=tuple(self._spans(zone, got["fetched_after"], got["fetched_before"]))
            if got["fetched_after"] or got["fetched_before"]
            else None,
        )

    def _narrows(self) -> bool:
        got = self.cleaned_data
        return bool(got["after"] or got["before"] or {int(d) for d in got["days"]} != set(self.week.hours))

    def _spans(self, zone: ZoneInfo, after: time | None, before: time | None) -> Iterator[Span]:
        """On each day on which they can come, the clinic's hours between two of the clock."""
        got = self.cleaned_data
        day: date = got["earliest"]
        while day <= got["latest"]:
            hours = self.week.hours.get(day.weekday())
            if hours and str(day.weekday()) in got["days"]:
                first, last = max(hours[0], after or time.min), min(hours[1], before or time.max)
                if first < last:
                    yield Span(_instant(day, first, zone), _instant(day, last, zone))
            day += timedelta(days=1)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return instant_of(datetime.combine(day, at), zone)


class ChosenPlaces(forms.CharField):
    """The places of one option, as the page wrote them down. What they say is checked when they are booked."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(max_length=MOST_TEXT, error_messages={"required": "Choose one of the ways to book."})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            places = [
                VisitPlace(datetime.fromisoformat(start), str(chair), str(nurse))
                for start, chair, nurse in json.loads(text)
            ]
        except (ValueError, TypeError, RecursionError):
            places = []
        # Sums of days fail at the ends of the calendar.
        if not places or not all(place.start.tzinfo and 1900 < place.start.year < 2200 for place in places):
            raise ValidationError("These visits can't be read. Ask for the options again.")
        return places


class ChosenForm(forms.Form):
    """One option that was accepted."""

    visits = ChosenPlaces()
    why = forms.CharField(label="Why", max_length=500, required=False)
