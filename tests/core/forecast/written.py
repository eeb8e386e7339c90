"""Courses as the rule tables write them: days from the first infusion, on Mon 5 Jan 2026."""

from datetime import date, timedelta

from tenuto.core.durability.course import Definitions
from tenuto.core.durability.history import history_from
from tenuto.core.policy import default_policy

START = date(2026, 1, 5)
RULES = Definitions.from_policy(default_policy())
SERIES = (0, 2, 4, 7, 9, 11)
SCHEDULES = {"series": SERIES, "monthly": (*SERIES, *range(39, 208, 28))}


def on(day):
    return START + timedelta(days=day)


def course(scale, scores, infusions, *, condition=None, as_of=None, dose=0.5):
    """A course from `-1:20 7:9 9:suspected_mania 14:1@PHQ-9_item_9` and `series` or `0 14 28`."""
    rows = [_row(scale, part) for part in scores.split()]
    days = SCHEDULES.get(infusions) or [int(day) for day in infusions.split()]
    rows += [{"date": str(on(day)), "kind": "infusion", "dose_mg_per_kg": dose} for day in days]
    rows.sort(key=lambda row: row["date"])
    named = [(f"Row {k}", row) for k, row in enumerate(rows, 1)]
    fits = condition or {"Y-BOCS": "ocd", "PCL-5": "ptsd", "NRS": "fibromyalgia", "SSI": "suicidal_ideation"}
    chosen = fits if isinstance(fits, str) else fits.get(scale, "depression")
    return history_from(named, condition=chosen, setting="clinic", as_of=as_of)


def _row(scale, part):
    day, what = part.split(":")
    when = str(on(int(day)))
    if "@" in what:
        value, item = what.split("@")
        return {"date": when, "kind": "score", "value": value, "scale": item.replace("_", " ")}
    if not what[0].isdigit():
        return {"date": when, "kind": "event", "value": what}
    return {"date": when, "kind": "score", "value": what, "scale": scale}
