"""Which tables say a risk of suicide: whoever decides anything about treatment has seen the newest row of each (H18, H39)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import or_

from django.db.models import Q
from django.http import QueryDict

from tenuto.clinic.accounts.decorators import View
from tenuto.clinic.pathway.api import Contrary, Typed, rests_on
from tenuto.core.literature.tasks import EndsBy, task_kinds
from tenuto.core.scales.reading import instruments

__all__ = ["ABOUT_RISK", "ANSWER_ON_DEATH", "finds_risk", "judges_risk"]

ANSWER, FORM, TASK = "scales.ItemAnswer", "scales.ScaleForm", "ports.Task"
RISK_GROUNDS = (
    "scales.SuicideTriage",
    FORM,
    ANSWER,
    "scales.IncomingCall",
    "intake.IntakeRecord",
    "intake.StepSave",
    "course.CourseEvent",
    TASK,
)
"""What a triage looks at, and all from which the tasks come that it ends."""


def _asks_on_death(_: QueryDict) -> Q:
    return Q(instrument__in=[scale.id for scale in instruments().values() if scale.risk_item])


def _on_death(_: QueryDict) -> Q:
    asking = ((scale.id, scale.risk_item.item) for scale in instruments().values() if scale.risk_item)
    return reduce(or_, (Q(instrument=scale, item=item) for scale, item in asking), Q(pk__in=()))


def _ended_by_a_triage(_: QueryDict) -> Q:
    return Q(kind__in=[kind.id for kind in task_kinds().values() if EndsBy.TRIAGE in kind.ends_by])


ANSWER_ON_DEATH: Mapping[str, Contrary] = {ANSWER: _on_death}
"""Answers to the questions on death and self-harm alone: a patient who goes on with the others holds nobody up."""
ABOUT_RISK: Mapping[str, Contrary] = {**ANSWER_ON_DEATH, TASK: _ended_by_a_triage}
"""Beside them the tasks about a risk of suicide alone."""

JUDGED = (
    *RISK_GROUNDS,
    "ports.Hold",
    "intake.ConsentWithdrawn",
    "plan.PlanSignature",
    "plan.PlanWithdrawal",
    "policies.PolicyActivation",
)
"""What every judgement on treatment has seen, whatever it decides: the risk, the holds, the consent, the plan, the policy."""


def judges_risk(
    *own: str, typed: Typed, page: str = "", contrary: Mapping[str, Contrary] | None = None
) -> Callable[[View], View]:
    """An action by which treatment goes on, or begins: it rests on its `own` tables and on all that every judgement has seen.

    What stops, slows, ends or takes leave is no such action: nobody waits with that for a page.
    """
    return _marked((*own, *JUDGED), typed, page, ABOUT_RISK if contrary is None else contrary)


def finds_risk(*, typed: Typed) -> Callable[[View], View]:
    """A triage: it waits for what speaks of the risk alone. A form that asks about neither death nor self-harm, a hold or a
    plan comes in beside it."""
    return _marked(RISK_GROUNDS, typed, "", {**ABOUT_RISK, FORM: _asks_on_death})


def _marked(
    labels: Iterable[str], typed: Typed, page: str, contrary: Mapping[str, Contrary]
) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        checked = rests_on(*dict.fromkeys(labels), typed=typed, page=page, contrary=contrary)(view)
        checked.judges_risk = True  # type: ignore[attr-defined]
        return checked

    return decorate
