"""The door of the desk: what is worked out ahead, and the list of patients as a page."""

from __future__ import annotations

from tenuto.clinic.desk.projection import judge_all
from tenuto.clinic.desk.views import patients_page

__all__ = ["judge_all", "patients_page"]
