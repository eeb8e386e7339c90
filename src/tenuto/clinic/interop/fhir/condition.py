"""Condition: a diagnosis or history item, with the state that the sender gives it."""

from __future__ import annotations

from tenuto.clinic.interop.fhir.certainty import beside_the_code
from tenuto.clinic.interop.fhir.elements import Element, Moment, Remarks
from tenuto.clinic.interop.fhir.empty_lists import no_entry
from tenuto.clinic.interop.fhir.statuses import OVER, TAKEN_BACK, status_of
from tenuto.core.intake.contraindications import closing
from tenuto.core.intake.facts import Coding, Problem, ProblemStatus
from tenuto.core.intake.reading_report import Ending
from tenuto.core.intake.terminology import only_a_visit, risk_told, treated_for

__all__ = ["read"]

ENTERED_IN_ERROR = "entered-in-error"

_UNCONFIRMED = ("unconfirmed", "provisional", "differential")

_STATUS = {
    "active": ProblemStatus.ACTIVE,
    "recurrence": ProblemStatus.ACTIVE,
    "relapse": ProblemStatus.ACTIVE,
    "remission": ProblemStatus.REMISSION,
    # Not felt at present, nothing said of being over: the more careful reading.
    "inactive": ProblemStatus.REMISSION,
    "resolved": ProblemStatus.RESOLVED,
}


_PRESENT = frozenset(status for status, meant in _STATUS.items() if meant is ProblemStatus.ACTIVE)


def read(condition: Element, remarks: Remarks) -> Problem | None:
    """The problem; None for one that was entered in error or that names no condition."""
    verification = status_of(condition, "verificationStatus", TAKEN_BACK, remarks)
    if verification == ENTERED_IN_ERROR:
        remarks.settle(Ending.TAKEN_BACK, "entered in error")
        return None
    codings, text = condition.codings("code")
    beside = beside_the_code(condition, remarks)
    verification = beside if beside in ("provisional", "refuted") else verification
    if no_entry(condition, codings, text, "problems", remarks, field="code"):
        return None
    if only_a_visit(codings) and not _tells_more(codings, text):
        remarks.settle(Ending.NOT_NEEDED, "the reason of a visit; it is no problem")
        return None
    if not codings and not text:
        remarks.add(f"{condition.where} names no condition. Look it up in the sending system.")
        return None
    onset = condition.moment("onsetDateTime", remarks) or _start(condition, "onsetPeriod", remarks)
    ended = condition.moment("abatementDateTime", remarks) or _end(condition, "abatementPeriod", remarks)
    if condition.status("clinicalStatus") in _PRESENT and any(
        name.startswith("abatement") for name in condition.raw
    ):
        remarks.add(
            f"{condition.where} (“{(text or codings[0].code)[:80]}”) is recorded as active and as having ended. Find out which is "
            "right."
        )
    _, severity = condition.codings("severity")
    return Problem(
        text=text or codings[0].code,
        codings=codings,
        status=ProblemStatus.RESOLVED if beside == "resolved" else _status(condition, verification, remarks),
        # A partly known day is read as the latest it can be: nothing looks longer ago than it is.
        onset=onset.latest if onset else None,
        ended=ended.latest if ended else None,
        severity=severity.lower(),
        origin=condition.where,
        certain=verification not in _UNCONFIRMED,
    )


def _tells_more(codings: tuple[Coding, ...], text: str) -> bool:
    """Whether what stands beside the code of a visit is more than that, such as a pregnancy."""
    texts = (text, *(coding.display for coding in codings))
    return any(closing(Problem(each, origin="")) or risk_told(each) or treated_for(each) for each in texts)


def _status(condition: Element, verification: str, remarks: Remarks) -> ProblemStatus:
    if verification == "refuted":
        return ProblemStatus.REFUTED
    sent = status_of(condition, "clinicalStatus", OVER, remarks)
    known = _STATUS.get(sent)
    if known is None:
        said = f"has the clinical status '{sent[:40]}'" if sent else "has no clinical status"
        remarks.add(f"{condition.where} {said}; taken as active. Check whether it still is.")
        return ProblemStatus.ACTIVE
    return known


def _start(resource: Element, name: str, remarks: Remarks) -> Moment | None:
    period = resource.one(name)
    return period.moment("start", remarks) if period else None


def _end(resource: Element, name: str, remarks: Remarks) -> Moment | None:
    period = resource.one(name)
    return period.moment("end", remarks) if period else None
