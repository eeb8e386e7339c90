"""FHIR R4 in: one mapper a resource, from a Bundle onto the facts of `tenuto.core.intake`. No Django here."""

from tenuto.clinic.interop.fhir.loading import UnusableBundle, load, parse
from tenuto.clinic.interop.fhir.reading import BundleReading, read_bundle

__all__ = ["BundleReading", "UnusableBundle", "load", "parse", "read_bundle"]
