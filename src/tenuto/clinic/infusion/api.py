"""The door of the infusion."""

from tenuto.clinic.infusion.services import (
    SessionRefused,
    account_of,
    chart,
    end_session,
    open_session,
    session_today,
    start_infusion,
)
from tenuto.clinic.infusion.today import SessionStage, stages_on

__all__ = [
    "SessionRefused",
    "SessionStage",
    "account_of",
    "chart",
    "end_session",
    "open_session",
    "session_today",
    "stages_on",
    "start_infusion",
]
