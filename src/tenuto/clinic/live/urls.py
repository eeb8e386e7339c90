"""Where pages listen."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.live import views

app_name = "live"
urlpatterns = [path("live/", views.events, name="events")]
