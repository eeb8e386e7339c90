"""LOINC codes: check digits of all, and what each means in either direction."""

from __future__ import annotations

import pytest

from tenuto.core.scales.codes import Coded, Meaning, answer_value, lookup, valid_loinc
from tenuto.core.scales.reading import instrument, instruments
from tenuto.core.scales.suicide_triage import RiskLevel, level_code, level_rules


def codes():
    for i in instruments().values():
        yield from (c for c in (i.loinc_panel, i.loinc_total) if c)
        for item in i.items:
            yield from (c for c in (item.loinc, *(o.loinc for o in item.options)) if c)
    yield level_code()
    yield from (rule.loinc for rule in level_rules().values() if rule.loinc)


def test_every_code_has_a_valid_check_digit():
    found = set(codes())
    assert len(found) > 70
    assert [c for c in sorted(found) if not valid_loinc(c)] == []


@pytest.mark.parametrize(
    "code", ["44249-1", "44261-6", "8867-4", "101698-9", "LA6568-5", "LA33-6", "LA18926-8"]
)
def test_known_codes_are_valid_and_every_other_check_digit_is_not(code):
    stem, digit = code.split("-")
    assert [d for d in range(10) if valid_loinc(f"{stem}-{d}")] == [int(digit)]


@pytest.mark.parametrize(
    "code", ["", "44249", "44249-", "-1", "44249-1 ", "XX6568-5", "٤٤٢٤٩-1", "123456789-0"]
)
def test_what_is_not_a_code_is_not_valid(code):
    assert not valid_loinc(code)


def test_swapped_neighbours_are_found():
    assert valid_loinc("44261-6")
    assert not valid_loinc("42461-6")


def test_codes_are_looked_up():
    assert lookup("44249-1") == (Coded("phq9", Meaning.PANEL),)
    assert lookup("70274-6") == (Coded("gad7", Meaning.TOTAL),)
    assert lookup("44260-8") == (Coded("phq9", Meaning.ITEM, "9"),)
    assert set(lookup("44250-9")) == {Coded("phq2", Meaning.ITEM, "1"), Coded("phq9", Meaning.ITEM, "1")}
    assert lookup("8867-4") == ()


def test_a_panel_or_total_belongs_to_one_instrument():
    for i in instruments().values():
        for code in (i.loinc_panel, i.loinc_total):
            if code:
                assert {c.instrument for c in lookup(code) if c.meaning is not Meaning.ITEM} == {i.id}


def test_an_answer_code_gives_the_stored_value():
    assert answer_value(instrument("phq9"), "9", "LA6571-9") == 3
    assert answer_value(instrument("phq9"), "10", "LA6571-9") is None
    assert answer_value(instrument("pcl5"), "1", "") is None


def test_only_the_level_that_was_read_is_coded_without_a_remark():
    assert level_code() == "93374-7"
    assert level_rules()[RiskLevel.LOW].loinc == "LA9194-7"
    assert "not checked" in level_rules()[RiskLevel.HIGH].basis.note
