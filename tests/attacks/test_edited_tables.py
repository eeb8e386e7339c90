"""Whoever can write the database's tables, without the key: what says who is who and who may does not change unseen."""

from __future__ import annotations

from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client

from tenuto import cli
from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.demo_code import code_of, give_second_factor
from tenuto.clinic.accounts.keys import rotate
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.accounts.services import change_role, set_clinic_words
from tenuto.clinic.accounts.session_store import kept_as
from tenuto.clinic.desk.models import WorkRow
from tenuto.clinic.desk.projection import judge_all, rebuild
from tenuto.clinic.intake.services import receive, record_enquiry
from tenuto.clinic.intake.services.enquiries import Enquiring
from tenuto.clinic.ledger.actors import SYSTEM
from tenuto.clinic.ledger.append_only import AppendOnly, AppendOnlyError
from tenuto.clinic.ledger.canonical import texts_of
from tenuto.clinic.ledger.marks import waiting_marks
from tenuto.clinic.ledger.models import AuditEvent, SealedState
from tenuto.clinic.ledger.raw import raw_rows_of
from tenuto.clinic.ledger.sealed import ChangedPastProgram, sealed_tables, state_digest
from tenuto.clinic.ledger.services import record
from tenuto.clinic.ledger.verify import Report, verify
from tests.clinic.conftest import NOW, PASSWORD, facts_of, source_of

pytestmark = pytest.mark.django_db(transaction=True)

ALICE = "(SELECT id FROM accounts_staff WHERE username = 'alice')"
CLINIC_OF = "(SELECT clinic_id FROM accounts_staff WHERE username = '{}')"
SOMEBODY = (
    f"(SELECT id FROM people_patient WHERE clinic_id = {CLINIC_OF.format('alice')} ORDER BY id LIMIT 1)"
)
EDITS = {
    "a patient's name": f"UPDATE people_patient SET name = 'Other' WHERE id = {SOMEBODY}",
    "the name a patient goes by": f"UPDATE people_patient SET preferred_name = 'Bo' WHERE id = {SOMEBODY}",
    "a birth date": f"UPDATE people_patient SET birth_date = '1950-01-01' WHERE id = {SOMEBODY}",
    "a patient's clinic": f"UPDATE people_patient SET clinic_id = {CLINIC_OF.format('charlie')} WHERE id = {SOMEBODY}",
    "an identifier": f"UPDATE people_patientidentifier SET value = value || '0' WHERE patient_id = {SOMEBODY}",
    "whose identifier it is": "UPDATE people_patientidentifier SET patient_id = "
    f"(SELECT id FROM people_patient WHERE id <> {SOMEBODY} LIMIT 1) WHERE patient_id = {SOMEBODY}",
    "an identifier taken away": f"DELETE FROM people_patientidentifier WHERE patient_id = {SOMEBODY}",
    "a role": "UPDATE accounts_staff SET role = 'medical_director' WHERE username = 'bob'",
    "a password": "UPDATE accounts_staff SET password = '!' WHERE username = 'alice'",
    "a user name": "UPDATE accounts_staff SET username = 'allice' WHERE username = 'alice'",
    "a member's name": "UPDATE accounts_staff SET name = 'Bob' WHERE username = 'alice'",
    "a member's clinic": f"UPDATE accounts_staff SET clinic_id = {CLINIC_OF.format('charlie')} WHERE username = 'alice'",
    "a closed account": "UPDATE accounts_staff SET is_active = NOT is_active WHERE username = 'alice'",
    "ended sessions": "UPDATE accounts_staff SET sessions_ended = 7 WHERE username = 'alice'",
    "a second factor": f"UPDATE mfa_authenticator SET data = '{{\"secret\": \"mine\"}}' WHERE user_id = {ALICE}",
    "whose second factor it is": f"UPDATE mfa_authenticator SET user_id = {ALICE}, type = 'webauthn' "
    "WHERE user_id = (SELECT id FROM accounts_staff WHERE username = 'bob')",
    "a second factor taken away": f"DELETE FROM mfa_authenticator WHERE user_id = {ALICE}",
    "crisis words": "UPDATE accounts_clinic SET crisis_words = 'Call nobody.'",
    "a telephone number": "UPDATE accounts_clinic SET phone = '0'",
    "a demonstration": "UPDATE accounts_clinic SET invented = NOT invented",
}  # fmt: skip


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SET session_replication_role = replica"
            )  # no constraint and no trigger is looked at
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            cursor.execute(statement)
        finally:
            if connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = DEFAULT")
            else:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
                cursor.execute("PRAGMA foreign_keys = ON")


