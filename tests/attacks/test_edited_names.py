"""A name, birth date or number edited past the program: wherever the name is printed afterwards, it says so (hazard H1)."""

from __future__ import annotations

import ast
import re
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from pypdf import PdfReader

from tenuto.clinic import people
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.desk.projection import judge_all, rebuild
from tenuto.clinic.people.identity import amend_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.proven import UNPROVEN
from tenuto.core.policy import default_policy
from tests.clinic.conftest import NOW, hired
from tests.clinic.test_crawl import ALL, address

EDITED = "Quillfeather"
UNMARKED = re.compile(rf"{EDITED}(?!{re.escape(UNPROVEN)})")
LINK = re.compile(r'(?:href|src|data-[a-z-]+)="(/[^"#]+)')
PART = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+|=[^&]*")
ALIKE = 2
"""Addresses that differ in their numbers alone are opened so often."""
CLINIC = Path(people.__file__).parents[1]
COMPARES = {
    "desk/projection.py", "intake/gather.py", "people/comparing.py", "people/identity.py", "people/models/patient.py",
    "people/services.py", "people/similar.py",
}  # fmt: skip
"""What files or compares names, and prints none."""
OTHER_NAMES = {
    ("access/audit_rows.py", "name"), ("intake/views/history.py", "name"), ("booking/taken_check.py", "name"),
    ("people/similar.py", "name"),
}  # fmt: skip
"""Columns called so that hold no patient's name, or are compared and not printed."""


def read(answer) -> str:
    """What a person reads on a page, a paper or in a calendar."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if answer.get("Content-Type") == "application/pdf":
        return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
    return " ".join(unescape(content.decode(errors="replace")).replace("\r\n ", "").split())


def crawled(browser, start) -> dict[str, str]:
    """All that can be opened from some addresses, by address; of those that are alike some are left out."""
    waiting, opened, found = list(start), {}, {}
    while waiting:
        path = waiting.pop()
        like = PART.sub("#", path)
        if (
            path in found
            or opened.get(like, 0) >= ALIKE
            or path.startswith(("/static", "/sign-out", "/live"))
        ):
            continue
        opened[like] = opened.get(like, 0) + 1
        answer = browser.get(path, follow=True)
        assert answer.status_code < 500, path
        found[path] = read(answer)
        if answer.get("Content-Type", "").startswith("text/html"):
            waiting += [unescape(link) for link in LINK.findall(answer.content.decode())]
    return found


@pytest.fixture
def edited(first, running, clinic):
    """Patients with all that a clinic keeps of them, whose names were then edited in the table."""
    for patient in Patient.objects.all():
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE people_patient SET name = 'Zeph {EDITED}' WHERE id = %s",
                [patient.pk.hex if connection.vendor == "sqlite" else patient.pk],
            )
    return running.patient


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*Role], ids=str)
def test_no_page_prints_an_edited_name_without_its_mark(edited, clinic, visit, role):
    rebuild(clinic)
    judge_all(clinic, today=NOW.date())
    places = [f"/{route}" if "<" not in route else address(route, edited.pk) for route, *_ in ALL]
    printed = crawled(visit(hired(clinic, "crawler", role)), places)
    shown = [path for path, text in printed.items() if EDITED in text]
    assert len(shown) > (2 if role == Role.AUDITOR else 40)
    assert [path for path in shown if UNMARKED.search(printed[path])] == []


@pytest.mark.django_db
@pytest.mark.parametrize("edit", ["name = 'Zeph'", "birth_date = '1950-01-01'"])
def test_a_list_asks_once_for_all_its_names(clinic, alice, ana, edit, django_assert_num_queries):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE people_patient SET {edit}")
    with django_assert_num_queries(1):
        patients = list(Patient.objects.all())
    with django_assert_num_queries(7):
        names = [patient.name for patient in patients]
    assert all(name.endswith(UNPROVEN) for name in names)
    with django_assert_num_queries(0):
        assert [patient.kept_name + UNPROVEN for patient in patients] == names


@pytest.mark.django_db
def test_who_was_corrected_by_the_program_has_no_mark(ana, alice):
    old = Patient.objects.get(pk=ana.pk)
    new = amend_patient(
        patient=ana, name="Ana Sylva", preferred_name="", birth_date=ana.birth_date, why="She spells it so.",
        seen=ana.identities.first().pk, policy=default_policy(), by=alice, at=NOW,
    )  # fmt: skip
    assert (old.name, new.name) == ("Ana Silva", "Ana Sylva")
    assert Patient.objects.get(pk=ana.pk).name == "Ana Sylva"


def test_no_name_is_taken_past_the_place_where_it_is_marked():
    """`patient.name` marks; a column read by itself, or the name as it is kept, would not."""
    assert [found for path in sorted(CLINIC.rglob("*.py")) for found in taken_past_the_mark(path)] == []


def taken_past_the_mark(path: Path) -> list[str]:
    here, found = path.relative_to(CLINIC).as_posix(), []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr == "kept_name" and here not in COMPARES:
            found.append(f"{here}, line {node.lineno}: a name that has no mark")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            for given in node.args if called in ("values", "values_list", "F", "Concat") else ():
                column = given.value if isinstance(given, ast.Constant) else ""
                if column in ("name", "patient__name") and (here, column) not in OTHER_NAMES:
                    found.append(f"{here}, line {node.lineno}: the column “{column}”")
    return found
