"""The results of the checks of the inference: kept in a file, judged, and rendered as a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from tenuto.core.durability.structure import FOLDER
from tenuto.core.durability.verification.nuts import LEVELS, agree, gap
from tenuto.core.durability.verification.sbc import BINS, COVERAGES, QUANTITIES, RankVerdict

__all__ = ["CHECKS", "checks", "compared", "page", "ranks", "sbc_passes"]

CHECKS = FOLDER / "checks.json"
_COVERAGE_OFF = 0.02


def checks() -> dict[str, Any]:
    """What the shipped run of the checks found."""
    found: dict[str, Any] = json.loads(CHECKS.read_text("utf-8"))
    return found


def ranks(verdicts: list[RankVerdict], places: np.ndarray[Any, Any], seed: int) -> dict[str, Any]:
    """The section of a run of simulation-based calibration; keeps the first places as a fingerprint."""
    return {
        "seed": seed,
        "patients": len(places),
        "verdicts": [asdict(v) for v in verdicts],
        "histograms": {
            name: np.histogram(column[~np.isnan(column)], bins=BINS, range=(0, 1))[0].tolist()
            for name, column in zip(QUANTITIES, places.T, strict=True)
        },
        "first": [[None if np.isnan(p) else round(float(p), 5) for p in row] for row in places[:10]],
    }


def compared(rows: list[dict[str, Any]], versions: dict[str, str], draws: int) -> dict[str, Any]:
    """The section of a run against NUTS."""
    return {"rows": rows, "versions": versions, "draws": draws}


def sbc_passes(section: dict[str, Any]) -> bool:
    """Ranks uniform (χ² p above 0.01 over the number of quantities), coverage within two points of nominal."""
    verdicts = section["verdicts"]
    even = all(v["p_value"] > 0.01 / len(verdicts) for v in verdicts)
    return even and all(
        abs(seen - nominal) <= _COVERAGE_OFF
        for v in verdicts
        for seen, nominal in zip(v["coverage"], COVERAGES, strict=True)
    )


def page() -> str:
    """The page, in Markdown."""
    return "\n".join([*_head(), *_ranks(), *_against_nuts()])


def _head() -> Iterator[str]:
    yield "# Checks of the inference: duration of response"
    yield ""
    yield (
        "Written by `tenuto calibrate --sbc` and `tenuto calibrate --nuts` (with the extra `tenuto[calibrate]`) and rendered by "
        "`tenuto docs build`; do not edit. They ask whether the computation is right, given the model; whether the model is right "
        "is the [model card's](durability-model-card.md) question."
    )
    yield ""
    found = checks()
    yield f"Parameters: SHA-256 `{found['parameters_sha256']}`. Reproduce each part with"
    yield ""
    yield "```"
    if "sbc" in found:
        yield f"tenuto calibrate --sbc {found['sbc']['patients']} --seed {found['sbc']['seed']}"
    if "nuts" in found:
        yield f"tenuto calibrate --nuts {len(found['nuts']['rows'])}"
    yield "```"
    yield ""


def _ranks() -> Iterator[str]:
    yield "## Simulation-based calibration"
    yield ""
    section = checks().get("sbc")
    if section is None:
        yield "Not run for these parameters. Run `tenuto calibrate --sbc 5000`."
        yield ""
        return
    yield (
        f"{section['patients']} patients drawn from the prior with varied courses (seed {section['seed']}). If the posterior is right, the truth "
        f"falls anywhere in it equally often: ranks in {BINS} bins uniform (χ² p above 0.01 / {len(QUANTITIES)} = {0.01 / len(QUANTITIES):.5f}), and "
        "intervals that hold the truth as often as they say, within two points."
    )
    yield ""
    yield f"**{'Passed' if sbc_passes(section) else 'Failed'}.**"
    yield ""
    yield "| Quantity | Patients | χ² p | in the 50 % interval | in the 80 % interval | in the 95 % interval |"
    yield "|---|---|---|---|---|---|"
    for v in section["verdicts"]:
        inside = " | ".join(f"{100 * c:.1f} %" for c in v["coverage"])
        yield f"| {v['quantity'].replace('_', ' ')} | {v['patients']} | {v['p_value']:.3f} | {inside} |"
    yield ""


def _against_nuts() -> Iterator[str]:
    yield "## Against full sampling"
    yield ""
    section = checks().get("nuts")
    if section is None:
        yield "Not run for these parameters. Run `tenuto calibrate --nuts 20` with the extra `tenuto[calibrate]`."
        yield ""
        return
    rows = section["rows"]
    good = sum(agree(r["ours"], r["nuts"]) for r in rows)
    worst = max(gap(r["ours"], r["nuts"]) for r in rows)
    versions = ", ".join(f"{name} {version}" for name, version in section["versions"].items())
    yield (
        f"Quantiles of the days to loss from the weighted draws (ours) and from NUTS, {section['draws']} draws a patient ({versions}), of a model "
        "written apart. Agreement: every quantile within 5 % or one day, or both beyond the 364-day horizon (—). "
        f"**{good} of {len(rows)} patients agree**; the widest gap is {worst:.0%} of what is allowed. A disagreement is shown as "
        "one; both methods have Monte Carlo error, largest where the risk hardly rises from week to week. With other quasi-random points a "
        "few patients with a flat curve fall outside it in days, and all stay within three percent points of risk (a test). The last column is NUTS's worst split R-hat."
    )
    yield ""
    heads = " | ".join(f"{100 * level:.0f} %" for level in LEVELS)
    yield f"| Patient | Scores | Infusions | Method | {heads} | Agrees | R-hat |"
    yield "|---|---|---|---|" + "---|" * (len(LEVELS) + 2)
    for k, row in enumerate(rows, 1):
        verdict = "yes" if agree(row["ours"], row["nuts"]) else "**no**"
        yield f"| {k} | {row['scores']} | {row['infusions']} | ours | {_days(row['ours'])} | {verdict} | |"
        yield f"| | | | NUTS | {_days(row['nuts'])} | | {row['r_hat']:.3f} |"
    yield ""


def _days(values: list[float | None]) -> str:
    return " | ".join("—" if v is None else f"{v:.1f}" for v in values)
