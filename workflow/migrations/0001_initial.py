import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                ("series", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="ApprovalFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("case_kind", models.CharField(max_length=60)),
                ("case_id", models.UUIDField()),
                ("case_number", models.CharField(max_length=32)),
                ("matter", models.CharField(max_length=40, verbose_name="matter")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=0, max_digits=18, verbose_name="amount (yen)"
                    ),
                ),
                ("ranks", models.JSONField()),
                ("prepared_by", models.CharField(max_length=40)),
                ("prepared_by_name", models.CharField(max_length=200, verbose_name="drafter")),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                ("returned_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-opened_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("returned_at", None)),
                        fields=("case_id", "matter"),
                        name="workflow_approvalfile_one_open",
                    ),
                    models.UniqueConstraint(
                        fields=("id", "prepared_by"), name="workflow_approvalfile_maker"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApprovalRoute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="in force from")),
                (
                    "valid_to",
                    models.DateField(blank=True, null=True, verbose_name="last day in force"),
                ),
                ("source", models.CharField(max_length=300, verbose_name="source")),
                ("matter", models.CharField(max_length=40, verbose_name="matter")),
                (
                    "from_amount",
                    models.DecimalField(
                        decimal_places=0, max_digits=18, verbose_name="from amount (yen)"
                    ),
                ),
                ("ranks", models.JSONField(verbose_name="ranks")),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="workflow_approvalroute_ends_after_it_begins",
                    ),
                    models.UniqueConstraint(
                        fields=("matter", "from_amount", "valid_from"), name="workflow_route_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Deadline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("case_kind", models.CharField(max_length=60)),
                ("case_id", models.UUIDField()),
                ("case_number", models.CharField(max_length=32)),
                ("step", models.CharField(max_length=60)),
                ("due_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["due_at"], name="workflow_deadline_due")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case_id", "step"), name="workflow_deadline_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="at"
                    ),
                ),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("step", "step"),
                            ("refused", "refused"),
                            ("signed_in", "signed in"),
                            ("sign_in_failed", "sign-in failed"),
                            ("locked_out", "locked out"),
                            ("signed_out", "signed out"),
                            ("confirmed_identity", "confirmed their identity"),
                            ("credential_changed", "changed how they sign in"),
                            ("paper_read", "downloaded a paper"),
                            ("record_read", "read a labelled record"),
                            ("exported", "exported a list"),
                            ("reference_changed", "changed reference data"),
                            ("access_changed", "changed who may see or do what"),
                            ("access_opened", "opened emergency access"),
                            ("follow_up_decided", "decided on a failed follow-up"),
                            ("reattested", "attested rows anew"),
                        ],
                        default="step",
                        max_length=30,
                        verbose_name="event",
                    ),
                ),
                ("case_kind", models.CharField(blank=True, max_length=60)),
                ("case_id", models.UUIDField(null=True)),
                ("case_number", models.CharField(blank=True, max_length=32, verbose_name="case")),
                ("owner_code", models.CharField(blank=True, max_length=40)),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="about")),
                ("step", models.CharField(blank=True, max_length=60, verbose_name="step")),
                ("from_state", models.CharField(blank=True, max_length=40)),
                ("to_state", models.CharField(blank=True, max_length=40)),
                ("version", models.PositiveIntegerField(null=True)),
                ("actor_id", models.CharField(max_length=40)),
                ("actor_name", models.CharField(max_length=200, verbose_name="who")),
                ("role", models.CharField(blank=True, max_length=60, verbose_name="role")),
                (
                    "organisation",
                    models.CharField(blank=True, max_length=200, verbose_name="organisation"),
                ),
                ("on_behalf_of", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("given", models.JSONField(default=dict)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("opened", models.CharField(blank=True, max_length=200)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("body", models.TextField(editable=False)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["case_id", "-id"], name="workflow_entry_of_case"),
                    models.Index(fields=["actor_id", "-id"], name="workflow_entry_of_actor"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("event", "step")),
                        fields=("case_id", "version"),
                        name="workflow_entry_one_per_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("event", "step"), _negated=True),
                            models.Q(
                                ("case_id__isnull", False),
                                ("version__isnull", False),
                                models.Q(("step", ""), ("to_state", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="workflow_entry_step_of_a_case",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("effect", models.CharField(max_length=120)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("dead_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="workflow.entry",
                    ),
                ),
            ],
            options={
                "ordering": ["entry_id", "position"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("dead_at", None), ("done_at", None)),
                        fields=["next_at"],
                        name="workflow_followup_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entry", "effect"), name="workflow_followup_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done_at", None), ("dead_at", None), _connector="OR"),
                        name="workflow_followup_one_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("rank", models.CharField(max_length=40, verbose_name="rank")),
                ("prepared_by", models.CharField(max_length=40)),
                ("decided_by", models.CharField(max_length=40)),
                ("decided_by_name", models.CharField(max_length=200, verbose_name="approver")),
                ("decided_at", models.DateTimeField(auto_now_add=True, verbose_name="decided")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="workflow.approvalfile",
                    ),
                ),
            ],
            options={
                "ordering": ["level"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("prepared_by")), _negated=True),
                        name="workflow_signature_four_eyes",
                    ),
                    models.UniqueConstraint(
                        fields=("file", "level"), name="workflow_signature_per_level"
                    ),
                    models.UniqueConstraint(
                        fields=("file", "decided_by"), name="workflow_signature_one_per_person"
                    ),
                ],
            },
        ),
    ]
