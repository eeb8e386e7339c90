"""Which tables say a risk of suicide: whoever decides anything about treatment has seen the newest row of each (H18, H39)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_

from django.db.models import Q
from django.http import QueryDict

from tenuto.clinic.pathway.api import Contrary
from tenuto.core.literature.tasks import EndsBy, task_kinds
from tenuto.core.scales.reading import instruments

__all__ = ["ABOUT_RISK", "ANSWER_ON_DEATH", "RISK_GROUNDS"]

ANSWER, TASK = "scales.ItemAnswer", "ports.Task"
RISK_GROUNDS = (
    "scales.SuicideTriage",
    "scales.ScaleForm",
    ANSWER,
    "scales.IncomingCall",
    "intake.IntakeRecord",
    "intake.StepSave",
    "course.CourseEvent",
    TASK,
)
"""What a triage looks at, and all from which the tasks come that it ends."""


def _on_death(_: QueryDict) -> Q:
    asking = ((scale.id, scale.risk_item.item) for scale in instruments().values() if scale.risk_item)
    return reduce(or_, (Q(instrument=scale, item=item) for scale, item in asking), Q(pk__in=()))


def _ended_by_a_triage(_: QueryDict) -> Q:
    return Q(kind__in=[kind.id for kind in task_kinds().values() if EndsBy.TRIAGE in kind.ends_by])


ANSWER_ON_DEATH: Mapping[str, Contrary] = {ANSWER: _on_death}
"""Answers to the questions on death and self-harm alone: a patient who goes on with the others holds nobody up."""
ABOUT_RISK: Mapping[str, Contrary] = {**ANSWER_ON_DEATH, TASK: _ended_by_a_triage}
"""Beside them the tasks about a risk of suicide alone."""
