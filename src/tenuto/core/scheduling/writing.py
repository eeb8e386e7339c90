"""A period as the content of PERIOD.json, and a schedule as the command prints it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tenuto.core.scheduling.period import Period, SeriesRequest, Span, VisitProfile
from tenuto.core.scheduling.propose import Schedule
from tenuto.core.scheduling.reasons import Unplaced

__all__ = ["as_answer", "as_content", "status_of"]


def as_content(period: Period) -> Mapping[str, Any]:
    """The period as the content of PERIOD.json, which `read_period` reads back."""
    profile, ratios = period.profile, period.ratios
    return {
        "timezone": period.zone.key,
        "days": [
            {"date": day.date.isoformat(), "open": _iso(day.open.start), "close": _iso(day.open.end)}
            for day in period.days
        ],
        "chairs": [{"id": chair.id} for chair in period.chairs],
        "nurses": [{"id": nurse.id, "shifts": _as_spans(nurse.shifts)} for nurse in period.nurses],
        "profile": _as_profile(profile),
        "ratios": {"infuse": ratios.infuse, "observe": ratios.observe},
        **(
            {
                "prescribers": [
                    {"id": each.id, "shifts": _as_spans(each.shifts)} for each in period.prescribers
                ]
            }
            if period.prescribers
            else {}
        ),
        **({} if period.monitors is None else {"monitors": period.monitors}),
        "fixed": [
            {
                "patient": v.patient,
                "chair": v.chair,
                "nurse": v.nurse,
                "start": _iso(v.start),
                **_own_profile(v.profile),
            }
            for v in period.fixed
        ],
        "patients": [_as_request(request) for request in period.requests],
    }


def _as_request(request: SeriesRequest) -> dict[str, Any]:
    wishes = request.wishes
    prefer = {
        "chair": wishes.chair,
        "nurse": wishes.nurse,
        "time": wishes.time.isoformat("minutes") if wishes.time else "",
    }
    return {
        "id": request.patient,
        "count": request.count,
        "gap_days": {"min": request.least_gap_days, "max": request.most_gap_days},
        "earliest": _iso(request.earliest),
        "latest": _iso(request.latest),
        **({} if request.available is None else {"available": _as_spans(request.available)}),
        **({} if request.escort is None else {"escort": _as_spans(request.escort)}),
        "prefer": {
            **{key: value for key, value in prefer.items() if value},
            **({"morning": True} if wishes.morning else {}),
        },
        "urgent": request.urgent,
        **_own_profile(request.profile),
        **({} if request.most_a_week is None else {"per_week_max": request.most_a_week}),
        **({"had": [day.isoformat() for day in request.had]} if request.had else {}),
    }


def _as_profile(profile: VisitProfile) -> dict[str, int]:
    return {
        "prepare": profile.prepare_minutes,
        "infuse": profile.infuse_minutes,
        "observe": profile.observe_minutes,
        "turnover": profile.turnover_minutes,
    }


def _own_profile(profile: VisitProfile | None) -> dict[str, Any]:
    return {} if profile is None else {"profile": _as_profile(profile)}


def _as_spans(spans: Iterable[Span]) -> list[dict[str, str]]:
    return [{"from": _iso(span.start), "to": _iso(span.end)} for span in spans]


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def as_answer(schedule: Schedule, lacking: Iterable[Unplaced]) -> dict[str, Any]:
    """A schedule as `tenuto book --json` prints it."""
    missing = list(lacking)
    return {
        "status": status_of(schedule, missing),
        "visits": [
            {
                "patient": v.patient,
                "n": v.n,
                "chair": v.chair,
                "nurse": v.nurse,
                "start": _iso(v.start),
                "end": _iso(v.end),
            }
            for v in schedule.visits
        ],
        "unplaced": [
            {"patient": one.patient, "missing": one.missing, "reasons": list(one.reasons)} for one in missing
        ],
        "objective": schedule.objective,
        "bound": math.floor(schedule.bound),
        "verified": not schedule.broken,
    }


def status_of(schedule: Schedule, lacking: Sequence[Unplaced]) -> str:
    """`complete`, `partial`, or `none` where visits were asked for and not one has a place."""
    if not lacking:
        return "complete"
    return "partial" if schedule.visits else "none"
