"""What aimed rules bring over fixed intervals and published rules, from the committed runs, with a verdict on each line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from tenuto.core.durability.truths import TRUTH_WORDS

__all__ = ["FILES", "page", "verdict"]

_GENERATED = Path(__file__).parents[3] / "docs/generated"
FILES = {truth: f"durability-aims-{truth.replace('_', '-')}.csv" for truth in TRUTH_WORDS}
"""The margins of `examples/durability/aims.toml`, by the model that the patients answer by."""
_SURE = 2.0
"""Monte Carlo errors beyond which a difference is more than chance."""
_SAVED = 15.0
"""Percent fewer infusions that count as a win as well."""
Row = Mapping[str, str]


def verdict(row: Row) -> str:
    """`wins`, `loses` or `open`: more days held by two errors, or as many with at least 15 % fewer infusions."""
    more, error = float(row["points_more"]), float(row["monte_carlo_error"])
    if more < -_SURE * error:
        return "loses"
    saves = row["percent_fewer_infusions"] and float(row["percent_fewer_infusions"]) >= _SAVED
    return "wins" if more > 0 and (more > _SURE * error or saves) else "open"


def page() -> str:
    """The page, in Markdown."""
    tables = {
        truth: list(csv.DictReader(io.StringIO((_GENERATED / name).read_text("utf-8"))))
        for truth, name in FILES.items()
    }
    return "\n".join(
        [*_head(), *(line for truth, rows in tables.items() for line in _table(TRUTH_WORDS[truth], rows))]
    )


def _head() -> Iterator[str]:
    yield "# Rules that aim at something"
    yield ""
    yield (
        "Written from `tenuto simulate clinic examples/durability/aims.toml --truth 2`, `--truth 1` and `--truth fixed_hazard`, and rendered "
        "by `tenuto docs build`; do not edit. An aimed rule gives an infusion where it expects it to bring as many days with its aim held, of the "
        "coming 14, as it asks of one. Each is compared with the mix of two neighbouring fixed intervals that takes as many "
        "infusions; the line of an aim with each published rule at that rule's number of infusions, or at the most that the aim was played at. "
        "**Wins** means more days held by two Monte Carlo errors (±), or as many with at least 15 % fewer infusions; **open** that chance may "
        "explain it. The patients are synthetic: a best case where they answer by the model that the rule believes, and a wrong "
        "model in the other two tables."
    )
    yield ""
    yield (
        "Forty patients of each kind are few, and the errors are large; `patients` in the example makes them more. The 14 days, the prices of an "
        "infusion and the bound on lengthening were chosen after small runs on the same seed: with results in view."
    )
    yield ""


def _table(answering: str, rows: list[dict[str, str]]) -> Iterator[str]:
    yield f"## Patients who answer by {answering}"
    yield ""
    yield "| Aim | Rule | Against | Infusions a year | % of days held | Points more ± | % fewer infusions | |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        yield (
            f"| {row['aim'].replace('_', ' ')} | {row['rule'].replace('_', ' ')} | {row['rival']} | {row['infusions_a_year']} "
            f"| {row['percent_of_days_held']} | {row['points_more']} ± {row['monte_carlo_error']} "
            f"| {row['percent_fewer_infusions'] or '—'} | {_shown(verdict(row))} |"
        )
    yield ""
    yield _summary(rows)
    yield ""


def _shown(word: str) -> str:
    return f"**{word}**" if word == "loses" else word


def _summary(rows: list[dict[str, str]]) -> str:
    """Where it does not win, in words."""
    short = [
        f"{row['rule'].replace('_', ' ')} against {row['rival']} ({verdict(row)})"
        for row in rows
        if verdict(row) != "wins"
    ]
    won = f"It wins in {len(rows) - len(short)} of {len(rows)} comparisons."
    return f"{won} Not: {'; '.join(short)}." if short else won
