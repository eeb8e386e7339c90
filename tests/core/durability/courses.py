"""Short ways to write a patient's course in a test."""

from datetime import date, timedelta

from tenuto.core.durability.course import Definitions
from tenuto.core.durability.history import history_from
from tenuto.core.policy import default_policy

START = date(2026, 1, 5)
SERIES = (0, 2, 4, 7, 9, 11)
RULES = Definitions.from_policy(default_policy())


def on(day):
    return START + timedelta(days=day)


def course(
    baseline, weekly, *, infusions=SERIES, scale="PHQ-9", condition="depression", dose=0.5, first=7, **more
):
    """A baseline on day 0, infusions on the given days, then a score every 7 days from day `first`."""
    rows = [{"date": str(on(0)), "kind": "score", "value": baseline, "scale": scale}]
    rows += [{"date": str(on(d)), "kind": "infusion", "dose_mg_per_kg": dose} for d in infusions]
    rows += [
        {"date": str(on(first + 7 * k)), "kind": "score", "value": v, "scale": scale}
        for k, v in enumerate(weekly)
    ]
    ordered = sorted(rows, key=lambda r: (r["date"], r["kind"] == "infusion"))
    return history_from([("Row", r) for r in ordered], condition=condition, setting="clinic", **more)
