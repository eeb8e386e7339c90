from __future__ import annotations

from dataclasses import replace

import pytest

from tenuto.core.gate import Level
from tenuto.core.intake.facts import Coding, Medication
from tenuto.core.intake.medicines import classes, prolongs_qt, recognise, register
from tests.core.intake.people import finding, healthy, judged


def test_a_combined_product_is_recognised_by_code_in_all_its_parts():
    assert recognise(Medication("", (Coding("rxnorm", "863845"),))) == {"morphine", "naltrexone"}


def test_a_code_of_another_system_is_not_read():
    assert recognise(Medication("", (Coding("ndc", "197901"),))) == set()


def test_the_display_of_a_code_is_read_too():
    unknown = Coding("rxnorm", "99999999", "Lorazepam 0.75 MG Oral Tablet")
    assert recognise(Medication("", (unknown,))) == {"lorazepam"}


@pytest.mark.parametrize(
    "text", ["Méthadone 10 mg", "METHADONE", "methadone hydrochloride 10 MG Oral Tablet", "methadone,10mg"]
)
def test_spelling_of_case_accents_and_salts(text):
    assert recognise(Medication(text)) == {"methadone"}


def test_a_name_inside_another_word_is_not_that_medicine():
    assert recognise(Medication("Somatropin 5 mg")) == set()
    assert recognise(Medication("Esketamine")) == {"esketamine"}


def test_qt_prolonging_medicines():
    assert prolongs_qt([Medication("Celexa 40 mg")])
    assert not prolongs_qt([Medication("Sertraline")])


def test_every_qt_medicine_is_one_that_is_recognised():
    for name in register().qt:
        assert prolongs_qt([Medication(name)]), name


def test_every_class_says_what_happens_and_what_to_do():
    for item in classes().values():
        assert item.effect
        assert item.action


@pytest.mark.parametrize(
    ("code", "name", "both"),
    [
        ("8123", "sertraline", ("phenelzine", "sertraline")),
        ("36437", "phenelzine", ("sertraline", "phenelzine")),
        ("6448", "lamotrigine", ("lithium", "lamotrigine")),
    ],
)
def test_a_code_and_a_name_of_two_medicines_are_both_said_and_judged(code, name, both):
    given = Medication(name, (Coding("rxnorm", code, name),))
    assert recognise(given) == set(both)
    found = finding(judged(replace(healthy(), medications=(given,))), "MEDICINE-CODE-AND-NAME")
    assert found.level is Level.REVIEW
    assert all(each in found.message for each in both)


def test_a_class_that_only_the_code_tells_names_code_and_medicine():
    given = Medication("sertraline", (Coding("rxnorm", "8123", "sertraline"),))
    found = finding(judged(replace(healthy(), medications=(given,))), "INTERACTION-MAOI")
    assert "“sertraline” (RxNorm 8123: phenelzine)" in found.message


@pytest.mark.parametrize(
    ("code", "name"), [("36437", "Zoloft 50 mg"), ("7804", "Percocet"), ("36437", "Bluepill")]
)
def test_a_brand_or_a_name_that_nobody_knows_contradicts_no_code(code, name):
    given = Medication(name, (Coding("rxnorm", code, name),))
    assert finding(judged(replace(healthy(), medications=(given,))), "MEDICINE-CODE-AND-NAME") is None
