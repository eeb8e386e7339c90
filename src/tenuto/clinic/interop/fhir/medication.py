"""MedicationStatement and MedicationRequest: what the person takes or has been ordered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.empty_lists import no_entry
from tenuto.core.intake.facts import Coding, Medication
from tenuto.core.intake.reading_report import Ending
from tenuto.core.units import plain

__all__ = ["read_request", "read_statement"]

Find = Callable[[str, Element], Element | None]

_STATEMENT_OVER = ("completed", "stopped", "not-taken", "entered-in-error")
_REQUEST_OVER = ("completed", "stopped", "cancelled", "entered-in-error")
_NOT_TAKEN = ("n",)
"""STU3 says so beside the status."""
_NOT_ORDERS = ("proposal", "plan", "option")


def read_statement(statement: Element, find: Find, remarks: Remarks) -> Medication | None:
    """The medicine of a MedicationStatement; None when it is not taken (any more)."""
    status = statement.text("status")
    if statement.text("taken") in _NOT_TAKEN or status in _STATEMENT_OVER:
        _over(status if status in _STATEMENT_OVER else "not taken", remarks)
        return None
    return _medication(statement, "dosage", find, remarks)


def read_request(request: Element, find: Find, remarks: Remarks) -> Medication | None:
    """The medicine of a MedicationRequest; None when the order is over, was never one, or forbids the medicine."""
    status, intent = request.text("status"), request.text("intent")
    if request.flag("doNotPerform"):
        remarks.settle(Ending.NOT_NEEDED, "says that the medicine is not to be given")
        return None
    if status in _REQUEST_OVER:
        _over(status, remarks)
        return None
    # What a person says they take is sent as a request with the intent `plan` and marked as reported (US Core).
    reported = request.flag("reportedBoolean") or request.has("reportedReference")
    if (status == "draft" or intent in _NOT_ORDERS) and not reported:
        name = _what(request, find)[1]
        remarks.add(
            f"{request.where}{f' (“{name[:80]}”)' if name else ''} is a {status if status == 'draft' else intent}, not an "
            "order; not counted as a medicine taken. Ask whether it is taken."
        )
        return None
    return _medication(request, "dosageInstruction", find, remarks)


def _over(status: str, remarks: Remarks) -> None:
    if status == "entered-in-error":
        remarks.settle(Ending.TAKEN_BACK, "entered in error")
    else:
        remarks.settle(Ending.NOT_NEEDED, f"not taken any more ({status})")


def _judge_status(resource: Element, status: str, remarks: Remarks) -> None:
    if status != "active":
        said = f"has the status '{status[:40]}'" if status else "has no status"
        remarks.add(f"{resource.where} {said}; counted as a medicine taken. Ask whether it is.")


def _medication(resource: Element, dosage: str, find: Find, remarks: Remarks) -> Medication | None:
    codings, text = _what(resource, find)
    if no_entry(resource, codings, text, "medicines", remarks, field="medicationCodeableConcept"):
        return None
    _judge_status(resource, resource.text("status"), remarks)
    if not codings and not text:
        remarks.add(
            f"{resource.where} names no medicine that can be found in the Bundle. Ask which one it is."
        )
        return None
    return Medication(
        text=text or codings[0].code,
        codings=codings,
        dose=_dose(resource.all(dosage)),
        last_taken=_last_taken(resource, remarks),
        origin=resource.where,
    )


def _what(resource: Element, find: Find) -> tuple[tuple[Coding, ...], str]:
    codings, text = resource.codings("medicationCodeableConcept")
    reference = resource.one("medicationReference")
    if reference is None:
        return codings, text
    medication = find(reference.text("reference"), resource)
    if medication is None:
        return codings, text or reference.text("display")
    codes, name = medication.codings("code")
    for ingredient in medication.all("ingredient"):
        more, also = ingredient.codings("itemCodeableConcept")
        codes, name = codes + more, name or also
    return codings + codes, text or name or reference.text("display")


def _dose(dosages: list[Element]) -> str:
    written = [d.text("text") or _amount(d) for d in dosages]
    return "; ".join(filter(None, written))


def _amount(dosage: Element) -> str:
    for dose in dosage.all("doseAndRate"):
        quantity = dose.one("doseQuantity")
        value = quantity.number("value") if quantity else None
        if quantity and value is not None:
            return f"{plain(value)} {quantity.text('unit') or quantity.text('code')}".strip()
    return ""


def _last_taken(resource: Element, remarks: Remarks) -> date | None:
    period = resource.one("effectivePeriod")
    moment = resource.moment("effectiveDateTime", remarks) or (
        period.moment("end", remarks) if period else None
    )
    return moment.latest if moment else None
