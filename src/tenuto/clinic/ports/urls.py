from __future__ import annotations

from django.urls import path

from tenuto.clinic.ports import views

app_name = "ports"
urlpatterns = [
    path("patients/<uuid:patient_id>/break-glass/", views.break_glass_page, name="break-glass"),
    path("audit/glass/<uuid:glass_id>/", views.glass_page, name="glass"),
]
