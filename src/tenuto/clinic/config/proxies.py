"""For whom a request asks, and whether it came by https, when a proxy stands in front. Only the proxies of this installation
are believed (TENUTO_TRUSTED_PROXIES); whoever else sends such headers is taken for what their connection says."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tenuto.clinic.config.bodies import Application

__all__ = ["behind_proxies"]


def behind_proxies(application: Application) -> Application:
    """The same application, which knows the person's address and not the proxy's."""
    inner = cast(Any, application)
    return cast(Application, ProxyHeadersMiddleware(inner, trusted_hosts=list(settings.TRUSTED_PROXIES)))
