"""Vials as labelled, and hydrochloride against base. The vial is always chosen by a person: strengths differ tenfold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tenuto.core.data import Table, data_file
from tenuto.core.gate import Finding, Level
from tenuto.core.literature import ROOT
from tenuto.core.plan.dose import Dose
from tenuto.core.plan.inputs import DoseInputs
from tenuto.core.sources import Basis, Sourced, Tag, basis_of
from tenuto.core.units import Mg, MgPerMl, Ml, Quantity, plain

__all__ = [
    "DilutionRule",
    "LabelledStrength",
    "MgHydrochloride",
    "base_share",
    "dilution_findings",
    "from_hydrochloride",
    "labelled_strengths",
    "to_hydrochloride",
]

DESIGN = Basis((Tag.D,), note="Hazard H6")


class DilutionRule(StrEnum):
    """What the label says of diluting a strength."""

    NOT_FOR_DILUTION = "not_for_dilution"
    FREE = "free"
    EQUAL_VOLUME = "equal_volume"


@dataclass(frozen=True, slots=True)
class LabelledStrength:
    """A strength that is sold: mg of base per mL, the same as hydrochloride, the vial, the label's rule."""

    base: MgPerMl
    hydrochloride_mg_per_ml: Decimal
    content: Mg
    """What is in one vial, mg of base."""
    volume: Ml
    rule: DilutionRule
    text: str
    basis: Basis

    @property
    def printed(self) -> str:
        """The vial as it is printed on its label, such as '500 mg/10 mL'."""
        return f"{self.content}/{self.volume}"


class MgHydrochloride(Quantity):
    """Mass of ketamine **hydrochloride**, mg: a seventh more than the base in it. Never a dose here."""

    symbol = "mg HCl"


@dataclass(frozen=True, slots=True)
class _Register:
    strengths: tuple[LabelledStrength, ...]
    base_share: Sourced[Decimal]


@data_file(ROOT / "products.toml")
def _register(file: Table) -> _Register:
    share = file.table("salt").table("base_per_hydrochloride")
    return _Register(
        tuple(_strength(entry) for entry in file.table("strengths").named().values()),
        Sourced(share.number("value"), basis_of(share)),
    )


def _strength(entry: Table) -> LabelledStrength:
    return LabelledStrength(
        entry.quantity("mg_per_ml", MgPerMl),
        entry.number("hydrochloride_mg_per_ml"),
        entry.quantity("vial_mg", Mg),
        entry.quantity("vial_ml", Ml),
        entry.choice("dilution", DilutionRule),
        entry.text("text"),
        basis_of(entry),
    )


def labelled_strengths() -> tuple[LabelledStrength, ...]:
    """The strengths on the label, weakest first."""
    return _register().strengths


def base_share() -> Sourced[Decimal]:
    """mg of base in one mg of hydrochloride."""
    return _register().base_share


def from_hydrochloride(amount: MgHydrochloride) -> Mg:
    """The base in an amount of hydrochloride, mg; exact, not rounded."""
    return Mg(amount.value * base_share().value)


def to_hydrochloride(amount: Mg) -> MgHydrochloride:
    """The hydrochloride that holds an amount of base, mg."""
    return MgHydrochloride(amount.value / base_share().value)


def dilution_findings(inputs: DoseInputs, dose: Dose) -> tuple[Finding, ...]:
    """What is missing for a dilution, and what the label says against the one that was chosen.

    No vial or no total volume: REVIEW, volumes stay empty. A bag smaller than the drug in it: REFUSE. 100 mg/mL
    without an equal volume: BLOCK. 10 mg/mL diluted, an unlabelled strength, drug left in the line: REVIEW.
    """
    found = list(_vial_findings(inputs))
    if inputs.volume is None:
        message = "No total volume is given, so no concentration and no pump rate. Give it, drug and overfill included."
        found.append(Finding("VOLUME-MISSING", Level.REVIEW, message, DESIGN, "total_volume", missing=True))
    if inputs.vial is None or inputs.volume is None or dose.drug_volume is None:
        return tuple(found)
    if dose.infusate is None or dose.infusate.total_volume < dose.drug_volume:
        message = (
            f"The total volume ({inputs.volume}) is less than the {dose.drug_volume.rounded(2)} of drug in it. "
            "Check vial and volume."
        )
        return (*found, Finding("VOLUME-IMPOSSIBLE", Level.REFUSE, message, DESIGN))
    return (*found, *_label_findings(inputs, dose), *_line_findings(inputs, dose))


def _vial_findings(inputs: DoseInputs) -> tuple[Finding, ...]:
    if inputs.vial is None:
        message = (
            "No vial strength is given, so no volume is calculated. Read it from the vial: "
            f"{', '.join(plain(s.base.value) for s in labelled_strengths())} mg/mL exist."
        )
        return (Finding("VIAL-MISSING", Level.REVIEW, message, DESIGN, "vial_mg_per_ml", missing=True),)
    if all(inputs.vial != s.base for s in labelled_strengths()):
        message = (
            f"{inputs.vial} is not a labelled strength of ketamine base. Read the vial again; if a pharmacy made it, "
            "have the strength confirmed."
        )
        return (Finding("VIAL-UNLABELLED", Level.REVIEW, message, labelled_strengths()[0].basis),)
    return ()


def _label_findings(inputs: DoseInputs, dose: Dose) -> tuple[Finding, ...]:
    strength = next((s for s in labelled_strengths() if s.base == inputs.vial), None)
    if strength is None or dose.infusate is None or dose.drug_volume is None:
        return ()
    diluent = dose.infusate.total_volume - dose.drug_volume
    if strength.rule is DilutionRule.EQUAL_VOLUME and diluent < dose.drug_volume:
        message = f"{strength.text} Here {diluent.rounded(2)} meets {dose.drug_volume.rounded(2)} of drug."
        return (Finding("VIAL-UNDILUTED", Level.BLOCK, message, strength.basis),)
    if strength.rule is DilutionRule.NOT_FOR_DILUTION and diluent.value > 0:
        message = f"{strength.text} Here {diluent.rounded(2)} of diluent is added."
        return (Finding("VIAL-NOT-FOR-DILUTION", Level.REVIEW, message, strength.basis),)
    return ()


def _line_findings(inputs: DoseInputs, dose: Dose) -> tuple[Finding, ...]:
    if dose.infusate is None or inputs.dead_volume.value == 0:
        return ()
    share = dose.infusate.undelivered.value * 100 / dose.ordered.value
    message = (
        f"{inputs.dead_volume} stay in the line: {dose.infusate.undelivered.rounded(1)}, "
        f"{plain(Decimal(round(share)))} % of the dose, is not given unless the line is flushed at the same rate."
    )
    return (Finding("LINE-DEAD-VOLUME", Level.REVIEW, message, Basis((Tag.D,), note="Hazard H7")),)
