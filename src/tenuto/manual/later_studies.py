"""Studies that the duration model was neither fitted to nor shaped by, predicted with the shipped command: hits and misses."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tenuto.core.durability.reading import TrialError
from tenuto.core.durability.trial import Trial, read_trial
from tenuto.core.sources import source

__all__ = ["TRIALS", "Later", "later", "page", "trial_of"]

_ROOT = Path(__file__).parents[3]
TRIALS = _ROOT / "examples/durability/later"
_PREDICTED = _ROOT / "docs/generated/durability-later"
_OUTSIDE = 20.0
"""What lies outside a 90 % interval counts twenty times in its score."""


@dataclass(frozen=True, slots=True)
class Later:
    """One published figure beside what was predicted of it."""

    trial: str
    metric: str
    at: str
    published: float
    low: float
    middle: float
    high: float
    evidence: str
    source: str

    @property
    def hit(self) -> bool:
        """Whether it lies in the 90 % interval."""
        return self.low - 1e-9 <= self.published <= self.high + 1e-9

    @property
    def interval_score(self) -> float:
        """Width of the interval and twenty times what the figure lies outside; infinite where the interval is."""
        outside = max(self.low - self.published, self.published - self.high, 0.0)
        return self.high - self.low + _OUTSIDE * outside


def later() -> tuple[Later, ...]:
    """Every published figure, in the order of the file."""
    return tuple(_later(row) for row in _rows(TRIALS / "published.csv"))


def trial_of(name: str) -> Trial:
    """What was done in a study; TrialError says what is wrong with the file."""
    return read_trial((TRIALS / f"{name}.toml").read_text("utf-8"), name=name)


def page() -> str:
    """The page, in Markdown."""
    found = later()
    return "\n".join([*_head(found), *_table(found), *_misses(found)])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _later(row: dict[str, str]) -> Later:
    predicted = [
        line
        for line in _rows(_PREDICTED / f"{row['trial']}.csv")
        if (line["metric"], line["at"]) == (row["metric"], row["at"])
    ]
    if len(predicted) != 1:
        raise TrialError(
            f"{row['trial']}.csv has {len(predicted)} lines of {row['metric']}, {row['at']}. Predict the trial anew."
        )
    (line,) = predicted
    return Later(
        row["trial"],
        row["metric"],
        row["at"],
        float(row["published"]),
        float(line["q05"]),
        float(line["q50"]),
        float(line["q95"]),
        row["evidence"],
        row["source"],
    )


def _head(found: Sequence[Later]) -> Iterator[str]:
    hits = sum(one.hit for one in found)
    finite = [one.interval_score for one in found if one.interval_score < float("inf")]
    yield "# Studies that the duration model had not seen"
    yield ""
    yield (
        "Figures of studies that are in neither table of the [model card](durability-model-card.md) and shaped no prior, each predicted by "
        "`tenuto simulate trial examples/durability/later/NAME.toml --csv docs/generated/durability-later/NAME.csv`; rendered by `tenuto docs "
        "build`, do not edit. Abstracts were read, not papers: baseline, visits and what counted as relapse are design defaults where the "
        "trial's file says so. Nothing was fitted to these figures, and no study was left out for its result. They are all that were found in a "
        "short search, no systematic review."
    )
    yield ""
    yield (
        f"**{hits} of {len(found)}** figures of {len({one.trial for one in found})} studies ({hits / len(found):.0%}) lie inside the 90 % interval; "
        f"the mean interval score of the {len(finite)} with a finite interval is {sum(finite) / len(finite):.1f} points (lower is better). "
        f"{'Intervals are too narrow for such studies.' if hits / len(found) < 0.85 else ''}".rstrip()
    )
    yield ""


def _table(found: Sequence[Later]) -> Iterator[str]:
    yield "| Study | Condition | Figure | Published | Predicted: 5 to 95 % (middle) | | Interval score | Evidence |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in found:
        trial = trial_of(one.trial)
        yield (
            f"| {trial.name} [{source(one.source)}] | {trial.circumstances.condition.replace('_', ' ')} | {_figure(one)} | {one.published:g} "
            f"| {one.low:g} to {one.high:g} ({one.middle:g}) | {'hit' if one.hit else '**miss**'} | {one.interval_score:.0f} | {one.evidence} |"
        )
    yield ""


def _figure(one: Later) -> str:
    metric = one.metric.removesuffix("_control")
    arm = ", control arm" if metric != one.metric else ""
    words = f"{metric.replace('_', ' ')}{arm}"
    return f"{words}, {one.at}" if one.at else words


def _misses(found: Sequence[Later]) -> Iterator[str]:
    yield "## What the misses say"
    yield ""
    yield (
        "- **Response that came in hospital is lost far more often than the model says.** It takes what has grown without drug to stay; of those "
        "who were well after a series in hospital most relapsed within a year. No figure for inpatients later than some weeks should be "
        "believed, and no forecast offers an interval beyond what a patient was seen to hold."
    )
    yield (
        "- Remission a week after one infusion is predicted too rarely, in single trials pooled as in the first table of the card."
    )
    yield (
        "- A newly started antidepressant with one infusion did better in a trial of 27 than the model can make it; OCD that much had failed "
        "to help did worse; racemic ketamine by nose did better than a session of nasal esketamine, which is what it was taken for."
    )
    yield ""
    missed = ", ".join(f"{trial_of(one.trial).name} ({_figure(one)})" for one in found if not one.hit)
    yield f"Missed: {missed}."
    yield ""
