"""Trials and clinics simulated into tables."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from tenuto.clinic.ui.charts.frontier import frontier_chart
from tenuto.core.data.regular import open_regular
from tenuto.core.durability.clinic import read_clinic
from tenuto.core.durability.clinic_simulation import play, shares, summary
from tenuto.core.durability.course import Definitions
from tenuto.core.durability.notes import condition_notes, trial_notes
from tenuto.core.durability.population import fitted
from tenuto.core.durability.simulate import predict
from tenuto.core.durability.trial import read_trial
from tenuto.core.policy import Policy, default_policy
from tenuto.research.chart import Chart
from tenuto.research.table import ChartedTable, Frame

__all__ = ["simulate_clinic", "simulate_trial"]

_QUANTILES = ("q05", "q25", "q50", "q75", "q95")


def simulate_trial(trial: str | Path, *, replicates: int = 200, seed: int = 1) -> Frame:
    """Simulate a trial many times: one row a figure, with quantiles of what trials of this size would publish.

    trial: TOML text, or the path of a file, in the form that `tenuto simulate trial` reads. Columns `metric`, `at`, `q05`,
    `q25`, `q50`, `q75`, `q95` and `replicates`, the trials in which the figure could be judged; what must be known beside
    them stands in its `notes`. Raises TrialError.
    """
    text, name = _text(trial)
    one = read_trial(text, name=name)
    found = predict(one, fitted(), replicates, seed)
    rows = [
        {"metric": row.metric, "at": row.at}
        | dict(zip(_QUANTILES, row.quantiles, strict=True))
        | {"replicates": row.replicates}
        for row in found
    ]
    return Frame.of_rows(rows, trial_notes(one, Definitions.from_policy(default_policy()).dose_most))


def simulate_clinic(clinic: str | Path, *, seed: int = 1, policy: Policy | None = None) -> ChartedTable:
    """Play maintenance policies on the same synthetic patients: one row a policy, and a chart.

    clinic: TOML text, or the path of a file, in the form that `tenuto simulate clinic` reads; what it says under `[output]`
    is not written. policy: the clinic's limits, those that ship when None. What must be known beside the figures stands in the
    table's `notes`. Raises TrialError.
    """
    text, name = _text(clinic)
    one = read_clinic(text, name=name)
    rules = Definitions.from_policy(policy or default_policy())
    played = [outcome for share in shares(one, fitted(), rules, seed) for outcome in play(share)]
    results = summary(one, played)
    return ChartedTable(
        Frame.of_rows([asdict(result) for result in results]),
        Chart(frontier_chart(one.name, results)),
        condition_notes(one.circumstances.condition),
    )


def _text(source: str | Path) -> tuple[str, str]:
    """TOML and what an error calls it: a path is one line, TOML is more than that or has an entry."""
    if isinstance(source, str) and ("\n" in source or "=" in source):
        return source, "the text"
    with open_regular(Path(source)) as file:
        return file.read().decode(), str(source)
