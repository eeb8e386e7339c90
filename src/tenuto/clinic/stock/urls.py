"""The pages of the drug ledger."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.stock import views

app_name = "stock"
urlpatterns = [
    path("drug/", views.page, name="page"),
    path("drug/write/", views.write, name="write"),
    path("drug/witness/", views.see, name="witness"),
    path("drug/close/", views.close, name="close"),
    path("drug/ledger.csv", views.table, name="table"),
    path("drug/ledger.pdf", views.paper, name="paper"),
]
