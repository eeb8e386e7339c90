"""Allergies to ketamine, esketamine or what an ampoule holds besides."""

from __future__ import annotations

import re
from functools import cache

from tenuto.core.gate import Finding, Level
from tenuto.core.intake.case import JudgedCase
from tenuto.core.intake.facts import Allergy, Problem, ProblemStatus
from tenuto.core.intake.medicines import register
from tenuto.core.intake.wording import Mention, Phrases

__all__ = ["is_allergy", "judge"]


@cache
def _phrases() -> Phrases:
    return Phrases({"ketamine": register().allergy.texts})


def judge(case: JudgedCase) -> tuple[Finding, ...]:
    """An allergy to the drug or an excipient blocks; one that is only suspected asks for review. Hazard H11."""
    listed = (finding for allergy in case.facts.allergies for finding in _finding(allergy))
    told = (finding for problem in case.facts.problems for finding in _of_problem(problem))
    return (*listed, *told)


def is_allergy(problem: Problem) -> bool:
    """Whether a problem says an allergy to the drug or an excipient: other systems keep allergies among the conditions."""
    return bool(_of_problem(problem))


_SAYS_ALLERGY = re.compile(
    r"allerg|anaphyla|hypersensitiv|intoleran|(adverse|bad|severe) (drug )?(reaction|effect)|angio-?edema|urticaria",
    re.IGNORECASE,
)


def _of_problem(problem: Problem) -> tuple[Finding, ...]:
    if problem.status is ProblemStatus.REFUTED:
        return ()
    if any((c.system, c.code.strip()) in register().allergy.codes for c in problem.codings):
        return _finding(Allergy(problem.text, problem.codings))
    texts = [
        text for text in (problem.text, *(c.display for c in problem.codings)) if _SAYS_ALLERGY.search(text)
    ]
    return tuple(dict.fromkeys(found for text in texts for found in _finding(Allergy(text))))


def _finding(allergy: Allergy) -> tuple[Finding, ...]:
    level = Level.PASS
    if any((c.system, c.code.strip()) in register().allergy.codes for c in allergy.codings):
        level = Level.BLOCK
    for text in (allergy.text, *(c.display for c in allergy.codings)):
        said = _phrases().mentions(text).get("ketamine")
        if said in (Mention.STATED, Mention.UNCERTAIN):
            level = max(level, Level.BLOCK if said is Mention.STATED else Level.REVIEW)
    if level is Level.PASS:
        return ()
    reaction = f" ({allergy.reaction})" if allergy.reaction else ""
    message = (
        f"Allergy: “{(allergy.text or allergy.codings[0].display or allergy.codings[0].code)[:80]}”{reaction}. "
        "Ketamine is not given; if the record is wrong, have it corrected."
    )
    return (Finding("ALLERGY-KETAMINE", level, message, register().allergy.basis, fact="allergies.attested"),)
