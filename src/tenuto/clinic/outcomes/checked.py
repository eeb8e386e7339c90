"""Where the checks of long-term safety stand, of some patients together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from tenuto.clinic.course.api import accounts
from tenuto.clinic.ledger.facts import IN_ORDER
from tenuto.clinic.outcomes.models import CheckEntered, CheckGoneOn
from tenuto.clinic.pathway.api import Batch, facts_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.policies.api import policy_for
from tenuto.clinic.scales.api import forms_among
from tenuto.core.outcomes.check_forms import AnsweredCheck, check_scales, results_of_forms
from tenuto.core.outcomes.check_results import CheckEntry, results_of_entries, results_of_facts
from tenuto.core.outcomes.check_rules import CheckKind
from tenuto.core.outcomes.safety_clock import CheckReason, CheckResult, SafetyCheck, safety_checks

__all__ = ["checks", "checks_with", "results"]


def checks(batch: Batch) -> Mapping[UUID, Sequence[SafetyCheck]]:
    """The checks of each patient of a batch who has a plan in force and was given an infusion. Three queries beside the accounts."""
    return batch.once(_checks)


def results(batch: Batch) -> Mapping[UUID, Sequence[CheckResult]]:
    """Every result on record of those patients, in no order."""
    return batch.once(_results)


def checks_with(patient: Patient, batch: Batch, *, infusion: date) -> Sequence[SafetyCheck]:
    """The checks as they would stand on a day on which another infusion is given."""
    account = accounts(batch)[patient.pk]
    return safety_checks(
        (*account.infused, infusion),
        results(batch).get(patient.pk, ()),
        _reasons(batch).get(patient.pk, ()),
        as_of=infusion,
        policy=batch.once(policy_for),
    )


def _treated(batch: Batch) -> list[Patient]:
    known = accounts(batch)
    return [each for each in batch.patients if known[each.pk].signed and known[each.pk].infused]


def _checks(batch: Batch) -> Mapping[UUID, Sequence[SafetyCheck]]:
    policy, known, found = batch.once(policy_for), accounts(batch), results(batch)
    reasons = _reasons(batch)
    return {
        patient: safety_checks(
            known[patient].infused, own, reasons.get(patient, ()), as_of=batch.today, policy=policy
        )
        for patient, own in found.items()
    }


def _results(batch: Batch) -> Mapping[UUID, Sequence[CheckResult]]:
    treated = _treated(batch)
    if not treated:
        return {}
    policy, entries = batch.once(policy_for), defaultdict(list)
    rows = CheckEntered.objects.filter(patient__in=[each.pk for each in treated])
    for row in rows.order_by(*IN_ORDER):
        kind, on = CheckKind(row.kind), row.taken
        entries[row.patient_id].append(CheckEntry(str(row.pk), kind, on, row.values, row.event_number))
    forms = _forms([each.pk for each in treated])
    return {
        each.pk: (
            *results_of_facts(facts_of(each, batch), policy),
            *results_of_entries(entries[each.pk], policy),
            *results_of_forms(forms[each.pk], policy),
        )
        for each in treated
    }


def _forms(patients: Sequence[UUID]) -> Mapping[UUID, list[AnsweredCheck]]:
    found: dict[UUID, list[AnsweredCheck]] = defaultdict(list)
    for row in forms_among(patients, instruments=check_scales()):
        found[row.patient_id].append(
            AnsweredCheck(str(row.id), row.instrument, row.taken, row.answers, row.total, row.event_number)
        )
    return found


def _reasons(batch: Batch) -> Mapping[UUID, Sequence[CheckReason]]:
    return batch.once(_gone_on)


def _gone_on(batch: Batch) -> Mapping[UUID, Sequence[CheckReason]]:
    treated = [each.pk for each in _treated(batch)]
    found: dict[UUID, list[CheckReason]] = defaultdict(list)
    if treated:
        for row in CheckGoneOn.objects.filter(patient__in=treated):
            found[row.patient_id].append(CheckReason(CheckKind(row.kind), row.ground))
    return found
