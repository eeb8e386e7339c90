"""Problems on record that say a risk of suicide: ideation, attempts, self-harm, as other systems and people write them. H18."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tenuto.core.dates import say_date
from tenuto.core.gate import Level
from tenuto.core.intake.codebook import icd_prefixes, texts_of
from tenuto.core.intake.contraindications import ContraindicationRule, spoken_of
from tenuto.core.intake.facts import Answer, PatientFacts, Problem, ProblemStatus
from tenuto.core.intake.wording import Mention, is_past

__all__ = ["RecordedRisk", "recorded_risks"]

_NO_RISK = frozenset(("negative", "none", "no"))


@dataclass(frozen=True, slots=True)
class RecordedRisk:
    """A problem that says a risk of suicide, such as R45.851. `now` is False for one of the past, or in doubt."""

    problem: Problem
    now: bool

    def is_triaged(self, triages: Sequence[Answer]) -> bool:
        """Whether a triage came after it: on a later day, or on its own day and finding a risk; undated, any triage."""
        since = self.problem.onset
        return any(
            since is None
            or (triage.taken is not None and triage.taken > since)
            or (triage.taken == since and str(triage.value).casefold() not in _NO_RISK)
            for triage in triages
        )

    @property
    def said(self) -> str:
        """What is on record, as a whole sentence without its end."""
        name = next(iter(texts_of(self.problem)), "") or ", ".join(c.code for c in self.problem.codings)
        since = f" since {say_date(self.problem.onset)}" if self.problem.onset else ""
        return f"On record: “{name.strip()[:80]}”{since}"


def recorded_risks(facts: PatientFacts, *, as_of: date) -> tuple[RecordedRisk, ...]:
    """The problems that say a risk of suicide, without those that are refuted, denied or a relative's.

    One that begins after the day has a wrong date, and counts.
    """
    found = (
        RecordedRisk(problem, all(_is_now(problem, rule, mention) for rule, mention in said))
        for problem in facts.problems
        if (said := tuple(_said(problem)))
    )
    return tuple(sorted(found, key=lambda risk: (risk.problem.onset or date.min, risk.said), reverse=True))


def _said(problem: Problem) -> Iterator[tuple[ContraindicationRule, Mention]]:
    """The rules of risk that a problem speaks about, where its state still says anything."""
    if problem.status is ProblemStatus.REFUTED:
        return
    for rule, mention in spoken_of(problem):
        if rule.risk and mention >= Mention.UNCERTAIN and rule.levels[problem.status] > Level.PASS:
            yield rule, mention


def _is_now(problem: Problem, rule: ContraindicationRule, mention: Mention) -> bool:
    codes = [icd_prefixes(coding) for coding in problem.codings if icd_prefixes(coding)]
    once = bool(codes) and all(rule.history_codes.intersection(prefixes) for prefixes in codes)
    past = any(is_past(text) for text in texts_of(problem))
    return problem.status is ProblemStatus.ACTIVE and mention is Mention.STATED and not once and not past
