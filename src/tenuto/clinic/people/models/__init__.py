"""Clinics, the people who work there and the people who are treated there. Every query starts at a clinic."""

from tenuto.clinic.people.models.access import (
    BrokenGlass,
    CareTeamChange,
    GlassReview,
    Restriction,
    WeeklyReview,
)
from tenuto.clinic.people.models.clinic import Clinic, Staff
from tenuto.clinic.people.models.patient import (
    Channel,
    ContactPreference,
    Identity,
    NameKey,
    Patient,
    PatientIdentifier,
    SupportPerson,
)
from tenuto.clinic.people.models.tally import Tally
from tenuto.clinic.people.roles import Role

__all__ = [
    "BrokenGlass",
    "CareTeamChange",
    "Channel",
    "Clinic",
    "ContactPreference",
    "GlassReview",
    "Identity",
    "NameKey",
    "Patient",
    "PatientIdentifier",
    "Restriction",
    "Role",
    "Staff",
    "SupportPerson",
    "Tally",
    "WeeklyReview",
]
