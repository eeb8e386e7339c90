"""Pages of the infusion that are about the whole clinic."""

from __future__ import annotations

from django.urls import path

from tenuto.clinic.infusion.views import closing

app_name = "infusions"
urlpatterns = [path("infusions/closing/", closing.page, name="closing")]
