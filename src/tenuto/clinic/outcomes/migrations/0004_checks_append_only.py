"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0003_long_term_checks")]
    operations = [append_only("outcomes_checkentered"), append_only("outcomes_checkgoneon")]
