"""A lost second factor is reset on the machine: on record, and in sentences."""

from __future__ import annotations

import os

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from tenuto import cli
from tenuto.cli import operator as command
from tenuto.clinic.accounts.models import Role, Staff
from tenuto.clinic.accounts.services import close_account, employ, open_clinic
from tenuto.clinic.accounts.signers import is_confirmed
from tenuto.clinic.ledger.models import AuditEvent
from tests.clinic.conftest import NOW, PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
REASON = "Phone drowned; she came in person."


@pytest.fixture
def dora(db, settings, tmp_path):
    settings.LEDGER_ANCHOR = tmp_path / "anchor.json"
    person = employ(
        clinic=open_clinic(name="Meadow Clinic", demonstration=False), username="dora", password=PASSWORD,
        name="Dora", role=Role.MEDICAL_DIRECTOR, at=NOW,
    )  # fmt: skip
    TOTP.activate(person, SECRET)
    Authenticator.objects.create(user=person, type="recovery_codes", data={})
    return person


def reset(name="dora", reason=REASON) -> int:
    return cli.main(["staff", "reset-second-factor", name, "--reason", reason])


def test_the_sole_director_gets_in_again_and_it_is_on_record(dora, client, capsys, monkeypatch):
    monkeypatch.setattr(command, "operator_name", lambda: "anna as root")
    client.force_login(dora)
    assert client.get("/account/password/").status_code == 200
    assert reset() == 0
    assert "Dora (dora) has no second factor any more" in capsys.readouterr().out
    assert not Authenticator.objects.filter(user=dora).exists()
    assert client.get("/account/password/")["Location"].startswith("/sign-in/")
    event = AuditEvent.objects.get(action="reset second factor")
    assert event.by_name == "anna as root (operator of the server)"
    assert (event.by_id, event.clinic_id) == (f"os:{os.getuid()}", dora.clinic_id)
    assert (event.subject_id, event.detail) == (str(dora.pk), {"reason": REASON})
    client.post("/sign-in/", {"username": "dora", "password": PASSWORD})
    assert client.get("/worklist/")["Location"].startswith("/account/second-factor/totp/activate/")


def refused(capsys) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("tenuto: ")
    assert captured.err.count("\n") == 1
    assert not AuditEvent.objects.filter(action="reset second factor").exists()
    return captured.err


def test_an_unknown_account_is_one_sentence(dora, capsys):
    assert reset("d\x1bora") == 2
    said = refused(capsys)
    assert "There is no account" in said
    assert "\x1b" not in said
    assert Authenticator.objects.filter(user=dora).count() == 2


def test_a_closed_account_is_one_sentence_and_stays_closed(dora, capsys):
    other = employ(
        clinic=dora.clinic,
        username="dirk",
        password=PASSWORD,
        name="Dirk",
        role=Role.MEDICAL_DIRECTOR,
        at=NOW,
    )
    close_account(staff=dora, by=other, at=NOW)
    assert reset() == 2
    assert "The account 'dora' is closed" in refused(capsys)
    assert Authenticator.objects.filter(user=dora).count() == 2


def test_an_account_without_a_second_factor_is_one_sentence(dora, capsys):
    Authenticator.objects.filter(user=dora).delete()
    assert reset() == 2
    assert "has no second factor; signing in takes the password alone" in refused(capsys)


@pytest.mark.parametrize(
    ("reason", "said"), [("  ", "the reason is empty. Type it"), ("x" * 301, "longer than 300")]
)
def test_a_reset_without_a_usable_reason_is_one_sentence(dora, capsys, reason, said):
    assert reset(reason=reason) == 2
    assert said in refused(capsys)
    assert Authenticator.objects.filter(user=dora).count() == 2


def test_a_reason_has_to_be_given(dora, capsys):
    assert cli.main(["staff", "reset-second-factor", "dora"]) == 2
    assert "--reason" in refused(capsys)


def test_the_operator_is_whom_the_operating_system_knows(monkeypatch):
    monkeypatch.setenv("USER", "somebody-else")
    monkeypatch.setenv("SUDO_USER", "anna")
    monkeypatch.setattr(command.os, "getuid", lambda: 0)
    assert command.operator_name() == "anna as root"
    monkeypatch.delenv("SUDO_USER")
    assert command.operator_name() == "root"
    monkeypatch.setattr(command.os, "getuid", lambda: 4_000_000)
    monkeypatch.setenv("SUDO_USER", "anna")
    assert command.operator_name() == "user number 4000000"


# A clinic's first director, and the second person where there is none


def opened(*more) -> int:
    return cli.main(
        ["staff", "open-clinic", "Harbour Clinic", "--director", "dirk", "--full-name", "Dirk Dahl", "--reason",
         "Contract 12, known to me.", *more]
    )  # fmt: skip


