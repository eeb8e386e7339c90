"""Which decisions a course calls for, and when they are taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.course.account import account_of
from tenuto.core.outcomes.decisions import CourseReviewed, ReviewKind, decisions_due
from tenuto.core.policy import default_policy
from tests.core.course.builders import SERIES, day, endings, facts, signed
from tests.spec.tables import rows

POLICY = default_policy()
TABLE = rows("outcomes/decisions.md")


def days_of(text: str) -> list[int]:
    return [int(d) for d in text.replace("series", " ".join(map(str, SERIES))).split()]


def reviews_of(text: str) -> list[CourseReviewed]:
    words = text.split()
    return [
        CourseReviewed(ReviewKind(f"outcomes.{words[n]}"), day(int(words[n + 1])), int(words[n + 2]))
        for n in range(0, len(words), 3)
    ]


def due(days, points, today, reviews=(), plan=None, ending=""):
    known = facts(days, points, plan, endings=endings(ending))
    account = account_of(known, as_of=day(today), policy=POLICY)
    return decisions_due(account, reviews, POLICY)


@pytest.mark.parametrize("row", TABLE)
def test_a_decision_is_due_when_the_course_calls_for_it(row):
    found = due(
        days_of(row["given on days"]),
        row["scores"],
        int(row["today"]),
        reviews_of(row["reviews"]),
        ending=row["ending"],
    )
    said = [f"{each.kind.value.removeprefix('outcomes.')}{' hold' if each.holds else ''}" for each in found]
    assert " ".join(said) == row["due"]
    assert [each.by for each in found] == ([day(int(row["by day"]))] if row["by day"] else [])
    assert all(each.why.endswith(".") and each.basis.tags for each in found)


def test_every_kind_has_its_row():
    told = {word for row in TABLE for word in row.values[0]["due"].split()}
    assert {kind.value.removeprefix("outcomes.") for kind in ReviewKind} <= told


def test_an_early_responder_may_go_on_sooner_when_the_prescriber_agrees():
    early, late = (due(SERIES, points, 12)[0].why for points in ("-1:21 1:9", "-1:21 12:9"))
    assert "may begin sooner when the prescriber agrees" in early
    assert "sooner" not in late


@pytest.mark.parametrize(
    ("given", "kind"),
    [((0, 2, 4, 7, 9), ReviewKind.STOP_EARLY), (SERIES, ReviewKind.STOP_OR_JUSTIFY)],
)
def test_in_a_longer_series_stopping_is_asked_about_once(given, kind):
    """Eight infusions are signed: up to the fifth it is to stop early, and from the sixth on to stop or justify."""
    found = due(given, "-1:21 4:20", 12, plan=signed(infusions=8))
    assert [each.kind for each in found] == [kind]


def test_without_a_plan_in_force_nothing_is_due():
    assert due(SERIES, "-1:21 12:20", 12, plan=signed(in_force=False)) == ()


@given(
    st.lists(st.integers(0, 200), max_size=14, unique=True).map(sorted),
    st.lists(st.tuples(st.integers(-9, 200), st.integers(0, 27)), max_size=8),
    st.integers(0, 220),
    st.data(),
)
def test_a_decision_that_was_taken_today_is_not_due_today(days, points, today, data):
    text = " ".join(f"{d}:{v}" for d, v in points)
    known = [d for d in days if d <= today]
    found = due(known, text, today)
    taken = [CourseReviewed(each.kind, day(today), len(known)) for each in found]
    assert due(known, text, today, taken) == ()
    kept = data.draw(st.lists(st.sampled_from(found), unique=True)) if found else []
    left = {each.kind for each in found} - {each.kind for each in kept}
    some = [review for review in taken if review.kind not in left]
    assert {each.kind for each in due(known, text, today, some)} == left
