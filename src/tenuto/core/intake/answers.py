"""Judging what was answered: yes and no, choices, words and dates, each against the register of facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tenuto.core.dates import on_date, say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.case import JudgedCase, finding_code, missing
from tenuto.core.intake.contraindications import identified, mentioned, rule
from tenuto.core.intake.facts import Answer, ProblemStatus
from tenuto.core.intake.required import RequiredFact, fact
from tenuto.core.intake.wording import without_marks, words
from tenuto.core.units import plain

__all__ = [
    "closes",
    "given",
    "is_readable",
    "is_unknown",
    "judge",
    "level_of",
    "not_understood",
    "said",
    "truth",
    "without_reason",
]

REFUSED = "refused"

_YES = frozenset(("yes", "y", "true", "positive", "present", "done"))
_NO = frozenset(("no", "n", "false", "none", "never", "negative", "absent", "nobody", "nil", "denies"))
_UNKNOWN = frozenset(
    (
        "", "unknown", "not asked", "asked unknown", "not known", "unsure", "pending", "asked but unknown", "tbd",
        "to be determined", "to be arranged", "to be confirmed", "not yet known", "n a", "na", "not recorded",
    )
)  # fmt: skip


def said(value: bool | Decimal | date | str) -> str:
    """An answer in lower-case words, as the register's effects are keyed: `yes`, `no`, `low`, `2`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(without_marks(words(value)))


def is_unknown(value: bool | Decimal | date | str) -> bool:
    """True for an answer that says that nothing is known or was asked."""
    return said(value) in _UNKNOWN


def truth(value: bool | Decimal | date | str) -> bool | None:
    """Yes or no, or None when the answer is neither."""
    text = said(value)
    return True if text in _YES else False if text in _NO else None


def without_reason(answer: Answer) -> bool:
    """Whether an answer is a "no" that needs its reason and has none of those that count."""
    item = fact(answer.fact)
    return (
        bool(item.no_because) and truth(answer.value) is False and said(answer.detail) not in item.no_because
    )


def given(case: JudgedCase, fact_id: str) -> tuple[Answer, ...]:
    """The newest known answers to a fact, several when the same day has several; future-dated ones don't count.

    A clinical judgement that somebody wrote whose it is not counts where it closes.
    """
    known = [
        a
        for a in case.facts.answers
        if a.fact == fact_id
        and not case.in_future(a.taken)
        and not is_unknown(a.value)
        and (not a.not_theirs or level_of(a) > Level.PASS)
    ]
    newest = max((a.taken or date.min for a in known), default=None)
    return tuple(a for a in known if (a.taken or date.min) == newest)


def judge(case: JudgedCase, item: RequiredFact) -> tuple[Finding, ...]:
    """Findings about one fact that is answered: its effect, its age, or that it is missing."""
    if not case.applies(item):
        return _closed_unasked(case, item)
    future = tuple(_ahead(case, item, a) for a in _of_the_future(case, item))
    answers = given(case, item.id)
    if not answers:
        lacking = missing(case, item, because=_not_theirs(case, item))
        return future if _answered_by_problem(case, item) else future + lacking
    newest = tuple(a for a in answers if not a.stands) or answers
    effects = tuple(f for a in newest if (f := _effect(case, item, a)) is not None)
    effects += tuple(_still_standing(case, item, newest))
    effects += tuple(_taken_back(item, a) for a in newest if a.taken_back)
    effects += _not_sure_since(case, item, newest)
    if any(f.missing for f in effects):
        return future + effects
    if not _current(case, item, answers[0].taken):
        return future + effects + missing(case, item, stale=answers[0].taken or date.min)
    return future + effects