def findings() -> list[str]:
    return [finding.sentence for finding in verify(Report())]


@pytest.fixture
def clinic_at_work(clinic, alice, bob, dora, charlie, ana):
    """Two clinics with people in them; two have an app as second factor."""
    receive(facts=facts_of("Ben Okafor", "MRN 2"), source=source_of("ben.json", "1" * 64), by=alice, at=NOW)
    for staff in (alice, bob, dora):
        give_second_factor(staff, secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert findings() == []


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_past_the_program_is_named(clinic_at_work, edit):
    run_sql(EDITS[edit])
    found = findings()
    assert found != []
    assert any(sentence.startswith("Row ") for sentence in found), found


WORKED_OUT = {
    "a patient made harmless": f"UPDATE desk_standing SET mark = 'pass', why = 'All well', rank = 9 WHERE patient_id = {SOMEBODY}",
    "a patient in no list": f"DELETE FROM desk_standing WHERE patient_id = {SOMEBODY}",
    "an empty worklist": "DELETE FROM desk_workrow",
    "a work row of somebody else": "UPDATE desk_workrow SET owner_role = 'auditor'",
    "a task about nobody taken out": "DELETE FROM desk_workrow WHERE patient_id IS NULL",
    "a task about nobody in another clinic": f"UPDATE desk_workrow SET clinic_id = {CLINIC_OF.format('charlie')} WHERE patient_id IS NULL",
    "a row of one patient given to another": "UPDATE desk_workrow SET patient_id = (SELECT id FROM people_patient WHERE id <> "
    f"{SOMEBODY} LIMIT 1) WHERE patient_id = {SOMEBODY}",
    "lists that follow nothing more": "UPDATE desk_progress SET through_event = 999999",
    "no similar names": "DELETE FROM people_namekey",
    "a similar name looked for elsewhere": f"UPDATE people_namekey SET key = 'x' WHERE patient_id = {SOMEBODY}",
}  # fmt: skip


@pytest.mark.parametrize("edit", WORKED_OUT)
def test_an_edit_of_what_is_worked_out_is_named(clinic_at_work, clinic, edit):
    """The lists decide whom a nurse looks at first: they must say what the facts say."""
    asked = Enquiring(channel="web", name="Sam Reed", contact="sam@example.org", consent_to_contact=True)
    record_enquiry(clinic=clinic, asked=asked, by=Staff.objects.get(username="alice"), at=NOW)
    judge_all(clinic, today=clock.today(clinic))
    assert WorkRow.objects.exists()
    assert findings() == []
    run_sql(WORKED_OUT[edit])
    assert findings() != []
    if "similar" not in edit:
        rebuild(clinic)
        judge_all(clinic, today=clock.today(clinic))
        assert findings() == []


def test_a_member_put_in_past_the_program_is_named(clinic_at_work):
    with connection.cursor() as cursor:
        columns = [field.column for field in Staff._meta.concrete_fields if field.column != "id"]
        given = ", ".join({"username": "'mallory'"}.get(column, column) for column in columns)
        cursor.execute(
            f"INSERT INTO accounts_staff ({', '.join(columns)}) SELECT {given} FROM accounts_staff WHERE username = 'dora'"
        )
    (found,) = findings()
    assert found.endswith("has no audit event: it was put in past the program, or its event is gone.")


def test_a_sealed_state_put_in_past_the_program_is_named(clinic_at_work):
    """The attacker seals the edited row as well; the chain does not speak for that."""
    run_sql(EDITS["a role"])
    run_sql(
        'INSERT INTO ledger_sealedstate ("table", "row", columns, digest, event_number) SELECT "table", "row", \'\', '
        "'4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945', event_number FROM ledger_sealedstate "
        "WHERE \"table\" = 'accounts.staff'"
    )
    assert any("of ledger.sealedstate has no audit event" in sentence for sentence in findings())


def test_an_older_state_put_back_is_named(clinic_at_work):
    dora, bob = Staff.objects.get(username="dora"), Staff.objects.get(username="bob")
    change_role(staff=bob, role=Role.AUDITOR, by=dora, at=NOW)
    assert findings() == []
    run_sql("UPDATE accounts_staff SET role = 'nurse' WHERE username = 'bob'")
    (found,) = findings()
    newest = AuditEvent.objects.order_by("-number").first()
    assert found == f"Row {bob.pk} of accounts.staff is not as event {newest.number} left it: it was changed."


def test_the_command_names_the_row(clinic_at_work, capsys):
    run_sql(EDITS["crisis words"])
    assert cli.main(["audit", "verify"]) == 1
    assert "of accounts.clinic is not as event" in capsys.readouterr().out


def test_an_edited_row_is_not_sealed_by_the_next_change(clinic_at_work):
    """Otherwise a change of the words would make an edited number good."""
    run_sql(EDITS["a telephone number"])
    dora = Staff.objects.get(username="dora")
    with pytest.raises(ChangedPastProgram, match="was changed past the program"):
        set_clinic_words(clinic=dora.clinic, phone="1", crisis_words="", by=dora, at=NOW)
    assert findings()


def test_a_password_put_into_the_table_opens_nothing(clinic_at_work):
    run_sql(f"UPDATE accounts_staff SET password = '{make_password('known')}' WHERE username = 'alice'")
    answer = Client().post("/sign-in/", {"username": "alice", "password": "known"})
    assert answer.status_code == 503
    assert "was changed past the program" in answer.content.decode()


def seal_again(statement: str, label: str, row: object) -> None:
    """Edit a row, and put in a state that fits it, as whoever can read this program can."""
    model = apps.get_model(label)
    newest = SealedState.objects.filter(table=label, row=str(row)).order_by("-event_number", "-id").first()
    run_sql(statement)
    (raw,) = raw_rows_of(model, [row])
    made = state_digest(model, newest.columns.split(","), texts_of(model, raw))
    run_sql(
        'INSERT INTO ledger_sealedstate ("table", "row", columns, digest, event_number) SELECT "table", "row", columns, '
        f"'{made}', event_number FROM ledger_sealedstate WHERE id = {newest.pk}"
    )


def test_a_password_that_is_sealed_past_the_program_opens_nothing(clinic_at_work):
    """The state fits the row, and no event speaks for the state."""
    alice = Staff.objects.get(username="alice")
    put_in = f"UPDATE accounts_staff SET password = '{make_password('known')}' WHERE username = 'alice'"
    seal_again(put_in, "accounts.staff", alice.pk)
    answer = Client().post("/sign-in/", {"username": "alice", "password": "known"})
    assert answer.status_code == 503
    assert "was changed past the program" in answer.content.decode()


def test_a_sealed_row_still_opens_after_the_key_was_exchanged(clinic_at_work, settings):
    settings.LEDGER_KEY, settings.LEDGER_KEY_FALLBACKS = "k" * 50, [settings.LEDGER_KEY]
    rotate(by=SYSTEM, reason="a new year", at=NOW)
    assert Client().post("/sign-in/", {"username": "alice", "password": PASSWORD}).status_code == 302


IDENTITY = {
    "a patient's name": EDITS["a patient's name"],
    "the name a patient goes by": EDITS["the name a patient goes by"],
    "a birth date": EDITS["a birth date"],
    "an identifier": EDITS["an identifier"],
    "an identifier put in": "INSERT INTO people_patientidentifier (clinic_id, patient_id, value, label, system, proves, key) "
    f"VALUES ({CLINIC_OF.format('alice')}, {SOMEBODY}, '9', '', '', FALSE, '9')",
}  # fmt: skip


@pytest.mark.parametrize("edit", IDENTITY)
def test_the_page_of_a_patient_says_that_the_identity_was_edited(at_work, edit):
    patient = Staff.objects.get(username="alice").clinic.patients.order_by("pk").first()
    assert "Who is this?" not in at_work.get(f"/patients/{patient.pk}/person/").content.decode()
    run_sql(IDENTITY[edit])
    shown = at_work.get(f"/patients/{patient.pk}/person/")
    assert shown.status_code == 200
    assert "changed in the database, past the program" in shown.content.decode()


def test_the_page_of_a_patient_says_so_of_an_edit_that_was_sealed_again(at_work):
    patient = Staff.objects.get(username="alice").clinic.patients.order_by("pk").first()
    seal_again(EDITS["a birth date"], "people.patient", patient.pk)
    assert "Who is this?" in at_work.get(f"/patients/{patient.pk}/person/").content.decode()


@pytest.mark.parametrize("edit", ["a role", "a second factor", "whose second factor it is"])
def test_a_role_or_a_factor_put_into_the_table_opens_nothing(clinic_at_work, edit):
    run_sql(EDITS[edit])
    who = "bob" if edit == "a role" else "alice"
    assert Client().post("/sign-in/", {"username": who, "password": PASSWORD}).status_code == 503


@pytest.mark.parametrize("edit", ["a role", "a member's name", "a member's clinic"])
def test_an_open_session_of_an_edited_member_opens_nothing_more(clinic_at_work, edit):
    who = "bob" if edit == "a role" else "alice"
    browser = Client()
    browser.post("/sign-in/", {"username": who, "password": PASSWORD})
    assert browser.get("/worklist/").status_code == 200
    run_sql(EDITS[edit])
    assert browser.get("/worklist/").status_code == 503
    form = {"username": "eve", "name": "Eve", "role": "prescriber"}
    assert browser.post("/staff/add/", form).status_code == 503
    assert not Staff.objects.filter(username="eve").exists()


def test_a_role_that_the_director_changed_goes_on(clinic_at_work):
    browser = Client()
    browser.post("/sign-in/", {"username": "bob", "password": PASSWORD})
    change_role(
        staff=Staff.objects.get(username="bob"),
        role=Role.COORDINATOR,
        by=Staff.objects.get(username="dora"),
        at=NOW,
    )
    assert browser.get("/worklist/").status_code in (200, 302)
    assert browser.post("/staff/add/", {}).status_code == 403


def test_a_session_that_locks_beside_a_broken_chain_is_told_so(at_work, settings):
    """Locking writes an event; the page says what is broken, and not that something went wrong."""
    session = at_work.session
    session["seen_at"] = 1.0
    session.save()
    Path(settings.LEDGER_ANCHOR).unlink()
    answer = at_work.get("/worklist/")
    assert answer.status_code == 503
    assert "The audit chain is broken" in answer.content.decode()


def test_a_copied_session_opens_nothing(clinic_at_work, visit):
    """Her session's content under a key of one's own: content is signed for its own key alone."""
    alice = visit(Staff.objects.get(username="alice"))
    assert alice.get("/").status_code == 200
    row = Session.objects.get()
    Session.objects.create(
        session_key=kept_as("mine" * 8), session_data=row.session_data, expire_date=row.expire_date
    )
    mallory = Client()
    mallory.cookies["sessionid"] = "mine" * 8
    answer = mallory.get("/")
    assert (answer.status_code, answer["Location"].startswith("/sign-in/")) == (302, True)


def test_going_on_after_an_edit_is_on_record_and_names_the_row(clinic_at_work, capsys):
    run_sql(EDITS["a telephone number"])
    assert cli.main(["audit", "accept", "--why", "looked into with the director"]) == 0
    event = AuditEvent.objects.get(action="accepted a break")
    assert "of accounts.clinic is not as event" in event.detail["broken"][0]
    assert findings() == []


# What the program and its libraries write themselves is sealed.


@pytest.fixture
def at_work(clinic_at_work, visit):
    return visit(Staff.objects.get(username="alice"))


def test_setting_up_and_removing_second_factors_is_sealed(at_work):
    alice = Staff.objects.get(username="alice")
    pages = "/account/second-factor/"
    again = {"code": code_of(alice).code, "next": "/"}
    assert at_work.post(f"{pages}reauthenticate/", again).status_code == 302
    for page in ("recovery-codes/generate/", "totp/deactivate/"):
        assert at_work.post(f"{pages}{page}").status_code == 302
        assert findings() == []
    assert not Authenticator.objects.filter(user=alice, type="totp").exists()


def test_a_recovery_code_that_is_used_up_is_sealed(clinic_at_work, settings):
    settings.LOGIN_REDIRECT_URL = "/"
    dora = Staff.objects.get(username="dora")
    dora.clinic.invented = False  # so that the sign-in asks for the second factor
    with transaction.atomic():
        dora.clinic.save(update_fields=["invented"])
        codes = RecoveryCodes.activate(dora).get_unused_codes()
        record(action="set up second factor", subject=dora, by=dora, at=NOW)
    client = Client()
    assert client.post("/sign-in/", {"username": "dora", "password": PASSWORD}).status_code == 302
    answer = client.post("/account/second-factor/authenticate/", {"code": codes[0]})
    assert answer.status_code == 302
    assert Authenticator.objects.get(user=dora, type="recovery_codes").data["used_mask"]
    assert findings() == []


def test_a_changed_password_is_sealed(at_work):
    new = "another quiet note"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert at_work.post("/account/password/", form).status_code == 302
    assert Staff.objects.get(username="alice").check_password(new)
    assert findings() == []


def test_a_password_hashed_anew_at_sign_in_is_sealed(clinic_at_work, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    before = Staff.objects.get(username="alice").password
    assert Client().post("/sign-in/", {"username": "alice", "password": PASSWORD}).status_code == 302
    assert Staff.objects.get(username="alice").password != before
    assert AuditEvent.objects.filter(action="hashed password anew").exists()
    assert findings() == []


def test_a_change_without_its_event_is_not_kept(clinic_at_work):
    bob = Staff.objects.get(username="bob")
    bob.role = Role.AUDITOR
    with pytest.raises(AppendOnlyError, match="needs a transaction"):
        bob.save()
    with pytest.raises(AppendOnlyError, match="without an audit event"), transaction.atomic():
        bob.save()
    assert waiting_marks() == []


# A table that is neither append-only nor sealed says why it decides nothing.

DECIDES_NOTHING = {
    "accounts.lastcode": "setting it back lets a code count again that the same second still accepts",
    "accounts.tally": "counts lately failed tries under a keyed hash",
    "people.namekey": "computed from the sealed name, and compared with it by verify",
    "desk.workrow": "the worklist as computed from the facts, and compared with them by verify",
    "desk.standing": "the list of patients as computed from the facts, and compared with them by verify",
    "desk.progress": "how far the audit chain was followed; beyond its end is found by verify",
    "booking.takenquarter": "computed from the appointments; each booking is checked against those once more",
    "forecast.forecastnight": "how far a night of forecasts came; what is done already is found so",
    "live.beat": "whose turn it was; one far ahead is not believed",
    "live.workersign": "signs of life; one that lies ahead is none",
    "auth.group": "not used: roles decide",
    "auth.permission": "not used: roles decide",
    "contenttypes.contenttype": "names of tables, written by migrations",
    "sessions.session": "its content is signed with the server's key, for its own key alone",
    "django_tasks_database.dbtaskresult": "a list of work, of which only what carries the server's seal is done",
    "account.emailaddress": "not used: no mail is sent",
    "account.emailconfirmation": "not used: no mail is sent",
}


def test_every_table_is_append_only_or_sealed_or_decides_nothing():
    known = set(sealed_tables())
    neither = {
        model._meta.label_lower
        for model in apps.get_models()
        if not issubclass(model, AppendOnly) and model not in known
    }
    assert neither == set(DECIDES_NOTHING)
