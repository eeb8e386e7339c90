from __future__ import annotations

from django.urls import path

from tenuto.clinic.pathway.views import person

app_name = "pathway"
urlpatterns = [
    path("patients/<uuid:patient_id>/person/", person.person, name="person"),
    path("patients/<uuid:patient_id>/person/amend/", person.amend, name="amend"),
    path("patients/<uuid:patient_id>/person/contact/", person.contact, name="contact"),
    path("patients/<uuid:patient_id>/person/support/", person.support, name="support"),
]
