"""The application that the server runs."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from tenuto.clinic.config.private import write_privately

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenuto.clinic.config.settings")
write_privately()
application = get_asgi_application()
