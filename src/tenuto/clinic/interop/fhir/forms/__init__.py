"""Rating scales as FHIR R4 resources, out and in: the form, what was answered, and the score."""

from __future__ import annotations

from tenuto.clinic.interop.fhir.forms.questionnaire import OtherForm, questionnaire, scale_of
from tenuto.clinic.interop.fhir.forms.response import SentForm, form_of, response
from tenuto.clinic.interop.fhir.forms.score import observations, total_of

__all__ = [
    "OtherForm",
    "SentForm",
    "form_of",
    "observations",
    "questionnaire",
    "response",
    "scale_of",
    "total_of",
]
