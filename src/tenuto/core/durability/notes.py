"""What a reader of simulated figures must know beside them: where they rest on the prior, an approximation, or no visit."""

from __future__ import annotations

from collections.abc import Iterator

from tenuto.core.durability.evidence import Lasts, known
from tenuto.core.durability.structure import priors
from tenuto.core.durability.trial import Trial

__all__ = ["condition_notes", "trial_notes"]


def condition_notes(condition: str) -> Iterator[str]:
    """Whether a condition has evidence of duration at all."""
    entry = priors()["condition"][condition]
    if not entry["forecast"]:
        yield (
            f"Duration in {condition.replace('_', ' ')} rests on the prior alone: {entry['reason']}. "
            "No patient would be forecast."
        )
        return
    published = known(condition)
    if published.lasts is not Lasts.WEEKS:
        yield f"No patient would be forecast in {condition.replace('_', ' ')}: {published.says}."


def trial_notes(trial: Trial, dose_most: float) -> Iterator[str]:
    """Sentences to print below a trial's figures; none for a trial like those that the model was held against.

    dose_most: mg/kg above which no patient is forecast.
    """
    at, scale = trial.circumstances, trial.measure
    yield from condition_notes(at.condition)
    if at.condition not in scale.conditions:
        yield (
            f"{scale.name} is not a scale of {at.condition.replace('_', ' ')}; the benefit is taken to show on it as it does on "
            "a scale that is."
        )
    if at.nasal:
        yield "A session of nasal esketamine counts as an infusion of smaller gain: an approximation."
    if trial.dose > dose_most:
        yield f"{trial.dose:g} mg/kg is above the {dose_most:g} mg/kg up to which doses were studied."
    yield from _beyond_followed(trial)
    if at.setting == "inpatient" and (against := known(at.condition).inpatient_says):
        yield f"{against}."
    last = max(trial.visit_days, default=None)
    for endpoint in trial.endpoints:
        if (
            last is not None
            and endpoint.metric in ("relapse_free", "relapse_within")
            and endpoint.judged_on(trial.infusion_days) > last
        ):
            yield f"{endpoint.metric}, {endpoint.at}: relapse after the last visit, day {last:g}, is not seen."


def _beyond_followed(trial: Trial) -> Iterator[str]:
    """Whether figures are asked for later after the last infusion than anybody was followed."""
    entry, infusions = known(trial.circumstances.condition), trial.infusion_days
    followed = entry.followed_days(len(infusions))
    latest = max((endpoint.judged_on(infusions) for endpoint in trial.endpoints), default=0.0)
    if entry.lasts is Lasts.WEEKS and not entry.studied(len(infusions)):
        yield f"{entry.followed_says}. Every figure of a series is the model carried on."
    elif entry.lasts is Lasts.WEEKS and latest - infusions[-1] > followed:
        yield (
            f"{entry.followed_says}. Figures later than {followed} days after the last infusion are the model carried on."
        )
