"""The database itself refuses to change or delete these rows."""

from django.db import migrations

from tenuto.clinic.ledger.triggers import append_only

TABLES = (
    "intake_consentsigned",
    "intake_consentwithdrawn",
    "intake_decision",
    "intake_enquiry",
    "intake_enquiryend",
    "intake_intakerecord",
    "intake_measured",
    "intake_readingstruck",
    "intake_stepsave",
    "intake_testresult",
)


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]
    operations = [append_only(table) for table in TABLES]
