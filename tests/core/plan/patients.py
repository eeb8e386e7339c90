"""Generated people and requests for the laws of a plan: mostly ordinary, often at a border, sometimes incomplete."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tenuto.core.intake.facts import PatientFacts, Person, Problem
from tenuto.core.literature.protocol import protocols
from tenuto.core.plan.dosing_weight import WeightBasis, WeightChoice
from tenuto.core.plan.inputs import AddedTo, TotalVolume
from tenuto.core.plan.request import PlanRequest
from tenuto.core.units import MgPerKg, MgPerMl, Minutes, Ml
from tests.core.intake.people import DEPRESSION, TODAY, measured, with_answer

COMPLETE = with_answer("care.treating_clinician", "Dr Ada Finch, psychiatrist")
PROBLEMS = [
    "Bipolar II disorder", "Post-traumatic stress disorder", "Obsessive-compulsive disorder", "Panic disorder",
    "Complex regional pain syndrome", "Postherpetic neuralgia", "Fibromyalgia", "Migraine", "Phantom limb pain",
]  # fmt: skip
CONTRAINDICATIONS = [
    "Abdominal aortic aneurysm",
    "Acute intermittent porphyria",
    "Schizophrenia",
    "Interstitial cystitis",
]


def patient(chance: Random) -> PatientFacts:
    """One person. Half are complete and well; the others miss a fact or two, or carry a contraindication."""
    whole = COMPLETE
    if chance.random() < 0.5:
        weight = measured("weight_kg", f"{chance.uniform(45, 85):.1f}")
        return replace(
            whole, measurements=(weight, *(m for m in whole.measurements if m.kind != "weight_kg"))
        )
    kept = list(whole.measurements)
    weight, height = chance.uniform(35, 200), chance.uniform(145, 200)
    kept = [m for m in kept if m.kind not in ("weight_kg", "height_cm")]
    if chance.random() > 0.03:
        places = chance.choice([0, 1, 2, 3])
        kept.append(measured("weight_kg", f"{weight:.{places}f}", chance.choice([0, 0, 0, 3, 9])))
    if chance.random() > 0.1:
        kept.append(measured("height_cm", f"{height:.0f}"))
    problems = [DEPRESSION] if chance.random() < 0.6 else [Problem(chance.choice(PROBLEMS))]
    if chance.random() < 0.15:
        problems.append(Problem(chance.choice(CONTRAINDICATIONS)))
    answers = list(whole.answers)
    for _ in range(chance.choice([0, 0, 1, 2])):
        answers.pop(chance.randrange(len(answers)))
    person = Person(
        whole.person.name,
        whole.person.identifiers,
        date(chance.randint(1935, 2012), chance.randint(1, 12), chance.randint(1, 28)),
        chance.choice(["female", "male", "other", ""]),
    )
    return replace(
        whole, person=person, measurements=tuple(kept), problems=tuple(problems), answers=tuple(answers)
    )


def request(chance: Random) -> PlanRequest:
    """One request, with a dose of its own now and then, far above the caps at times."""
    if chance.random() < 0.5:
        return PlanRequest(vial=MgPerMl(50), volume=TotalVolume(Ml(100)), clinic_days=(0, 2, 4))
    unusual = chance.random() < 0.5
    return PlanRequest(
        protocol=chance.choice(sorted(protocols())) if chance.random() < 0.5 else None,
        start=TODAY + timedelta(days=chance.randint(0, 30)),
        clinic_days=tuple(sorted(chance.sample(range(7), chance.randint(1, 7)))),
        vial=chance.choice([None, MgPerMl(10), MgPerMl(50), MgPerMl(100)]),
        volume=chance.choice(
            [None, TotalVolume(Ml(50)), TotalVolume(Ml("0.7")), AddedTo(Ml(100), Ml(chance.randint(0, 15)))]
        ),
        dead_volume=Ml(chance.choice([0, 0, 20])),
        weight_choice=chance.choice(
            [None, None, *(WeightChoice(basis, "chosen for this body") for basis in WeightBasis)]
        ),
        target=MgPerKg(Decimal(chance.randint(1, 300)) / 100) if unusual else None,
        minutes=Minutes(chance.randint(5, 300)) if unusual else None,
    )
