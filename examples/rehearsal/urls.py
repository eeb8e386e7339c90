"""Below `/patients/<id>/rehearsal/`."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.rehearsal.views import page

app_name = "rehearsal"
urlpatterns = [path("", page, name="page")]
