"""Red flags: what raises them, in which order, and that no rule is dead."""

from __future__ import annotations

import pytest

from tenuto.core.scales.reading import instrument, instruments
from tenuto.core.scales.red_flags import Urgency, rules
from tenuto.core.scales.scoring import Void, score
from tenuto.core.scales.suicide_triage import level_rules
from tests.spec.tables import rows

TABLE = "scales/red-flags.md"


def form(cell: str) -> dict[str, int | None]:
    return {str(n): None if v == "-" else int(v) for n, v in enumerate(cell.split(), 1)}


def flags(row: dict[str, str]) -> list:
    before = form(row["before"]) if row["before"] else None
    return list(score(instrument(row["scale"]), form(row["answers"]), earlier=before, sex=row["sex"]).flags)


@pytest.mark.parametrize("row", rows(TABLE))
def test_what_raises_a_red_flag(row):
    shown = [f"{f.rule} {f.urgency.name.lower().replace('_', ' ')}" for f in flags(row)]
    assert shown == [part for part in row["raised"].split(", ") if part]


def test_every_rule_is_raised_by_a_row_of_the_table():
    raised = {f.rule for p in rows(TABLE) for f in flags(p.values[0])}
    assert raised == {rule.id for rule in rules()}


def test_every_rule_names_an_instrument_an_item_and_an_action():
    ids = [rule.id for rule in rules()]
    assert len(set(ids)) == len(ids)
    for rule in rules():
        assert rule.instrument in instruments()
        assert rule.action
        assert rule.version >= 1
        for item in filter(None, (rule.unanswered, rule.rises)):
            assert instrument(rule.instrument).item(item)
        if rule.criterion:
            assert rule.criterion in {c.id for c in instrument(rule.instrument).criteria}


def test_the_flags_of_the_screener_are_the_levels_of_the_triage():
    of_screener = {r.id.removeprefix("CSSRS-"): {c.key for c in r.any_of} for r in rules() if "CSSRS" in r.id}
    assert of_screener == {
        rule.level.name: set(rule.any_yes) for rule in level_rules().values() if rule.any_yes
    }


def test_a_flag_names_the_answer_that_raised_it():
    flags = score(instrument("cssrs_screener"), {"5": 1}).flags
    assert [(f.rule, f.item) for f in flags] == [("CSSRS-HIGH", "5")]


def test_a_void_form_keeps_its_red_flag():
    result = score(instrument("phq9"), {"9": 1})
    assert isinstance(result, Void)
    assert [f.rule for f in result.flags] == ["PHQ9-ITEM9"]


def test_a_low_total_does_not_hide_item_nine():
    result = score(instrument("phq9"), {**dict.fromkeys("12345678", 0), "4": 3, "9": 1})
    assert result.total == 4
    assert max(f.urgency for f in result.flags) is Urgency.SAME_SESSION


ASKED = {scale.id: scale.risk_item for scale in instruments().values() if scale.risk_item is not None}


@pytest.mark.parametrize(
    ("scale", "answer", "said"),
    [
        ("phq9", 1, 'Item 9 was answered 1, "Several days".'),
        ("phq9", 2, 'Item 9 was answered 2, "More than half the days".'),
        ("phq9", 3, 'Item 9 was answered 3, "Nearly every day".'),
        ("qidssr16", 3, "Item 12 was answered 3."),
        ("madrs", 5, "Item 10 was answered 5."),
        ("madrss27", 5, "Item 9 was answered 5 (2.5 points)."),
    ],
)
def test_a_task_says_what_was_answered(scale, answer, said):
    found = score(instrument(scale), {ASKED[scale].item: answer}).flags
    assert found
    assert all(said in flag.text for flag in found)


@pytest.mark.parametrize("scale", ASKED)
def test_no_task_says_another_answer_than_the_one_given(scale):
    options = instrument(scale).item(ASKED[scale].item).options
    for given in options:
        for flag in score(instrument(scale), {ASKED[scale].item: given.value}).flags:
            assert f"was answered {given.value}" in flag.text
            assert not any(
                other.label.casefold() in flag.text.casefold()
                for other in options
                if other != given and not other.label.isdigit()
            )


def test_an_unanswered_question_has_no_answer_to_say():
    (flag,) = score(instrument("phq9"), dict.fromkeys("12345678", 0)).flags
    assert flag.answer == ""
    assert flag.text == f"{flag.title}. {flag.action}"
