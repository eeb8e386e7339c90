"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("forecast", "0001_initial")]
    operations = [append_only(table) for table in ("forecast_storedforecast", "forecast_datedecision")]
