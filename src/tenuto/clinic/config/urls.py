"""Every address of the clinic, by the app that answers it; the stages contribute their own."""

from __future__ import annotations

from django.urls import include, path

from tenuto.clinic.config.health import lives, ready
from tenuto.clinic.pathway.api import routes
from tenuto.clinic.ui.views import forbidden, not_found, server_error

urlpatterns = [
    path("healthz", lives, name="lives"),
    path("readyz", ready, name="ready"),
    path("", include("tenuto.clinic.desk.urls")),
    path("", include("tenuto.clinic.accounts.urls")),
    path("", include("tenuto.clinic.pathway.urls")),
    path("", include("tenuto.clinic.live.urls")),
    path("", include("tenuto.clinic.access.urls")),
    path("", include("tenuto.clinic.accounts.account_urls")),
    path("", include("tenuto.clinic.ports.urls")),
    path("", include("tenuto.clinic.links.urls")),
    path("", include("tenuto.clinic.policies.urls")),
    path("", include("tenuto.clinic.portal.urls")),
    path("", include("tenuto.clinic.demo.urls")),
    path("", include("tenuto.clinic.ui.urls")),
    *routes(),
    path("interop/", include("tenuto.clinic.interop.urls")),
]
handler403 = forbidden
handler404 = not_found
handler500 = server_error
