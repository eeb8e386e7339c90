"""Clinics and the people who work there. Every query starts at a clinic."""

from tenuto.clinic.accounts.models.clinic import Clinic, Staff
from tenuto.clinic.accounts.models.credential import PrintedCredential
from tenuto.clinic.accounts.models.factor import SpentFactor
from tenuto.clinic.accounts.models.invitation import Invitation, InvitationUse
from tenuto.clinic.accounts.models.last_code import LastCode
from tenuto.clinic.accounts.models.tally import Tally
from tenuto.clinic.accounts.roles import Role

__all__ = [
    "Clinic",
    "Invitation",
    "InvitationUse",
    "LastCode",
    "PrintedCredential",
    "Role",
    "SpentFactor",
    "Staff",
    "Tally",
]
