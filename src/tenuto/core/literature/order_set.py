"""What an order says beside dose and dates: diluents, flush, what is watched, when it is stopped, what side effects get.

A text names the clinic's limits by their keys; the number in it is always the policy's. One module reads the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from tenuto.core.data import DataError, Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.policy import Policy, default_policy
from tenuto.core.sources import Basis, basis_of
from tenuto.core.units import Ml

__all__ = ["Diluent", "OrderLine", "OrderSet", "SideEffectOrder", "order_set"]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line: its text with limits in braces, and the keys of these limits."""

    id: str
    template: str
    limits: tuple[str, ...]
    basis: Basis

    def text(self, policy: Policy) -> str:
        """The line under a policy, such as 'SpO₂ below 90 %'. Raises PolicyError when the policy lacks a limit of it."""
        return self.template.format_map({key: _amount(policy, key) for key in self.limits})


@dataclass(frozen=True, slots=True)
class Diluent:
    """What the drug may be diluted with."""

    id: str
    title: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class SideEffectOrder:
    """A medicine that may be given for a side effect when a prescriber has ordered it with the plan; none is by itself."""

    id: str
    title: str
    text: str
    medicines: tuple[str, ...]
    """Words by which an allergy to it is known."""
    basis: Basis


@dataclass(frozen=True, slots=True)
class InfusedVolumes:
    """The smallest and the largest total volume that is infused from a syringe or a bag."""

    least: Ml
    most: Ml
    basis: Basis


@dataclass(frozen=True, slots=True)
class OrderSet:
    """All of it, each in the order of the file; the first diluent is the usual one."""

    flush: OrderLine
    volumes: InfusedVolumes
    diluents: Mapping[str, Diluent]
    monitoring: Mapping[str, OrderLine]
    stops: Mapping[str, OrderLine]
    side_effects: Mapping[str, SideEffectOrder]


@data_file(ROOT / "order_set.toml")
def order_set(file: Table) -> OrderSet:
    """The order set that ships."""
    return OrderSet(
        flush=_line("flush", file.table("flush")),
        volumes=_volumes(file.table("volume")),
        diluents={
            id_: Diluent(id_, entry.text("title"), basis_of(entry))
            for id_, entry in file.table("diluents").named().items()
        },
        monitoring=_lines(file.table("monitoring")),
        stops=_lines(file.table("stops")),
        side_effects={id_: _order(id_, entry) for id_, entry in file.table("side_effects").named().items()},
    )


def _volumes(entry: Table) -> InfusedVolumes:
    return InfusedVolumes(Ml(entry.number("least_ml")), Ml(entry.number("most_ml")), basis_of(entry))


def _lines(entries: Table) -> Mapping[str, OrderLine]:
    return {id_: _line(id_, entry) for id_, entry in entries.named().items()}


def _line(id_: str, entry: Table) -> OrderLine:
    template = entry.text("text")
    keys = tuple(dict.fromkeys(key for _, key, _, _ in Formatter().parse(template) if key))
    if unknown := [key for key in keys if key not in default_policy().limits]:
        raise DataError(f"{entry.where}: 'text' names the limit '{unknown[0]}', which no policy has.")
    return OrderLine(id_, template, keys, basis_of(entry))


def _order(id_: str, entry: Table) -> SideEffectOrder:
    return SideEffectOrder(
        id_, entry.text("title"), entry.text("text"), entry.words("medicines"), basis_of(entry)
    )


def _amount(policy: Policy, key: str) -> str:
    """A limit as it is spoken: '200 mmHg', '90 %', '10 min', '45 a minute', and a score by its number alone."""
    limit = policy.limit(key)
    number, unit = limit.amount.split(" ", 1)
    spoken = {"mm[Hg]": " mmHg", "/min": " a minute", "1": ""}.get(unit, f" {unit}")
    return f"{number}{spoken}"
