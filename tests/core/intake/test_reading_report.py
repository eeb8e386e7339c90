"""The reading report lists what became of every entry, under the reason or the kind of it."""

from __future__ import annotations

from tenuto.core.intake.reading_report import Ending, EntryRead, ReadingReport, listed, with_unknown

REPORT = ReadingReport(
    (
        EntryRead("Observation/1", Ending.USED, "the weight"),
        EntryRead("Observation/2", Ending.USED),
        EntryRead("Claim/7", Ending.NOT_NEEDED, "payment"),
        EntryRead("Claim/8", Ending.NOT_NEEDED, "payment"),
        EntryRead("Device 3", Ending.NOT_NEEDED),
    )
)


def test_entries_stand_under_their_reason_and_used_ones_under_their_kind():
    assert REPORT.ended(Ending.USED) == (("Observation", ("Observation/1", "Observation/2")),)
    assert REPORT.ended(Ending.NOT_NEEDED) == (("payment", ("Claim/7", "Claim/8")), ("Device", ("Device 3",)))
    assert REPORT.ended(Ending.WITHHELD) == ()


def test_only_endings_that_happened_are_counted_and_doubts_are_left_to_a_person():
    assert REPORT.counts == {Ending.USED: 2, Ending.NOT_NEEDED: 3}
    assert REPORT.settled
    assert not ReadingReport(unsettled=("A weight without a unit.",)).settled


def test_many_names_end_in_a_number():
    assert listed(["a", "b", "a", "c"]) == "a, b, c"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_what_the_rules_do_not_know_was_not_understood_and_is_left_to_a_person():
    told = with_unknown(REPORT, {"The problem “HTN” is not known here.": ("Observation/2",)})
    assert told.counts == {Ending.USED: 1, Ending.NOT_NEEDED: 3, Ending.NOT_UNDERSTOOD: 1}
    assert told.unsettled == told.in_full == ("The problem “HTN” is not known here.",)
    assert with_unknown(REPORT, {}) == REPORT
