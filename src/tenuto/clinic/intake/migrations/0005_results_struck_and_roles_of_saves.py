import uuid

import django.db.models.deletion
from django.db import migrations, models

from tenuto.clinic.ledger.triggers import append_only, open_to_change


class Migration(migrations.Migration):

    dependencies = [
        ("intake", "0004_taken_back"),
        ("people", "0002_append_only"),
    ]

    operations = [
        open_to_change("intake_stepsave"),
        migrations.AddField(
            model_name="stepsave",
            name="recorded_as",
            field=models.CharField(default="", max_length=20),
        ),
        append_only("intake_stepsave"),
        migrations.CreateModel(
            name="ResultStruck",
            fields=[
                ("recorded_by_name", models.CharField(max_length=300)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_zone", models.CharField(max_length=64)),
                ("event_number", models.BigIntegerField(editable=False)),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("why", models.CharField(max_length=300)),
                ("patient", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient")),
                ("result", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="struck", to="intake.testresult")),
            ],
            options={"abstract": False},
        ),
        append_only("intake_resultstruck"),
    ]
