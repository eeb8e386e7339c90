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

__all__ = [
    "SessionRefused",
    "account_of",
    "chart",
    "end_session",
    "open_session",
    "session_today",
    "start_infusion",
]
