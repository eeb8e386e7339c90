"""The model card: a page written from the files that a calibration leaves, so that it can't say anything else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tenuto.core.durability.calibration.aims import aims, inside
from tenuto.core.durability.calibration.contest import PARTS, Lead, interval_score, lead, summed
from tenuto.core.durability.calibration.result import RESULTS
from tenuto.core.durability.calibration.table import Reported, reported
from tenuto.core.durability.notes import condition_notes
from tenuto.core.durability.population import fitted
from tenuto.core.durability.structure import Structure, priors, structure

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
    every = [{"name": "model 2", **found}, *(found["rivals"][key] for key in _SHOWN)]
    yield "## How well it predicts studies it has not seen"
    yield ""
    yield (
        "Each group of studies is left out in turn and predicted from the rest. Fitted are the rows that somebody has read in the "
        "source (V); second-hand rows (V2) and rows from memory (M) are predicted only. **Coverage** is the share of published figures "
        "inside the 90 % interval. The **log score** is summed with the weights of the table (overlapping studies count half; higher is "
        "better). The **interval score** of a row is the width of its 90 % interval and 20 times what the figure lies outside it, in the "
        "row's own unit; here its weighted mean (lower is better). Wide intervals pay in neither score."
    )
    yield ""
    yield f"| | {' | '.join(one['name'] for one in every)} |"
    yield "|---" * (len(every) + 1) + "|"
    lines: tuple[tuple[str, Callable[[list[dict[str, Any]]], str]], ...] = (
        ("rows inside the 90 % interval", _hits),
        ("summed log score", lambda rows: f"{summed(rows):.1f}"),
        ("interval score", lambda rows: f"{interval_score(rows):.1f}"),
        ("mean width of the interval", lambda rows: f"{_width(rows):.1f}"),
    )
    for part, of in PARTS.items():
        for label, figure in lines:
            cells = " | ".join(figure([row for row in one["left_out"] if of(row["key"])]) for one in every)
            yield f"| {part}: {label} | {cells} |"
    leads = [lead(found["left_out"], one["left_out"]) for one in every[1:]]
    groups = len(leads[0].by_group)
    cells = " | ".join(f"{one.total:.1f} ± {one.error:.1f}" for one in leads)
    yield f"| model 2's lead in summed log score, all rows, ± its standard error over {groups} groups of studies | | {cells} |"
    yield ""
    yield _how_sure(leads[0])
    yield ""
    yield from _aims(found)
    yield f"With all studies fitted, {_hits(found['fitted'])} rows lie inside this model's 90 % interval."
    yield ""
    yield (
        "The fixed hazard is the baseline of the first model: every infusion adds the same and what it adds is lost at one rate in "
        "everybody, with the first model's context and normal study effects. The column before the last gives it the second model's "
        "context and heavy-tailed study effects. All are fitted to the same rows in the same way, but for model 1 as it shipped: its "
        "parameters have seen the first table only, and its groups of studies are left out of that."
    )
    yield ""
    yield "![Published figures against what was predicted of them](durability-rows.svg)"
    yield ""
    yield from _changed(found)


_SHOWN = ("baseline", "first", "first_shipped", "ablation", "every_row")


def _how_sure(over: Lead) -> str:
    most, groups = over.most_from, len(over.by_group)
    rest = over.without(most)
    sure = over.total > 2 * over.error
    return (
        f"The lead over the fixed hazard is {over.total:.1f} ± {over.error:.1f}. "
        + (
            "It is more than chance between studies explains. "
            if sure
            else "**That is within what chance between studies explains**: the tables prefer this model to a fixed hazard and do "
            "not settle by how much. "
        )
        + f"{most} alone brings {over.by_group[most]:.1f} of it; the other groups bring {rest.total:.1f} ± {rest.error:.1f}. The score is "
        f"higher in {over.better_in} of {groups} groups (sign test, one-sided p {over.by_chance:.2g}). These last figures were "
        "looked at after the first."
    )


def _aims(found: dict[str, Any]) -> Iterator[str]:
    """What the second model was to reach, and whether it did."""
    yield "| What the second model was to reach | | |"
    yield "|---|---|---|"
    for aim in aims(found):
        yield f"| {aim.what} | {'reached' if aim.reached else '**missed**'} | {aim.figure} |"
    yield ""
    if not all(aim.reached for aim in aims(found)):
        yield from _why_missed(found)


def _why_missed(found: dict[str, Any]) -> Iterator[str]:
    """Why what was missed was left so: a change for the sake of these figures would be fitted to what was left out."""
    own, shipped = (
        [row for row in one["left_out"] if reported()[row["key"]].first_table]
        for one in (found, found["rivals"]["first_shipped"])
    )
    later = [
        row for row in found["rivals"]["first_shipped"]["left_out"] if not reported()[row["key"]].first_table
    ]
    over = lead(found["left_out"], found["rivals"]["baseline"]["left_out"])
    yield (
        "What was missed was looked at again, and nothing was changed for it. The lead over the fixed hazard is unsure because one group of "
        f"studies holds most of it: a better prediction of {over.most_from} would make it larger and no surer, and its rows are not left out "
        f"for being decisive. The first model as it shipped scores better on the first table by intervals that are {_width(shipped):.1f} points wide "
        f"instead of {_width(own):.1f}; on the second table, which it had not seen, they hold {_hits(later)}. Narrower intervals "
        "here would follow from these figures and not from evidence about patients or studies; no change that could be stated before "
        "looking was found."
    )
    yield ""


def _changed(found: dict[str, Any]) -> Iterator[str]:
    yield "## What was changed with results in view"
    yield ""
    yield (
        "The tables are no untouched test. The first model's misses on both were looked at, and the second model's structure answers "
        "them ([why](../adr/0024-second-duration-model.md)): context became a fading expectancy and a growth that stays, study effects "
        "became heavy-tailed, a durable minority, errors correlated in time and a shift of duration by dose came in. After a first fit to both "
        "tables more was changed: figures pooled over studies are simulated as so many studies, a spray has an expectancy of its "
        "own, the QIDS shows a benefit of its own size, a large benefit shows more than in proportion (more remitters among responders), and the "
        "pooled effect sizes of C1 are fitted (not scored), because the fit made the drug too large against control. "
        "Its priors were written with both tables in view, though not fitted to them by hand. In the first model topping up and the shared "
        "part of site effects had been added the same way ([why](../adr/0009-duration-model.md))."
    )
    yield ""
    yield (
        "Leaving studies out does not undo a choice that was made with all of them in view. The next study to be published is the test."
    )
    yield ""


def _width(rows: list[dict[str, Any]]) -> float:
    return float(np.mean([row["high"] - row["low"] for row in rows]))


def _hits(rows: list[dict[str, Any]]) -> str:
    hits = sum(row["hit"] for row in rows)
    return f"{hits} of {len(rows)} ({hits / len(rows):.0%})"


def _table() -> Iterator[str]:
    found = results()
    fitted_rows = {row["key"]: row for row in found["fitted"]}
    first, hazard = (
        {row["key"]: row for row in found["rivals"][name]["left_out"]} for name in ("first", "baseline")
    )
    yield "## Every scorable row"
    yield ""
    yield (
        "Intervals are 5 to 95 % of what a study of that size would publish: doubt about the population, the study's own effects and "
        "sampling error. Left out: predicted without the row's own group of studies. Shares in percent, changes in points, times in days. "
        "Log scores: of model 2, of model 1 fitted to the same rows, of the fixed hazard."
    )
    for part, of in (("first table", PARTS["first table"]), ("second table", PARTS["second table"])):
        yield ""
        yield f"### {part.capitalize()}"
        yield ""
        yield "| Row | Study | Figure | Observed | Left out: 5 to 95 % (middle) | | All fitted: 5 to 95 % | | Model 1, left out | | Log scores | Interval score (model 1) | Weight | Evidence |"
        yield "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
        for row in found["left_out"]:
            if of(row["key"]):
                yield _line(row, fitted_rows[row["key"]], first[row["key"]], hazard[row["key"]])
    yield ""


def _line(row: dict[str, Any], own: dict[str, Any], first: dict[str, Any], hazard: dict[str, Any]) -> str:
    about = reported()[row["key"]]
    return (
        f"| {row['key']} | {about.study} | {_figure(about)} | {row['observed']:g} "
        f"| {row['low']:.1f} to {row['high']:.1f} ({row['middle']:.1f}) | {_verdict(row)} "
        f"| {own['low']:.1f} to {own['high']:.1f} | {_verdict(own)} "
        f"| {first['low']:.1f} to {first['high']:.1f} | {_verdict(first)} "
        f"| {row['log_score']:.2f}, {first['log_score']:.2f}, {hazard['log_score']:.2f} "
        f"| {row['interval_score']:.1f} ({first['interval_score']:.1f}) | {row['weight']:g} | {about.basis.evidence} |"
    )


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
        "Effect sizes, differences and constants are no endpoint of one study's protocol. They are fitted beside the scorable rows "
        "(fitted), shaped priors (prior), are compared with the population afterwards (check), or say how scales err (noise). Model figures are of the typical site; where the "
        "publication gives a 95 % interval, a model figure outside it is a miss. What C27 says of the model was said of the first one: the "
        "second takes the correlation of errors a day apart, 0.8, from it."
    )
    yield ""
    yield "| Row | Study | Condition | Figure | Published | Model | | Role | Use | Evidence |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for row in reported().values():
        if not row.scored:
            own = f"{model[row.key]:.2f}" if row.key in model else ""
            yield (
                f"| {row.key} | {row.study} | {row.condition} | {_figure(row)} | {row.value:g} | {own} "
                f"| {_inside(row, model.get(row.key))} | {row.role} | {row.use} | {row.basis.evidence} |"
            )
    yield ""


def _inside(row: Reported, figure: float | None) -> str:
    if figure is None or row.interval is None:
        return ""
    return "hit" if inside(row, figure) else "**miss**"


_ROUNDED = 5e-4
"""How far a mean as it is kept may be from the one that was fitted."""


def _parameters() -> Iterator[str]:
    fit, entries, known = fitted(), priors()["hyper"], structure()
    every = results()["rivals"]["every_row"]["mean"]
    moved = not np.allclose(every, fit.mean, atol=_ROUNDED)
    sds = np.sqrt(np.diag(fit.covariance))
    yield "## What was estimated"
    yield ""
    yield "![A population after six infusions](durability-population.svg)"
    yield ""
    if not moved:
        yield (
            "With second-hand rows and rows from memory fitted too, no step away from these estimates raised the log posterior: they stay where "
            "they are, and only the doubt that is left gets smaller, which is what narrows the intervals in the last column of the first table."
        )
        yield ""
    yield f"| Parameter | Prior: 5 to 95 % | Estimate: 5 to 95 % | {'With all rows fitted | ' if moved else ''}Meaning and reason for the prior | Evidence |"
    yield f"|---|---|---|{'---|' if moved else ''}---|---|"
    for k, name in enumerate(known.hyper):
        entry = entries[name]
        prior = _range(known, name, _on_scale(entry), entry["sd"])
        mean = float(fit.mean[k])
        own = _range(known, name, mean, float(sds[k]))
        yield (
            f"| {name.replace('_', ' ')} | {prior} | **{known.natural(name, mean):.3g}** ({own}) "
            f"{f'| {known.natural(name, every[k]):.3g} ' if moved else ''}| {entry['reason']} | {'+'.join(entry['evidence'])} |"
        )
    yield ""


def _on_scale(entry: dict[str, Any]) -> float:
    centre = float(entry["centre"])
    if entry["scale"] == "log":
        return float(np.log(centre))
    return float(np.log(centre / (1 - centre))) if entry["scale"] == "logit" else centre


def _range(known: Structure, name: str, mean: float, sd: float) -> str:
    low, high = (known.natural(name, mean + side * 1.645 * sd) for side in (-1, 1))
    return f"{low:.3g} to {high:.3g}"


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
            asked = _forecast(name) if kind == "condition" else ""
            yield f"| {name.replace('_', ' ')} | {gain} | {lasting} | {asked} | {entry['reason']} |"
    yield ""


def _forecast(condition: str) -> str:
    """Whether a patient with the condition may get an interval, as a forecast itself decides it."""
    return "yes" if next(condition_notes(condition), None) is None else "abstains"


def _limits() -> Iterator[str]:
    yield "## What the model does not know"
    yield ""
    for line in (
        "No patient's own course was available: the spread between patients is inferred from shares and medians of groups. "
        "What a single patient does is the least tested thing here.",
        "Few were followed without drug for more than weeks: that what has grown without drug stays is an assumption. "
        "[A study that it had not seen](durability-later.md) speaks against it: of those well after a series in hospital 70 % relapsed within a "
        "year, where 7 to 48 % were predicted.",
        "Errors of two scores of one patient a day apart correlate by 0.8, as daily ratings do, a week apart by 0.2. For each scale alike: "
        "no scale's own correlation was found.",
        "Study effects on gain, durability and context are heavy-tailed between studies; in a patient's forecast the clinic's own enter as "
        "a normal of the same 90 % interval.",
        "That a higher dose lasts longer rests on 27 responders of one trial; the prior is wide enough to be wrong.",
        "How large the durable minority is comes from a handful of follow-ups; that its half-life is of years is an assumption.",
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
        if row.role in ("check", "fitted")
        and row.interval
        and row.key in model
        and model[row.key] > row.interval[1]
    ]
    if above:
        yield (
            f"- Measured as a difference from control, the drug does more here than was published ({'; '.join(above)}), beyond the "
            "95 % interval: part of what the model calls the drug's may be context, and a single infusion may fade sooner than it says."
        )
