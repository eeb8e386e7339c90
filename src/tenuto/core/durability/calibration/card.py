"""The model card: a page written from the files that a calibration leaves, so that it can't say anything else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tenuto.core.durability.calibration.contest import Lead, lead
from tenuto.core.durability.calibration.result import RESULTS
from tenuto.core.durability.calibration.table import Reported, reported
from tenuto.core.durability.population import HYPER, fitted, natural, priors

__all__ = ["model_card", "results"]


def results() -> dict[str, Any]:
    """What the shipped calibration found."""
    found: dict[str, Any] = json.loads(RESULTS.read_text("utf-8"))
    return found


def model_card() -> str:
    """The page, in Markdown."""
    return "\n".join([*_head(), *_scores(), *_table(), *_checks(), *_parameters(), *_given(), *_limits()])


def _head() -> Iterator[str]:
    fit = fitted()
    yield "# Model card: duration of response"
    yield ""
    yield (
        "Written by `tenuto calibrate` and rendered by `tenuto docs build`; do not edit. Nobody tunes a number by hand: a miss "
        "below is a miss. What the model is and how to read a forecast: [How long will it last](../explanation/how-long-will-it-last.md)."
    )
    yield ""
    yield f"- Model version {fit.version}, seed {fit.seed}"
    yield f"- Data (table, protocols, priors): SHA-256 `{fit.data_sha256}`"
    yield f"- Parameters: SHA-256 `{fit.sha256}`"
    yield f"- Reproduce: `tenuto calibrate --seed {fit.seed}`; is it current: `tenuto calibrate --check`"
    yield ""


def _scores() -> Iterator[str]:
    found = results()
    every = [
        {"name": "this model", **found},
        *(found["rivals"][name] for name in ("baseline", "ablation", "first_structure")),
    ]
    yield "## How well it predicts studies it has not seen"
    yield ""
    yield (
        "Each group of studies is left out in turn and predicted from the rest. Log scores are summed over the scorable rows with "
        "the weights of the table (overlapping studies count half); higher is better, so that wide intervals do not pay."
    )
    yield ""
    yield f"| | {' | '.join(one['name'] for one in every)} |"
    yield "|---" * (len(every) + 1) + "|"
    lines: tuple[tuple[str, Callable[[dict[str, Any]], str]], ...] = (
        ("summed log score, studies left out", lambda one: f"{_sum(one['left_out']):.1f}"),
        ("the same, rows unweighted", lambda one: f"{_plain(one['left_out']):.1f}"),
        ("rows inside the 90 % interval, studies left out", lambda one: _hits(one["left_out"])),
        ("log posterior of the fit", lambda one: f"{one['log_posterior']:.1f}"),
    )
    for label, figure in lines:
        yield f"| {label} | {' | '.join(figure(one) for one in every)} |"
    leads = [lead(found["left_out"], one["left_out"]) for one in every[1:]]
    groups = len(leads[0].by_group)
    cells = " | ".join(f"{one.total:.1f} ± {one.error:.1f}" for one in leads)
    yield f"| this model's lead in summed log score, ± its standard error over {groups} groups of studies | | {cells} |"
    yield ""
    yield _how_sure(leads[0])
    yield ""
    yield f"With all studies fitted, {_hits(found['fitted'])} rows lie inside this model's 90 % interval."
    yield ""
    yield (
        "The baseline is the single exponential with a fixed hazard: every infusion adds the same and what it adds is lost at one "
        "rate in everybody. In all columns context, sites, settings and scales are as in the model, and the fit is done in the same way."
    )
    yield ""
    yield "![Published figures against what was predicted of them](durability-rows.svg)"
    yield ""
    yield from _changed(found)


def _how_sure(over_baseline: Lead) -> str:
    most = over_baseline.most_from
    sure = over_baseline.total > 2 * over_baseline.error
    return (
        f"The lead over the baseline is {over_baseline.total:.1f} ± {over_baseline.error:.1f}: higher in {over_baseline.better_in} of "
        f"{len(over_baseline.by_group)} groups, and {most} alone brings {over_baseline.by_group[most]:.1f} of it. "
        + (
            "It is more than chance between studies explains."
            if sure
            else "**That is within what chance between studies explains**: the table prefers this model to a fixed hazard and does "
            "not settle it."
        )
    )


def _changed(found: dict[str, Any]) -> Iterator[str]:
    first, ablation, baseline = (
        found["rivals"][name] for name in ("first_structure", "ablation", "baseline")
    )
    yield "## What was changed after the first results were seen"
    yield ""
    yield (
        "The table is no untouched test. Its first misses were looked at, and then two things were changed; both versions are in the "
        "table above."
    )
    yield ""
    yield (
        "- **Structure.** At first every infusion added its full gain, and the sites of one study were independent. Now infusions top up "
        "towards a limit, and half of the variance between sites is shared by a study ([why](../adr/0009-duration-model.md)). Summed log "
        f"score with studies left out: {_sum(first['left_out']):.1f} without topping up, {_sum(found['left_out']):.1f} with it, both with the "
        "shared part of the sites."
    )
    yield (
        "- **Baseline.** At first the baseline was this model with one exponential in place of its two compartments, topping up included: "
        f"{_sum(ablation['left_out']):.1f}. That is no fixed hazard, because what an infusion adds depended on what was held. The plain fixed "
        f"hazard, {_sum(baseline['left_out']):.1f}, has been the baseline "
        "since."
    )
    yield ""
    yield (
        "Leaving studies out does not undo a choice that was made with all of them in view. The next study to be published is the test."
    )
    yield ""


def _sum(rows: list[dict[str, Any]]) -> float:
    return float(sum(row["weight"] * row["log_score"] for row in rows))


def _plain(rows: list[dict[str, Any]]) -> float:
    return float(sum(row["log_score"] for row in rows))


def _hits(rows: list[dict[str, Any]]) -> str:
    hits = sum(row["hit"] for row in rows)
    return f"{hits} of {len(rows)} ({hits / len(rows):.0%})"


def _table() -> Iterator[str]:
    found = results()
    fitted_rows = {row["key"]: row for row in found["fitted"]}
    rival = {row["key"]: row for row in found["rivals"]["baseline"]["left_out"]}
    yield "## Every scorable row"
    yield ""
    yield (
        "Intervals are 5 to 95 % of what a study of that size would publish: doubt about the population, the study's sites and "
        "sampling error. Left out: predicted without the row's own group of studies. Shares in percent, changes in points, times in days."
    )
    yield ""
    yield "| Row | Study | Figure | Observed | Left out: 5 to 95 % (middle) | | All fitted: 5 to 95 % | | Log score | Baseline's | Weight | Evidence |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for row in found["left_out"]:
        about, own = reported()[row["key"]], fitted_rows[row["key"]]
        yield (
            f"| {row['key']} | {about.study} | {_figure(about)} | {row['observed']:g} "
            f"| {row['low']:.1f} to {row['high']:.1f} ({row['middle']:.1f}) | {_verdict(row)} "
            f"| {own['low']:.1f} to {own['high']:.1f} | {_verdict(own)} "
            f"| {row['log_score']:.2f} | {rival[row['key']]['log_score']:.2f} | {row['weight']:g} | {about.basis.evidence} |"
        )
    yield ""


def _figure(row: Reported) -> str:
    words = row.metric.replace("_", " ")
    arm = ", control arm" if row.arm == "control" else ""
    return f"{words}{arm}, {row.when}" if row.when else f"{words}{arm}"


def _verdict(row: dict[str, Any]) -> str:
    return "hit" if row["hit"] else "**miss**"


def _checks() -> Iterator[str]:
    model = {row["key"]: row["model"] for row in results()["checks"]}
    yield "## Rows that are not scored"
    yield ""
    yield (
        "Effect sizes, differences and constants are no endpoint of one simulated protocol. They shaped priors (prior), are compared "
        "with the population afterwards (check), or say how scales err (noise). Model figures are of the typical site; where the "
        "publication gives a 95 % interval, a model figure outside it is a miss."
    )
    yield ""
    yield "| Row | Study | Condition | Figure | Published | Model | | Role | Use | Evidence |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for row in reported().values():
        if row.role != "scorable":
            own = f"{model[row.key]:.2f}" if row.key in model else ""
            yield (
                f"| {row.key} | {row.study} | {row.condition} | {_figure(row)} | {row.value:g} | {own} "
                f"| {_inside(row, model.get(row.key))} | {row.role} | {row.use} | {row.basis.evidence} |"
            )
    yield ""


def _inside(row: Reported, figure: float | None) -> str:
    if figure is None or row.interval is None:
        return ""
    return "hit" if row.interval[0] <= figure <= row.interval[1] else "**miss**"


def _parameters() -> Iterator[str]:
    fit, entries = fitted(), priors()["hyper"]
    sds = np.sqrt(np.diag(fit.covariance))
    yield "## What was estimated"
    yield ""
    yield "![A population after six infusions](durability-population.svg)"
    yield ""
    yield "| Parameter | Prior: 5 to 95 % | Estimate: 5 to 95 % | Meaning and reason for the prior | Evidence |"
    yield "|---|---|---|---|---|"
    for k, name in enumerate(HYPER):
        entry = entries[name]
        prior = _range(name, _on_scale(entry), entry["sd"])
        own = _range(name, float(fit.mean[k]), float(sds[k]))
        yield f"| {name.replace('_', ' ')} | {prior} | **{natural(name, float(fit.mean[k])):.3g}** ({own}) | {entry['reason']} | {'+'.join(entry['evidence'])} |"
    yield ""


def _on_scale(entry: dict[str, Any]) -> float:
    centre = float(entry["centre"])
    if entry["scale"] == "log":
        return float(np.log(centre))
    return float(np.log(centre / (1 - centre))) if entry["scale"] == "logit" else centre


def _range(name: str, mean: float, sd: float) -> str:
    return f"{natural(name, mean - 1.645 * sd):.3g} to {natural(name, mean + 1.645 * sd):.3g}"


def _given() -> Iterator[str]:
    data = priors()
    yield "## What was not estimated"
    yield ""
    yield "Fixed, because the table does not tell:"
    yield ""
    yield "| Constant | Value | Reason |"
    yield "|---|---|---|"
    for name, entry in data["fixed"].items():
        yield f"| {name.replace('_', ' ')} | {entry['value']:g} | {entry['reason']} |"
    yield ""
    yield "Shifts of log gain and of the log half-lives, as mean and SD, that enter a forecast as they stand:"
    yield ""
    yield "| For | Gain | Half-lives | Forecast | Reason |"
    yield "|---|---|---|---|---|"
    for kind in ("condition", "covariate"):
        for name, entry in data[kind].items():
            gain, lasting = (f"{m:+g} ± {s:g}" for m, s in (entry["gain"], entry["durability"]))
            asked = {True: "yes", False: "abstains"}.get(entry.get("forecast"), "")
            yield f"| {name.replace('_', ' ')} | {gain} | {lasting} | {asked} | {entry['reason']} |"
    yield ""


def _limits() -> Iterator[str]:
    yield "## What the model does not know"
    yield ""
    for line in (
        "No patient's own course was available: the spread between patients is inferred from shares and medians of groups. "
        "What a single patient does is the least tested thing here.",
        "Nobody was followed without drug for long; how long context lasts is fixed, not estimated.",
        "Errors of two scores of one patient are taken as independent. Daily ratings are not (autocorrelation 0.7 to 0.9): "
        "give weekly scores; a diary makes the model too sure.",
        "Response to one infusion differs between sites more than chance allows. Until a clinic has learned its own, intervals "
        "carry that.",
        "Beyond depression a few small studies carry each condition; for several there is none and the model abstains.",
        "Tolerance or sensitisation over many boosters (drift) has a prior of mean zero and no data.",
        "Nasal esketamine is an approximation: one session counts as an infusion of smaller gain.",
        "Infusions over hours or days (complex regional pain syndrome) are outside the dose effect.",
        "Definitions of relapse differ between papers and are often not stated; where the table does not give one, the protocol "
        "file does, as a design default.",
        "Weight, sex, age, metabolism and dissociation are not used: no evidence supports them.",
    ):
        yield f"- {line}"
    yield from _drug_is_large()
    yield ""


def _drug_is_large() -> Iterator[str]:
    """What the checks say against the model's split of the benefit into drug and context."""
    model = {row["key"]: row["model"] for row in results()["checks"]}
    above = [
        f"{row.key} {model[row.key]:.2f} against {row.value:g}"
        for row in reported().values()
        if row.role == "check" and row.interval and row.key in model and model[row.key] > row.interval[1]
    ]
    if above:
        yield (
            f"- Measured as a difference from control, the drug does more here than was published ({'; '.join(above)}), beyond the "
            "95 % interval: part of what the model calls the drug's may be context, and a single infusion may fade sooner than it says."
        )
