"""The door of links: giving a patient one, opening one, and what a page behind one needs."""

from tenuto.clinic.links.services import (
    LONGEST,
    TRIES,
    Issued,
    LinkRefused,
    OpenedLink,
    issue,
    open_in_person,
    open_link,
    patients_of_links,
    revoke,
    states,
    token_of,
)
from tenuto.clinic.links.visits import begin, by_link, register, visit_of

__all__ = [
    "LONGEST",
    "TRIES",
    "Issued",
    "LinkRefused",
    "OpenedLink",
    "begin",
    "by_link",
    "issue",
    "open_in_person",
    "open_link",
    "patients_of_links",
    "register",
    "revoke",
    "states",
    "token_of",
    "visit_of",
]
