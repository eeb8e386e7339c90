"""The manual's page on rating scales, written from the data."""

from __future__ import annotations

from collections.abc import Iterator

from tenuto.core.scales.change import StatementKind
from tenuto.core.scales.definition import Instrument, Release, Take, Threshold, Tier
from tenuto.core.scales.reading import instruments
from tenuto.core.scales.red_flags import rules
from tenuto.core.scales.suicide_triage import level_rules, level_version

__all__ = ["page"]

HEAD = """\
# Rating scales

What Tenuto knows of each scale. A missing answer is never zero: a form that is not complete enough is void, and its red
flags still stand. A change is called larger than measurement noise, or it is not; nothing is called clinically
significant. The letters behind a value say [how it is known](../explanation/intended-use.md).
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD
    for tier in Tier:
        chosen = [i for i in instruments().values() if i.tier is tier]
        yield f"## Tier {tier}: {tier.meaning}\n"
        yield "| id | scale | items | range | higher is | recall | answered by | rights |"
        yield "|---|---|---|---|---|---|---|---|"
        for i in chosen:
            release = " (**confirm before release**)" if i.rights.release is Release.CONFIRM else ""
            yield (
                f"| `{i.id}` | {i.title} | {len(i.scored_items)} | {_range(i)} | {i.higher} | {i.recall} | {i.rater} "
                f"| {i.rights.holder}{release} |"
            )
        yield ""
        for i in chosen:
            yield from _instrument(i)
    yield from _flags()
    yield from _triage()


def _range(i: Instrument) -> str:
    if i.total is Take.NONE:
        return "no total"
    mean = ", mean" if i.total is Take.MEAN else ""
    return f"{i.lowest} to {i.highest}{mean}"


def _instrument(i: Instrument) -> Iterator[str]:
    yield f"### {i.title}\n"
    yield f"{i.name}. {i.basis.text} [{i.basis.evidence}]\n"
    yield f"- Cadence: {i.cadence}"
    codes = ", ".join(
        f"{what} {code}" for what, code in (("panel", i.loinc_panel), ("total", i.loinc_total)) if code
    )
    yield f"- LOINC: {codes or 'no code; a local code is used'}"
    yield f"- Missing answers: {_missing(i)} [{i.completeness.basis.evidence}]"
    if i.bands and i.bands_basis:
        named = "; ".join(
            f"{b.lowest} {b.label}" if b.lowest == b.highest else f"{b.lowest} to {b.highest} {b.label}"
            for b in i.bands
        )
        yield f"- Bands: {named} [{i.bands_basis.evidence}: {i.bands_basis.text}]"
    for part in i.parts:
        yield f"- Part {part.title}: {part.take} of items {', '.join(part.items)}"
    for c in i.criteria:
        yield f"- {c.title} [{c.basis.evidence}: {c.basis.text}]"
    yield from _change(i)
    yield f"- Terms: {' '.join(i.rights.terms)} ({i.rights.source}, read {i.rights.accessed}). {i.rights.note}".rstrip()
    yield ""


def _missing(i: Instrument) -> str:
    rule = i.completeness
    if rule.most_missing == 0:
        return "none may be missing"
    when = "prorated" if rule.by_default else "prorated only when asked for"
    never = f"; item {', '.join(rule.never)} never estimated" if rule.never else ""
    each = f", {rule.most_missing_in_part} a part" if rule.most_missing_in_part < rule.most_missing else ""
    return f"at most {rule.most_missing}{each}, {when}{never}"


def _change(i: Instrument) -> Iterator[str]:
    rules_ = i.change
    if rules_.response:
        yield _threshold(StatementKind.RESPONSE.capitalize(), rules_.response)
    for r in rules_.remission:
        fall = f" with a fall of {r.fall} or more" if r.fall else ""
        yield f"- Remission: {r.at_most} or less{fall} [{r.basis.evidence}: {r.basis.text}]"
    if rules_.reliable:
        yield _threshold("Larger than measurement noise", rules_.reliable)
    for m in rules_.meaningful:
        yield _threshold(m.label.capitalize(), m)


def _threshold(label: str, rule: Threshold) -> str:
    amount = f"{rule.points} points" if rule.points is not None else f"{rule.percent} % of the baseline"
    return f"- {label}: {amount} or more [{rule.basis.evidence}: {rule.basis.text}]"


def _flags() -> Iterator[str]:
    yield f"## Red flags, version {rules()[0].version}\n"
    yield "| rule | scale | what was answered | how soon | what to do | known |"
    yield "|---|---|---|---|---|---|"
    for r in rules():
        soon = r.urgency.name.lower().replace("_", " ")
        yield f"| {r.id} | `{r.instrument}` | {r.title} | {soon} | {r.action} | {r.basis.evidence} |"
    yield ""


def _triage() -> Iterator[str]:
    yield f"## Suicide triage, version {level_version()}\n"
    yield "A clinician records the level and what it rests on. It is never a sum of answers.\n"
    yield "| level | what it means | what follows | known |"
    yield "|---|---|---|---|"
    for rule in level_rules().values():
        yield f"| {rule.level.name.lower()} | {rule.title} | {rule.action} | {rule.basis.evidence} |"
