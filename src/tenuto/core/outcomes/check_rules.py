"""The checks of long-term safety as data: what each is, which limits make it due, and what is said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tenuto.core.data import Table, data_file
from tenuto.core.sources import Basis, basis_of

__all__ = ["CheckKind", "CheckRule", "check_rule", "check_rules"]


class CheckKind(StrEnum):
    """What is checked in long treatment."""

    URINARY = "urinary"
    LIVER = "liver"
    COGNITION = "cognition"
    BLOOD_PRESSURE = "blood_pressure"
    MISUSE = "misuse"


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One check of `checks.toml`; the keys are explained at the head of the file."""

    kind: CheckKind
    title: str
    late: str
    doing: str
    patient: str
    fact: str
    lab: str
    every: str
    first: str
    after_infusions: str
    why: str
    abnormal: str
    basis: Basis


def check_rule(kind: CheckKind) -> CheckRule:
    """The rule of one check."""
    return check_rules()[kind]


@data_file(Path(__file__).with_name("checks.toml"))
def check_rules(file: Table) -> Mapping[CheckKind, CheckRule]:
    """All checks in the order of the file."""
    return {rule.kind: rule for rule in map(_rule, file.tables("check"))}


def _rule(entry: Table) -> CheckRule:
    return CheckRule(
        kind=entry.choice("id", CheckKind),
        title=entry.text("title"),
        late=entry.text("late"),
        doing=entry.text("doing"),
        patient=entry.text("patient"),
        fact=entry.text("fact"),
        lab=entry.text("lab", ""),
        every=entry.text("every"),
        first=entry.text("first"),
        after_infusions=entry.text("after_infusions", ""),
        why=entry.text("why"),
        abnormal=entry.text("abnormal"),
        basis=basis_of(entry),
    )
