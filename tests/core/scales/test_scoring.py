"""Scores: the table-driven scorer against the slow reference, over every total and over generated forms."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.core.scales.criteria import CriterionVerdict
from tenuto.core.scales.definition import ScaleError
from tenuto.core.scales.reading import instrument, instruments
from tenuto.core.scales.scoring import Result, Score, Void, score
from tests.core.scales import reference
from tests.spec.tables import rows


def scored(name: str, a: reference.Answers, **how) -> Result:
    return score(instrument(name), {str(i): v for i, v in a.items()}, **how)


def agrees(name: str, a: reference.Answers, expected: Fraction | None, **how) -> None:
    result = scored(name, a, **how)
    if expected is None:
        assert isinstance(result, Void), (name, a)
        assert result.reason
    else:
        assert isinstance(result, Score), (name, a, result)
        assert result.total == Decimal(expected.numerator) / Decimal(expected.denominator), (name, a)
        label = reference.band(name, expected)
        assert (result.band.label if result.band else None) == label, (name, a)


def test_the_reference_covers_every_instrument():
    assert set(reference.TOTALS) | reference.WITHOUT_TOTAL == set(instruments())
    assert set(reference.BANDS) == {i.id for i in instruments().values() if i.bands}


def test_every_total_of_every_instrument_matches_the_reference():
    for name, total in reference.TOTALS.items():
        reached = set()
        for form in reference.ladder(name):
            expected = total(form)
            agrees(name, form, expected)
            reached.add(expected)
        i = instrument(name)
        if name != "peg":
            per_point = 2 if name == "madrss27" else 1
            assert reached == {
                Fraction(n, per_point)
                for n in range(int(i.lowest) * per_point, int(i.highest) * per_point + 1)
            }, name


@pytest.mark.parametrize("name", ["phq2", "auditc", "peg", "aldrete", "padss", "activation_check", "icpi"])
def test_every_form_of_a_short_scale_matches_the_reference(name):
    for form in reference.every_form(name, with_missing=True):
        agrees(name, form, reference.TOTALS[name](form))


def test_every_form_of_the_gad7_with_every_pattern_of_missing_answers_up_to_two():
    for values in itertools.product(range(4), repeat=7):
        form = dict(enumerate(values, 1))
        agrees("gad7", form, reference.gad7(form))
    for gone in itertools.combinations(range(1, 8), 2):
        agrees("gad7", {i: 1 for i in range(1, 8) if i not in gone}, None)


def test_every_set_of_answers_of_the_phq9_in_several_orders():
    for chosen in itertools.combinations_with_replacement(range(4), 9):
        for shift in range(9):
            form = dict(enumerate(chosen[shift:] + chosen[:shift], 1))
            agrees("phq9", form, reference.TOTALS["phq9"](form))


@pytest.mark.thorough
def test_every_one_of_the_262144_forms_of_the_phq9():
    for values in itertools.product(range(4), repeat=9):
        form = dict(enumerate(values, 1))
        agrees("phq9", form, Fraction(sum(values)))


@pytest.mark.parametrize("values", [(0, 1), (3, 2), (2, 0)])
def test_every_pattern_of_missing_answers_of_the_phq9(values):
    for kept in itertools.product((True, False), repeat=9):
        form = {i: values[i % 2] for i, keep in enumerate(kept, 1) if keep}
        agrees("phq9", form, reference.TOTALS["phq9"](form))
        agrees("phq9", form, reference.phq9_prorated(form), prorate=True)


def forms(name: str):
    """Forms of an instrument in which any answer may be missing."""
    ranges = reference.RANGES[name]
    holes = st.one_of(st.just(frozenset()), st.frozensets(st.integers(1, len(ranges)), max_size=4))
    values = st.tuples(*(st.sampled_from(list(r)) for r in ranges))
    return st.builds(lambda v, h: {i: x for i, x in enumerate(v, 1) if i not in h}, values, holes)


@settings(max_examples=30)
@given(st.data())
@pytest.mark.parametrize("name", sorted(reference.TOTALS))
def test_any_form_with_any_answers_missing_matches_the_reference(name, data):
    form = data.draw(forms(name))
    agrees(name, form, reference.TOTALS[name](form))


@settings(max_examples=200)
@given(forms("pcl5"))
def test_pcl5_clusters_and_pattern_match_the_reference(form):
    result = scored("pcl5", form)
    clusters = reference.pcl5_clusters(form)
    if clusters is not None:
        assert {s.part: s.value for s in result.subscores} == clusters
        assert isinstance(result, Score)
        assert result.total == sum(clusters.values())
        assert result.prorated == (len(form) < 20)
    pattern = next(r.verdict for r in result.readings if r.criterion == "pattern")
    assert pattern == reference.pcl5_pattern(form)


@settings(max_examples=100)
@given(st.dictionaries(st.integers(1, 11), st.integers(0, 10)))
def test_bpi_means_need_enough_answers(form):
    result = scored("bpisf", form)
    values = {s.part: s.value for s in result.subscores}
    for part, items, needs in (("severity", range(1, 5), 4), ("interference", range(5, 12), 4)):
        expected = reference.bpi_mean(form, items, needs)
        assert values[part] == (
            None if expected is None else Decimal(expected.numerator) / Decimal(expected.denominator)
        )
    assert isinstance(result, Void) == all(v is None for v in values.values())


@settings(max_examples=150)
@given(st.sampled_from(sorted(reference.TOTALS)), st.data())
def test_one_more_point_on_one_item_never_lowers_a_total(name, data):
    form = {i: data.draw(st.sampled_from(list(r))) for i, r in enumerate(reference.RANGES[name], 1)}
    item = instrument(name).item(str(data.draw(st.sampled_from(sorted(form)))))
    options = sorted(item.options, key=lambda o: o.score)
    low, high = options[0].value, options[-1].value
    lower, higher = (scored(name, {**form, int(item.id): v}) for v in (low, high))
    assert isinstance(lower, Score)
    assert isinstance(higher, Score)
    assert lower.total <= higher.total


@pytest.mark.parametrize("row", rows("scales/completeness.md"))
def test_completeness(row):
    values = [None if v == "-" else int(v) for v in row["answers"].split()]
    answers = {str(n): v for n, v in enumerate(values, 1)}
    how = {} if row["prorating"] == "default" else {"prorate": row["prorating"] == "on"}
    result = score(instrument(row["scale"]), answers, **how)
    if row["total"] == "void":
        assert isinstance(result, Void)
    else:
        assert isinstance(result, Score)
        assert result.total == Decimal(row["total"])
        assert result.prorated == (row["prorated"] == "yes")


def test_four_of_nine_answers_are_no_score_and_never_a_moderate_depression():
    result = scored("phq9", dict.fromkeys(range(1, 5), 3))
    assert isinstance(result, Void)
    assert result.missing == ("5", "6", "7", "8", "9")
    assert "4 of 9" in result.reason


def test_a_void_names_the_item_that_is_never_estimated():
    result = scored("phq9", dict.fromkeys(range(1, 9), 1), prorate=True)
    assert isinstance(result, Void)
    assert "Item 9 is never estimated" in result.reason


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"1": 4}, "has no answer 4"),
        ({"1": -1}, "has no answer -1"),
        ({"11": 0}, "no item '11'"),
        ({"1": True}, "not a whole number"),
        ({"1": "3"}, "not a whole number"),
        ({"1": 1.0}, "not a whole number"),
    ],
)
def test_an_answer_that_does_not_exist_is_refused(answers, message):
    with pytest.raises(ScaleError, match=message):
        score(instrument("phq9"), answers)


def test_the_function_item_of_the_phq9_is_not_scored():
    form = dict.fromkeys(range(1, 10), 0)
    assert scored("phq9", {**form, 10: 3}).total == 0
    assert isinstance(scored("phq9", form), Score)


def test_nothing_answered_is_void_everywhere():
    for i in instruments().values():
        assert isinstance(score(i, {}), Void), i.id


@pytest.mark.parametrize(
    ("sex", "total", "verdict"),
    [
        ("male", 3, "no"),
        ("male", 4, "yes"),
        ("female", 3, "yes"),
        ("female", 2, "no"),
        ("", 3, "yes"),
        ("other", 3, "yes"),
    ],
)
def test_the_cut_of_the_auditc_depends_on_sex_and_is_cautious_when_it_is_not_recorded(sex, total, verdict):
    result = scored("auditc", {1: total, 2: 0, 3: 0}, sex=sex)
    assert [r.verdict for r in result.readings if r.criterion == "positive"] == [verdict]


def test_a_screen_that_is_positive_whatever_is_missing_is_positive():
    result = scored("auditc", {1: 4}, sex="male")
    assert isinstance(result, Void)
    assert next(r.verdict for r in result.readings if r.criterion == "positive") is CriterionVerdict.YES


def test_the_mdq_needs_both_gates_for_a_positive():
    form = dict.fromkeys(range(1, 14), 1)

    def verdict(gates: reference.Answers) -> CriterionVerdict:
        return next(r.verdict for r in scored("mdq", {**form, **gates}).readings)

    assert verdict({14: 1, 15: 2}) is CriterionVerdict.YES
    assert verdict({14: 1, 15: 1}) is CriterionVerdict.NO
    assert verdict({14: 0, 15: 3}) is CriterionVerdict.NO
    assert verdict({14: 1}) is CriterionVerdict.UNDETERMINED
