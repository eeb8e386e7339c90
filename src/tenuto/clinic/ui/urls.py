from __future__ import annotations

from django.urls import path

from tenuto.clinic.ui import views

app_name = "ui"
urlpatterns = [
    path("theme/", views.theme, name="theme"),
    path("worker.js", views.worker, name="worker"),
    path("offline/", views.offline, name="offline"),
    path("gallery/", views.gallery, name="gallery"),
]
