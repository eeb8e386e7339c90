"""What aimed rules bring over fixed intervals and published rules, from the committed runs, with a verdict on each line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from tenuto.core.durability.aim import AIM_WORDS, AIMS, Aim
from tenuto.core.durability.clinic_margins import FIXED
from tenuto.core.durability.truths import TRUTH_WORDS, Truth
from tenuto.core.policy import default_policy
from tenuto.core.sources import source

__all__ = ["COMMAND", "file_of", "offered", "page", "rows_of", "verdict"]

COMMAND = "tenuto simulate clinic examples/durability/aims.toml --truth all --output docs/generated"
_GENERATED = Path(__file__).parents[3] / "docs/generated"
_SURE = 2.0
"""Monte Carlo errors beyond which a difference is more than chance."""
_SAVED = 15.0
"""Percent fewer infusions that count as a win as well."""
Kind = Literal["policies", "margins", "backtest"]
Row = Mapping[str, str]


def file_of(kind: Kind, truth: Truth) -> str:
    """The committed file of a run, by the model that the patients answer by."""
    return f"durability-aims-{kind}-{truth.replace('_', '-')}.csv"


def rows_of(kind: Kind, truth: Truth) -> list[Row]:
    """Its rows."""
    return list(csv.DictReader(io.StringIO((_GENERATED / file_of(kind, truth)).read_text("utf-8"))))


def offered(aim: Aim) -> str:
    """The name of the policy that gives what a forecast with this aim offers."""
    return f"{aim.replace('_', ' ')}, as forecast"


def verdict(row: Row) -> str:
    """`wins`, `loses` or `open`: more days held by two errors, or as many with at least 15 % fewer infusions."""
    more, error = float(row["points_more"]), float(row["monte_carlo_error"])
    if more < -_SURE * error:
        return "loses"
    saves = row["percent_fewer_infusions"] and float(row["percent_fewer_infusions"]) >= _SAVED
    return "wins" if more > 0 and (more > _SURE * error or saves) else "open"


def page() -> str:
    """The page, in Markdown."""
    return "\n".join([*_head(), *_offers(), *(line for truth in TRUTH_WORDS for line in _of_truth(truth))])


def _head() -> Iterator[str]:
    patients = int(_patients())
    yield "# Rules that aim at something"
    yield ""
    yield (
        f"Written from `{COMMAND}` ({patients} of the patients of the first kind respond to the series and are followed for a year) and rendered by "
        "`tenuto docs build`; do not edit. An aimed rule gives an infusion where it alone is expected to keep the aim on as many of the coming "
        "14 days as the rule asks of one; a loss just confirmed gets one at once, and an interval is lengthened step by step. Each is compared "
        "with the mix of two neighbouring fixed intervals that takes as many infusions; the line of an aim with each published rule at that "
        "rule's number of infusions, or at the most that the aim was played at. **Wins** means more days held by two Monte Carlo errors "
        "(±), or as many with at least 15 % fewer infusions; **open** that chance may explain it. The patients are synthetic: a best case "
        "where they answer by the model that the rule believes, a wrong model in the other two."
    )
    yield ""
    yield (
        "The 14 days and the bound on lengthening were chosen after small runs on other seeds, with results in view; the prices of an infusion "
        "are the same for all aims. Infusions come with a weekly score here: a bound that falls between two scores is rounded up."
    )
    yield ""


def _patients() -> str:
    return rows_of("policies", "2")[0]["responders"]


def _offers() -> Iterator[str]:
    """What the forecast offers under each aim, and why one of them ships."""
    ships = default_policy().limit("forecast_aim")
    yield "## What a forecast offers, by aim"
    yield ""
    yield (
        "As the clinic's policy has it: an infusion is worth giving from "
        f"{default_policy().limit('forecast_worth_days').amount.split()[0]} days on, and one is given as well when the risk of lost response passes the policy's upper limit. "
        "*Against intervals* are the percent points of days by which it holds its aim longer than fixed intervals with as many infusions."
    )
    yield ""
    yield "| Aim | Patients answer by | Infusions a year | Gain kept, % of days | In response | Lose response, % | Needless a year, of who needs none | Against intervals | |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for aim in AIMS:
        for truth, answering in TRUTH_WORDS.items():
            yield _offer(aim, truth, answering)
    yield ""
    yield f"**{AIM_WORDS[_default()].capitalize()}** ships. {ships.basis.note}. {_won(_default())}"
    yield ""


def _won(aim: Aim) -> str:
    """In how many comparisons an aim wins, of all kinds of patients, and in which it does not."""
    compared = [
        (row, answering)
        for truth, answering in TRUTH_WORDS.items()
        for row in rows_of("margins", truth)
        if row["aim"] == aim
    ]
    short = [
        f"{row['rule'].replace('_', ' ')} against {row['rival']} at {row['infusions_a_year']} infusions a year, patients who answer by {answering} "
        f"({verdict(row)})"
        for row, answering in compared
        if verdict(row) != "wins"
    ]
    won = f"Its rules win in {len(compared) - len(short)} of {len(compared)} comparisons below."
    return f"{won} Not: {'; '.join(short)}." if short else won


def _default() -> Aim:
    return next(aim for aim in AIMS if aim == default_policy().word("forecast_aim"))


def _offer(aim: Aim, truth: Truth, answering: str) -> str:
    found = _named(rows_of("policies", truth), "policy", offered(aim))
    looked_back = _named(rows_of("backtest", truth), "rule", offered(aim))
    margin = next(r for r in rows_of("margins", truth) if (r["rule"], r["rival"]) == (offered(aim), FIXED))
    cells = (
        AIM_WORDS[aim],
        answering,
        found["infusions_a_year"],
        found["percent_of_days_with_gain_kept"],
        found["percent_of_days_in_response"],
        found["percent_who_lose_response"],
        looked_back["needless_infusions_a_year"] or "—",
        f"{margin['points_more']} ± {margin['monte_carlo_error']}",
        _shown(verdict(margin)),
    )
    return _line(cells)


def _named(rows: Sequence[Row], column: str, name: str) -> Row:
    return next(row for row in rows if row[column] == name)


def _of_truth(truth: Truth) -> Iterator[str]:
    yield f"## Patients who answer by {TRUTH_WORDS[truth]}"
    yield ""
    yield from _margins(rows_of("margins", truth))
    yield from _backtest(rows_of("backtest", truth), TRUTH_WORDS[truth])


def _margins(rows: Sequence[Row]) -> Iterator[str]:
    yield "| Aim | Rule | Against | Infusions a year | % of days held | Points more ± | % fewer infusions | |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        yield _line(
            (
                row["aim"].replace("_", " "),
                row["rule"].replace("_", " "),
                row["rival"],
                row["infusions_a_year"],
                row["percent_of_days_held"],
                f"{row['points_more']} ± {row['monte_carlo_error']}",
                row["percent_fewer_infusions"] or "—",
                _shown(verdict(row)),
            )
        )
    yield ""
    yield _summary(rows)
    yield ""


def _backtest(rows: Sequence[Row], answering: str) -> Iterator[str]:
    """In the figures of the published back-test of rules for continuation ECT."""
    losses, keepers = rows[0]["losses"], rows[0]["keepers"]
    yield f"### Looked back on as warnings, patients who answer by {answering}"
    yield ""
    yield (
        f"Of {losses} responders who lose response without maintenance: how many each rule would have treated before that day, and how long "
        f"before; of {keepers} who keep it for the year: how many it would have treated needlessly, and how often. Under a rule whose intervals "
        "never get longer than the clinic's longest everybody is treated some day, so that only the number of needless infusions tells such rules "
        "apart. ± is one Monte Carlo standard error. "
        f"Published for ECT, on real patients: 100 % flagged, 2.2 weeks before, 20 % over-treated [{source('STABLE')}]."
    )
    yield ""
    yield "| Rule | Losses flagged beforehand, % | Lead, mean weeks | Over-treated, % | Needless infusions a year of each |"
    yield "|---|---|---|---|---|"
    for row in rows:
        yield _line(
            (
                row["rule"],
                _with_error(row["percent_flagged"], row["flagged_error"]),
                _with_error(row["mean_lead_weeks"], row["lead_error"]),
                _with_error(row["percent_over_treated"], row["over_treated_error"]),
                _with_error(row["needless_infusions_a_year"], row["needless_error"]),
            )
        )
    yield ""


def _with_error(figure: str, error: str) -> str:
    return f"{figure} ± {error}" if figure and error else figure or "—"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(word: str) -> str:
    return f"**{word}**" if word == "loses" else word


def _summary(rows: Sequence[Row]) -> str:
    """Where it does not win, in words."""
    short = [
        f"{row['rule'].replace('_', ' ')} against {row['rival']} ({verdict(row)})"
        for row in rows
        if verdict(row) != "wins"
    ]
    won = f"It wins in {len(rows) - len(short)} of {len(rows)} comparisons."
    return f"{won} Not: {'; '.join(short)}." if short else won
