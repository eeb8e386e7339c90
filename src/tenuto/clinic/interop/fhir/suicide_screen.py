"""The six-question suicide screener (C-SSRS): from its yes and no to a triage level. There is no sum.

High: plan, intent or behaviour within three months (questions 4, 5, 6 recent). Moderate: method (question 3) or
behaviour in life (question 6). Low: wish to be dead or thoughts (questions 1, 2). Evidence: M, V; source ZERO.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["FACT", "QUESTIONS", "answered_yes", "is_complete", "triage"]

FACT = "suicide.screen"

WISH, THOUGHTS, METHOD, INTENT, PLAN = "93246-7", "93247-5", "93248-3", "93249-1", "93250-9"
BEHAVIOUR_EVER, BEHAVIOUR_RECENT = "93267-3", "93269-9"

QUESTIONS = (WISH, THOUGHTS, METHOD, INTENT, PLAN, BEHAVIOUR_EVER, BEHAVIOUR_RECENT)
"""LOINC codes in the order of the form."""

_ASKS = {
    WISH: "a wish to be dead", THOUGHTS: "thoughts of suicide", METHOD: "a method", INTENT: "an intent", PLAN: "a plan",
    BEHAVIOUR_EVER: "suicidal behaviour in life", BEHAVIOUR_RECENT: "suicidal behaviour within three months",
}  # fmt: skip

_LEVELS = (
    ("high", (INTENT, PLAN, BEHAVIOUR_RECENT)),
    ("moderate", (METHOD, BEHAVIOUR_EVER)),
    ("low", (WISH, THOUGHTS)),
)


def triage(answers: Mapping[str, bool]) -> str:
    """The level of the answers so far: high, moderate, low, negative; empty when a yes may still be missing.

    A yes is never lost to a gap: one question answered with yes is enough for its level.
    """
    for level, questions in _LEVELS:
        if any(answers.get(question) for question in questions):
            return level
    return "negative" if is_complete(answers) else ""


def answered_yes(answers: Mapping[str, bool]) -> str:
    """What was answered with yes, as a sentence; empty when nothing was."""
    said = [_ASKS[question] for question in QUESTIONS if answers.get(question)]
    return f"Yes to {', '.join(said)}." if said else ""


def is_complete(answers: Mapping[str, bool]) -> bool:
    """True when every question that had to be asked was answered.

    Questions 3 to 5 follow a yes to question 2; recent behaviour follows a yes to behaviour ever.
    """
    needed = {WISH, THOUGHTS, BEHAVIOUR_EVER}
    if answers.get(THOUGHTS):
        needed |= {METHOD, INTENT, PLAN}
    if answers.get(BEHAVIOUR_EVER):
        needed.add(BEHAVIOUR_RECENT)
    return needed <= answers.keys()
