"""The documents of a kept version: made from its stored content alone, so that no later rule or text can change them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tenuto.clinic.plan.document import Document
from tenuto.clinic.plan.documents.pdf import set_pdf
from tenuto.clinic.plan.documents.sheet import Today, today_on
from tenuto.core.plan.order import Order

__all__ = ["NOT_VALIDATED", "pdf_of"]

NOT_VALIDATED = "Not for care until your clinic has validated it. Not cleared or approved by any regulator."


def pdf_of(
    order: Order,
    document: Document,
    *,
    number: int,
    status: str,
    in_force: bool,
    acts: Iterable[tuple[str, str]],
    digest: str,
    today: Today,
    held: str = "",
    on: date,
) -> bytes:
    """The tagged PDF of a version. `acts` is the signature block; `status` crosses the page unless it is in force.

    `held` says why the plan has to be looked at again before anything is given; it then stands first and crosses the page.
    """
    policy = f"{order.policy.id} version {order.policy.version}"
    # What stands first on the paper is not said again.
    said = "For what stands first here." if held and held in today.safety.text else held
    stopped = [{"label": "Give nothing", "value": f"{said} A prescriber looks at this plan first."}]
    done = [*acts]
    rows = [*done, ("Content", digest), ("Policy", policy)]
    kept = today_on(document["sheet"], today)
    sheet = {
        **kept,
        "title": f"Treatment order, version {number}",
        "stamp": "LOOK AGAIN" if held else "" if in_force else status.upper(),
        "about": [
            *(stopped if held else ()),
            {"label": "Status", "value": status},
            {"label": "Signed by", "value": "; ".join(value for _, value in done[:2])},
            *kept["about"],
        ],
        # Who signs has chosen; nobody who prepares or gives it is shown what else there was.
        "alternatives": [],
        "signature": [{"label": label, "value": value} for label, value in rows],
        "footer": f"Version {number}, {status.lower()}. Content {digest[:16]}. Policy {policy}. {NOT_VALIDATED}",
    }
    return set_pdf(sheet, on=on)
