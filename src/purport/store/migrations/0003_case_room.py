"""What people change in the case room, and what is done in the background."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = ("correction", "link", "second_look")
MESSAGE = "records of purport are never changed; a correction is a new row"


def guard_tables(apps, schema_editor, tables=TABLES):
    if schema_editor.connection.vendor == "postgresql":
        for table in tables:
            schema_editor.execute(
                f"CREATE TRIGGER purport_{table}_guard BEFORE UPDATE OR DELETE ON purport_{table} "
                "FOR EACH ROW EXECUTE FUNCTION purport_refuse()",
                params=None,
            )
        return
    for table in tables:
        for action in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER purport_{table}_guard_{action.lower()} "
                f"BEFORE {action} ON purport_{table} "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
                params=None,
            )


def record_table(name, table):
    return migrations.CreateModel(
        name=name,
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("key", models.CharField(max_length=200)),
            ("body", models.TextField()),
            ("withdrawn", models.BooleanField(default=False)),
            ("digest", models.CharField(max_length=64)),
            ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="purport.caserow")),
            ("supersedes", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="successor", to=f"purport.{name.lower()}")),
        ],
        options={
            "db_table": table,
            "abstract": False,
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("supersedes__isnull", True)),
                    fields=("case", "key"),
                    name=f"{name.lower()}_one_first",
                )
            ],
        },
    )


class Migration(migrations.Migration):
    dependencies = [("purport", "0002_append_only")]
    operations = [
        record_table("CorrectionRow", "purport_correction"),
        record_table("LinkRow", "purport_link"),
        record_table("SecondLookRow", "purport_second_look"),
        migrations.CreateModel(
            name="JobRow",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=200)),
                ("arguments", models.TextField(default="{}")),
                ("agent", models.CharField(max_length=200)),
                ("state", models.CharField(max_length=16)),
                ("created", models.DateTimeField()),
                ("owner", models.CharField(default="", max_length=64)),
                ("heartbeat", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("cancel_asked", models.BooleanField(default=False)),
                ("finished", models.DateTimeField(null=True)),
                ("stage", models.CharField(default="", max_length=32)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("label", models.CharField(default="", max_length=300)),
                ("outcome", models.TextField(default="{}")),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="purport.caserow")),
            ],
            options={
                "db_table": "purport_job",
                "indexes": [
                    models.Index(fields=["state", "created"], name="job_waiting"),
                    models.Index(fields=["case", "created"], name="job_of_case"),
                ],
            },
        ),
        migrations.RunPython(guard_tables, migrations.RunPython.noop),
    ]
