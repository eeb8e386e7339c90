"""The door of links: giving a patient one, opening one, and what a page behind one needs."""

from tenuto.clinic.links.services import (
    LONGEST,
    TRIES,
    Issued,
    LinkRefused,
    OpenedLink,
    close,
    issue,
    open_link,
    revoke,
    states,
)
from tenuto.clinic.links.visits import by_link, register, visit_of

__all__ = [
    "LONGEST",
    "TRIES",
    "Issued",
    "LinkRefused",
    "OpenedLink",
    "by_link",
    "close",
    "issue",
    "open_link",
    "register",
    "revoke",
    "states",
    "visit_of",
]
