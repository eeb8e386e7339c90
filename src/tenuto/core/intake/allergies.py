"""Allergies to ketamine, esketamine or what an ampoule holds besides."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from tenuto.core.gate import Finding, Level
from tenuto.core.intake.case import JudgedCase
from tenuto.core.intake.facts import Allergy, Coding, Problem, ProblemStatus
from tenuto.core.intake.medicines import register
from tenuto.core.intake.wording import Mention, Phrases, folded_letters, words

__all__ = ["closes", "is_allergy", "judge", "says_allergy", "speaks_of_it", "told_reaction"]


@cache
def _phrases() -> Phrases:
    rule = register().allergy
    return Phrases(
        {
            "ketamine": rule.texts,
            "class": rule.class_texts,
            "apart": rule.class_apart,
            "diluent": rule.diluent_texts,
        }
    )


def judge(case: JudgedCase) -> tuple[Finding, ...]:
    """An allergy to the drug or an excipient blocks; a suspected one, a group it belongs to, an entry nobody can read: REVIEW. H11."""
    listed = (finding for allergy in case.facts.allergies for finding in _of_allergy(allergy))
    told = (finding for problem in case.facts.problems for finding in _of_problem(problem))
    return (*listed, *told)


def closes(allergy: Allergy) -> bool:
    """Whether an entry of the list blocks treatment."""
    return any(found.level >= Level.BLOCK for found in _of_allergy(allergy))


def is_allergy(problem: Problem) -> bool:
    """Whether a problem says an allergy to the drug or an excipient: other systems keep allergies among the conditions."""
    return bool(_of_problem(problem))


def says_allergy(text: str) -> bool:
    """Whether words tell of a reaction to something, whatever it was."""
    return bool(_SAYS_ALLERGY.search(text))


def speaks_of_it(codings: Iterable[Coding], texts: Iterable[str]) -> bool:
    """Whether codes or words name the drug or an excipient in any way but to deny it."""
    return _said(codings, texts) is not Level.PASS


def told_reaction(text: str, *, about_it: bool, said_in: str) -> tuple[Finding, ...]:
    """What an answer in words says of a reaction to the drug: BLOCK where it names both, REVIEW where either is in doubt.

    `about_it` says that the question itself is about the drug: a reaction is then one to it, named or not.
    """
    said = _reactions().mentions(text).get("reaction")
    level = _said((), (text,))
    if said is None or said < Mention.UNCERTAIN or not (about_it or level > Level.PASS):
        return ()
    both = said is Mention.STATED and level is Level.BLOCK
    advice = "Ketamine is not given; if the record is wrong, have it corrected." if both else _ASK_WHAT
    message = f"{said_in}: “{text.strip()[:120]}” tells of a reaction to ketamine. {advice}"
    return (
        Finding(
            "ALLERGY-KETAMINE",
            Level.BLOCK if both else Level.REVIEW,
            message,
            register().allergy.basis,
            fact="allergies.attested",
        ),
    )


_ASK_WHAT = "Ask what was given and what happened, and record an allergy to it among the allergies."


@cache
def _reactions() -> Phrases:
    return Phrases({"reaction": register().allergy.reactions})


_SAYS_ALLERGY = re.compile(
    r"allerg|anaphyla|hypersensitiv|intoleran|(adverse|bad|severe) (drug )?(reaction|effect)|angio-?edema|urticaria|laryngospasm|reacts? to",
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


def _of_allergy(allergy: Allergy) -> tuple[Finding, ...]:
    found = _finding(allergy)
    if found:
        return found
    texts = [text for text in (allergy.text, *(c.display for c in allergy.codings)) if text.strip()]
    said = {name for text in texts for name in _phrases().names(text)}
    if "class" in said and "apart" not in said:
        message = f"Allergy: “{texts[0][:80]}” is a group that ketamine may belong to. Ask what was given and what happened."
        return (_note("ALLERGY-CLASS", message),)
    coded = {(coding.system, coding.code.strip()) for coding in allergy.codings}
    if "diluent" in said or coded & register().allergy.diluent_codes:
        name = (texts or [allergy.codings[0].code])[0][:80]
        message = f"Allergy: “{name}” is in the diluent dextrose, or that is made from it. Dilute in sodium chloride, and ask what happened."
        return (_note("ALLERGY-DILUENT", message),)
    codes = {coding.code for coding in allergy.codings}
    if not any(words(text) for text in texts if text not in codes):
        called = ", ".join(sorted(codes | {t for t in texts if t not in codes}))[:80]
        message = f"Allergy: “{called}” is not understood: a code or a script that is not known here. Ask what it is, and record it in words."
        return (_note("ALLERGY-UNKNOWN", message),)
    return ()


def _note(code: str, message: str) -> Finding:
    return Finding(code, Level.REVIEW, message, register().allergy.basis, fact="allergies.attested")


def _said(codings: Iterable[Coding], texts: Iterable[str]) -> Level:
    """BLOCK where codes or words say the drug, REVIEW where words deny, doubt or nearly spell it."""
    rule, level = register().allergy, Level.PASS
    if any((c.system, c.code.strip()) in rule.codes for c in codings):
        return Level.BLOCK
    for text in texts:
        said = _phrases().mentions(text).get("ketamine")
        if said is Mention.STATED or any(name in folded_letters(text) for name in rule.anywhere):
            return Level.BLOCK
        if said is Mention.UNCERTAIN or _nearly(text):
            level = Level.REVIEW
    return level


def _nearly(text: str) -> bool:
    """Whether a word of a text is one letter away from the drug's name."""
    return any(_one_letter_apart(token, _NAME) for token in words(text))


_NAME = "ketamine"


def _one_letter_apart(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _finding(allergy: Allergy) -> tuple[Finding, ...]:
    texts = (allergy.text, *(c.display for c in allergy.codings))
    level = _said(allergy.codings, texts)
    if level is Level.PASS:
        return ()
    reaction = f" ({allergy.reaction})" if allergy.reaction else ""
    entry, said = _called(allergy), _found_by(allergy, level)
    within = "" if said == entry else f", in the entry “{entry}”"
    name = f"Allergy: “{said}”{within}{reaction}"
    if level is Level.BLOCK:
        message = f"{name}. Ketamine is not given; if the record is wrong, have it corrected."
    else:
        message = f"{name} may mean ketamine, and is not settled. Ask whether the person reacts to it, and have the record corrected."
    return (Finding("ALLERGY-KETAMINE", level, message, register().allergy.basis, fact="allergies.attested"),)


def _called(allergy: Allergy) -> str:
    """What an entry calls itself."""
    return (allergy.text or allergy.codings[0].display or allergy.codings[0].code)[:80]


def _found_by(allergy: Allergy, level: Level) -> str:
    """The words or the code of an entry that say the drug: not always those that it is called by."""
    if _said((), (allergy.text,)) is level:
        return allergy.text[:80]
    found = next((c for c in allergy.codings if _said((c,), (c.display,)) is level), None)
    if found is None or (not found.display and len(allergy.codings) == 1):
        return _called(allergy)
    return (found.display or f"{found.system} {found.code}".strip())[:80]
