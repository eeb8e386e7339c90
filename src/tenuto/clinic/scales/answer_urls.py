"""What a patient answers who came by a link, below `/answers/`."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.scales.views import answers

urlpatterns = [
    path("answers/", answers.asked, name="answers"),
    path("answers/<slug:instrument_id>/", answers.answer, name="answer"),
    path("answers/<uuid:clinic_id>/heard/", answers.heard, name="answers-heard"),
    path("answers/<uuid:clinic_id>/thanks/", answers.thanks, name="answers-thanks"),
]
