from __future__ import annotations

from django.urls import path

from tenuto.clinic.people import patient_views

app_name = "people"
urlpatterns = [
    path("patients/<uuid:patient_id>/person/", patient_views.person, name="person"),
    path("patients/<uuid:patient_id>/person/amend/", patient_views.amend, name="amend"),
    path("patients/<uuid:patient_id>/person/contact/", patient_views.contact, name="contact"),
    path("patients/<uuid:patient_id>/person/support/", patient_views.support, name="support"),
]
