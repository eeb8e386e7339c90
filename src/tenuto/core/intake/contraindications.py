"""What recorded problems mean for the gate: the rules of `literature/contraindications.toml` applied to a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from tenuto.core.data import Table, data_file
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.codebook import Codebook, CodebookMatch, icd_prefixes
from tenuto.core.intake.coded_entries import recognised_by, without_points
from tenuto.core.intake.dates import months_between
from tenuto.core.intake.facts import Problem, ProblemStatus
from tenuto.core.intake.wording import Mention
from tenuto.core.literature import ROOT
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, basis_of

__all__ = [
    "ContraindicationRule",
    "closing",
    "identified",
    "judge",
    "mentioned",
    "recognised",
    "rule",
    "rules",
    "spoken_of",
]

_ORDER = (ProblemStatus.ACTIVE, ProblemStatus.REMISSION, ProblemStatus.RESOLVED)
DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class ContraindicationRule:
    """One contraindication with its levels by state of the problem."""

    id: str
    title: str
    advice: str
    levels: Mapping[ProblemStatus, Level]
    pain_levels: Mapping[ProblemStatus, Level]
    """Levels when only pain is treated."""
    basis: Basis
    within: str = ""
    older: Level = Level.REVIEW
    remission_months: str = ""
    mild: Level | None = None
    on_request: Level | None = None
    remission_codes: frozenset[str] = frozenset()
    mild_codes: frozenset[str] = frozenset()
    family: Level | None = None
    """Level when the record says it of a relative; None where a relative's illness is no finding."""
    risk: bool = False
    """True for what says that the person may be at risk of suicide. Hazard H18."""
    history_codes: frozenset[str] = frozenset()
    instead: str = ""
    """The rule that says the same for certain: where it speaks of a problem, this one is silent."""

    @property
    def code(self) -> str:
        """The code of this rule's findings."""
        return f"CONTRA-{self.id.upper().replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class _Register:
    rules: Mapping[str, ContraindicationRule]
    recognised_by: tuple[Mapping[str, Any], ...]
    known: tuple[Mapping[str, Any], ...]
    """What is recognised and needs no rule."""


@data_file(ROOT / "contraindications.toml")
def _register(file: Table) -> _Register:
    entries, known = file.tables("rule"), file.tables("known")
    for entry in known:
        entry.text("title")
    return _Register(
        {entry.text("id"): _rule(entry) for entry in entries},
        tuple(recognised_by(entry, entry.text("id")) for entry in entries),
        tuple(recognised_by(entry, f"known-{number}") for number, entry in enumerate(known)),
    )


def rules() -> Mapping[str, ContraindicationRule]:
    """All rules by id, in the order of the file."""
    return _register().rules


def rule(rule_id: str) -> ContraindicationRule:
    """The rule with this id; KeyError names an unknown one."""
    try:
        return rules()[rule_id]
    except KeyError:
        raise KeyError(f"'{rule_id}' is not in literature/contraindications.toml.") from None


def _levels(entry: Table, start: Mapping[ProblemStatus, Level]) -> dict[ProblemStatus, Level]:
    """Levels by status; one that isn't given is that of the status before it, or of `start`."""
    found: dict[ProblemStatus, Level] = {}
    changed = False
    for status in _ORDER:
        needed = not found and status not in start
        if needed or entry.has(status.value):
            found[status], changed = entry.choice(status.value, Level), True
        else:
            earlier = list(found.values())
            found[status] = earlier[-1] if changed or status not in start else start[status]
    return found


def _rule(entry: Table) -> ContraindicationRule:
    levels = _levels(entry, {})
    return ContraindicationRule(
        id=entry.text("id"),
        title=entry.text("title"),
        advice=entry.text("advice"),
        levels=levels,
        pain_levels=_levels(entry.optional("pain"), levels),
        basis=basis_of(entry),
        within=entry.text("within", ""),
        older=entry.choice("older", Level, Level.REVIEW),
        remission_months=entry.text("remission_months", ""),
        mild=entry.choice("mild", Level) if entry.has("mild") else None,
        on_request=entry.choice("on_request", Level) if entry.has("on_request") else None,
        remission_codes=without_points(entry.words("icd10cm_remission", ())),
        mild_codes=without_points(entry.words("icd10cm_mild", ())),
        family=entry.choice("family", Level) if entry.has("family") else None,
        risk=entry.flag("risk"),
        history_codes=without_points(entry.words("icd10cm_history", ())),
        instead=entry.text("instead", ""),
    )


