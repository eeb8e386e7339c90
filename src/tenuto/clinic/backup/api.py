"""The doors of the backup."""

from tenuto.clinic.backup.engines import engine_of
from tenuto.clinic.backup.errors import BackupError
from tenuto.clinic.backup.keys import read_identity, read_recipient
from tenuto.clinic.backup.making import Made, back_up, named_backups
from tenuto.clinic.backup.manifest import Manifest
from tenuto.clinic.backup.noted import note_made, note_tried, overdue
from tenuto.clinic.backup.restoring import Restored, check_backup, restore

__all__ = [
    "BackupError",
    "Made",
    "Manifest",
    "Restored",
    "back_up",
    "check_backup",
    "engine_of",
    "named_backups",
    "note_made",
    "note_tried",
    "overdue",
    "read_identity",
    "read_recipient",
    "restore",
]
