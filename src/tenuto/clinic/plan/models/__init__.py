"""Plans as they were signed, comfort cards, visits as they were reported and orders for the next one. Rows are only added."""

from tenuto.clinic.plan.models.comfort import ComfortCard
from tenuto.clinic.plan.models.version import PlanException, PlanSignature, PlanVersion, PlanWithdrawal
from tenuto.clinic.plan.models.visit import VisitOrders, VisitReport

__all__ = [
    "ComfortCard",
    "PlanException",
    "PlanSignature",
    "PlanVersion",
    "PlanWithdrawal",
    "VisitOrders",
    "VisitReport",
]
