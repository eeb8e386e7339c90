"""The table of the decision on the next date."""

from __future__ import annotations

from datetime import date

import pytest

from tenuto.core.durability.course import Definitions
from tenuto.core.forecast.deciding import DateOutcome, DateRefused, choose_date
from tenuto.core.policy import default_policy
from tests.spec.tables import rows

RULES = Definitions.from_policy(default_policy())


def read(cell):
    return None if cell == "–" else date.fromisoformat(cell)


def comes_to(row):
    try:
        chosen = choose_date(
            DateOutcome(row["decision"]),
            on=read(row["day"]),
            reason="" if row["reason"] == "–" else row["reason"],
            closes=read(row["proposed"]),
            treated=read(row["last infusion"]),
            as_of=read(row["asked on"]),
            definitions=RULES,
        )
    except DateRefused as refused:
        return f"refused: {refused}"
    apart = [(chosen.days_shorter, "shorter"), (chosen.days_beyond, "beyond")]
    side = "".join(f", {days} {word}" for days, word in apart if days)
    return f"{chosen.outcome} {chosen.on or ''}".strip() + side


@pytest.mark.parametrize("row", rows("forecast/decision.md"))
def test_the_table(row):
    wanted, found = row["comes to"], comes_to(row)
    if wanted.startswith("refused: "):
        assert found.startswith("refused: ")
        assert wanted.removeprefix("refused: ") in found
    else:
        assert found == wanted


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 12, 9), "Wed 9 Dec 2026, 2 days before the proposed one"),
        (date(2026, 12, 14), "Mon 14 Dec 2026, 3 days after the proposed one"),
        (date(2026, 12, 11), "Fri 11 Dec 2026, as proposed"),
    ],
)
def test_a_choice_says_how_it_stands_to_what_was_proposed(on, words):
    chosen = choose_date(
        DateOutcome.OTHER, on=on, reason="She travels.", closes=date(2026, 12, 11), treated=date(2026, 11, 6),
        as_of=date(2026, 11, 24), definitions=RULES,
    )  # fmt: skip
    assert chosen.words == words
