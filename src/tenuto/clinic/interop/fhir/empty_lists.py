"""An entry in the place of a list: there are none, nobody knows, or it is kept back. Only the first needs nobody."""

from __future__ import annotations

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.core.intake.facts import Coding
from tenuto.core.intake.reading_report import Ending
from tenuto.core.intake.terminology import stands_for_kept_back, stands_for_nothing, stands_for_unknown

__all__ = ["no_entry"]


def no_entry(
    resource: Element, codings: tuple[Coding, ...], text: str, what: str, remarks: Remarks, *, field: str
) -> bool:
    """Whether an entry names nothing of `what` ("allergies"), and how it ends then; `field` is where its concept stands."""
    if stands_for_kept_back((*codings, *_absent(resource, field))):
        sentence = f"{resource.where}: one of the {what} is kept back. Ask for it."
        remarks.add(sentence)
        remarks.settle(Ending.WITHHELD, sentence)
        return True
    if stands_for_unknown(codings, text):
        remarks.add(
            f"{resource.where} says that nothing is known about {what}; that is not “none”. Ask the person."
        )
        return True
    if stands_for_nothing(codings, text):
        remarks.settle(Ending.NOT_NEEDED, f"says that there are no {what}; it is none of them")
        return True
    return False


def _absent(resource: Element, field: str) -> tuple[Coding, ...]:
    """Why a concept is absent, as an extension of it says."""
    sent = resource.raw.get(field)
    holders = [
        Element(each, resource.where)
        for each in (sent, resource.raw.get(f"_{field}"))
        if isinstance(each, dict)
    ]
    return tuple(
        Coding(_REASONS, extension.text("valueCode"))
        for holder in holders
        for extension in holder.all("extension")
        if extension.text("url").endswith("data-absent-reason")
    )


_REASONS = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