def _not_sure_since(case: JudgedCase, item: RequiredFact, newest: tuple[Answer, ...]) -> tuple[Finding, ...]:
    """That somebody was asked and not sure, no earlier than the newest answer: it opens nothing then."""
    day = newest[0].taken or date.min
    doubts = [
        a
        for a in case.facts.answers
        if a.fact == item.id
        and said(a.value) in _NOT_SURE
        and not case.in_future(a.taken)
        and not _is_before(a, newest)
    ]
    if not doubts or any(_effect(case, item, a) is not None for a in newest):
        return ()
    last = max(doubts, key=lambda a: a.taken or day)
    because = (
        f"{item.title}: answered “{said(last.value)}”{on_date(last.taken)}, no earlier than “{said(newest[0].value)[:80]}”"
        f"{on_date(newest[0].taken)}. Nobody knows which holds."
    )
    return missing(case, item, because=because)


def _is_before(answer: Answer, newest: tuple[Answer, ...]) -> bool:
    if answer.taken is None:
        return False
    known = newest[0]
    if answer.taken != known.taken:
        return answer.taken < (known.taken or date.min)
    return answer.at is not None and known.at is not None and answer.at < known.at


_NOT_SURE = frozenset(("unsure", "unknown", "not known", "asked unknown", "asked but unknown"))


def closes(answer: Answer) -> bool:
    """Whether an answer given here stays until a prescriber takes it back: one that keeps treatment away and that no newer
    record is said to open, and one that speaks against it to a question about "ever"."""
    item, level = fact(answer.fact), level_of(answer)
    return (item.ever and level > Level.PASS) or (level >= Level.BLOCK and not item.opens)


def level_of(answer: Answer) -> Level:
    """What an answer does by itself; nothing where it can't be read."""
    item = fact(answer.fact)
    key = _key(item, answer) if item.effects and not is_unknown(answer.value) else None
    return item.effects[key] if key is not None else Level.PASS


def _not_theirs(case: JudgedCase, item: RequiredFact) -> str:
    """That the only answer is a judgement of somebody whose it is not; empty where there is none."""
    found = [a for a in case.facts.answers if a.fact == item.id and a.not_theirs and not is_unknown(a.value)]
    if not found:
        return ""
    newest = max(found, key=lambda a: (a.taken or date.min, said(a.value)))
    whose = newest.origin.removeprefix("form, ")
    return (
        f"{item.title}: “{said(newest.value)[:80]}”{on_date(newest.taken)} was recorded by {whose}. It is a clinical judgement: "
        "a clinician records it."
    )


def _taken_back(item: RequiredFact, answer: Answer) -> Finding:
    """Both answers stay in sight of whoever decides, also after a prescriber took the one that closed back."""
    message = (
        f"{item.title}: answered “{said(answer.value)[:80]}”{on_date(answer.taken)}. {answer.taken_back}"
    )
    return Finding(finding_code("TAKEN-BACK", item.id), Level.REVIEW, message, item.basis, fact=item.id)


def _of_the_future(case: JudgedCase, item: RequiredFact) -> tuple[Answer, ...]:
    return tuple(a for a in case.facts.answers if a.fact == item.id and case.in_future(a.taken))


def _ahead(case: JudgedCase, item: RequiredFact, answer: Answer) -> Finding:
    """An answer dated after the day opens nothing; one that closes does so whatever its date is."""
    day = f"an answer is dated {on_date(answer.taken).removeprefix(' on ')}, after {say_date(case.as_of)}"
    effect = _effect(case, item, answer)
    if effect is not None and not effect.missing and effect.level >= Level.BLOCK:
        message = f"{item.title}: {day}: “{said(answer.value)[:80]}”. It counts until its date is corrected."
        return replace(effect, code=finding_code("FUTURE", item.id), message=message)
    message = f"{item.title}: {day}. It isn't counted; correct its date."
    return Finding(finding_code("FUTURE", item.id), Level.REVIEW, message, item.basis, fact=item.id)


