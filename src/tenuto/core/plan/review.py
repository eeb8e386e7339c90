"""When a course without response has to be stopped or justified."""

from __future__ import annotations

from tenuto.core.gate import Finding, Level
from tenuto.core.policy import Policy

__all__ = ["stop_or_justify"]


def stop_or_justify(infusions_given: int, *, responded: bool | None, policy: Policy) -> tuple[Finding, ...]:
    """REVIEW from the policy's number of infusions on without response; an unknown response is not a response.

    Source: half of those who respond have done so by the third infusion [V]; the number is a design default.
    """
    limit = policy.limit("stop_or_justify_after")
    if responded or infusions_given < limit.value:
        return ()
    what = "no response" if responded is False else "no score that shows a response"
    message = f"{infusions_given} infusions and {what}: stop the course, or write why it goes on."
    return (
        Finding("STOP-OR-JUSTIFY", Level.REVIEW, message, limit.basis, "response", missing=responded is None),
    )
