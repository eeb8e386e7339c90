"""MedicationStatement and MedicationRequest: what the person takes or has been ordered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.empty_lists import no_entry
from tenuto.core.dates import say_date
from tenuto.core.intake.facts import Coding, Medication
from tenuto.core.intake.medicines import interactions
from tenuto.core.intake.reading_report import Ending
from tenuto.core.units import plain

__all__ = ["read_request", "read_statement"]

Find = Callable[[str, Element], Element | None]

_STATEMENT_OVER = ("completed", "stopped", "not-taken", "entered-in-error")
_REQUEST_OVER = ("completed", "stopped", "cancelled", "entered-in-error")
_NOT_TAKEN = ("n",)
"""STU3 says so beside the status."""
_WAS_TAKEN = ("completed", "stopped")
_NOT_ORDERS = ("proposal", "plan", "option")


def read_statement(statement: Element, find: Find, remarks: Remarks, as_of: date) -> Medication | None:
    """The medicine of a MedicationStatement; None when it is not taken (any more)."""
    status = statement.text("status")
    if statement.text("taken") in _NOT_TAKEN or status in _STATEMENT_OVER:
        _over(status if status in _STATEMENT_OVER else "not taken", remarks)
        if status in _WAS_TAKEN:
            _say_washout(statement, find, remarks, as_of)
        return None
    return _medication(statement, "dosage", find, remarks)


def read_request(request: Element, find: Find, remarks: Remarks, as_of: date) -> Medication | None:
    """The medicine of a MedicationRequest; None when the order is over, was never one, or forbids the medicine."""
    status, intent = request.text("status"), request.text("intent")
    if request.flag("doNotPerform"):
        named = request.codings("medicationCodeableConcept")[1] or "the medicine"
        remarks.settle(Ending.NOT_NEEDED, f"says that {named[:80]} is not to be given")
        return None
    if status in _REQUEST_OVER:
        _over(status, remarks)
        if status in _WAS_TAKEN:
            _say_washout(request, find, remarks, as_of)
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


def _say_washout(resource: Element, find: Find, remarks: Remarks, as_of: date) -> None:
    """Say a medicine that is over and can still act: until its washout has run, and where nobody says when it was stopped."""
    codings, text = _what(resource, find)
    rules = [each for each in interactions(Medication(text, codings)) if each.washout_days]
    if not rules:
        return
    item = max(rules, key=lambda each: each.washout_days)
    last = _last_possible(resource, remarks)
    name = text or codings[0].code
    if last is None:
        remarks.add(
            f"{resource.where}: “{name[:80]}” ({item.title}) is over, and nothing says since when; it acts for up to {item.washout_days} "
            "days. Ask when it was last taken."
        )
    elif as_of <= last + timedelta(days=item.washout_days):
        remarks.add(
            f"{resource.where}: “{name[:80]}” ({item.title}) is over and may have been taken until {say_date(last)}; it acts for up to "
            f"{item.washout_days} days, until {say_date(last + timedelta(days=item.washout_days))}. Ask when it was last taken."
        )


def _last_possible(resource: Element, remarks: Remarks) -> date | None:
    """The latest day on which a medicine that is over can have been taken, as far as anything says one."""
    days = [_last_taken(resource, remarks)]
    authored = resource.moment("authoredOn", remarks)
    supply = resource.one("dispenseRequest")
    valid = supply.one("validityPeriod") if supply else None
    until = valid.moment("end", remarks) if valid else None
    days += [authored.latest if authored else None, until.latest if until else None]
    lasts = supply.one("expectedSupplyDuration") if supply else None
    count = lasts.number("value") if lasts else None
    if authored and lasts and count is not None and 0 <= count <= _LONGEST_SUPPLY:
        unit_days = _SUPPLY_DAYS.get(lasts.text("code") or lasts.text("unit"), 1)
        days.append(authored.latest + timedelta(days=int(count) * unit_days))
    return max((day for day in days if day is not None), default=None)


_SUPPLY_DAYS = {"wk": 7, "week": 7, "weeks": 7, "mo": 31, "month": 31, "months": 31}
_LONGEST_SUPPLY = 1000


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
        more, also = _ingredient(ingredient, find, medication, resource)
        # What an ingredient is called without a code is one of the names of the medicine.
        codes += more if any(each.display == also for each in more) else (*more, Coding("", "", also))
        name = name or also
    return codings + codes, text or name or reference.text("display")


def _ingredient(
    ingredient: Element, find: Find, medication: Element, resource: Element
) -> tuple[tuple[Coding, ...], str]:
    named = ingredient.one("itemReference")
    if named is None:
        return ingredient.codings("itemCodeableConcept")
    address = named.text("reference")
    substance = find(address, medication) or find(address, resource)
    codes, text = substance.codings("code") if substance is not None else ((), "")
    return codes, text or named.text("display")


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