def _still_standing(case: JudgedCase, item: RequiredFact, newest: tuple[Answer, ...]) -> Iterator[Finding]:
    """Earlier answers that close, which a newer one does not take back: to a question about "ever", and without a date."""
    told = {said(a.value) for a in newest}
    for answer in sorted(
        case.facts.answers, key=lambda a: (a.taken or date.min, said(a.value)), reverse=True
    ):
        stands = item.ever or answer.taken is None or answer.stands
        skipped = answer.fact != item.id or case.in_future(answer.taken) or is_unknown(answer.value)
        if skipped or not stands or said(answer.value) in told:
            continue
        effect = _effect(case, item, answer)
        if effect is not None and not effect.missing:
            told.add(said(answer.value))
            later = " and ".join(sorted({f"“{said(a.value)[:80]}”{on_date(a.taken)}" for a in newest}))
            undated = "" if answer.taken else " without a date"
            earlier = f"{item.title}: answered “{said(answer.value)[:80]}”{on_date(answer.taken)}{undated}"
            message = f"{earlier}, and {later}. Both stand, and the one that closes counts. {item.advice or _OPENED[effect.level]}"
            yield replace(effect, message=message)


def _closed_unasked(case: JudgedCase, item: RequiredFact) -> tuple[Finding, ...]:
    """An answer closes also where it isn't asked for: a positive pregnancy test in the record of a man, or of a woman of 60."""
    found = (
        _effect(case, item, answer)
        for answer in (*given(case, item.id), *_of_the_future(case, item))
        if case.current(item, answer.taken) and said(answer.value) != REFUSED
    )
    return tuple(
        replace(f, message=f"{f.message} {_NOT_ASKED}")
        for f in found
        if f is not None and not f.missing and f.level >= Level.BLOCK
    )


_NOT_ASKED = (
    "By what the record says of this person it would not be asked for: check sex, age and whose result it is."
)


def _current(case: JudgedCase, item: RequiredFact, taken: date | None) -> bool:
    if case.starting and item.same_day_unless and taken != case.as_of:
        excused = [truth(a.value) for a in given(case, item.same_day_unless)]
        if not excused or not all(excused):
            return False
    return case.current(item, taken)


def _effect(case: JudgedCase, item: RequiredFact, answer: Answer) -> Finding | None:
    """What the answer does; None when it passes."""
    if item.value == "date":
        if not isinstance(answer.value, date):
            return _unreadable(case, item, answer)
        return _past_date(case, item, answer.value)
    if not item.effects:
        return None
    key = _key(item, answer)
    if key is None:
        return _unreadable(case, item, answer)
    level = item.effects.get(f"{key}_pain" if case.only_pain else key, item.effects[key])
    if key == "no" and item.no_because and not without_reason(answer):
        level = Level.PASS
    if level is Level.PASS:
        return None
    when = on_date(answer.taken)
    advice = item.advice_for.get(key, item.advice) or _opened(item, level)
    detail = f": {answer.detail.rstrip('.')[:200]}" if answer.detail else ""
    return Finding(
        finding_code("ANSWER", item.id),
        level,
        f"{item.title}: answered “{said(answer.value)[:80]}”{detail}{when}. {advice}",
        item.basis,
        fact=item.id,
        opens_with=item.opens_with(level),
    )


_OPENED = {
    Level.REVIEW: "A prescriber looks at it and writes the reason for going on.",
    Level.BLOCK: "Only a medical director's reasoned exception opens it.",
    Level.REFUSE: "It can't go on until this is corrected.",
}


def _opened(item: RequiredFact, level: Level) -> str:
    ways = item.opens_with(level)
    return f"It opens for {ways}." if ways else _OPENED[level]


def _key(item: RequiredFact, answer: Answer) -> str | None:
    """The key among the register's effects that the answer stands for; None when it can't be read as one."""
    text = said(answer.value)
    if text in item.effects:
        return text
    yes = truth(answer.value)
    if item.value in ("yes_no", "text") and yes is not None and ("yes" if yes else "no") in item.effects:
        return "yes" if yes else "no"
    if item.value == "text" and _denies(text) and "no" in item.effects:
        return "no"
    return _key_of_words(item, text) if item.value == "text" else None


