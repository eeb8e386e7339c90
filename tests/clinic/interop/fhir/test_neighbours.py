"""Records beside one that passes: each says one thing more, or otherwise, and none of them may pass for what it is not.

`tests/data/fhir/neighbours.jsonl` holds one change a line to `examples/pass.json`: entries `added`, taken away (`without`) or
`changed`, fields of the `bundle`, and how it is judged on 2 March 2026: PASS, REVIEW, `stops` (anything but PASS) or `closes`
(BLOCK, REFUSE or refused as unusable). `says` are words that somebody must be told.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tenuto.cli.plan import judged
from tenuto.cli.policy import policy_in_use
from tenuto.clinic.interop.fhir import UnusableBundle, parse, read_bundle
from tenuto.core.gate import Level
from tenuto.core.plan.inputs import TotalVolume
from tenuto.core.plan.proposal import propose
from tenuto.core.plan.request import PlanRequest
from tenuto.core.policy import Policy
from tenuto.core.units import MgPerMl, Ml

ROOT = Path(__file__).resolve().parents[4]
EXAMPLE = json.loads((ROOT / "examples/pass.json").read_text("utf-8"))
CASES = [
    json.loads(line) for line in (ROOT / "tests/data/fhir/neighbours.jsonl").read_text("utf-8").splitlines()
]
AS_OF = date(2026, 3, 2)
REQUEST = PlanRequest(vial=MgPerMl.parse("50mg/mL"), volume=TotalVolume(Ml.parse("100mL")))
UNUSABLE = "unusable"
ALLOWED = {
    "PASS": {"PASS"},
    "REVIEW": {"REVIEW"},
    "stops": {"REVIEW", "BLOCK", "REFUSE", UNUSABLE},
    "closes": {"BLOCK", "REFUSE", UNUSABLE},
}


def record(case: dict[str, Any]) -> dict[str, Any]:
    """The example with the change of a case; a field that is changed to null is left out."""
    left = [e for e in EXAMPLE["entry"] if e["resource"]["id"] not in case.get("without", ())]
    changes = case.get("changed", {})
    entries = [e | {"resource": _changed(e["resource"], changes.get(e["resource"]["id"], {}))} for e in left]
    return {**EXAMPLE, "entry": entries + case.get("added", []), **case.get("bundle", {})}


def _changed(resource: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (resource | change).items() if value is not None}


@cache
def _policy() -> Policy:
    return policy_in_use(str(ROOT / "examples/policy-example.toml"))


def verdict(case: dict[str, Any]) -> tuple[str, list[str]]:
    """The level of a plan by a case's record, and every sentence that somebody is told."""
    zone = ZoneInfo(case["zone"]) if "zone" in case else None
    try:
        reading = read_bundle(parse(json.dumps(record(case)).encode()), as_of=AS_OF, zone=zone)
    except UnusableBundle as problem:
        return UNUSABLE, [str(problem)]
    policy = _policy()
    proposal = propose(reading.facts, request=REQUEST, policy=policy, as_of=AS_OF)
    gate = judged(proposal, reading)
    told = [f.message for f in gate.findings if f.level > Level.PASS]
    told += [*reading.report.unsettled, *(entry.why for entry in reading.report.entries)]
    return replace(proposal, gate=gate).verdict.level.name, told


def test_the_example_itself_passes():
    assert verdict({})[0] == "PASS"


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_neighbour_is_judged_for_what_it_says(case):
    level, told = verdict(case)
    assert level in ALLOWED[case["verdict"]]
    for words in case.get("says", ()):
        assert any(words.lower() in sentence.lower() for sentence in told)


def test_the_table_is_whole():
    names = Counter(case["name"] for case in CASES)
    assert len(names) == len(CASES) > 500
    assert set(ALLOWED) == {case["verdict"] for case in CASES}
