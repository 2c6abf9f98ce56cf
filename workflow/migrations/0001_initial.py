import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(unique=True, verbose_name="lines")),
                ("root", models.CharField(max_length=64, verbose_name="head of the tree")),
                ("epoch", models.PositiveIntegerField()),
                ("up_to_xid", models.BigIntegerField()),
                ("at", models.DateTimeField(verbose_name="signed")),
                ("note", models.TextField()),
            ],
        ),
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
            name="Attestation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "xid",
                    models.BigIntegerField(
                        db_default=django.db.models.functions.comparison.Cast(
                            django.db.models.functions.comparison.Cast(
                                models.Func(function="pg_current_xact_id"), models.TextField()
                            ),
                            models.BigIntegerField(),
                        ),
                        editable=False,
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("table_name", models.CharField(max_length=63)),
                ("row_key", models.TextField()),
                ("scheme", models.PositiveSmallIntegerField()),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["xid", "id"], name="workflow_attestation_xid")],
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
                            ("epoch_opened", "opened an epoch of the seal"),
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
                (
                    "xid",
                    models.BigIntegerField(
                        db_default=django.db.models.functions.comparison.Cast(
                            django.db.models.functions.comparison.Cast(
                                models.Func(function="pg_current_xact_id"), models.TextField()
                            ),
                            models.BigIntegerField(),
                        ),
                        editable=False,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["case_id", "-id"], name="workflow_entry_of_case"),
                    models.Index(fields=["actor_id", "-id"], name="workflow_entry_of_actor"),
                    models.Index(fields=["event", "-id"], name="workflow_entry_of_event"),
                    models.Index(fields=["xid", "id"], name="workflow_entry_xid"),
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
            name="Leaf",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "source",
                    models.CharField(
                        choices=[("entry", "Entry"), ("attestation", "Attestation")], max_length=11
                    ),
                ),
                ("source_id", models.BigIntegerField()),
                ("xid", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "source_id"), name="workflow_leaf_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["entry", "attestation"])),
                        name="workflow_leaf_known_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Scheme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table_name", models.CharField(max_length=63)),
                ("number", models.PositiveSmallIntegerField()),
                ("columns", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("table_name", "number"), name="workflow_scheme_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Separation",
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
                ("group", models.CharField(max_length=20, verbose_name="group")),
                ("side", models.CharField(max_length=20, verbose_name="side")),
                ("duty", models.CharField(max_length=40, verbose_name="duty")),
                (
                    "scope",
                    models.CharField(
                        choices=[("case", "one case"), ("deal", "the whole deal")],
                        max_length=10,
                        verbose_name="reaches over",
                    ),
                ),
                ("name_ja", models.CharField(max_length=100, verbose_name="name in Japanese")),
                ("name_en", models.CharField(max_length=100, verbose_name="name in English")),
            ],
            options={
                "ordering": ["group", "side", "duty"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="workflow_separation_ends_after_it_begins",
                    ),
                    models.UniqueConstraint(
                        fields=("group", "duty", "valid_from"), name="workflow_separation_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scope__in", ["case", "deal"])),
                        name="workflow_separation_known_scope",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Side",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("about_id", models.UUIDField()),
                ("group", models.CharField(max_length=20)),
                ("side", models.CharField(max_length=20)),
                ("duty", models.CharField(max_length=40)),
                ("case_number", models.CharField(max_length=32)),
                ("actor_id", models.CharField(max_length=40)),
                ("actor_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("about_id", "group", "actor_id"),
                        name="workflow_side_one_per_person",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("asked_by", models.CharField(blank=True, max_length=200)),
                ("begun_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("findings", models.JSONField(default=list)),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at", None),
                            models.Q(
                                ("begun_at__isnull", False), ("done_at__gte", models.F("begun_at"))
                            ),
                            _connector="OR",
                        ),
                        name="workflow_verification_begun_first",
                    )
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
                ("tried_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("dead_at", models.DateTimeField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
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
                    ),
                    models.Index(
                        condition=models.Q(("dead_at", None), ("done_at", None)),
                        fields=["entry"],
                        name="workflow_followup_oldest",
                    ),
                    models.Index(
                        condition=models.Q(("dead_at__isnull", False), ("dropped_at", None)),
                        fields=["dead_at"],
                        name="workflow_followup_failed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entry", "effect"), name="workflow_followup_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done_at", None), ("dead_at", None), _connector="OR"),
                        name="workflow_followup_one_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dropped_at", None), ("dead_at__isnull", False), _connector="OR"
                        ),
                        name="workflow_followup_dropped_after_it_failed",
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
