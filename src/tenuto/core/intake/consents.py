"""Whether a valid consent to this treatment is on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tenuto.core.dates import say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.case import JudgedCase, missing, note
from tenuto.core.intake.dates import add_months
from tenuto.core.intake.facts import Consent
from tenuto.core.intake.required import fact
from tenuto.core.intake.safety_stops import not_in_force, refusal_said, standing_refusals

__all__ = ["judge"]


def judge(case: JudgedCase) -> tuple[Finding, ...]:
    """None, undated, future-dated or expired is missing; one that was taken back or refused since blocks; another condition is REVIEW."""
    item = fact("consent")
    active = [c for c in case.facts.consents if c.active]
    dated = [c for c in active if c.signed is not None and not case.in_future(c.signed)]
    if ended := not_in_force(case.facts):
        message = f"{ended} Speak with the person; without a consent given anew nothing is planned."
        return (note("consent", "CONSENT-NOT-IN-FORCE", Level.BLOCK, message),)
    refusals = standing_refusals(case.facts, as_of=case.as_of)
    if refusals:
        said = sorted({refusal_said(each) for each in refusals})
        return tuple(note("consent", "CONSENT-REFUSED", Level.BLOCK, sentence) for sentence in said)
    if not dated:
        ahead = [c.signed for c in active if case.in_future(c.signed)]
        because = "Consent: none with a date up to today." if active else ""
        return (*_ahead(case, ahead), *missing(case, item, because=because))
    months = case.policy.whole(item.valid_months)
    valid = [c for c in dated if c.signed is not None and add_months(c.signed, months) >= case.as_of]
    if not valid:
        newest = max(c.signed for c in dated if c.signed is not None)
        because = f"Consent: signed on {say_date(newest)}, more than {months} months ago."
        return missing(case, item, because=because)
    return () if any(_covers(case, c) for c in valid) else (_other(case, valid),)


def _ahead(case: JudgedCase, days: Sequence[date]) -> tuple[Finding, ...]:
    """That a consent is dated in the future: there is one, and it counts from its day on."""
    if not days:
        return ()
    message = (
        f"The consent is dated {say_date(min(days))}, after {say_date(case.as_of)}; it doesn't count before that day. Correct its date, "
        "or wait for it."
    )
    return (note("consent", "CONSENT-AHEAD", Level.REVIEW, message),)


def _covers(case: JudgedCase, consent: Consent) -> bool:
    """True when the consent names no condition or all that are treated, what comes with a named one aside."""
    named = consent.indication.strip().casefold()
    covered = {c.id for c in case.treated if named in (c.id, c.title.casefold())}
    rest = [c for c in case.treated if c.id not in covered]
    return not named or all(c.accompanies & covered for c in rest)


def _other(case: JudgedCase, valid: list[Consent]) -> Finding:
    named = ", ".join(sorted({c.indication for c in valid}))
    treated = ", ".join(c.title for c in case.treated) or "no condition"
    message = f"The consent is for {named}; this is for {treated}. Have it renewed for this condition."
    return note("consent", "CONSENT-OTHER", Level.REVIEW, message)