def _denies(text: str) -> bool:
    """Whether words are a no and nothing beside it, such as “none so far” or “no earlier treatment”."""
    told = text.split()
    return bool(told) and told[0] in _NO and _NOTHING_MORE.issuperset(told[1:])


_NOTHING_MORE = frozenset(
    [
        "told",
        "known",
        "so",
        "far",
        "ever",
        "earlier",
        "treatment",
        "ketamine",
        "had",
        "reported",
        "recorded",
        "of",
        "it",
    ]
)


def is_readable(answer: Answer) -> bool:
    """Whether an answer is one that the register knows, or that it takes as it is."""
    item = fact(answer.fact)
    if is_unknown(answer.value):
        return True
    if item.value == "date":
        return isinstance(answer.value, date)
    return not item.effects or _key(item, answer) is not None


def _key_of_words(item: RequiredFact, text: str) -> str | None:
    """The key for free words. A good answer needs the whole text; a bad one is found inside it."""
    first = text.split(" ", 1)[0]
    if (first in _NO or first in _NOBODY or first == "not" or text in _NOBODY_ALONE) and item.effects.get(
        "no", Level.PASS
    ) is not Level.PASS:
        return "no"
    bad = [key for key, level in item.effects.items() if level is not Level.PASS and key not in ("yes", "no")]
    inside = [key for key in bad if f" {key} " in f" {text} "]
    return max(inside, key=lambda key: (item.effects[key], key)) if inside else "yes"


_NOBODY = frozenset(
    (
        "kein", "keine", "keiner", "keinen", "niemand", "niemanden", "nichts", "aucun", "aucune", "neant", "nadie", "ninguno",
        "ninguna", "ningun", "nessuno", "nessuna", "nessun", "geen", "nikt", "nikogo", "brak", "ninguem", "nenhum", "nenhuma",
        "nobody", "nothing",
    )
)  # fmt: skip
"""Words of other languages that begin a "none": they only close."""
_NOBODY_ALONE = frozenset(("personne", "rien", "nada", "niente", "nic", "ohne", "sans"))
"""Words that say "none" where nothing follows, and something else before a name."""

_SHOWN = 5
"""How many of the answers that a question knows are named where one was not understood."""


def not_understood(finding: Finding) -> bool:
    """Whether a finding says that an answer was given and can't be read: more than a fact that merely lacks."""
    return finding.missing and finding.code.startswith("UNREADABLE-")


def _unreadable(case: JudgedCase, item: RequiredFact, answer: Answer) -> Finding:
    keys = [key for key in item.effects if not key.endswith("_pain")]
    expected = (", ".join(keys[:_SHOWN]) if keys else "") or "a date"
    as_sent = answer.value.strip() if isinstance(answer.value, str) else said(answer.value)
    return Finding(
        finding_code("UNREADABLE", item.id),
        max(Level.REVIEW, item.absent(case.purpose)),
        f"{item.title}: not understood: “{as_sent[:120]}” isn't {expected}. Ask again and record it so.",
        item.basis,
        fact=item.id,
        missing=True,
    )


def _past_date(case: JudgedCase, item: RequiredFact, day: date) -> Finding | None:
    if day >= case.as_of:
        return None
    message = f"{item.title}: {say_date(day)} has passed. {item.ask}"
    return Finding(finding_code("ANSWER", item.id), Level.REVIEW, message, item.basis, fact=item.id)


def _answered_by_problem(case: JudgedCase, item: RequiredFact) -> bool:
    """A refuted problem is a recorded no, by its code or whole name; one that has a finding of its own answers with yes."""
    wanted = set(item.rules)
    return bool(wanted) and any(
        bool(wanted & identified(problem))
        if problem.status is ProblemStatus.REFUTED
        else any(
            rule(name).levels[problem.status] > Level.PASS for name in wanted.intersection(mentioned(problem))
        )
        for problem in case.facts.problems
    )
