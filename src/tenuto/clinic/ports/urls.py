from __future__ import annotations

from django.urls import path

from tenuto.clinic.ports import rota_views, views

app_name = "ports"
urlpatterns = [
    path("patients/<uuid:patient_id>/tasks/<uuid:task_id>/", views.task, name="task"),
    path("patients/<uuid:patient_id>/tasks/<uuid:task_id>/contact/", views.contact, name="contact"),
    path(
        "patients/<uuid:patient_id>/tasks/<uuid:task_id>/not-reached/", views.not_reached, name="not-reached"
    ),
    path("patients/<uuid:patient_id>/tasks/<uuid:task_id>/close/", views.close, name="close"),
    path("on-call/", rota_views.rota, name="rota"),
    path("on-call/<uuid:shift_id>/end/", rota_views.end, name="rota-end"),
]
