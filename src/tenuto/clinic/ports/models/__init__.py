"""What somebody must do, what keeps a patient from being booked, and when a patient should be booked.

All rows are facts that were true when they were written. That a task ended or a hold was lifted is a further row.
"""

from tenuto.clinic.ports.models.booking import Hold, HoldLift, Window
from tenuto.clinic.ports.models.contact import Contact, NotReached
from tenuto.clinic.ports.models.on_call import OnCallEnd, OnCallShift
from tenuto.clinic.ports.models.task import Task, TaskEnd, TaskEscalation

__all__ = [
    "Contact",
    "Hold",
    "HoldLift",
    "NotReached",
    "OnCallEnd",
    "OnCallShift",
    "Task",
    "TaskEnd",
    "TaskEscalation",
    "Window",
]
