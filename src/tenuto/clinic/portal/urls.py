from __future__ import annotations

from django.urls import path

from tenuto.clinic.portal import views

app_name = "portal"
urlpatterns = [
    path("how-long/", views.how_long, name="how-long"),
    path("leaflets/", views.leaflet_list, name="leaflets"),
    path("leaflets/corrected/", views.corrected, name="corrected"),
    path("leaflets/<str:leaflet_id>/", views.leaflet_page, name="leaflet"),
]
