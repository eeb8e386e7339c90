"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only

TABLES = (
    "ports_contact",
    "ports_hold",
    "ports_holdlift",
    "ports_notreached",
    "ports_oncallend",
    "ports_oncallshift",
    "ports_task",
    "ports_taskend",
    "ports_taskescalation",
    "ports_window",
)


class Migration(migrations.Migration):
    dependencies = [("ports", "0001_initial")]
    operations = [append_only(table) for table in TABLES]
