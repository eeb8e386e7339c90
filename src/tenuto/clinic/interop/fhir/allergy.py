"""AllergyIntolerance: what the person must not be given."""

from __future__ import annotations

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.core.intake.facts import Allergy

__all__ = ["read"]

_OVER = ("inactive", "resolved")
_NOT_SO = ("refuted", "entered-in-error")


def read(allergy: Element, remarks: Remarks) -> Allergy | None:
    """The allergy; None when it is refuted, over or entered in error, or names no substance."""
    if allergy.status("clinicalStatus") in _OVER or allergy.status("verificationStatus") in _NOT_SO:
        return None
    codings, text = allergy.codings("code")
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
