from __future__ import annotations

from django.urls import path

from tenuto.clinic.ports import views

app_name = "ports"
urlpatterns = [
    path("patients/<uuid:patient_id>/tasks/<uuid:task_id>/", views.task, name="task"),
    path("patients/<uuid:patient_id>/tasks/<uuid:task_id>/contact/", views.contact, name="contact"),
    path(
        "patients/<uuid:patient_id>/tasks/<uuid:task_id>/not-reached/", views.not_reached, name="not-reached"
    ),
    path("patients/<uuid:patient_id>/tasks/<uuid:task_id>/close/", views.close, name="close"),
]
