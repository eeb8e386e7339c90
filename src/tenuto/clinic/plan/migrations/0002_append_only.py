"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only

TABLES = (
    "planversion", "planexception", "plansignature", "planwithdrawal", "comfortcard", "visitreport", "visitorders",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("plan", "0001_initial")]
    operations = [append_only(f"plan_{table}") for table in TABLES]