def confirmed(name="dirk") -> int:
    return cli.main(["staff", "confirm", name, "--reason", "Sole director, came in person."])


def test_a_clinic_begins_with_a_director_who_chooses_the_password(dora, client, capsys):
    assert opened("--zone", "Europe/London") == 0
    path = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("/invitation/"))
    dirk = Staff.objects.get(username="dirk")
    assert (dirk.clinic.name, dirk.zone, dirk.role) == ("Harbour Clinic", "Europe/London", "medical_director")
    client.post(path, {"password": PASSWORD, "again": PASSWORD})
    answer = client.post("/sign-in/", {"username": "dirk", "password": PASSWORD})
    assert answer.status_code == 302
    assert confirmed() == 2
    assert "has not signed in yet with an own password and second factor" in capsys.readouterr().err
    TOTP.activate(dirk, SECRET)
    assert not is_confirmed(dirk)
    assert confirmed() == 0
    assert "Dirk Dahl (dirk) may sign from now on, as medical director." in capsys.readouterr().out
    assert is_confirmed(dirk)
    event = AuditEvent.objects.get(action="confirmed signer")
    assert (event.by_id, event.detail["reason"]) == (f"os:{os.getuid()}", "Sole director, came in person.")
    assert confirmed() == 2
    assert "is confirmed already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--zone", "Mars/Base"), "is not a known time zone"),
        (("--director", "DORA"), "The user name 'DORA' is taken"),
    ],
)
def test_a_clinic_that_can_not_be_opened_is_one_sentence(dora, capsys, more, said):
    assert opened(*more) == 2
    assert said in refused(capsys)
    assert not Staff.objects.filter(username="dirk").exists()


def test_a_clinic_of_the_same_name_is_one_sentence(dora, capsys):
    assert opened() == 0
    capsys.readouterr()
    assert opened("--director", "dana") == 2
    assert "There is a clinic 'Harbour Clinic' already" in refused(capsys)


# Sign-ins that nobody of the clinic can give


def invited(*more, name="nora", role="nurse") -> int:
    words = ["--full-name", "Nora Nilsen", "--role", role, "--reason", "The director asked by phone."]
    return cli.main(["staff", "invite", name, *words, *more])


def path_in(out: str) -> str:
    return next(line for line in out.splitlines() if line.startswith("/invitation/"))


def test_a_person_is_invited_on_the_machine_and_confirms_nobody(dora, client, capsys):
    assert invited() == 0
    told = capsys.readouterr().out
    assert "tenuto staff confirm nora" in told
    nora = Staff.objects.get(username="nora")
    assert (nora.clinic_id, nora.role, is_confirmed(nora)) == (dora.clinic_id, "nurse", False)
    event = AuditEvent.objects.get(action="let in by the operator")
    assert event.detail == {"reason": "The director asked by phone."}
    assert client.post(path_in(told), {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert client.post("/sign-in/", {"username": "nora", "password": PASSWORD}).status_code == 302


def test_who_signs_nothing_is_not_to_be_confirmed(dora, capsys):
    assert invited(name="cleo", role="coordinator") == 0
    assert "confirm" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "name", "said"),
    [
        ((), "DORA", "The user name 'DORA' is taken"),
        ((), "nora nilsen", "'nora nilsen' can't be a user name. Use the letters a to z"),
        (
            ("--clinic", "Moon Clinic"),
            "nora",
            "There is no clinic 'Moon Clinic'. Name one with --clinic ('Meadow Clinic')",
        ),
    ],
)
def test_an_invitation_that_can_not_be_is_one_sentence(dora, capsys, more, name, said):
    assert invited(*more, name=name) == 2
    assert said in refused(capsys)
    assert not Staff.objects.filter(username="nora").exists()


def test_of_several_clinics_one_is_named(dora, capsys):
    open_clinic(name="Harbour Clinic", demonstration=False)
    assert invited() == 2
    assert "There are 2 clinics. Name one with --clinic ('Harbour Clinic', 'Meadow Clinic')" in refused(
        capsys
    )
    assert invited("--clinic", "Harbour Clinic") == 0
    assert Staff.objects.get(username="nora").clinic.name == "Harbour Clinic"


def test_a_link_that_ran_out_is_given_again_and_asks_for_a_new_confirmation(dora, client, capsys):
    assert opened() == 0
    first = path_in(capsys.readouterr().out)
    assert cli.main(["staff", "link", "dirk", "--reason", "The first ran out."]) == 0
    again = path_in(capsys.readouterr().out)
    assert client.get(first).status_code != 200
    assert client.get(again).status_code == 200
    assert cli.main(["staff", "link", "dora", "--reason", "Forgot the password."]) == 0
    assert not is_confirmed(dora)
