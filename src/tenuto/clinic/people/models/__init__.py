"""Who is treated, and who may see whom. Every query starts at a clinic."""

from tenuto.clinic.people.models.patient import (
    Channel,
    ContactPreference,
    Identity,
    NameKey,
    Patient,
    PatientIdentifier,
    SupportPerson,
)
from tenuto.clinic.people.models.rows import PatientRow
from tenuto.clinic.people.models.sight import BrokenGlass, CareTeamChange, Restriction

__all__ = [
    "BrokenGlass",
    "CareTeamChange",
    "Channel",
    "ContactPreference",
    "Identity",
    "NameKey",
    "Patient",
    "PatientIdentifier",
    "PatientRow",
    "Restriction",
    "SupportPerson",
]
