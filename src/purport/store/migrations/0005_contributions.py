"""Evidence of readers that a case took over."""

from importlib import import_module

from django.db import migrations

EARLIER = import_module("purport.store.migrations.0003_case_room")


def guard_table(apps, schema_editor):
    EARLIER.guard_tables(apps, schema_editor, tables=("contribution",))


class Migration(migrations.Migration):
    dependencies = [("purport", "0004_editions")]
    operations = [
        EARLIER.record_table("ContributionRow", "purport_contribution"),
        migrations.RunPython(guard_table, migrations.RunPython.noop),
    ]
