"""The door of the ports: later stages and machines write here, booking and the desk read here."""

from tenuto.clinic.ports.by_rule import open_by_rule
from tenuto.clinic.ports.calling import contacts_of, said_of
from tenuto.clinic.ports.contacts import ContactRefused, record_contact, record_not_reached
from tenuto.clinic.ports.holds import HoldKind, active_holds, holds_in, holds_in_force, lift_hold, place_hold
from tenuto.clinic.ports.on_call import LONGEST_SHIFT, ShiftRefused, on_call, put_on_call
from tenuto.clinic.ports.rows import HOLDS_UP, HoldRow, TaskRow, WindowRow, given_on_to, who_ends
from tenuto.clinic.ports.tasks import (
    AlreadyEnded,
    NotByNote,
    TaskOutcome,
    close_task,
    count_ended_tasks,
    end_task,
    end_tasks,
    newest_suicide_tasks,
    open_safety_tasks_of,
    open_task,
    open_tasks,
    open_tasks_about,
    open_tasks_about_nobody,
    open_tasks_of,
    safety_tasks_about,
)
from tenuto.clinic.ports.windows import (
    WindowKind,
    current_window,
    set_window,
    windows,
    windows_among,
    withdraw_window,
)

__all__ = [
    "HOLDS_UP",
    "LONGEST_SHIFT",
    "AlreadyEnded",
    "ContactRefused",
    "HoldKind",
    "HoldRow",
    "NotByNote",
    "ShiftRefused",
    "TaskOutcome",
    "TaskRow",
    "WindowKind",
    "WindowRow",
    "active_holds",
    "close_task",
    "contacts_of",
    "count_ended_tasks",
    "current_window",
    "end_task",
    "end_tasks",
    "given_on_to",
    "holds_in",
    "holds_in_force",
    "lift_hold",
    "newest_suicide_tasks",
    "on_call",
    "open_by_rule",
    "open_safety_tasks_of",
    "open_task",
    "open_tasks",
    "open_tasks_about",
    "open_tasks_about_nobody",
    "open_tasks_of",
    "place_hold",
    "put_on_call",
    "record_contact",
    "record_not_reached",
    "safety_tasks_about",
    "said_of",
    "set_window",
    "who_ends",
    "windows",
    "windows_among",
    "withdraw_window",
]
