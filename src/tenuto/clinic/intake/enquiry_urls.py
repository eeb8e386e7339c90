"""Enquiries: for staff below `/enquiries/`, and the public form of a clinic at `/enquire/<clinic>/`. Registering."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.intake.views import enquiries, public, registering

urlpatterns = [
    path("enquiries/", enquiries.enquiries, name="enquiries"),
    path("register/", registering.register, name="register"),
    path("enquiries/add/", enquiries.add, name="enquiry-add"),
    path("enquiries/<uuid:enquiry_id>/", enquiries.enquiry, name="enquiry"),
    path("enquire/<uuid:clinic_id>/", public.enquire, name="enquire"),
    path("enquire/<uuid:clinic_id>/thanks/", public.thanks, name="enquire-thanks"),
]
