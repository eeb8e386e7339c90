"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only

TABLES = (
    "plan_comfortcard",
    "plan_planexception",
    "plan_plansignature",
    "plan_planversion",
    "plan_planwithdrawal",
    "plan_visitorders",
)


class Migration(migrations.Migration):
    dependencies = [("plan", "0001_initial")]
    operations = [append_only(table) for table in TABLES]
