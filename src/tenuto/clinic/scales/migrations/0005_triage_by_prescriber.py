from django.db import migrations, models

from tenuto.clinic.ledger.triggers import append_only, open_to_change


class Migration(migrations.Migration):

    dependencies = [
        ("scales", "0004_form_struck_append_only"),
    ]

    operations = [
        open_to_change("scales_suicidetriage"),
        migrations.AddField(
            model_name="suicidetriage",
            name="by_prescriber",
            field=models.BooleanField(default=False),
        ),
        append_only("scales_suicidetriage"),
    ]
