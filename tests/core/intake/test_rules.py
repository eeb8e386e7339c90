"""The rules as one content: a new required fact is another digest and is named; a corrected sentence is neither."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest

from tenuto.core.intake import rules
from tenuto.core.intake.difference import Difference
from tenuto.core.intake.required import facts
from tenuto.core.intake.rules import rule_changes, rules_now

NOW = rules_now().entries


def edited(key, **judges):
    entries = copy.deepcopy(dict(NOW))
    entries[key]["judges"].update(judges)
    return entries


def test_every_required_fact_is_a_rule():
    assert {f"facts/{fact.id}" for fact in facts()} <= set(NOW)
    assert all(entry["judges"] for entry in NOW.values())


def test_no_word_and_no_source_is_part_of_what_judges():
    for key, entry in NOW.items():
        name = key.partition("/")[0]
        assert not set(entry["judges"]) & (rules.WORDS.get(name, frozenset()) | rules.BASIS), key


def test_a_new_a_dropped_and_a_stricter_fact_are_each_named():
    without = {key: entry for key, entry in NOW.items() if key != "facts/history.seizure"}
    assert rule_changes(without, NOW) == (
        Difference("Required fact: Seizures", "", "new; planning: REVIEW; starting: REVIEW"),
    )
    assert rule_changes(NOW, without) == (
        Difference("Required fact: Seizures", "planning: REVIEW; starting: REVIEW", "no longer asked"),
    )
    assert rule_changes(NOW, edited("facts/history.seizure", planning="BLOCK")) == (
        Difference("Required fact: Seizures", "planning: REVIEW", "planning: BLOCK"),
    )
    assert rule_changes(NOW, NOW) == ()


def test_a_list_that_changed_is_named_too():
    (found,) = rule_changes(NOW, edited("contraindications/aneurysm", icd10cm=["I71"]))
    assert found.what.startswith("Contraindication: ")
    assert (found.before != found.after, found.after) == (True, "icd10cm: I71")


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ('ask = "Ask about seizures."', True),
        ('planning = "BLOCK"', False),
        ('valid_months = "recent_months"', False),
    ],
)
def test_the_digest_moves_with_what_judges_only(monkeypatch, tmp_path, line, same):
    key = line.partition(" ")[0]
    text = (rules.ROOT / "facts.toml").read_text("utf-8")
    start = text.index('id = "history.seizure"')
    entry = text[start : text.index("[[fact]]", start)]
    lines = [each for each in entry.splitlines() if not each.startswith(f"{key} =")]
    for name in rules.JUDGING:
        (tmp_path / f"{name}.toml").write_bytes((rules.ROOT / f"{name}.toml").read_bytes())
    (tmp_path / "facts.toml").write_text(text.replace(entry, "\n".join([*lines, line, "", ""])), "utf-8")
    before = rules_now().sha256
    monkeypatch.setattr(rules, "ROOT", tmp_path)
    rules_now.cache_clear()
    try:
        assert (rules_now().sha256 == before) is same
    finally:
        rules_now.cache_clear()


def test_decimals_are_kept_as_they_stand():
    assert rules._plain({"a": [Decimal("0.90")]}) == {"a": ["0.90"]}
