"""What the rooms contribute to others, found once: the `contribution.py` of every installed app that has one."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule

__all__ = ["modules"]


@cache
def modules() -> tuple[ModuleType, ...]:
    """The modules, in the order of the installed apps."""
    return tuple(
        import_module(f"{app.name}.contribution")
        for app in apps.get_app_configs()
        if app.module is not None and module_has_submodule(app.module, "contribution")
    )
