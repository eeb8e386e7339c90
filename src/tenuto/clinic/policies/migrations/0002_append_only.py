"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only

TABLES = (
    "policies_policyactivation",
    "policies_policysignature",
    "policies_policyversion",
)


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]
    operations = [append_only(table) for table in TABLES] + [append_only("policies_ruleset", key="sha256")]
