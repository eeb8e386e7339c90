"""AllergyIntolerance: what the person must not be given."""

from __future__ import annotations

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.core.intake.facts import Allergy
from tenuto.core.intake.reading_report import Ending
from tenuto.core.intake.terminology import stands_for_nothing

__all__ = ["read"]

_OVER = ("inactive", "resolved")
_NOT_SO = ("refuted", "entered-in-error")


def read(allergy: Element, remarks: Remarks) -> Allergy | None:
    """The allergy; None when it is refuted, over or entered in error, or names no substance."""
    verification, over = allergy.status("verificationStatus"), allergy.status("clinicalStatus")
    if verification in _NOT_SO:
        remarks.settle(Ending.TAKEN_BACK, verification.replace("-", " "))
        return None
    if over in _OVER:
        remarks.settle(Ending.NOT_NEEDED, f"the allergy is {over}")
        return None
    codings, text = allergy.codings("code")
    if stands_for_nothing(codings, text):
        remarks.settle(Ending.NOT_NEEDED, "says that no allergies are known; it is no allergy")
        return None
    manifestations = []
    for reaction in allergy.all("reaction"):
        substance, name = reaction.codings("substance")
        codings, text = codings + substance, text or name
        manifestations += [m.concept()[1] for m in reaction.all("manifestation")] or [
            reaction.text("description")
        ]
    if not codings and not text:
        remarks.add(f"{allergy.where} names no substance. Ask what the person reacts to.")
        return None
    return Allergy(
        text=text or codings[0].code,
        codings=codings,
        reaction=", ".join(dict.fromkeys(filter(None, manifestations))),
        origin=allergy.where,
    )
