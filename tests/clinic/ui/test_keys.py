"""Every page of the menu has its key, the list of keys says so, and no two share one."""

from __future__ import annotations

from tenuto.clinic.ui.navigation import entries
from tests.clinic.intake.conftest import text_of


def test_every_page_of_the_menu_has_a_key_of_its_own():
    letters = [entry.letter for entry in entries()]
    assert all(len(letter) == 1 for letter in letters)
    assert len(set(letters)) == len(letters)
    assert sum(entry.search for entry in entries()) == 1


def test_the_list_of_keys_names_each_page_that_the_person_sees(visit, alice, erin):
    for who in (alice, erin):
        page = visit(who).get("/account/" if who is erin else "/patients/", follow=True)
        html = page.content.decode()
        seen = [entry for entry in entries() if f'data-go="{entry.letter}"' in html]
        assert seen
        words = text_of(page)
        for entry in entries():
            assert (f"g {entry.letter} {entry.label}" in words) is (entry in seen)


def test_nobody_signed_in_has_no_keys(visit, db):
    assert "data-keys" not in visit().get("/sign-in/").content.decode()
