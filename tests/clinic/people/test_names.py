"""Names of every script are compared and searched as people write them, and kept as they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.clinic.people.names import could_be_one, folded, number_key, search_text, share_a_word


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("Иванов Пётр", "иванов петр"),
        ("Özdemir İpek", "özdemir ipek"),
        ("Özdemir İpek", "OZDEMIR"),
        ("Ánh Nguyễn", "ánh nguyen"),
        ("Müller", "mueller"),
        ("Mueller", "müller"),
        ("Straße", "STRASSE"),
        ("Łukasz Wałęsa", "lukasz walesa"),
        ("Bjørn Ångström", "bjorn angstrom"),
        ("O’Brien", "o'brien"),
        ("O'Brien", "obrien"),
        ("D’Ávila", "davila"),
        ("Anne-Marie", "annemarie"),
        ("Anne-Marie", "anne marie"),
        ("علی‌رضا", "عليرضا"),
        ("فاطمة", "فاطمه"),
        ("أحمد", "احمد"),
        ("שָׁלוֹם", "שלום"),
        ("Σίσυφος", "ΣΙΣΥΦΟΣ"),
        ("田中 花子", "花子"),
        ("タナカ", "たなか"),
        ("ﾀﾅｶ", "タナカ"),
        ("김철수", "김철"),
        ("MR 943 476 5919", "9434765919"),
        ("MR 943-476-5919", "943 476"),
        ("پرونده ۱۲۳", "123"),
    ],
)
def test_a_search_finds_a_name_in_another_writing(kept, typed):
    looked_in = search_text([kept])
    assert all(word in looked_in for word in folded(typed).split())


@pytest.mark.parametrize(("kept", "typed"), [("Ana Silva", "ann"), ("Иванов", "Ivanov"), ("Ana 1", "2")])
def test_a_search_finds_no_other_name(kept, typed):
    assert folded(typed) not in search_text([kept])


@pytest.mark.parametrize(
    ("one", "two", "agree"),
    [
        ("Ana Silva", "SILVA, Ana", True),
        ("Ana Silva", "Ana Maria da Silva", True),
        ("Ana Silva", "Dr Anna Sílva", True),
        ("Suharto", "suharto", True),
        ("Liam Okafor", "Noah Okafor", False),
        ("Okafor", "Liam Okafor", False),
        ("Patient 1", "Patient 2", False),
        ("Patient 1001", "Patient 1002", False),
        ("Иванов Пётр", "Петр Иванов", True),
        ("", "Ana", False),
        ("—", "—", False),
    ],
)
def test_which_names_can_be_one_persons(one, two, agree):
    assert could_be_one(one, two) is agree
    assert could_be_one(two, one) is agree


def test_twins_share_a_word_and_strangers_none():
    assert share_a_word("Liam Okafor", "OKAFOR, Noah")
    assert not share_a_word("Liam Okafor", "Liamo Kafor")


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    once = folded(text)
    assert folded(once) == once
    assert number_key(text) == number_key(once)
