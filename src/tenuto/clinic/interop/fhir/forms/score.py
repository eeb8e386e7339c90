"""Observation: the score of a form, and the question on death or self-harm by itself. A void form has no number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from tenuto.clinic.interop.fhir.forms.common import Json, coding, number, option_coding
from tenuto.core.scales.definition import Instrument, Take
from tenuto.core.scales.scoring import Void, score

__all__ = ["observations", "total_of"]

UCUM = "http://unitsofmeasure.org"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def observations(
    scale: Instrument, answers: Mapping[str, int | None], *, id_: str, subject: str, written: date
) -> tuple[Json, ...]:
    """The total, and the answer to the question on death, each derived from the response with this id."""
    shared: Json = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "survey"}]}],
        "subject": {"reference": subject},
        "effectiveDateTime": written.isoformat(),
        "derivedFrom": [{"reference": f"QuestionnaireResponse/{id_}"}],
    }
    made = []
    if scale.total is not Take.NONE:
        made.append({**shared, "id": f"{id_}-total", **_total(scale, answers)})
    risk = scale.risk_item
    if risk is not None:
        item, value = scale.item(risk.item), answers.get(risk.item)
        code = {"coding": [coding(item.loinc, f"{scale.id}.{item.id}")], "text": item.text}
        said = (
            {"valueCodeableConcept": {"coding": [option_coding(scale, item, item.option(value))]}}
            if value is not None
            else _absent("asked-declined")
        )
        made.append({**shared, "id": f"{id_}-item-{item.id}", "code": code, **said})
    return tuple(made)


def _total(scale: Instrument, answers: Mapping[str, int | None]) -> Json:
    code = {
        "coding": [coding(scale.loinc_total, f"{scale.id}.total")],
        "text": f"{scale.title} total",
    }
    result = score(scale, answers)
    if isinstance(result, Void):
        return {"code": code, **_absent("unknown"), "note": [{"text": result.reason}]}
    if result.total is None:
        raise ValueError(f"{scale.title} has no total, and none may be written. Send its answers.")
    made: Json = {
        "code": code,
        "valueQuantity": {"value": number(result.total), "unit": "score", "system": UCUM, "code": "{score}"},
    }
    if result.band is not None:
        made["interpretation"] = [{"text": result.band.label}]
    if result.prorated:
        asked = len(scale.scored_items)
        made["note"] = [{"text": f"prorated {asked - len(result.missing)}/{asked}"}]
    return made


def _absent(why: str) -> Json:
    return {"dataAbsentReason": {"coding": [{"system": ABSENT, "code": why}]}}


def total_of(sent: Json) -> Decimal | None:
    """The number of a total, as a quantity or a whole number; None where it says that there is none."""
    quantity = sent.get("valueQuantity", {}).get("value")
    value = quantity if quantity is not None else sent.get("valueInteger")
    return None if value is None else Decimal(str(value))