@cache
def _codebook() -> Codebook:
    return Codebook(_register().recognised_by)


@cache
def _known() -> Codebook:
    return Codebook(_register().known)


def recognised(problem: Problem) -> bool:
    """True when a rule speaks about the problem, or it is known to need none."""
    return bool(_codebook().matches(problem)) or _known().whole(problem)


def mentioned(problem: Problem) -> tuple[str, ...]:
    """The ids of the rules whose condition the problem states."""
    return tuple(m.entry for m in _codebook().matches(problem) if m.mention is Mention.STATED)


def closing(problem: Problem) -> frozenset[str]:
    """The ids of the rules that a problem states or leaves open, and of those where a relative's counts."""
    return frozenset(
        m.entry
        for m in _codebook().matches(problem)
        if m.mention in (Mention.STATED, Mention.UNCERTAIN)
        or (m.mention is Mention.FAMILY and rule(m.entry).family is not None)
    )


def identified(problem: Problem) -> frozenset[str]:
    """The ids of the rules whose condition the problem is by its code or its whole name; for what may open a gate."""
    return _codebook().identified(problem)


def spoken_of(problem: Problem) -> Iterator[tuple[ContraindicationRule, Mention]]:
    """The rules that a problem speaks about, each with what it says: that it is so, denied, doubted or a relative's."""
    for match in _codebook().matches(problem):
        yield rule(match.entry), match.mention


def judge(
    problems: Iterable[Problem],
    *,
    policy: Policy,
    as_of: date,
    only_pain: bool,
    requested: frozenset[str],
    untriaged: frozenset[Problem] = frozenset(),
) -> tuple[Finding, ...]:
    """Findings of all rules about all problems.

    `only_pain` selects the levels for people treated for pain alone. `requested` holds the ids of rules whose own
    condition is the reason for treatment, asked for by name; `untriaged` the problems that say a risk of suicide which
    no triage follows: they block until one does. A refuted problem or a denial gives no finding; an uncertain mention,
    and of some illnesses a relative's, asks for review.
    """
    found: list[Finding] = []
    for problem in problems:
        if problem.status is ProblemStatus.REFUTED:
            continue
        matches = _codebook().matches(problem)
        for match in matches:
            item = rule(match.entry)
            if any(item.instead == each.entry and each.mention >= match.mention for each in matches):
                continue
            if match.mention in (Mention.STATED, Mention.UNCERTAIN):
                each = _finding(item, problem, match, policy, as_of, only_pain, requested)
                found.append(_not_triaged(each) if item.risk and problem in untriaged else each)
            elif match.mention is Mention.FAMILY and item.family is not None:
                found.append(_of_a_relative(item, problem, item.family))
    return tuple(_one_meaning(found))


def _not_triaged(finding: Finding) -> Finding:
    """What says a risk of suicide stands until a triage follows it. Hazard H18."""
    message = f"{finding.message} No suicide triage follows it. Do one today and record it."
    return replace(finding, level=max(finding.level, Level.BLOCK), message=message, fact="suicide.screen")


def _of_a_relative(item: ContraindicationRule, problem: Problem, level: Level) -> Finding:
    message = (
        f"{item.title} in the family: “{problem.text.strip()[:120]}”. "
        "Ask whose it was, and compare it with what was answered about the family."
    )
    return Finding(f"{item.code}-FAMILY", level, message, item.basis)


def _one_meaning(found: Sequence[Finding]) -> Iterator[Finding]:
    """Findings of one rule and level as one: the first in words, and how many more records say the same."""
    alike: dict[tuple[str, Level], list[Finding]] = {}
    for finding in found:
        alike.setdefault((finding.code, finding.level), []).append(finding)
    for group in alike.values():
        first, *more = sorted(set(group), key=lambda f: f.message)
        also = (
            f" {len(more)} more {'entry says' if len(more) == 1 else 'entries say'} the same." if more else ""
        )
        yield replace(first, message=first.message + also)


