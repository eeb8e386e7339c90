"""Two versions of a policy, limit by limit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tenuto.core.policy import PolicyError, default_policy
from tenuto.core.policy.changes import changes, check_usable, setting_changes

DEFAULT = default_policy()
KEY = "weight_min_kg"


def changed(**limit):
    return replace(DEFAULT, limits={**DEFAULT.limits, KEY: replace(DEFAULT.limits[KEY], **limit)})


def test_a_policy_does_not_differ_from_itself():
    assert changes(DEFAULT, DEFAULT) == ()
    assert setting_changes(DEFAULT, DEFAULT) == ()


def test_a_changed_number_shows_old_and_new():
    (change,) = changes(DEFAULT, changed(value=Decimal(35)))
    assert (change.key, change.old.value, change.new.value) == (KEY, Decimal(30), Decimal(35))
    assert change.moves_value


def test_a_changed_title_is_no_changed_number():
    (change,) = changes(DEFAULT, changed(title="Lowest weight"))
    assert not change.moves_value
    assert change.title == "Lowest weight"


def test_another_choice_is_told_from_another_number():
    limit = replace(DEFAULT.limits["forecast_aim"], word="keep_remission")
    (change,) = changes(DEFAULT, replace(DEFAULT, limits={**DEFAULT.limits, "forecast_aim": limit}))
    assert (change.old.amount, change.new.amount, change.kind) == ("keep gain", "keep remission", "Choice")
    assert change.moves_value


def test_numbers_come_before_words():
    both = changed(title="A word")
    other = "weight_max_kg"
    both = replace(both, limits={**both.limits, other: replace(both.limits[other], value=Decimal(240))})
    assert [c.key for c in changes(DEFAULT, both)] == [other, KEY]


def test_added_and_removed_limits_are_seen():
    without = replace(DEFAULT, limits={k: v for k, v in DEFAULT.limits.items() if k != KEY})
    assert [(c.old, c.new.key) for c in changes(without, DEFAULT)] == [(None, KEY)]
    assert [(c.old.key, c.new) for c in changes(DEFAULT, without)] == [(KEY, None)]


def test_settings_differ_in_words():
    (change,) = setting_changes(DEFAULT, replace(DEFAULT, clinic_days=(0, 1)))
    assert (change.title, change.new) == ("Days of work", "Mon, Tue")


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (
            replace(DEFAULT, limits={k: v for k, v in DEFAULT.limits.items() if k != KEY}),
            "lacks .*weight_min_kg",
        ),
        (
            replace(DEFAULT, limits={**DEFAULT.limits, "wieght": DEFAULT.limits[KEY]}),
            "No rule reads .*wieght",
        ),
        (changed(unit="lb"), "is in 'lb'; the rules compute in 'kg'"),
    ],
)
def test_a_policy_that_the_rules_cannot_read_is_refused(policy, words):
    with pytest.raises(PolicyError, match=words):
        check_usable(policy, like=DEFAULT)
