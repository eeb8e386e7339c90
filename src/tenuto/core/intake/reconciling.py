"""Whether the medicines on record are still those that somebody went through with the patient."""

from __future__ import annotations

from tenuto.core.intake.answers import truth
from tenuto.core.intake.facts import Medication, PatientFacts
from tenuto.core.intake.merge import row_id

__all__ = ["RECONCILED", "changed_medicines"]

RECONCILED = "medications.reconciled"


def changed_medicines(before: PatientFacts, after: PatientFacts) -> tuple[str, ...]:
    """The medicines by name that came, went or have another dose since the list was gone through; in alphabetical order.

    Empty when nobody had gone through the list before, and when what came says itself that it was gone through anew.
    """
    attested, anew = before.answer(RECONCILED), after.answer(RECONCILED)
    if attested is None or not truth(attested.value):
        return ()
    if anew != attested and anew is not None and truth(anew.value):
        return ()
    one, other = _listed(before), _listed(after)
    apart = one.keys() ^ other.keys()
    return tuple(sorted({(one.get(key) or other[key]).text for key in apart}))


def _listed(facts: PatientFacts) -> dict[tuple[str, str], Medication]:
    return {(row_id(each), each.dose.strip()): each for each in facts.medications}
