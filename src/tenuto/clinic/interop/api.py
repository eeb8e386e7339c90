"""The door of records from elsewhere: what the server must know before one is read."""

from tenuto.clinic.interop.fhir.loading import MAX_BYTES

__all__ = ["MAX_BYTES"]
