"""The page of a demonstration that no clinic has."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.demo import views

app_name = "demo"
urlpatterns = [path("demonstration/time/", views.time, name="time")]