def _finding(
    item: ContraindicationRule,
    problem: Problem,
    match: CodebookMatch,
    policy: Policy,
    as_of: date,
    only_pain: bool,
    requested: frozenset[str],
) -> Finding:
    level, state = _state(item, problem, policy, as_of, only_pain)
    if item.on_request is not None and item.id in requested:
        level = min(level, item.on_request)
    if match.mention is Mention.UNCERTAIN:
        level, state = min(level, Level.REVIEW), "is mentioned but not settled"
    coded = "" if match.by.startswith("“") else f" ({match.by})"
    name = problem.text.strip() or match.by
    message = f"{item.title}: “{name[:120]}”{coded} {state}. {item.advice}"
    return Finding(item.code, level, message, item.basis)


def _state(
    item: ContraindicationRule, problem: Problem, policy: Policy, as_of: date, only_pain: bool
) -> tuple[Level, str]:
    levels = item.pain_levels if only_pain else item.levels
    status = _status(item, problem)
    if item.within:
        return _event(item, problem, status, policy, as_of, levels)
    if item.remission_months and status is not ProblemStatus.ACTIVE:
        return _remission(item, problem, policy, as_of, levels[status])
    if item.mild is not None and status is ProblemStatus.ACTIVE and _mild(item, problem):
        return item.mild, "is recorded as active and mild"
    if status is ProblemStatus.ACTIVE and not problem.certain:
        return levels[status], "is recorded as suspected, not confirmed"
    dated = f" since {problem.onset}" if problem.onset and status is ProblemStatus.ACTIVE else ""
    return levels[status], f"is recorded as {_WORDS[status]}{dated}"


_WORDS = {
    ProblemStatus.ACTIVE: "active",
    ProblemStatus.REMISSION: "in remission",
    ProblemStatus.RESOLVED: "resolved",
}


def _status(item: ContraindicationRule, problem: Problem) -> ProblemStatus:
    """The state of the problem; a code that says remission counts only when every code of it does."""
    codes = [icd_prefixes(coding) for coding in problem.codings if icd_prefixes(coding)]
    remitted = bool(codes) and all(item.remission_codes.intersection(prefixes) for prefixes in codes)
    if problem.status is ProblemStatus.ACTIVE and remitted:
        return ProblemStatus.REMISSION
    return problem.status


def _mild(item: ContraindicationRule, problem: Problem) -> bool:
    codes = [icd_prefixes(coding) for coding in problem.codings if icd_prefixes(coding)]
    coded = bool(codes) and all(item.mild_codes.intersection(prefixes) for prefixes in codes)
    return problem.severity.strip().lower() == "mild" or (coded and not problem.severity.strip())


def _event(
    item: ContraindicationRule,
    problem: Problem,
    status: ProblemStatus,
    policy: Policy,
    as_of: date,
    levels: Mapping[ProblemStatus, Level],
) -> tuple[Level, str]:
    happened = problem.onset or problem.ended
    weeks = policy.whole(item.within)
    if happened is None:
        level = levels[ProblemStatus.ACTIVE] if status is ProblemStatus.ACTIVE else item.older
        return level, f"is recorded as {_WORDS[status]} without a date; record when it was"
    if (as_of - happened).days <= weeks * DAYS_PER_WEEK:
        return levels[ProblemStatus.ACTIVE], f"on {happened} is not older than {weeks} weeks"
    return item.older, f"on {happened} is older than {weeks} weeks"


def _remission(
    item: ContraindicationRule, problem: Problem, policy: Policy, as_of: date, level: Level
) -> tuple[Level, str]:
    months = policy.whole(item.remission_months)
    if problem.ended is None:
        return level, "is recorded as in remission without a date; record since when"
    if months_between(problem.ended, as_of) >= months:
        return Level.PASS, f"is in remission since {problem.ended}, {months} months or longer"
    return level, f"is in remission since {problem.ended}, less than {months} months"
