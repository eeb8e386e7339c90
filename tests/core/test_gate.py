"""Gates: the worst finding decides, and only the right person opens one."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest

from tenuto.core.gate import Authority, Finding, Gate, GateClosed, Level, Override
from tenuto.core.sources import Basis, Tag
from tests.spec.tables import rows

BASIS = Basis((Tag.D,))
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def finding(level: Level, code: str = "TEST") -> Finding:
    return Finding(code, level, f"{code} at {level.name}.", BASIS)


@pytest.mark.parametrize("row", rows("units/gates.md"))
def test_who_opens_what(row):
    gate = Gate((finding(Level[row["gate"]]),))
    override = None
    if row["override by"] != "nobody":
        override = Override(
            "A. Person", Authority[row["override by"].replace(" ", "_").upper()], row["reason"], NOW
        )
    if row["opens"] == "yes":
        assert gate.require(override) is gate
    else:
        with pytest.raises(GateClosed) as closed:
            gate.require(override)
        assert closed.value.gate is gate
        assert "TEST at" in str(closed.value)


def test_no_finding_is_pass_and_the_worst_decides():
    assert Gate().level is Level.PASS
    assert Gate.of([finding(Level.PASS), finding(Level.BLOCK), finding(Level.REVIEW)]).level is Level.BLOCK


def test_order_of_findings_does_not_matter_and_twice_counts_once():
    three = [finding(Level.REVIEW, "A"), finding(Level.BLOCK, "B"), finding(Level.REVIEW, "C")]
    gates = {Gate.of([*order, three[0]]) for order in permutations(three)}
    assert len(gates) == 1
    assert [f.code for f in gates.pop().findings] == ["B", "A", "C"]


def test_gates_add_up_and_never_improve():
    low, high = Gate((finding(Level.PASS),)), Gate((finding(Level.REFUSE),))
    assert (low + high).level is Level.REFUSE
    assert (low + high).at(Level.REFUSE) == (finding(Level.REFUSE),)


def test_a_gate_names_every_way_past_the_worst_of_it():
    general, exception = Level.BLOCK.opened_by, Level.BLOCK.beside_another
    triage = replace(finding(Level.BLOCK, "A"), opens_with=f"a suicide triage, or {exception}")
    anybody, review = finding(Level.BLOCK, "B"), replace(finding(Level.REVIEW, "C"), opens_with="a talk")
    consent = replace(finding(Level.BLOCK, "D"), opens_with="a new consent alone")
    assert Gate.of([anybody, review]).opened_by == general
    assert Gate.of([triage, triage, review]).opened_by == triage.opens_with
    assert Gate.of([triage, anybody]).opened_by == f"{exception}; for a part of it also a suicide triage"
    assert Gate.of([consent, anybody]).opened_by == f"a new consent alone; and {exception}, for the rest"
    assert Gate.of([consent, triage]).opened_by == (
        f"a new consent alone; and {exception}, for the rest; for a part of it also a suicide triage"
    )


def test_every_level_says_who_opens_it():
    assert all(level.opened_by for level in Level)


def test_of_one_level_the_most_dangerous_is_read_first():
    """What was found before what lacks, a risk of suicide before all else about the person, the plan as a whole last."""

    def of(code, fact, *, missing=False, level=Level.BLOCK):
        return Finding(code, level, f"{code}.", Basis((Tag.D,)), fact=fact, missing=missing)

    told = [
        of("A-WHOLE", ""),
        of("A-LACKS", "consent", missing=True),
        of("Z-SUICIDE", "suicide.screen"),
        of("B-HISTORY", "history.aneurysm"),
        of("A-REVIEW", "history.liver", level=Level.REVIEW),
    ]
    assert [f.code for f in Gate.of(told).findings] == [
        "Z-SUICIDE",
        "B-HISTORY",
        "A-WHOLE",
        "A-LACKS",
        "A-REVIEW",
    ]
