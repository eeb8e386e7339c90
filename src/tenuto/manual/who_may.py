"""The table of who may do what, as a page."""

from __future__ import annotations

from tenuto.clinic.accounts.roles import SIGNING_ROLES, WHO_MAY, Role

__all__ = ["page"]


def page() -> str:
    """The manual page: who may do what."""
    roles = list(Role)
    head = "| to | verb |" + "".join(f" {role.label} |" for role in roles)
    rule = "|---|---|" + ":-:|" * len(roles)
    rows = [
        f"| {verb.words} | `{name}` |" + "".join(" yes |" if role in verb.roles else " |" for role in roles)
        for name, verb in WHO_MAY.items()
    ]
    return "\n".join(["# Who may do what", "", INTRODUCTION, "", head, rule, *rows])


INTRODUCTION = (
    """\
Written from the table that the program asks (`tenuto.clinic.accounts.roles`). Everyone acts inside their own clinic only.
Who may is one question; whether it is the moment is the gate's. A refusal is a page with a sentence, and it is recorded.

Roles that sign anything, which are """
    + ", ".join(role.label.lower() for role in Role if role in SIGNING_ROLES)
    + """, set
up a second factor at their first sign-in and can't go on without one."""
)
