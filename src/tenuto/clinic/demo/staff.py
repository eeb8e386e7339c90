"""The invented clinics and the people who can sign in to them."""

from __future__ import annotations

from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha256

from tenuto.clinic.accounts.models import Role

__all__ = ["OTHER_CLINIC", "PASSWORD", "STAFF", "TEACHING_CLINIC", "DemoStaff"]

PASSWORD = "hold-the-note"  # noqa: S105 - printed at every start, opens only invented records
TEACHING_CLINIC = "Demo Teaching Clinic"
OTHER_CLINIC = "Demo Harbour Clinic"


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """One sign-in of the demonstration."""

    username: str
    name: str
    role: Role
    clinic: str

    @property
    def secret(self) -> str:
        """The secret of the person's authenticator app; as public as the password."""
        return b32encode(sha256(f"tenuto demonstration {self.username}".encode()).digest()[:20]).decode()


STAFF = (
    DemoStaff("alice", "Alice Demo", Role.PRESCRIBER, TEACHING_CLINIC),
    DemoStaff("bob", "Bob Demo", Role.NURSE, TEACHING_CLINIC),
    DemoStaff("dora", "Dora Demo", Role.MEDICAL_DIRECTOR, TEACHING_CLINIC),
    DemoStaff("carol", "Carol Demo", Role.COORDINATOR, TEACHING_CLINIC),
    DemoStaff("erin", "Erin Demo", Role.AUDITOR, TEACHING_CLINIC),
    DemoStaff("charlie", "Charlie Demo", Role.PRESCRIBER, OTHER_CLINIC),
)
