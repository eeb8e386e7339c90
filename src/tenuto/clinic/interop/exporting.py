"""A patient's scores as one FHIR bundle: the forms used, what was answered, and every score."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenuto.clinic.interop.fhir.forms import observations, questionnaire, response
from tenuto.clinic.interop.fhir.forms.common import Json
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.api import FormRow, forms_of
from tenuto.core.scales.reading import instrument

__all__ = ["scores", "scores_bundle"]


@require_safe
@shows_patient("scores as a FHIR file", verb="patient.export")
def scores(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The file. It names the patient by the record's id alone."""
    text = json.dumps(scores_bundle(str(patient.pk), forms_of(patient.pk)), indent=1, ensure_ascii=False)
    answer = HttpResponse(text, content_type="application/fhir+json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="scores-{patient.pk}.json"'
    return answer


def scores_bundle(patient: str, forms: list[FormRow]) -> Json:
    """Each form that was used once, then the answers and scores in the order in which they were recorded."""
    used = [instrument(name) for name in dict.fromkeys(form.instrument for form in forms)]
    resources: list[Json] = [questionnaire(scale) for scale in used]
    for form in forms:
        scale, about = instrument(form.instrument), f"Patient/{patient}"
        resources.append(response(scale, form.answers, id_=str(form.id), subject=about, written=form.taken))
        resources += observations(scale, form.answers, id_=str(form.id), subject=about, written=form.taken)
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": resource} for resource in resources],
    }
