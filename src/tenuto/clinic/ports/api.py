"""The door of the ports: later stages and machines write here, booking and the desk read here."""

from tenuto.clinic.ports.by_rule import open_by_rule
from tenuto.clinic.ports.contacts import ContactRefused, record_contact, record_not_reached
from tenuto.clinic.ports.holds import HoldKind, active_holds, holds_in_force, lift_hold, place_hold
from tenuto.clinic.ports.rows import HOLDS_UP, HoldRow, TaskRow, WindowRow
from tenuto.clinic.ports.tasks import (
    AlreadyEnded,
    NotByNote,
    TaskOutcome,
    close_task,
    end_task,
    end_tasks,
    open_safety_tasks_of,
    open_task,
    open_tasks,
    open_tasks_of,
    safety_tasks_about,
)
from tenuto.clinic.ports.windows import current_window, set_window, windows, withdraw_window

__all__ = [
    "HOLDS_UP",
    "AlreadyEnded",
    "ContactRefused",
    "HoldKind",
    "HoldRow",
    "NotByNote",
    "TaskOutcome",
    "TaskRow",
    "WindowRow",
    "active_holds",
    "close_task",
    "current_window",
    "end_task",
    "end_tasks",
    "holds_in_force",
    "lift_hold",
    "open_by_rule",
    "open_safety_tasks_of",
    "open_task",
    "open_tasks",
    "open_tasks_of",
    "place_hold",
    "record_contact",
    "record_not_reached",
    "safety_tasks_about",
    "set_window",
    "windows",
    "withdraw_window",
]
