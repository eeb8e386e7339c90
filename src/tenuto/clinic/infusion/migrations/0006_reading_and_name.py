from django.db import migrations, models

from tenuto.clinic.ledger.triggers import append_only, open_to_change


class Migration(migrations.Migration):

    dependencies = [
        ('infusion', '0005_saved_first'),
    ]

    operations = [
        open_to_change("infusion_readinessanswer"),
        migrations.AddField(
            model_name='readinessanswer',
            name='reading',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='readinessanswer',
            name='said',
            field=models.CharField(blank=True, default='', max_length=120),
        ),
        append_only("infusion_readinessanswer"),
    ]
