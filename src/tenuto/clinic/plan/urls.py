from __future__ import annotations

from django.urls import path

from tenuto.clinic.plan import views

app_name = "plan"
urlpatterns = [
    path("", views.page, name="page"),
    path("plan.pdf", views.pdf, name="pdf"),
    path("series.ics", views.calendar, name="calendar"),
]
