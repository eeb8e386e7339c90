"""Who it is and what follows from age, sex and build."""

from __future__ import annotations

from datetime import date

from tenuto.core.dates import say_birthday, say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.answers import truth, without_reason
from tenuto.core.intake.birth import stands_for_unknown
from tenuto.core.intake.case import Body, JudgedCase, missing, note
from tenuto.core.intake.dates import years_between
from tenuto.core.intake.facts import Measurement, PatientFacts, Person
from tenuto.core.intake.required import fact
from tenuto.core.intake.weight import Weighing
from tenuto.core.policy import Policy
from tenuto.core.units import Bmi, Centimetres, plain

__all__ = ["body_of", "judge", "judge_build"]

_IDENTIFIERS = 2


def body_of(facts: PatientFacts, *, policy: Policy, as_of: date) -> Body:
    """Age, sex and child-bearing potential.

    Potential is assumed unless the sex is recorded as male, the age is above the policy's limit, or every answer to
    `childbearing.potential` is no, for a reason that counts.
    """
    born = facts.person.birth_date
    counted = years_between(born, as_of) if born and born <= as_of else None
    # A date that stands for one that is not known gives no age, and an unknown age switches no test off.
    age = None if born is None or counted is None or _doubted(born, counted, policy) else counted
    sex = facts.person.sex.strip().lower()
    of_age = sex != "male" and (age is None or age <= policy.whole("childbearing_age_max_years"))
    answers = [a for a in facts.answers if a.fact == "childbearing.potential"]
    excluded = bool(answers) and all(truth(a.value) is False and not without_reason(a) for a in answers)
    return Body(age, sex, of_age and not excluded, of_age)


def _doubted(born: date, age: int, policy: Policy) -> bool:
    """Whether a date gives no age to rely on. A minor's is relied on, since it closes."""
    if age < policy.number("age_min_years"):
        return False
    return age > policy.number("age_doubtful_years") or stands_for_unknown(born)


def judge(case: JudgedCase) -> tuple[Finding, ...]:
    """Findings about identity and age."""
    return (*_identity(case), *_age(case), *_sex(case))


def _distinct(person: Person) -> int:
    named = {" ".join(person.name.split()).casefold()} - {""}
    # Beside a name any number tells people apart; alone only one's own does, not a family's or one of an unknown system.
    numbers = [number for number in person.identifiers if named or number.proves]
    numbered = {" ".join(str(number).split()).casefold() for number in numbers} - {""}
    return len(named | numbered) + (person.birth_date is not None)


def _identity(case: JudgedCase) -> tuple[Finding, ...]:
    return () if _distinct(case.facts.person) >= _IDENTIFIERS else missing(case, fact("identity"))


def _sex(case: JudgedCase) -> tuple[Finding, ...]:
    return () if case.body.sex else missing(case, fact("sex"))


def _age(case: JudgedCase) -> tuple[Finding, ...]:
    born, age = case.facts.person.birth_date, case.body.age_years
    if born is None:
        return missing(case, fact("age"))
    if age is None and born <= case.as_of:
        limit = case.policy.limit("age_doubtful_years")
        why = (
            "is a date that is often sent where nobody knew the real one"
            if stands_for_unknown(born)
            else f"gives an age above {plain(limit.value)}: it may stand for one that nobody knew"
        )
        message = (
            f"The date of birth, {say_birthday(born, case.facts.person.birth_sent)}, {why}. Ask for the birth date and correct the record; as long as it "
            "stands, every test that depends on the age is asked for."
        )
        return (Finding("AGE-IMPLAUSIBLE", Level.REVIEW, message, limit.basis, fact="age"),)
    if age is None:
        message = f"The date of birth, {say_birthday(born, case.facts.person.birth_sent)}, is after {say_date(case.as_of)}. Correct it."
        return (note("age", "AGE-FUTURE", Level.BLOCK, message),)
    youngest, review = case.policy.limit("age_min_years"), case.policy.limit("age_review_years")
    if age < youngest.value:
        message = f"Age {age}: below {plain(youngest.value)}. The evidence is in adults only."
        return (Finding("AGE-MINOR", Level.BLOCK, message, youngest.basis, fact="age"),)
    if age > review.value:
        message = f"Age {age}: above {plain(review.value)}. Blood pressure rises more often; consider a lower first dose."
        return (Finding("AGE-OLD", Level.REVIEW, message, review.basis, fact="age"),)
    return ()


def judge_build(
    case: JudgedCase, weighing: Weighing | None
) -> tuple[tuple[Finding, ...], Centimetres | None, Bmi | None]:
    """Findings about height and body mass index, with both where they are known."""
    item = fact("height")
    measured = case.usable("height_cm")
    if not measured:
        return missing(case, item), None, None
    low, high = case.policy.number("height_min_cm"), case.policy.number("height_max_cm")
    newest = measured[0]
    if not low <= newest.value <= high:
        return (_implausible(newest, plain(low), plain(high)),), None, None
    height = Centimetres(newest.value)
    if case.doubted("height_cm"):
        return (), None, None
    if weighing is None:
        return (), height, None
    bmi = Bmi.of(weighing.kg, height)
    return _bmi(case, bmi), height, bmi


def _bmi(case: JudgedCase, bmi: Bmi) -> tuple[Finding, ...]:
    """Whether the build asks for a second look: very heavy, or so thin that a number may be wrong."""
    low, high = case.policy.limit("bmi_low_review"), case.policy.limit("bmi_review")
    if bmi.value > high.value:
        message = f"Body mass index {bmi.rounded(1)}: above {plain(high.value)}. A prescriber weighs airway and dosing weight."
        return (Finding("BMI-HIGH", Level.REVIEW, message, high.basis, fact="height"),)
    if bmi.value < low.value:
        message = (
            f"Body mass index {bmi.rounded(1)}: below {plain(low.value)}. Check weight and height; if both are right, a prescriber "
            "looks for the cause of the low weight before a dose is ordered."
        )
        return (Finding("BMI-LOW", Level.REVIEW, message, low.basis, fact="height"),)
    return ()


def _implausible(newest: Measurement, low: str, high: str) -> Finding:
    message = f"A height of {plain(newest.value)} cm is outside {low} to {high} cm. Check the unit and measure again; if it is right, tell the medical director, whose policy sets this limit."
    return note("height", "HEIGHT-IMPLAUSIBLE", Level.REVIEW, message)
