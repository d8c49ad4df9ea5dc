"""Memberships and invitations."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("purport", "0003_case_room"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="MembershipRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=16)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="purport.caserow")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "db_table": "purport_membership",
                "constraints": [models.UniqueConstraint(fields=("case", "user"), name="membership_one_role")],
            },
        ),
        migrations.CreateModel(
            name="InvitationRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_digest", models.CharField(max_length=64, unique=True)),
                ("role", models.CharField(default="", max_length=16)),
                ("invited_by", models.CharField(default="", max_length=200)),
                ("expires", models.DateTimeField()),
                ("used", models.DateTimeField(null=True)),
                ("case", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="purport.caserow")),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"db_table": "purport_invitation"},
        ),
    ]
