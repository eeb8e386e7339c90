from django.db import migrations, models

from tenuto.clinic.ledger.triggers import append_only, open_to_change


class Migration(migrations.Migration):

    dependencies = [
        ("intake", "0003_how_a_consent_was_withdrawn"),
    ]

    operations = [
        open_to_change("intake_stepsave"),
        migrations.AddField(
            model_name="stepsave",
            name="taken_back",
            field=models.JSONField(default=dict),
        ),
        append_only("intake_stepsave"),
    ]
