"""A plan is signed as it was read, by who may, past a gate only with its reason, and never past a REFUSE."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import QuerySet

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.intake.api import digest_of
from tenuto.clinic.intake.services import receive
from tenuto.clinic.ledger.append_only import AppendOnlyError
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.similar import person_of
from tenuto.clinic.plan import services
from tenuto.clinic.plan.document import document_sha256, document_text
from tenuto.clinic.plan.models import PlanSignature, PlanVersion, PlanWithdrawal
from tenuto.clinic.plan.services import signing
from tenuto.clinic.plan.services.drafting import DraftRefused, rebuilt
from tenuto.clinic.plan.services.proposing import grounds
from tenuto.clinic.plan.services.signing import meaning
from tenuto.clinic.plan.status import Status
from tenuto.clinic.plan.versions import standing
from tenuto.clinic.ports.api import open_task
from tenuto.core.intake.difference import Difference
from tenuto.core.intake.facts import Measurement
from tenuto.core.plan.order import order_sha256, order_text
from tests.clinic.conftest import NOW, facts_of, source_of
from tests.clinic.plan.conftest import OPTIONS, accept, built_from, drafted, later, signature_of, signed


def status(version):
    found = grounds(version.patient).versions
    return standing(next(v for v in found if v.pk == version.pk), found)


def sign(version, by, reason="", at=NOW, seen=None):
    return services.sign(
        version=version,
        seen=seen or version.content_sha256,
        reason=reason,
        signature=signature_of(by, at),
        at=at,
    )


def test_a_draft_pins_everything_and_its_digest_is_of_its_text(accepted, alice):
    version = PlanVersion.objects.get(pk=drafted(accepted(), alice).pk)
    order = version.order
    assert (version.content_json, version.content_sha256) == (order_text(order), order_sha256(order))
    assert order.protocol.sha256 == version.protocol_sha256
    assert order.policy.sha256 == version.policy_sha256
    assert (order.decision.id, order.decision.outcome) == (str(version.decision_id), "accepted")
    assert (str(order.dose.dose), str(order.dose.pump_rate)) == ("36 mg", "150 mL/h")
    assert digest_of(version.facts) == version.facts_sha256 == order.facts_sha256
    assert version.as_of == NOW.date()
    assert version.document_sha256 == document_sha256(document_text(version.document))
    assert version.document["shown"]["gate"]["summary"] not in version.content_json
    assert status(version) is Status.DRAFT


def test_a_signature_keeps_its_meaning_method_and_content(accepted, alice):
    version = signed(accepted(), alice)
    signature = PlanSignature.objects.get(version=version)
    assert signature.content_sha256 == version.content_sha256
    assert signature.document_sha256 == version.document_sha256
    assert (signature.method, signature.second_factor_at, signature.signed_as) == ("totp", NOW, "prescriber")
    assert signature.meaning == meaning(version)
    assert "Demo Alder" in signature.meaning
    assert status(version) is Status.SIGNED
    event = AuditEvent.objects.get(action="signed plan")
    assert event.detail["content"] == version.content_sha256
    assert event.patient_id == version.patient_id


def test_a_review_needs_a_typed_reason(accepted, alice, dora):
    version = drafted(accepted("Demo Linden"), alice)
    assert version.gate_level == "REVIEW"
    with pytest.raises(services.SigningRefused, match=r"The verdict is REVIEW\. Write why you go on"):
        sign(version, alice, reason="  ")
    for hardly in (".", "x", "ok", "xx xx"):
        with pytest.raises(services.ReasonMissing, match="Write why you go on, in a sentence"):
            sign(version, alice, reason=hardly)
    assert sign(version, alice, reason="Weighed with the patient.").reason == "Weighed with the patient."


def test_a_block_needs_an_exception_from_a_director_who_is_not_the_signer(accepted, alice, dora):
    version = drafted(accepted("Demo Elder"), alice)
    assert version.gate_level == "BLOCK"
    with pytest.raises(services.SigningRefused, match="medical director's exception comes first"):
        sign(version, alice, reason="Because nothing else helped.")
    with pytest.raises(PermissionError):
        services.grant_exception(version=version, reason="Mine.", signature=signature_of(alice), at=NOW)
    for empty in ("", "x", ".", "ok"):
        with pytest.raises(services.ReasonMissing, match="Write why this plan may go on"):
            services.grant_exception(version=version, reason=empty, signature=signature_of(dora), at=NOW)
    services.grant_exception(
        version=version, reason="Cleared by neurology.", signature=signature_of(dora), at=NOW
    )
    with pytest.raises(services.SigningRefused, match="Another prescriber signs this plan"):
        sign(version, dora, reason="Because nothing else helped.")
    with pytest.raises(services.SigningRefused, match="Write why you go on"):
        sign(version, alice)
    sign(version, alice, reason="After the director's exception.")
    assert status(version) is Status.SIGNED
    assert AuditEvent.objects.get(action="granted exception").kind == "override"


def test_an_exception_is_for_a_block_only(accepted, alice, dora):
    version = drafted(accepted(), alice)
    with pytest.raises(services.SigningRefused, match="only for a BLOCK"):
        services.grant_exception(version=version, reason="So.", signature=signature_of(dora), at=NOW)


def test_a_refuse_can_not_even_be_drafted(add, alice):
    patient, _ = add("Demo Hazel")
    with pytest.raises(DraftRefused, match="no dose to order"):
        drafted(patient, alice)
    assert not PlanVersion.objects.exists()


def test_facts_that_changed_after_the_draft_stop_the_signature(accepted, alice):
    patient = accepted()
    version = drafted(patient, alice)
    born, weighed = patient.birth_date, Measurement("weight_kg", Decimal(74), NOW.date())
    facts = facts_of(patient.name, born=born, measurements=(weighed,))
    receive(
        facts=replace(facts, person=person_of(patient)),
        source=source_of("later.json", "f" * 64),
        by=alice,
        at=later(),
    )
    with pytest.raises(services.PlanConflict) as caught:
        sign(version, alice, reason="Read and weighed.")
    assert Difference("Recorded: Measured weight", "", "74 kg, Tue 24 Nov 2026") in caught.value.changes
    assert [c.what for c in caught.value.changes if c.what == "Dose"] == ["Dose"]
    assert not PlanSignature.objects.exists()


def test_a_draft_of_yesterday_is_signed_today(accepted, alice, monkeypatch):
    version = drafted(accepted(), alice)
    tomorrow = NOW + timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: tomorrow)
    sign(version, alice, at=tomorrow)
    assert status(version) is Status.SIGNED


def test_a_draft_whose_first_infusion_is_past_is_not_signed(accepted, alice, monkeypatch):
    version = drafted(accepted(), alice)
    later_day = NOW + timedelta(days=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later_day)
    with pytest.raises(services.PlanConflict) as caught:
        sign(version, alice, at=later_day)
    what, *_, finding = caught.value.changes
    assert (what.what, what.before, what.after) == ("Verdict", "PASS", "REVIEW")
    assert finding.after == (
        "REVIEW: The plan has an infusion on Wed 25 Nov 2026, before the day of the plan, Thu 26 Nov 2026. "
        "Nobody can give it then: choose Thu 26 Nov 2026 or later as the first day."
    )


def test_a_page_that_says_it_in_other_words_changes_nothing(accepted, alice, monkeypatch):
    version = drafted(accepted("Demo Linden"), alice)
    monkeypatch.setattr("tenuto.clinic.ui.gates._summary", lambda *_: "In other words.")
    now = rebuilt(version)
    assert now.written.document["shown"]["gate"]["summary"] == "In other words."
    assert now.written.document != version.document
    sign(version, alice, reason="Read and weighed.")
    assert status(version) is Status.SIGNED


def test_no_sentence_is_signed(accepted, alice):
    version = drafted(accepted("Demo Linden"), alice)
    messages = [message for *_, message in version.document["findings"]]
    assert messages
    assert not [message for message in messages if message in version.content_json]


def test_what_was_shown_must_be_what_is_kept(accepted, alice):
    patient = accepted()
    request = built_from(patient).order.request
    with pytest.raises(services.PlanConflict, match="worked out anew"):
        services.draft(patient=patient, request=request, seen="0" * 64, why="", by=alice, at=NOW)
    version = drafted(patient, alice)
    with pytest.raises(services.PlanConflict, match="another content"):
        sign(version, alice, seen="0" * 64)
    assert not PlanSignature.objects.exists()


def test_nobody_signs_without_a_decision_of_intake(add, alice):
    patient, _ = add("Demo Alder")
    version = drafted(patient, alice)
    with pytest.raises(services.SigningRefused, match="No prescriber has decided in intake"):
        sign(version, alice)


@pytest.mark.parametrize("role", ["bob", "carol", "erin"])
def test_only_prescribers_and_directors_draft_and_sign(request, accepted, alice, role):
    person = request.getfixturevalue(role)
    patient = accepted()
    with pytest.raises(PermissionError):
        drafted(patient, person)
    version = drafted(patient, alice)
    with pytest.raises(PermissionError):
        sign(version, person)
    with pytest.raises(PermissionError):
        services.withdraw(version=version, reason="No.", by=person, at=NOW)


def test_another_clinic_touches_nothing(accepted, alice, charlie):
    version = drafted(accepted(), alice)
    with pytest.raises(WrongClinic):
        sign(version, charlie)
    with pytest.raises(WrongClinic):
        services.withdraw(version=version, reason="No.", by=charlie, at=NOW)


def test_an_old_second_factor_signs_nothing(accepted, alice):
    version = drafted(accepted(), alice)
    with pytest.raises(PermissionError, match="too long ago"):
        services.sign(
            version=version,
            seen=version.content_sha256,
            reason="",
            signature=signature_of(alice, NOW - timedelta(minutes=6)),
            at=NOW,
        )


def test_a_version_is_signed_once(accepted, alice, dora):
    version = signed(accepted(), alice)
    with pytest.raises(services.SigningRefused, match="signed, in force"):
        sign(version, dora)


def test_a_later_draft_takes_the_place_of_an_earlier_one(accepted, alice):
    patient = accepted()
    first, second = drafted(patient, alice), drafted(patient, alice, OPTIONS + "&weight=")
    assert (status(first), status(second)) == (Status.SUPERSEDED, Status.DRAFT)
    with pytest.raises(services.SigningRefused, match="superseded"):
        sign(first, alice)


def test_a_revision_points_at_the_version_before_and_supersedes_it_when_signed(accepted, alice):
    patient = accepted()
    first = signed(patient, alice)
    second = drafted(patient, alice, OPTIONS.replace("volume=100", "volume=50"), why="Smaller bag.")
    assert (second.number, second.revises_id, second.series) == (2, first.pk, first.series)
    assert status(first) is Status.SIGNED
    sign(second, alice)
    assert (status(first), status(second)) == (Status.SUPERSEDED, Status.SIGNED)
    assert grounds(patient).in_force == second


def test_a_series_anew_is_another_series(accepted, alice):
    patient = accepted()
    first = signed(patient, alice)
    assert drafted(patient, alice, OPTIONS + "&anew_series=on").series != first.series


def test_a_withdrawn_plan_is_not_in_force_and_brings_none_back(accepted, alice):
    patient = accepted()
    first = signed(patient, alice)
    second = signed(patient, alice, OPTIONS.replace("volume=100", "volume=50"))
    for hardly in (" ", "."):
        with pytest.raises(services.ReasonMissing, match="Write why this plan is withdrawn"):
            services.withdraw(version=second, reason=hardly, by=alice, at=NOW)
    services.withdraw(version=second, reason="The patient moved away.", by=alice, at=NOW)
    assert (status(first), status(second)) == (Status.SUPERSEDED, Status.WITHDRAWN)
    assert grounds(patient).in_force is None
    with pytest.raises(services.SigningRefused, match="not in force"):
        services.withdraw(version=first, reason="Again.", by=alice, at=NOW)


@pytest.mark.parametrize("verb", ["sign", "withdraw"])
def test_a_verb_asks_how_the_version_stands_behind_the_lock_of_the_patient(
    accepted, alice, verb, monkeypatch
):
    version, held = drafted(accepted(), alice), []
    real = QuerySet.select_for_update
    monkeypatch.setattr(
        QuerySet, "select_for_update", lambda self, **how: (held.append(self.model), real(self, **how))[1]
    )
    asked = signing._status
    monkeypatch.setattr(signing, "_status", lambda version: (held.append("status"), asked(version))[1])
    if verb == "sign":
        sign(version, alice)
    else:
        services.withdraw(version=version, reason="Another day is better.", by=alice, at=NOW)
    assert held.index(Patient) < held.index("status")


def test_a_draft_declined_twice_is_declined_once(accepted, alice):
    version = drafted(accepted(), alice)
    services.withdraw(version=version, reason="Another day is better.", by=alice, at=NOW)
    with pytest.raises(services.SigningRefused, match="not in force"):
        services.withdraw(version=version, reason="Another day is better.", by=alice, at=NOW)
    assert PlanWithdrawal.objects.filter(version=version).count() == 1


def test_versions_are_never_changed(accepted, alice):
    version = signed(accepted(), alice)
    version.content_json = json.dumps({})
    with pytest.raises(AppendOnlyError):
        version.save()
    with pytest.raises(AppendOnlyError):
        version.delete()


def test_a_new_decision_of_intake_stops_the_signature(accepted, alice, dora):
    patient = accepted()
    version = drafted(patient, alice)
    accept(patient, dora, reason="Once more.", at=later())
    with pytest.raises(services.PlanConflict) as caught:
        sign(version, alice)
    assert [change.what for change in caught.value.changes] == ["Decision of intake"]


def test_the_same_ground_gives_the_same_content(accepted):
    patient = accepted()
    assert built_from(patient).sha256 == built_from(patient).sha256


def test_no_plan_is_signed_past_an_open_suicide_task_but_by_a_director_with_a_reason(
    accepted, alice, bob, dora
):
    patient = accepted()
    version = drafted(patient, alice)
    open_task(
        patient=patient,
        kind="suicide.urgent",
        why="Item 9.",
        owner_role="prescriber",
        due=NOW,
        by=bob,
        at=NOW,
    )
    for by, reason in ((alice, "Seen."), (dora, ""), (dora, "x"), (dora, "ok")):
        with pytest.raises(
            services.SigningRefused, match=r"Open: Suicide risk, urgent\. No plan is signed before"
        ):
            sign(version, by, reason)
    sign(version, dora, "Inpatient, watched day and night.")
    assert status(version) is Status.SIGNED
