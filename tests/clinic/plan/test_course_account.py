"""The account of a course from the rooms' records: one for all readers, in a fixed number of queries."""

from __future__ import annotations

from datetime import date, timedelta

from tenuto.clinic.accounts import clock
from tenuto.clinic.course.api import account, accounts
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.core.course.account import CourseResponse
from tenuto.core.course.due import CoursePhase
from tests.clinic.conftest import NOW
from tests.clinic.plan.conftest import OPTIONS, signed
from tests.clinic.plan.test_visits import DAY, given, scored


def batch_of(*patients):
    chosen = Patient.objects.filter(pk__in=[p.pk for p in patients]).prefetch_related("identifiers")
    clinic = patients[0].clinic
    return Batch(list(chosen), clinic=clinic, today=clock.day_of(clinic, NOW))


def test_signed_plan_infusions_and_scores_meet_in_one_account(accepted, alice, bob):
    patient = accepted()
    signed(patient, alice, OPTIONS)
    given(patient, bob, on=DAY - timedelta(days=1))
    scored(patient, bob, 8)
    found = account(patient, batch_of(patient))
    assert (found.phase, found.of_series, found.signed.infusions) == (CoursePhase.INDUCTION, 1, 6)
    assert (found.scale.baseline.value, found.scale.last.value) == (17, 8)
    assert found.response is CourseResponse.RESPONSE
    assert found.due[0].n == 2
    assert found.deviations == ()


def test_a_score_of_an_outside_record_is_a_baseline_too(accepted, alice):
    patient = accepted()
    found = account(patient, batch_of(patient))
    assert found.phase is CoursePhase.UNPLANNED
    assert [(each.scale, each.baseline.value) for each in found.scales if each.scale == "phq9"] == [
        ("phq9", 17)
    ]


def test_patients_without_any_record_have_an_account(ana):
    found = accounts(batch_of(ana))[ana.pk]
    assert (found.phase, found.given, found.scales) == (CoursePhase.UNPLANNED, (), ())


def test_many_accounts_take_as_many_queries_as_two(accepted, alice, bob, django_assert_max_num_queries):
    people = [accepted("Demo Alder"), accepted("Demo Birch"), accepted("Demo Oak")]
    for patient in people[:2]:
        signed(patient, alice, OPTIONS)
        given(patient, bob, on=DAY - timedelta(days=1))
    counts = []
    for chosen in (people[:2], people):
        batch = batch_of(*chosen)
        with django_assert_max_num_queries(30) as asked:
            accounts(batch)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_day_of_the_batch_is_the_day_of_the_account(accepted, alice, bob):
    patient = accepted()
    signed(patient, alice, OPTIONS)
    given(patient, bob)
    before = Batch([patient], clinic=patient.clinic, today=date(2026, 11, 23))
    assert account(patient, before).given == ()
