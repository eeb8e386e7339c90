"""AllergyIntolerance: what the person must not be given."""

from __future__ import annotations

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.empty_lists import no_entry
from tenuto.clinic.interop.fhir.statuses import OVER, TAKEN_BACK, status_of
from tenuto.core.intake.allergies import speaks_of_it
from tenuto.core.intake.facts import Allergy, Coding
from tenuto.core.intake.reading_report import Ending
from tenuto.core.intake.terminology import stands_for_nothing

__all__ = ["read"]


def read(allergy: Element, remarks: Remarks) -> Allergy | None:
    """The allergy; None when it is refuted, over or entered in error, or names no substance.

    One to ketamine that is over, or that only a note speaks of, is said.
    """
    verification = status_of(allergy, "verificationStatus", TAKEN_BACK, remarks)
    over = status_of(allergy, "clinicalStatus", OVER, remarks)
    if verification in TAKEN_BACK:
        _say_notes(allergy, *allergy.codings("code"), remarks)
        if verification == "refuted" and stands_for_nothing(*allergy.codings("code")):
            remarks.add(
                f"{allergy.where}: that there is no allergy is said not to be so. Ask what the person reacts to."
            )
            return None
        remarks.settle(Ending.TAKEN_BACK, verification.replace("-", " "))
        return None
    codings, text = allergy.codings("code")
    reacted = any(reaction.has("substance") for reaction in allergy.all("reaction"))
    if not reacted and no_entry(allergy, codings, text, "allergies", remarks, field="code"):
        return None
    manifestations = []
    for reaction in allergy.all("reaction"):
        substance, name = reaction.codings("substance")
        if name and all(name != coding.display for coding in substance):
            substance += (Coding("", "", name),)
        codings, text = codings + substance, text or name
        manifestations += [m.concept()[1] for m in reaction.all("manifestation")] or [
            reaction.text("description")
        ]
    names = [text, *(coding.display for coding in codings)]
    if over in OVER:
        if speaks_of_it(codings, names):
            remarks.add(
                f"{allergy.where} (“{next(filter(None, names), '')[:80]}”) is an allergy to ketamine that is recorded as {over}. "
                "Ask what happened, and whether it is over."
            )
        else:
            remarks.settle(Ending.NOT_NEEDED, f"the allergy is {over}")
        return None
    _say_notes(allergy, codings, text, remarks)
    if not codings and not text:
        remarks.add(f"{allergy.where} names no substance. Ask what the person reacts to.")
        return None
    return Allergy(
        text=text or codings[0].code,
        codings=codings,
        reaction=", ".join(dict.fromkeys(filter(None, manifestations))),
        origin=allergy.where,
    )


def _say_notes(allergy: Element, codings: tuple[Coding, ...], text: str, remarks: Remarks) -> None:
    """A note that speaks of ketamine beside an allergy to something else, also where that one is refuted."""
    if speaks_of_it(codings, (text, *(coding.display for coding in codings))):
        return
    for note in _notes(allergy):
        if speaks_of_it((), (note,)):
            remarks.add(
                f"{allergy.where} says “{note[:80]}” in a note. Ask whether the person reacts to ketamine."
            )


def _notes(allergy: Element) -> list[str]:
    """What is written beside the substance, and what each reaction says of itself."""
    written = [note.text("text") for note in allergy.all("note")]
    for reaction in allergy.all("reaction"):
        written += [reaction.text("description"), *(note.text("text") for note in reaction.all("note"))]
        written += [
            reaction.codings("substance")[1],
            *(m.concept()[1] for m in reaction.all("manifestation")),
        ]
    return [each for each in written if each]
