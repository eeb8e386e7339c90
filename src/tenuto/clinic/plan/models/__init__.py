"""Plans as they were signed, comfort cards and orders for the next visit. Rows are only added."""

from tenuto.clinic.plan.models.comfort import ComfortCard
from tenuto.clinic.plan.models.version import (
    PlanException,
    PlanReview,
    PlanSignature,
    PlanVersion,
    PlanWithdrawal,
)
from tenuto.clinic.plan.models.visit import VisitOrders

__all__ = [
    "ComfortCard",
    "PlanException",
    "PlanReview",
    "PlanSignature",
    "PlanVersion",
    "PlanWithdrawal",
    "VisitOrders",
]
