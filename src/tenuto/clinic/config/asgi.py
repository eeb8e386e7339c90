"""The application that the server runs."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from django.core.asgi import get_asgi_application

from tenuto.clinic.config.api import behind_proxies, check_database, limit_bodies, write_privately

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenuto.clinic.config.settings")
write_privately()
application = behind_proxies(limit_bodies(get_asgi_application()))
# After the apps are there, since it asks the database; in a thread, since a server imports this inside its event loop.
with ThreadPoolExecutor(1) as aside:
    aside.submit(check_database).result()
