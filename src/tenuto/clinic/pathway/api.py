"""What the other rooms take from the pathway: the kinds of contribution, the one frame of a patient's pages, and what
all stages together say."""

from __future__ import annotations

from tenuto.clinic.pathway.batch import Batch
from tenuto.clinic.pathway.frame import (
    banner_of,
    born_text,
    facts_of,
    judgements_of,
    patient_page,
    safety_now,
    safety_of,
    spine_of,
    turns_of,
)
from tenuto.clinic.pathway.parts import (
    Beside,
    Contribution,
    Judgement,
    PatientLink,
    Place,
    Rank,
    State,
    TaskPlace,
    Turn,
    Vitals,
)
from tenuto.clinic.pathway.registry import (
    contributions,
    first_page,
    judging_page,
    may_open,
    routes,
    spine_order,
    stage_of_task,
    task_place,
)
from tenuto.clinic.pathway.seen import rests_on

__all__ = [
    "Batch",
    "Beside",
    "Contribution",
    "Judgement",
    "PatientLink",
    "Place",
    "Rank",
    "State",
    "TaskPlace",
    "Turn",
    "Vitals",
    "banner_of",
    "born_text",
    "contributions",
    "facts_of",
    "first_page",
    "judgements_of",
    "judging_page",
    "may_open",
    "patient_page",
    "rests_on",
    "routes",
    "safety_now",
    "safety_of",
    "spine_of",
    "spine_order",
    "stage_of_task",
    "task_place",
    "turns_of",
]
