"""The way in of a patient whom another system knows: a file beside the list of patients."""

from __future__ import annotations

from tenuto.clinic.pathway.api import Contribution

CONTRIBUTION = Contribution(room="interop", ways_in=("interop/drop.html",))
