"""What a clinic needs before its first patient: every room says in its `contribution.py` what it asks for (`SET_UP`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from tenuto.clinic.accounts.enrol import with_second_factor
from tenuto.clinic.accounts.models import Clinic, Role
from tenuto.clinic.accounts.roles import SIGNING_ROLES, WHO_MAY
from tenuto.clinic.accounts.signers import standings
from tenuto.clinic.ui.contributions import modules

__all__ = ["SetUp", "SetUpStep", "set_up", "steps_of"]

SIGNERS_OF_A_POLICY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpStep:
    """One thing that a clinic needs: whether it is there, what follows while it is not, and where it is done."""

    title: str
    rank: int
    """Its place among all steps, the lowest first."""
    open: str = ""
    """Why it is not done, and what that means for patients; empty when it is."""
    route: str = ""
    """The page on which it is done, with an anchor perhaps."""
    command: str = ""
    """What whoever runs the server types, where no page can do it."""
    urgent: bool = True
    """Nobody should be treated before; false for what may follow in the first weeks."""

    @property
    def address(self) -> str:
        """The address of the page, with its anchor."""
        name, _, anchor = self.route.partition("#")
        return f"{reverse(name)}{f'#{anchor}' if anchor else ''}" if name else ""

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return not self.open


SetUp = Callable[[Clinic, datetime], Iterable[SetUpStep]]


def steps_of(clinic: Clinic, *, at: datetime) -> tuple[SetUpStep, ...]:
    """Every step of every room, in the order in which a new clinic takes them."""
    found = (step for module in modules() if hasattr(module, "SET_UP") for step in module.SET_UP(clinic, at))
    return tuple(sorted(found, key=lambda step: step.rank))


def set_up(clinic: Clinic, at: datetime) -> Iterable[SetUpStep]:
    """The people, what patients are told, and the clock."""
    people = list(clinic.staff.filter(is_active=True).order_by("name", "pk"))
    signers = [person for person in people if person.role in SIGNING_ROLES]
    enrolled, standing = with_second_factor(signers), standings(signers)
    ready = [each for each in signers if each.pk in enrolled and standing[each.pk].confirmed]
    waiting = [each.name for each in signers if each not in ready]
    yield SetUpStep(
        title="Who signs is who they say",
        rank=10,
        open=f"{', '.join(waiting)}: without a second factor, or not confirmed by a second person. They can sign nothing."
        if waiting
        else "",
        route="accounts:staff",
        command="tenuto staff confirm NAME --reason WHY",
    )
    policy_signers = [each for each in ready if each.role in WHO_MAY["policy.sign"].roles]
    yield SetUpStep(
        title="Two people who can sign limits",
        rank=20,
        open=""
        if len(policy_signers) >= SIGNERS_OF_A_POLICY
        else f"{len(policy_signers)} of {SIGNERS_OF_A_POLICY} can sign. Limits count once a director and a second person signed them.",
        route="accounts:staff",
    )
    yield SetUpStep(
        title="A second clinician for the dose check",
        rank=30,
        open=""
        if any(each.role == Role.NURSE for each in ready)
        else "No nurse has a sign-in that is confirmed. A dose is checked by two clinicians, each on their own sign-in.",
        route="accounts:staff",
    )
    yield SetUpStep(
        title="What patients are told",
        rank=60,
        open=f"Patients are not told {' and '.join(clinic.not_told)}." if clinic.not_told else "",
        route="accounts:staff#words",
    )
    yield SetUpStep(
        title="The clinic's clock",
        rank=70,
        open="It stands at UTC, the clock of nowhere. Days and due times are judged by it."
        if clinic.zone == "UTC"
        else "",
        route="accounts:staff#zone-title",
    )
