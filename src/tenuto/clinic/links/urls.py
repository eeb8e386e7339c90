from __future__ import annotations

from django.urls import path

from tenuto.clinic.links import views

app_name = "links"
urlpatterns = [
    path("l/<str:token>/", views.door, name="door"),
    path("visit/", views.inside, name="inside"),
]
