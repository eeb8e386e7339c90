from __future__ import annotations

from django.urls import path

from tenuto.clinic.interop import exporting, views

app_name = "interop"
urlpatterns = [
    path("bundles/", views.receive_bundle, name="bundles"),
    path("bundles/read/", views.look, name="look"),
    path("bundles/keep/", views.keep, name="keep"),
    path("bundles/discard/", views.discard_read, name="discard"),
    path("patients/<uuid:patient_id>/scores.json", exporting.scores, name="scores"),
]
