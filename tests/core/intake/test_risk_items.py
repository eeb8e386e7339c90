"""Every scale that asks about death or self-harm feeds the safety state, from its own definition. Hazard H18."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.eligibility import assess
from tenuto.core.intake.facts import Answer, PatientFacts, Person, RecordedScore
from tenuto.core.intake.risk_answers import TRIAGE
from tenuto.core.intake.risk_questions import risk_question, suicide_item
from tenuto.core.intake.safety import Risk, contradicted, safety_state, with_safety
from tenuto.core.intake.safety_words import OpenSafetyTask
from tenuto.core.policy import default_policy
from tenuto.core.scales.reading import instruments
from tenuto.core.scales.red_flags import Urgency, rules
from tenuto.core.sources import Basis, Tag
from tests.core.intake.people import TODAY, healthy, judged

ASKED = {scale.id: scale.risk_item for scale in instruments().values() if scale.risk_item is not None}
ANSWERED = "ANSWER-SUICIDE-SCREEN"
LIMITS = default_policy()
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = AT.date()


def form(scale, answer, *, at=AT, names=lambda item: item):
    """A whole form with this answer to its question; None leaves the question out."""
    items = [(names(item.id), int(item.lowest)) for item in instruments()[scale].items]
    question = names(ASKED[scale].item)
    given = tuple((name, value if name != question else answer) for name, value in items)
    kept = tuple((name, value) for name, value in given if value is not None)
    return RecordedScore(scale, Decimal(9), at.date(), "form", kept, at)


def state(*scores, triage=None):
    answers = (Answer("suicide.screen", triage[0], triage[1].date(), "form", triage[1]),) if triage else ()
    return safety_state(PatientFacts(Person(), scores=scores, answers=answers), as_of=DAY, policy=LIMITS)


def test_the_scales_that_ask():
    assert set(ASKED) == {"phq9", "qidssr16", "madrs", "madrs24", "madrss", "madrss27", "suicide_check"}


@pytest.mark.parametrize("scale", ASKED)
def test_a_reported_thought_is_open_until_a_triage_follows_it(scale):
    title, asked = instruments()[scale].title, ASKED[scale]
    reported = form(scale, asked.reported_from)
    found = state(reported)
    assert found.risk is Risk.OPEN
    assert f"{title} item {asked.item} was {asked.reported_from}" in found.text
    assert with_safety(Gate(), found).level is Level.BLOCK
    known = state(reported, triage=("low", AT + timedelta(minutes=10)))
    assert known.risk is Risk.KNOWN
    assert with_safety(Gate(), known) == Gate()
    assert state(reported, triage=("low", AT - timedelta(minutes=10))).risk is Risk.OPEN


def test_a_thought_that_is_there_now_is_said_first_and_in_the_patients_words():
    before = form("phq9", 3, at=AT - timedelta(hours=1))
    found = state(before, form("suicide_check", 2))
    assert found.sentences[0].startswith("Suicide question item 1: “Yes, and I do now”, ")
    assert "PHQ-9 item 9 was 3" in found.sentences[1]
    assert (found.now, found.high, found.is_first) == (True, False, True)
    not_now = state(before, form("suicide_check", 1))
    assert "Suicide question item 1 was 1" in not_now.sentences[0]
    assert "PHQ-9 item 9 was 3" in not_now.sentences[1]
    assert not not_now.is_first
    assert not state(form("suicide_check", 2), triage=("low", AT + timedelta(minutes=5))).is_first


def test_the_latest_answer_is_said_first_with_the_highest_beside_it():
    """A form of 20 Nov that is typed in on 29 Nov is older news than the answers of the day."""
    paper = replace(form("phq9", 3, at=AT - timedelta(days=9)), at=None)
    found = state(paper, form("phq9", 2, at=AT - timedelta(hours=1)), form("phq9", 1))
    assert found.sentences[0] == (
        "PHQ-9 item 9 was 1, Mon 2 Mar 2026, 09:00. No triage since. The highest was 3, Sat 21 Feb 2026."
    )
    assert (
        state(form("phq9", 1, at=AT - timedelta(days=1)), form("phq9", 2))
        .sentences[0]
        .endswith("No triage since.")
    )


def test_only_a_prescriber_lowers_a_high():
    high = Answer(TRIAGE, "high", DAY, "triage, Bob", AT, stands=True)
    low = Answer(TRIAGE, "low", DAY, "triage, Nia", AT + timedelta(hours=2))
    facts = PatientFacts(Person(), answers=(high, low))
    found = safety_state(facts, as_of=DAY, policy=LIMITS)
    assert (found.risk, found.high) == (Risk.OPEN, True)
    assert found.sentences[0].startswith(
        "Suicide risk high (Mon 2 Mar 2026, 09:00, Bob) against low (Mon 2 Mar 2026, 11:00, Nia): a prescriber decides."
    )
    told = [f for f in assess(facts, policy=LIMITS, as_of=DAY).gate.findings if f.fact == TRIAGE]
    assert max(f.level for f in told) is Level.BLOCK
    lowered = PatientFacts(Person(), answers=(replace(high, stands=False), low))
    assert safety_state(lowered, as_of=DAY, policy=LIMITS).risk is Risk.KNOWN


def test_an_open_risk_is_said_once():
    """A rule of intake that found the triage high has said it; one that misses the triage has not."""
    found = state(form("phq9", 2))
    basis = Basis((Tag.D,), note="a rule of intake")
    high = Finding("TRIAGE-HIGH", Level.BLOCK, "The triage found a high risk.", basis, TRIAGE)
    missing = replace(high, code="TRIAGE-MISSING", missing=True)
    assert with_safety(Gate.of([high]), found) == Gate.of([high])
    assert [f.code for f in with_safety(Gate.of([missing]), found).findings] == [
        "SUICIDE-RISK-OPEN",
        "TRIAGE-MISSING",
    ]
    assert [f.code for f in with_safety(Gate.of([replace(high, level=Level.REVIEW)]), found).findings] == [
        "SUICIDE-RISK-OPEN",
        "TRIAGE-HIGH",
    ]


@pytest.mark.parametrize(
    ("level", "advice"),
    [
        ("low", "A clinician writes a note."),
        ("moderate", "A clinician writes a note."),
        ("high", "The person stays with staff and a psychiatrist decides; ideation may be the indication."),
    ],
)
def test_a_level_that_was_found_is_followed_by_its_own_advice(level, advice):
    answers = (*(a for a in healthy().answers if a.fact != TRIAGE), Answer(TRIAGE, level, TODAY))
    (found,) = (f for f in judged(replace(healthy(), answers=answers)).gate.findings if f.code == ANSWERED)
    assert found.message.split(". ", 1)[1] == advice


def hours(number):
    return AT + timedelta(hours=number)


def course(*steps):
    """The facts of `phq9 2`, `none` and so on, an hour between one and the next."""
    scores, answers = [], []
    for number, step in enumerate(steps):
        what, _, value = step.partition(" ")
        if value:
            answer = int(value) if value.isdigit() else 0
            unclear = "" if value.isdigit() else value
            scores.append(replace(form(what, answer, at=hours(number)), unclear=unclear))
        else:
            answers.append(Answer("suicide.screen", what, DAY, "form", hours(number)))
    return PatientFacts(Person(), scores=tuple(scores), answers=tuple(answers))


@pytest.mark.parametrize(
    ("steps", "stand"),
    [
        ("phq9 2, none", ["PHQ-9 item 9 was 2"]),
        ("phq9 2, phq9 0, none", ["PHQ-9 item 9 was 2"]),
        ("phq9 1, phq9 3, phq9 2, phq9 0, phq9 0, none", ["PHQ-9 item 9 was 3"]),
        ("phq9 2, phq9 0, negative", ["PHQ-9 item 9 was 2"]),
        ("phq9 2, none, phq9 0", ["PHQ-9 item 9 was 2"]),
        ("phq9 2, none, none", ["PHQ-9 item 9 was 2"]),
        ("phq9 2, madrs 0, none", ["PHQ-9 item 9 was 2"]),
        ("phq9 1, madrs 4, phq9 0, none", ["PHQ-9 item 9 was 1", "MADRS item 10 was 4"]),
        ("phq9 two, phq9 0, none", ["PHQ-9 item 9 can't be read for certain (two)"]),
        ("phq9 3, low, phq9 1, phq9 0, none", ["PHQ-9 item 9 was 1"]),
        ("phq9 2, none, phq9 0, none", []),
        ("phq9 2, none, phq9 1, none, none", ["PHQ-9 item 9 was 1"]),
        ("phq9 0, none", []),
    ],
)
def test_no_form_of_zeros_takes_back_what_a_triage_without_risk_contradicts(steps, stand):
    facts = course(*steps.split(", "))
    found = safety_state(facts, as_of=DAY, policy=LIMITS)
    both = contradicted(facts, as_of=DAY)
    assert found.risk is (Risk.KNOWN if stand else Risk.NONE_FOUND)
    for shown in (found.text, both) if stand else ():
        assert all(answer in shown for answer in stand)
        assert shown.count("item") == len(stand)
        assert shown.endswith("found no risk. Both stand.")
    assert stand or not both


def test_of_two_equal_answers_the_later_one_is_told():
    found = safety_state(course("phq9 2", "phq9 2", "none"), as_of=DAY, policy=LIMITS)
    assert "PHQ-9 item 9 was 2, Mon 2 Mar 2026, 10:00." in found.text


@pytest.mark.parametrize(
    ("undated", "dated", "risk"),
    [
        ("low", None, Risk.KNOWN),
        ("low", "low", Risk.KNOWN),
        ("low", "moderate", Risk.KNOWN),
        ("low", "none", Risk.OPEN),
    ],
)
def test_a_triage_without_a_date_is_open_only_beside_one_that_found_less(undated, dated, risk):
    answers = (
        Answer(TRIAGE, undated, None, "form"),
        *([Answer(TRIAGE, dated, DAY, "form", AT)] if dated else []),
    )
    assert safety_state(PatientFacts(Person(), answers=answers), as_of=DAY, policy=LIMITS).risk is risk


def test_a_known_level_says_the_highest_answer_since_the_triage_before():
    found = safety_state(course("phq9 1", "low", "phq9 3", "phq9 0", "moderate"), as_of=DAY, policy=LIMITS)
    assert found.risk is Risk.KNOWN
    assert "Suicide risk moderate: known" in found.text
    assert "PHQ-9 item 9 was 3" in found.text
    assert "PHQ-9 item 9 was 1" not in found.text


def test_of_two_triages_of_one_moment_neither_hides_the_answer():
    facts = course("phq9 2", "phq9 0", "none")
    twice = replace(facts, answers=facts.answers * 2)
    assert "PHQ-9 item 9 was 2" in contradicted(twice, as_of=DAY)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("low, none", ["found the risk low", "found no risk. Both stand."]),
        ("low, low, none", ["found the risk low", "found no risk. Both stand."]),
        ("phq9 2, low, phq9 0, none", ["found the risk low", "found no risk. Both stand."]),
        ("high, none", ["found the risk high", "found no risk. Both stand."]),
        ("high, low", ["Suicide risk low: known", "found the risk high"]),
        ("phq9 2, moderate, none", ["item 9 was 2", "found the risk moderate", "found no risk. Both stand."]),
    ],
)
def test_of_two_triages_of_a_day_the_later_one_takes_no_graver_one_back(steps, said):
    facts = course(*steps.split(", "))
    found = safety_state(facts, as_of=DAY, policy=LIMITS)
    assert found.risk is Risk.KNOWN
    assert all(part in found.text for part in said)
    assert found.text.count("The triage of") == len([part for part in said if "found" in part])
    if "Both stand" in said[-1]:
        assert contradicted(facts, as_of=DAY) == found.text


def test_a_graver_triage_of_another_day_is_answered_by_the_later_one():
    facts = course("none")
    before = Answer(TRIAGE, "low", DAY - timedelta(days=1), "form", AT - timedelta(days=1))
    facts = replace(facts, answers=(before, *facts.answers))
    assert safety_state(facts, as_of=DAY, policy=LIMITS).risk is Risk.NONE_FOUND


VALID = LIMITS.whole("suicide_screen_valid_days")


@pytest.mark.parametrize("steps", ["none", "negative", "phq9 0", "phq9 0, none", "none, phq9 0"])
@pytest.mark.parametrize("ago", [0, VALID, VALID + 1, 41])
def test_nothing_found_is_calm_only_as_long_as_it_counts(steps, ago):
    found = safety_state(course(*steps.split(", ")), as_of=DAY + timedelta(days=ago), policy=LIMITS)
    if ago <= VALID:
        assert (found.risk, found.level, found.caution) == (Risk.NONE_FOUND, Level.PASS, "")
        return
    assert (found.risk, found.level, found.is_red) == (Risk.OLD, Level.REVIEW, False)
    assert found.sentences == (
        f"Suicide risk: none found {ago} days ago, Mon 2 Mar 2026; asked again before the next infusion.",
    )
    assert found.caution == f"Suicide risk asked {ago} days ago"
    assert found.is_amber


def test_the_newest_that_found_nothing_counts_and_one_without_a_date_never_does():
    old = course("none")
    later = form("phq9", 0, at=AT + timedelta(days=30))
    both = replace(old, scores=(later,))
    assert safety_state(both, as_of=later.taken + timedelta(days=2), policy=LIMITS).risk is Risk.NONE_FOUND
    undated = PatientFacts(Person(), answers=(Answer(TRIAGE, "none", None),))
    assert safety_state(undated, as_of=DAY, policy=LIMITS).risk is Risk.OLD


@pytest.mark.parametrize("scale", ASKED)
def test_below_it_nothing_was_found_and_unanswered_is_not_no(scale):
    below = max(
        o.value
        for o in instruments()[scale].item(ASKED[scale].item).options
        if o.value < ASKED[scale].reported_from
    )
    assert state(form(scale, below)).risk is Risk.NONE_FOUND
    unanswered = state(form(scale, None))
    if len(instruments()[scale].items) == 1:
        # Nothing else was asked, so that nothing was.
        assert unanswered.risk is Risk.NOT_ASKED
    else:
        assert unanswered.risk is Risk.OPEN
        assert "was not answered" in unanswered.text


@pytest.mark.parametrize("scale", ASKED)
@pytest.mark.parametrize(
    "names", [str, "item{}".format, "Item {}".format, "Q{}".format], ids=["9", "item9", "Item 9", "Q9"]
)
def test_the_answer_is_found_by_whatever_name_it_has(scale, names):
    assert suicide_item(form(scale, ASKED[scale].reported_from, names=names)) == ASKED[scale].reported_from


@pytest.mark.parametrize("scale", ASKED)
def test_the_answer_alone_is_not_lost_with_the_total(scale):
    alone = replace(form(scale, 0), instrument=f"{scale}item{ASKED[scale].item}", value=Decimal(3), items=())
    assert state(alone).risk is Risk.OPEN
    assert risk_question(alone) == risk_question(form(scale, 0))


@pytest.mark.parametrize("scale", ASKED)
def test_a_person_is_given_a_task_for_it(scale):
    """From the answer that counts as reported, and when it was not given."""
    own = [rule for rule in rules() if rule.instrument == scale and rule.urgency >= Urgency.SAME_SESSION]
    least = [c.at_least for rule in own for c in rule.any_of if c.key == ASKED[scale].item]
    assert min(least) == ASKED[scale].reported_from
    assert [rule.unanswered for rule in own if rule.unanswered] == [ASKED[scale].item]


def test_a_rule_about_suicide_belongs_to_a_scale_that_feeds_the_state():
    about = {
        rule.instrument for rule in rules() if any(w in rule.title.casefold() for w in ("suicid", "death"))
    }
    assert about - {"cssrs_screener"} <= set(ASKED)


# ---- what a total proves, what can't be read, and dates to come ----------------------------------------------
def total(scale, value, *, at=AT):
    return RecordedScore(scale, Decimal(value), at.date(), "record", (), at)


@pytest.mark.parametrize(
    ("scale", "value", "answer"),
    [
        ("phq9", 24, None),
        ("phq9", 25, 1),
        ("phq9", 27, 3),
        ("qidssr16", 24, None),
        ("qidssr16", 26, 2),
        ("madrs", 54, None),
        ("madrs", 56, 2),
        ("madrss", 54, 6),
    ],
)
def test_a_total_proves_the_answer_that_all_others_can_not_reach(scale, value, answer):
    assert suicide_item(total(scale, value)) == answer
    found = state(total(scale, value))
    assert found.risk is (Risk.NOT_ASKED if answer is None else Risk.OPEN)
    assert (f"at least {answer}, as the total of {value} shows" in found.text) is (answer is not None)
    if answer is not None:
        assert state(total(scale, value), triage=("low", AT + timedelta(hours=1))).risk is Risk.KNOWN


def test_an_answer_that_was_sent_is_not_lowered_by_its_total():
    score = replace(form("phq9", 2), value=Decimal(25))
    assert suicide_item(score) == 2
    assert "item 9 was 2, " in state(score).text


def test_a_positive_answer_on_a_date_to_come_counts_and_a_negative_one_is_not_counted():
    ahead = AT + timedelta(days=365)
    found = state(form("phq9", 1, at=ahead), triage=("negative", AT))
    assert found.risk is Risk.OPEN
    assert "a date still to come; check it" in found.text
    assert state(form("phq9", 0, at=ahead)).risk is Risk.NOT_ASKED


@pytest.mark.parametrize(
    ("value", "taken", "risk"),
    [
        ("wish to be dead", AT, Risk.OPEN),
        ("wish to be dead", None, Risk.OPEN),
        (Decimal(6), AT, Risk.OPEN),
        ("not asked", AT, Risk.NONE_FOUND),
        ("wish to be dead", AT - timedelta(days=1), Risk.NONE_FOUND),
        ("high", AT + timedelta(days=365), Risk.OPEN),
        ("negative", AT + timedelta(days=365), Risk.NONE_FOUND),
        ("high", None, Risk.OPEN),
    ],
)
def test_a_triage_that_nobody_can_read_or_date_is_never_none_found(value, taken, risk):
    earlier = Answer(TRIAGE, "negative", DAY, "form", AT - timedelta(hours=1))
    other = Answer(TRIAGE, value, taken.date() if taken else None, "record", taken)
    facts = PatientFacts(Person(), answers=(earlier, other))
    assert safety_state(facts, as_of=DAY, policy=LIMITS).risk is risk


# ---- one clock in one sentence -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "asked", "found"),
    [
        (None, "Mon 2 Mar 2026, 14:00 UTC", "Mon 2 Mar 2026, 16:00 UTC"),
        (ZoneInfo("America/New_York"), "Mon 2 Mar 2026, 09:00", "Mon 2 Mar 2026, 11:00"),
    ],
)
def test_the_hours_of_senders_in_different_zones_are_said_in_one(zone, asked, found):
    there = AT.replace(tzinfo=timezone(timedelta(hours=-5)))
    answered = form("phq9", 1, at=there)
    triage = Answer("suicide.screen", "negative", DAY, "form", AT.replace(hour=16))
    facts = PatientFacts(Person(), scores=(answered,), answers=(triage,))
    told = safety_state(facts, as_of=DAY, policy=LIMITS, zone=zone).text
    assert f"was 1, {asked}." in told
    assert f"The triage of {found} found no risk." in told
    known = assess(facts, policy=LIMITS, as_of=DAY, zone=zone)
    (both,) = (f.message for f in known.gate.findings if f.code == "SUICIDE-KNOWN")
    assert asked in both
    assert found in both


def test_the_hours_of_one_sender_stay_as_they_were_sent():
    there = AT.replace(tzinfo=timezone(timedelta(hours=-5)))
    facts = PatientFacts(Person(), scores=(form("phq9", 1, at=there),))
    assert "Mon 2 Mar 2026, 09:00. No triage" in safety_state(facts, as_of=DAY, policy=LIMITS).text


def test_a_block_names_whose_triage_opens_it():
    """A nurse's triage does not end what a prescriber has to: the sentence says so before anybody records another one."""
    both = "a prescriber or a medical director"
    tasks = [OpenSafetyTask("Suicide risk, urgent", datetime(2026, 3, 2, 9, 15, tzinfo=UTC), ended_by=both)]
    found = safety_state(PatientFacts(Person()), as_of=DAY, policy=LIMITS, open_tasks=tasks)
    (said,) = with_safety(Gate.of([]), found).findings
    assert said.opens_with.startswith(f"a suicide triage recorded since by {both}, or ")
