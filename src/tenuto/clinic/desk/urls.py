from __future__ import annotations

from django.urls import path

from tenuto.clinic.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.first, name="patients"),
    path("chairs/", views.today, name="today"),
    path("worklist/", views.worklist, name="worklist"),
]
