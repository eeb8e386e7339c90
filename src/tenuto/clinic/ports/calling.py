"""Whom to call about a patient who may be in danger: one list, wherever it is said (hazard H18)."""

from __future__ import annotations

from collections.abc import Mapping

from tenuto.clinic.accounts import clock
from tenuto.clinic.pathway.api import Batch, facts_of
from tenuto.clinic.people.identity import support_person
from tenuto.clinic.people.models import Patient
from tenuto.core.intake.answers import is_unknown, truth
from tenuto.core.intake.facts import PatientFacts

__all__ = ["CRISIS_CONTACT", "ESCORT", "SUPPORT_PERSON", "contacts_of", "said_of"]

CRISIS_CONTACT, SUPPORT_PERSON, ESCORT = "Crisis contact", "Support person", "Escort"
ANSWERS = {CRISIS_CONTACT: "suicide.crisis_contact", SUPPORT_PERSON: "support.person", ESCORT: "escort"}


def contacts_of(patient: Patient) -> dict[str, str]:
    """Who is on record, in the order in which they are called: the crisis contact, the support person, the escort.

    Each in words with the number, and whether they may be told, where that is known. Where the history names a support
    person too, both are said, with where each is from.
    """
    facts = facts_of(patient, Batch([patient], clinic=patient.clinic, today=clock.today(patient.clinic)))
    found = {
        CRISIS_CONTACT: _answered(facts, CRISIS_CONTACT),
        SUPPORT_PERSON: _answered(facts, SUPPORT_PERSON),
        ESCORT: _answered(facts, ESCORT),
    }
    if (support := support_person(patient)) is not None:
        told = "May be told" if support.may_be_told else "May not be told anything"
        how = f"{support}, {support.phone or 'no number is recorded'}. {told}."
        told_in_history = found[SUPPORT_PERSON]
        found[SUPPORT_PERSON] = f"{how} In the history: {told_in_history}" if told_in_history else how
    elif found[SUPPORT_PERSON]:
        found[SUPPORT_PERSON] += " (from the history). Ask whether they may be told."
    return {who: how for who, how in found.items() if how}


def said_of(contacts: Mapping[str, str]) -> str:
    """'Crisis contact: Ann, 555 0123; Support person: Tom, brother, 555 0199. May be told'; empty when nobody is on record."""
    return "; ".join(f"{who}: {how.rstrip('.')}" for who, how in contacts.items())


def _answered(facts: PatientFacts, who: str) -> str:
    """What the history says; nothing where it says that there is nobody, or that it is not known."""
    answer = facts.answer(ANSWERS[who])
    if answer is None or is_unknown(answer.value) or truth(answer.value) is not None:
        return ""
    return str(answer.value)
