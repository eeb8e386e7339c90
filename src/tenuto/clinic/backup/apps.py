"""The app that keeps copies of everything elsewhere. It has no tables."""

from __future__ import annotations

from django.apps import AppConfig


class BackupConfig(AppConfig):
    name = "tenuto.clinic.backup"
