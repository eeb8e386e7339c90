"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("booking", "0005_preparation")]
    operations = [
        append_only(f"booking_{table}")
        for table in ("preparationnote", "preparationlink", "visitreminder", "checkin", "changerequest")
    ]
