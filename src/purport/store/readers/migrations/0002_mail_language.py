"""In which language somebody's mails are written."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('purport_readers', '0001_readers'),
    ]

    operations = [
        migrations.AddField(
            model_name='readerrow',
            name='mail_language',
            field=models.CharField(default='', max_length=16),
        ),
    ]
