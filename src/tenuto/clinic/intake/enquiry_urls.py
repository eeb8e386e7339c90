"""Enquiries: for staff below `/enquiries/`, and the public form of a clinic at `/enquire/<clinic>/`. Below `/answers/`,
what a patient answers who came by a link."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.intake.views import answers, enquiries, public

urlpatterns = [
    path("enquiries/", enquiries.enquiries, name="enquiries"),
    path("enquiries/add/", enquiries.add, name="enquiry-add"),
    path("enquiries/<uuid:enquiry_id>/", enquiries.enquiry, name="enquiry"),
    path("enquire/<uuid:clinic_id>/", public.enquire, name="enquire"),
    path("enquire/<uuid:clinic_id>/thanks/", public.thanks, name="enquire-thanks"),
    path("answers/", answers.asked, name="answers"),
    path("answers/<slug:instrument_id>/", answers.answer, name="answer"),
    path("answers/<uuid:clinic_id>/heard/", answers.heard, name="answers-heard"),
    path("answers/<uuid:clinic_id>/thanks/", answers.thanks, name="answers-thanks"),
]
