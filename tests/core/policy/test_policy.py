"""The clinic's limits: signed by two people or under review, and never silently changed (H37)."""

import tomllib
from decimal import Decimal

import pytest

from tenuto.core.data.digest import content_digest
from tenuto.core.gate import Level
from tenuto.core.policy import PolicyError, default_policy, demo_policy, load_policy, weekdays
from tenuto.core.units import Kg, Mg

BASE = """
id = "test"
version = 3
holidays = ["2026-12-25"]
[limits.dose_max_mg_session]
value = "80"
unit = "mg"
evidence = ["D"]
"""


def signature(by: str, role: str, text: str = BASE) -> str:
    sha256 = content_digest(tomllib.loads(text, parse_float=Decimal))
    return f'\n[[signatures]]\nby = "{by}"\nrole = "{role}"\nat = 2026-01-05T09:00:00Z\nsha256 = "{sha256}"\n'


DIRECTOR = signature("D. Director", "medical_director")
SECOND = signature("P. Pharmacist", "pharmacist")


@pytest.mark.parametrize(
    ("signatures", "signed"),
    [
        ("", False),
        (DIRECTOR, False),
        (SECOND, False),
        (DIRECTOR + signature("D. Director", "pharmacist"), False),
        (SECOND + signature("Q. Nurse", "nurse"), False),
        (DIRECTOR + SECOND, True),
    ],
)
def test_two_people_sign_and_one_is_the_medical_director(signatures, signed):
    policy = load_policy(BASE + signatures, name="policy.toml")
    assert policy.signed is signed
    assert [f.level for f in policy.findings()] == ([] if signed else [Level.REVIEW])


def test_a_limit_changed_after_signing_is_refused():
    changed = (BASE + DIRECTOR + SECOND).replace('"80"', '"800"')
    with pytest.raises(PolicyError, match=r"changed after D\. Director signed"):
        load_policy(changed, name="policy.toml")


def test_comments_and_layout_are_not_content():
    text = "# a remark\n" + BASE.replace("\nversion", "\n\n\nversion") + DIRECTOR + SECOND
    assert load_policy(text, name="policy.toml").signed


def test_limits_are_typed():
    policy = load_policy(BASE, name="policy.toml")
    assert policy.quantity("dose_max_mg_session", Mg).value == Mg(80)
    assert policy.whole("dose_max_mg_session") == 80
    assert policy.number("dose_max_mg_session") == Decimal(80)
    with pytest.raises(PolicyError, match="is in 'mg', kg is needed"):
        policy.quantity("dose_max_mg_session", Kg)
    with pytest.raises(PolicyError, match=r"Add \[limits.nothing\]"):
        policy.limit("nothing")


def test_a_count_must_be_whole():
    policy = load_policy(BASE.replace('"80"', '"80.5"'), name="policy.toml")
    with pytest.raises(PolicyError, match="counts whole things"):
        policy.whole("dose_max_mg_session")


CHOICE = """
[limits.forecast_aim]
word = "keep_response"
evidence = ["D"]
"""


def test_a_limit_may_be_one_of_the_words_that_ship():
    policy = load_policy(BASE + CHOICE, name="policy.toml")
    assert policy.word("forecast_aim") == "keep_response"
    assert policy.limit("forecast_aim").amount == "keep response"
    assert default_policy().limit("forecast_aim").word in default_policy().limit("forecast_aim").among
    with pytest.raises(PolicyError, match="is a choice among words"):
        policy.word("dose_max_mg_session")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"keep_response"', '"keep_calm"', "is 'keep calm'. Give 'word', one of keep_gain, keep_response"),
        ('word = "keep_response"', 'value = "3"\nunit = "d"', "is '3 d'. Give 'word', one of keep_gain"),
        ("forecast_aim", "forecast_worth_days", "is 'keep response'. Give a number as 'value'"),
    ],
)
def test_a_word_that_is_none_of_those_is_refused(old, new, message):
    with pytest.raises(PolicyError, match=message):
        load_policy(BASE + CHOICE.replace(old, new), name="policy.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id = ", "not a TOML file"),
        ("version = 1", "has no 'limits'"),
        (BASE.replace("version = 3\n", ""), "has no 'version'"),
        (BASE.replace('"80"', '"-1"'), "Give a number that is not negative"),
        (BASE.replace('"80"', '"NaN"'), "Give a finite number"),
        (BASE.replace('"80"', '"eighty"'), "policy.toml"),
        (BASE.replace('evidence = ["D"]', ""), "has no 'evidence'|there is no tag"),
        (BASE.replace("2026-12-25", "Christmas"), "policy.toml"),
        ("limits = 3\nid = 'x'\nversion = 1", "policy.toml"),
        ('clinic_days = ["someday"]\n' + BASE, "not a day of the week"),
        (
            BASE + '\n[[signatures]]\nby = ""\nrole = "x"\nat = 2026-01-01T00:00:00Z\nsha256 = "0"',
            "'by' is empty",
        ),
        (BASE + '\n[[signatures]]\nby = "A"', "has no"),
        (BASE.replace("dose_max_mg_session", "dose_max_mg_sesion"), "'dose_max_mg_session'"),
        (BASE.replace("unit =", "units ="), "has no 'unit'. It has 'units', which is not known here"),
        (BASE + 'nte = "so"', "'nte' is not known here. The nearest that is known is 'note'"),
        ('clinic_day = ["mon"]' + BASE, "The nearest that is known is 'clinic_days'"),
        ("a = " + "[" * 100_000, "not a TOML file"),
    ],
)
def test_a_policy_that_cannot_be_used_says_why(text, message):
    with pytest.raises(PolicyError, match=message):
        load_policy(text, name="policy.toml")


def test_the_shipped_default_is_visibly_unsigned():
    policy = default_policy()
    assert not policy.signed
    assert "unsigned" in policy.title
    assert policy.findings()[0].code == "POLICY-UNSIGNED"


def test_the_demonstration_has_the_same_limits_and_says_what_it_is():
    demo, default = demo_policy(), default_policy()
    assert demo.signed
    assert demo.demonstration
    assert not default.demonstration
    assert demo.limits == default.limits


def test_days_of_the_week_by_name():
    assert weekdays(["fri", "Monday", " wed ", "mon"]) == (0, 2, 4)
    with pytest.raises(PolicyError, match="'xyz' is not a day"):
        weekdays(["xyz"])
