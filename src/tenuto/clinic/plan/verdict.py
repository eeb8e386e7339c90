"""The one verdict on a proposal, as pages, lists and papers of the clinic say it."""

from __future__ import annotations

from collections.abc import Sequence

from tenuto.clinic.intake.api import IntakeState, with_decision
from tenuto.clinic.pathway.api import Batch, findings_of, safety_now
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.stopped import no_treatment
from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.safety import SafetyState, with_safety
from tenuto.core.intake.safety_stops import with_withdrawal
from tenuto.core.plan.proposal import Proposal

__all__ = ["judged", "verdict_on", "verdict_today", "why_no_dose"]


def judged(proposal: Proposal, state: IntakeState) -> Gate:
    """What is judged of person, protocol and dates; a consent that was taken back refuses."""
    back = state.consent_taken_back
    return with_withdrawal(proposal.verdict, withdrawn=back.text if back else "")


def verdict_on(
    proposal: Proposal, safety: SafetyState, *, state: IntakeState, besides: Sequence[Finding] = ()
) -> Gate:
    """The same, with an open risk of suicide, which blocks wherever it was found, and with a decision against treatment.

    `besides` are what other rooms add to the verdict of today.
    """
    return with_decision(with_safety(proposal.verdict, safety), state) + Gate.of(besides)


def verdict_today(proposal: Proposal, patient: Patient, state: IntakeState, batch: Batch) -> Gate:
    """That verdict with everything that the other rooms know of the patient on the day of the batch."""
    besides = findings_of(batch).get(patient.pk, ())
    return verdict_on(proposal, safety_now(patient, batch), state=state, besides=besides)


def why_no_dose(verdict: Gate, state: IntakeState) -> str:
    """Why no dose, pump rate or date of a proposal is shown to anybody; empty when they may be read."""
    refused = (finding.message for finding in verdict.at(Level.REFUSE))
    return " ".join(dict.fromkeys((*no_treatment(state), *refused)))
