"""The clinic's limits and the templates of courses."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.policies import protocol_views, views

app_name = "policies"
urlpatterns = [
    path("policy/", views.overview, name="overview"),
    path("policy/in-effect.toml", views.text_in_effect, name="text-in-effect"),
    path("policy/propose/", views.propose_version, name="propose"),
    path("policy/<uuid:policy_id>/", views.version, name="version"),
    path("policy/<uuid:policy_id>/policy.toml", views.text, name="text"),
    path("policy/<uuid:policy_id>/sign/", views.sign_version, name="sign"),
    path("policy/<uuid:policy_id>/activate/", views.activate_version, name="activate"),
    path("protocols/", protocol_views.protocols_page, name="protocols"),
    path("protocols/<str:protocol_id>/", protocol_views.protocol_page, name="protocol"),
]
