"""What a member of staff is there for, and what each role may do: one table, printed in the manual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices

__all__ = ["CONFIRMED_FIRST", "SIGNED", "SIGNING_ROLES", "WHO_MAY", "Role", "Verb"]


class Role(TextChoices):
    """What a member of staff is there for."""

    PRESCRIBER = "prescriber", "Prescriber"
    NURSE = "nurse", "Nurse"
    COORDINATOR = "coordinator", "Coordinator"
    MEDICAL_DIRECTOR = "medical_director", "Medical director"
    AUDITOR = "auditor", "Auditor"


@dataclass(frozen=True, slots=True)
class Verb:
    """Something one can do: how a refusal names it, and which roles may."""

    words: str
    roles: frozenset[Role]


P, N, C, D, A = Role.PRESCRIBER, Role.NURSE, Role.COORDINATOR, Role.MEDICAL_DIRECTOR, Role.AUDITOR


def _verb(words: str, *roles: Role) -> Verb:
    return Verb(words, frozenset(roles))


WHO_MAY: Mapping[str, Verb] = {
    "patient.view": _verb("look at a patient's record", P, N, C, D),
    "patient.search": _verb("search and list patients", P, N, C, D),
    "patient.register": _verb("register a patient", P, N, C, D),
    "patient.amend": _verb("correct who a patient is", P, N, C, D),
    "patient.restrict": _verb("restrict a record to its care team", D),
    "patient.care_team": _verb("change the care team", P, D),
    "patient.print": _verb("print a patient's pages", P, N, C, D),
    "patient.export": _verb("export a patient's record", P, D),
    "patient.break_glass": _verb("open a restricted record in an emergency", P, N, D),
    "enquiry.record": _verb("record an enquiry", P, N, C, D),
    "scale.record": _verb("record a scale", P, N, C, D),
    "scale.triage": _verb("record a suicide triage", P, N, D),
    "intake.record": _verb("record the history", P, N, C, D),
    "intake.consent": _verb("record a consent", P, N, D),
    "intake.withdraw": _verb("record that a patient takes a consent back", P, N, C, D),
    "intake.decide": _verb("decide about treatment", P, D),
    "plan.view": _verb("look at a plan", P, N, C, D),
    "plan.sign": _verb("sign a plan", P, D),
    "plan.revise": _verb("revise a signed plan", P, D),
    "plan.comfort": _verb("write the comfort card", P, N, C, D),
    "plan.visit": _verb("record how an infusion went", P, N, D),
    "plan.order": _verb("order something for the next visit", P, D),
    "booking.book": _verb("book, move and cancel visits", P, N, C, D),
    "booking.week": _verb("set up the clinic's week", C, D),
    "infusion.chart": _verb("chart a session", P, N, D),
    "infusion.release": _verb("let an infusion start past its gate", P, D),
    "infusion.see": _verb("record that a prescriber saw a patient after an infusion", P, D),
    "infusion.order": _verb("sign for an order given by word of mouth in an infusion", P, D),
    "infusion.discharge": _verb("discharge a patient after an infusion", P, N, D),
    "stock.view": _verb("read the drug ledger", P, N, D, A),
    "stock.record": _verb("write in the drug ledger, witness and close its day", P, N, D),
    "stock.export": _verb("take the drug ledger along as a table", D, A),
    "course.record": _verb("record a missed visit or an event of a course", P, N, C, D),
    "course.end": _verb("taper, complete or take up a course", P, D),
    "course.plan_beside": _verb("plan visits beside the infusions", P, N, D),
    "outcomes.review": _verb("review a course", P, D),
    "outcomes.letter": _verb("sign a letter to others who treat the patient", P, D),
    "outcomes.check": _verb("record a long-term check", P, N, D),
    "forecast.view": _verb("look at a forecast", P, N, C, D),
    "forecast.decide": _verb("decide on the next date", P, D),
    "policy.view": _verb("read the clinic's policy and protocols", P, N, C, D, A),
    "policy.propose": _verb("propose a policy", P, D),
    "policy.sign": _verb("sign a policy", P, D),
    "policy.activate": _verb("put a signed policy into effect", D),
    "gate.review": _verb("let a REVIEW pass, with a reason", P, D),
    "gate.exception": _verb("let a BLOCK pass, with a reason", D),
    "task.open": _verb("open a task", P, N, C, D),
    "task.close": _verb("close a task", P, N, C, D),
    "hold.place": _verb("place a hold on booking", P, N, D),
    "hold.lift": _verb("lift a hold", P, D),
    "window.set": _verb("set a booking window", P, D),
    "rota.set": _verb("change who is on call", P, N, C, D),
    "rota.take_out": _verb("take a colleague off call", P, D),
    "link.issue": _verb("give a patient a link", P, N, C, D),
    "clinic.words": _verb("change what patients are told about the clinic", D),
    "clinic.set_up": _verb("see what the clinic still needs", D),
    "clinic.zone": _verb("set the time zone of the clinic", D),
    "staff.view": _verb("see who works here", P, N, C, D, A),
    "staff.manage": _verb("add, change and close sign-ins", D),
    "staff.confirm": _verb("confirm a colleague who signs", P, N, D),
    "audit.read": _verb("read the audit", D, A),
    "audit.review": _verb("sign off the weekly review", D, A),
}
"""Verb by verb. What is not here nobody may do."""

SIGNED = (
    "intake.consent",
    "intake.decide",
    "plan.sign",
    "plan.revise",
    "plan.order",
    "outcomes.letter",
    "infusion.release",
    "infusion.discharge",
    "policy.sign",
    "policy.activate",
    "staff.confirm",
)
"""The verbs that ask for a fresh second factor."""
SIGNING_ROLES = frozenset(role for verb in SIGNED for role in WHO_MAY[verb].roles)
"""Who must have a second factor."""
CONFIRMED_FIRST = frozenset(
    {*SIGNED, "staff.manage", "patient.restrict", "patient.care_team", "audit.review"}
)
"""What nobody does whom no second person has confirmed: signing, and all by which one could become somebody else."""
