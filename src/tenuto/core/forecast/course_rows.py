"""What is recorded of a patient as the history that a forecast reads: its scores, answers on suicide and infusions.

The text is the JSON history of `tenuto forecast`, so that what a stored forecast was made from can be given to the command.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tenuto.core.course.facts import EventFact, ScoreFact
from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.durability.evidence import suicide_items
from tenuto.core.durability.population import CONDITIONS
from tenuto.core.durability.record import HistoryError
from tenuto.core.scales.definition import Instrument
from tenuto.core.scales.reading import instruments
from tenuto.core.units import plain

__all__ = ["SETTING", "history_text"]

SETTING = "clinic"
"""Where the patients of a clinic are treated, as the model calls it."""


def history_text(
    condition: str,
    scores: Iterable[ScoreFact],
    infusions: Iterable[GivenInfusion],
    events: Iterable[EventFact] = (),
) -> str:
    """The history as JSON text, in order of date; the same facts in any order give the same text.

    scores: the one recorded last first; of several of a scale on one day that one counts, of answers on suicide the
    highest. A scale whose measurement is not known and a score without a value are left out. events: each kind of a day
    once, see `CourseFacts.counted_events`. HistoryError for a condition that no model knows.
    """
    if condition not in CONDITIONS:
        known = ", ".join(each.replace("_", " ") for each in CONDITIONS)
        raise HistoryError(
            f"How long an effect lasts in {condition.replace('_', ' ') or 'a condition that is not recorded'} was not "
            f"studied. It is forecast for {known}."
        )
    rows = [*_scored(scores), *_given(infusions), *_happened(events)]
    # A score on the day of an infusion was taken before it.
    rows.sort(
        key=lambda row: (row["date"], row["kind"] == "infusion", row.get("scale", ""), row.get("value", ""))
    )
    return json.dumps({"condition": condition, "setting": SETTING, "events": rows}, separators=(",", ":"))


def _happened(events: Iterable[EventFact]) -> Iterator[dict[str, Any]]:
    for event in events:
        yield {"date": event.on.isoformat(), "kind": "event", "value": event.kind.value}


def _scored(scores: Iterable[ScoreFact]) -> Iterator[dict[str, Any]]:
    totals: dict[tuple[str, date], str] = {}
    answers: dict[tuple[str, date], int] = {}
    for score in scores:
        if score.value is None:
            continue
        scale = instruments().get(score.scale)
        if scale is not None and scale.measurement is not None:
            totals.setdefault((scale.measurement.short, score.taken), plain(score.value))
        for name, value in _answered(score, score.value, scale):
            answers[name, score.taken] = max(value, answers.get((name, score.taken), value))
    for (name, on), total in totals.items():
        yield {"date": on.isoformat(), "kind": "score", "scale": name, "value": total}
    for (name, on), answer in answers.items():
        yield {"date": on.isoformat(), "kind": "score", "scale": name, "value": str(answer)}


def _answered(score: ScoreFact, total: Decimal, scale: Instrument | None) -> Iterator[tuple[str, int]]:
    """The answer to the scale's question on suicide; a form without a total carries it by itself."""
    if scale is None:
        alone = _alone().get(score.scale)
        if alone is not None:
            yield alone, int(total)
        return
    name = _risk_name(scale)
    given = dict(score.items)
    if name is not None and scale.risk_item is not None and scale.risk_item.item in given:
        yield name, given[scale.risk_item.item]


def _risk_name(scale: Instrument) -> str | None:
    """What a history calls the scale's question on suicide, such as `PHQ-9 item 9`; None where it has none."""
    if scale.risk_item is None or scale.measurement is None:
        return None
    name = f"{scale.measurement.short} item {scale.risk_item.item}"
    return name if name in suicide_items() else None


def _alone() -> Mapping[str, str]:
    """Names of the question on suicide by how a record calls it when it stands alone, such as `phq9item9`."""
    return {
        f"{scale.id}item{scale.risk_item.item}": name
        for scale in instruments().values()
        if scale.risk_item is not None and (name := _risk_name(scale)) is not None
    }


def _given(infusions: Iterable[GivenInfusion]) -> Iterator[dict[str, Any]]:
    for infusion in infusions:
        if infusion.dose is None:
            raise HistoryError(
                f"The dose of the infusion on {infusion.on} is not known in mg/kg. Divide the milligrams by the weight in kg."
            )
        dose = plain(infusion.dose.value)
        yield {"date": infusion.on.isoformat(), "kind": "infusion", "dose_mg_per_kg": dose}
