"""The verbs of the infusion."""

from tenuto.clinic.infusion.services.charting import (
    ChartConflict,
    SavedFirst,
    chart,
    end_session,
    start_infusion,
)
from tenuto.clinic.infusion.services.opening import open_session
from tenuto.clinic.infusion.services.readying import (
    answer_identity,
    answer_rows,
    asked_too_soon,
    read_dose,
    record_before,
    release_start,
)
from tenuto.clinic.infusion.services.recovering import (
    chart_look,
    discharge,
    last_session,
    recovery_of,
)
from tenuto.clinic.infusion.services.saving import SavingKey, saving_keys
from tenuto.clinic.infusion.services.standing import (
    SessionRefused,
    Start,
    account_of,
    accounts_among,
    finding_mark,
    session_today,
    start_of,
)

__all__ = [
    "ChartConflict",
    "SavedFirst",
    "SavingKey",
    "SessionRefused",
    "Start",
    "account_of",
    "accounts_among",
    "answer_identity",
    "answer_rows",
    "asked_too_soon",
    "chart",
    "chart_look",
    "discharge",
    "end_session",
    "finding_mark",
    "last_session",
    "open_session",
    "read_dose",
    "record_before",
    "recovery_of",
    "release_start",
    "saving_keys",
    "session_today",
    "start_infusion",
    "start_of",
]
