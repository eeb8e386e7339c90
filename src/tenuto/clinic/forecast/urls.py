"""Below `/patients/<id>/forecast/`."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.forecast.views import decide, page

app_name = "forecast"
urlpatterns = [
    path("", page.page, name="page"),
    path("forecast.pdf", page.pdf, name="pdf"),
    path("decide/", decide.decide, name="decide"),
]
