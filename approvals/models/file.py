"""An approval file (起案): what is put to approval, the way it takes, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from approvals import going, notices, papers, rules, seats, words
from approvals.matters import CARRIED
from approvals.models.conflict import Conflict
from approvals.models.revision import Revision
from approvals.models.route import route_of
from documents import uploads
from documents.models import Document
from partners import access, need_to_know
from partners.models import Nation, Person
from workflow import handling, values, walls
from workflow.approvals import Change, Matter, Route, Standing, changes, needs_resolution
from workflow.clocks import Clock
from workflow.models import Case, CaseQuerySet
from workflow.rights import Actor, Right, by_system
from workflow.steps import Act, Effect, Leads, NotOpen, beginning, case_types, step


class State(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("approval", "being drafted")  # 作成中
    IN_CIRCULATION = "in_circulation", pgettext_lazy("approval", "in circulation")  # 回議中
    ON_HOLD = "on_hold", pgettext_lazy("approval", "on hold")  # 保留
    RETURNED = "returned", pgettext_lazy("approval", "returned to the drafter")  # 差戻し
    AWAITING_DECISION = (
        "awaiting_decision",
        pgettext_lazy("approval", "awaiting decision"),
    )  # 決裁待ち
    DECIDED = "decided", pgettext_lazy("approval", "decided")  # 決裁済
    AWAITING_ISSUE = (
        "awaiting_issue",
        pgettext_lazy("approval", "decided, awaiting issue"),
    )  # 施行待ち
    ISSUED = "issued", pgettext_lazy("approval", "issued")  # 施行済
    KEPT = "kept", pgettext_lazy("approval", "on file")  # 保存
    WITHDRAWN = "withdrawn", pgettext_lazy("approval", "withdrawn")  # 取下げ
    ABANDONED = "abandoned", pgettext_lazy("approval", "abandoned")  # 廃案
    VOID = "void", pgettext_lazy("approval", "void")  # 失効


ON_ITS_WAY = [State.IN_CIRCULATION, State.AWAITING_DECISION]
WITH_DRAFTER = [State.DRAFTING, State.RETURNED]
UNDECIDED = [*WITH_DRAFTER, *ON_ITS_WAY, State.ON_HOLD]
APPROVED = [State.DECIDED, State.AWAITING_ISSUE, State.ISSUED, State.KEPT]
OPEN = [*UNDECIDED, State.DECIDED, State.AWAITING_ISSUE]
ATTACHMENT = "approval_attachment"


DECIDING = Clock(
    "approval.decide",
    label=_("decision on the file"),
    remind=notices.file_due,
    escalate=notices.file_late,
)


# Guards --------------------------------------------------------------------------------------


def cover_sheet_is_written(file: ApprovalFile) -> str:
    """The cover sheet says what it is for and why."""
    if file.purpose and file.background:
        return ""
    return _t("The cover sheet says not yet what this is for and why. Write it first.")


def somebody_can_decide(file: ApprovalFile) -> str:
    """A route covers the amount, and somebody other than the drafter holds the deciding post."""
    return going.somebody_decides(file, file.route_today())


def content_is_as_sealed(file: ApprovalFile) -> str:
    """What was put to approval has not changed since it was sealed."""
    return _why_not_as_sealed(file.changes_since)


def _why_not_as_sealed(found: Sequence[Change]) -> str:
    if not found:
        return ""
    return _t(
        "What was put to approval has changed since: %(fields)s. The drafter puts it forward anew."
    ) % {"fields": changed_fields(found)}


def changed_fields(found: Sequence[Change]) -> str:
    """The names of the fields that have changed; the first few of many."""
    return ", ".join(words.field(change.field) for change in found[:5])


def nothing_stands_against_it(file: ApprovalFile) -> str:
    """What is asked can still be done."""
    why_not = file.matter_of.why_not
    return why_not(file.subject) if why_not else ""


def ministry_was_consulted(file: ApprovalFile) -> str:
    """The competent ministry has been consulted, where the route asks for it."""
    if not file.consult_ministry or file.consulted:
        return ""
    return _t("The competent ministry has not been consulted yet. The drafter records its answer.")


def case_is_put_to_approval(file: ApprovalFile) -> str:
    """The case itself has been put to approval, and is not being worked on."""
    waits_in, subject = file.matter_of.waits_in, file.subject
    if not waits_in or subject.state == waits_in:
        return ""
    return _t("The case %(number)s is being worked on. Put it to approval first.") % {
        "number": subject.number
    }


def somebody_is_passed_over(file: ApprovalFile) -> str:
    """At a step of the line that the file has reached nobody may act today."""
    return "" if going.stuck(file) else _t("Somebody may act where the file is.")


def nothing_is_left_to_read(file: ApprovalFile) -> str:
    """Circulation and reading afterwards are complete."""
    left = [step.post for step in file.way if step.is_to_be_read]
    if not left:
        return ""
    return _t("Still to be read by: %(posts)s.") % {"posts": "; ".join(left)}


# Books ---------------------------------------------------------------------------------------


def tell(act: Act) -> None:
    """What the step did besides, in its line of the trail."""
    act.entry.given |= values.plain(act.case.told)


def carry_out(act: Act) -> None:
    """What the decision decides, where it takes effect at once."""
    if act.case.matter_of.decided:
        act.case.matter_of.decided(act)


def give_up(act: Act) -> None:
    if act.case.matter_of.given_up:
        act.case.matter_of.given_up(act)


def keep_attachment(act: Act) -> None:
    uploads.receive(
        act.case,
        act.given["attachment"],
        kind=ATTACHMENT,
        title=act.given["title"],
        by=act.by,
        label=act.given.get("handling", ""),
    )


def _subject_to_take_back(file: Any) -> Any:
    """The case goes back to its drafter with the file, if it is one that waits for the approval."""
    subject = file.subject
    return subject if isinstance(subject, Case) else None


def _if_all_is_read(file: Any) -> Any:
    is_over = file.state in {State.ISSUED, State.DECIDED} and not nothing_is_left_to_read(file)
    return file if is_over else None


takes_case_back = Leads("take_back", to=_subject_to_take_back)
goes_on_file = Leads("keep", to=_if_all_is_read)


def signing(
    state: FSMField,
    *,
    label: Promise,
    may: Right,
    awaited: bool = True,
    tells: Sequence[Effect] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A step by which somebody signs before the decision; the file goes on."""
    return step(
        state,
        source=State.IN_CIRCULATION,
        target=ON_ITS_WAY,
        label=label,
        may=may,
        when=[content_is_as_sealed],
        books=[tell],
        then=[notices.file_waits, *tells],
        confirm=True,
        awaited=awaited,
        signs=True,
    )


class ApprovalFileQuerySet(CaseQuerySet):
    def visible_to(self, person: Person) -> Self:
        """Whoever sees the case sees its files; so does everybody whose step a file has reached."""
        if not (access.reads_cases(person) or access.reads_reviews(person)):
            return self.none()
        seen = Q(prepared_by=person.actor_id) | Q(steps__in=seats.steps_within_sight(person))
        if access.reads_cases(person):
            seen |= Q(pk__in=need_to_know.within_reach(self._carried(), person).values("pk"))
        for kind, model in _kinds_with_matters().items():
            rows = model._default_manager.visible_to(person)  # type: ignore[attr-defined]
            if not rows.query.is_empty():
                seen |= Q(subject_kind=kind, subject_id__in=rows.order_by().values("pk"))
        return self.filter(pk__in=self.model._default_manager.filter(seen).values("pk"))

    def of(self, case: Any, matter: str) -> Self:
        return self.filter(subject_id=case.pk, matter=matter)

    def _carried(self) -> models.QuerySet[Any]:
        """Files about what is no case: the agency reads them, as it reads reference data."""
        rows: models.QuerySet[Any] = self.model._default_manager.filter(subject_kind__in=CARRIED)
        return rows.order_by()


def _kinds_with_matters() -> dict[str, type[Case]]:
    return {model.kind(): model for model in case_types() if getattr(model, "matters", ())}


def _matters_of(kind: str) -> tuple[Matter, ...]:
    """As the case type names them; what is no case is carried here."""
    model: Any = apps.get_model(kind)
    matters: tuple[Matter, ...] = CARRIED.get(kind) or model.matters
    return matters


class ApprovalFile(Case):
    decided_with = "steps"

    state = FSMField(_("state"), default=State.DRAFTING, choices=State, protected=True)
    title = models.CharField(_("title"), max_length=200)
    matter = models.CharField(_("matter"), max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    subject_number = models.CharField(_("case"), max_length=32, blank=True)
    nation = models.ForeignKey(
        Nation, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("nation")
    )
    amount = models.DecimalField(_("amount (yen)"), max_digits=18, decimal_places=0)
    purpose = models.TextField(_("purpose"), blank=True)
    background = models.TextField(_("background"), blank=True)
    options = models.TextField(_("options considered"), blank=True)
    prepared_by = models.CharField(max_length=40)
    prepared_by_name = models.CharField(_("drafter"), max_length=200)
    prepared_role = models.CharField(max_length=40, blank=True)
    revision = models.PositiveSmallIntegerField(_("revision"), default=0)
    sealed_revision = models.PositiveSmallIntegerField(default=0)
    route = models.JSONField(default=dict)
    consult_ministry = models.BooleanField(_("the ministry is consulted"), default=False)
    bulk_concurrence = models.BooleanField(default=False)
    consulted = models.TextField(_("answer of the ministry"), blank=True)
    content = models.JSONField(default=dict)
    content_digest = models.CharField("SHA-256", max_length=64, blank=True)
    sealed_at = models.DateTimeField(_("put forward"), null=True)
    resolution = models.TextField(_("answer to the disagreement"), blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    issued_on = models.DateField(_("issued"), null=True)
    document_number = models.CharField(_("document number"), max_length=40, blank=True)
    voided = models.JSONField(default=list)
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="superseded_by", null=True
    )

    objects = ApprovalFileQuerySet.as_manager()

    wall = walls.Wall(search=True)

    class Meta:
        verbose_name = _("approval file")
        verbose_name_plural = _("approval files")
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["subject_id", "matter"], name="approvals_file_of_case"),
            models.Index(fields=["prepared_by", "state"], name="approvals_file_of_drafter"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="approvals_file_known_state"
            ),
            handling.known("approvals_file"),
            models.UniqueConstraint(
                fields=["subject_id", "matter"],
                condition=Q(state__in=[str(state) for state in OPEN]),
                name="approvals_file_one_open",
            ),
            models.UniqueConstraint(fields=["id", "prepared_by"], name="approvals_file_maker"),
            models.CheckConstraint(
                condition=Q(sealed_at=None, content_digest="")
                | (Q(sealed_at__isnull=False) & ~Q(content_digest="")),
                name="approvals_file_sealed_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[str(state) for state in APPROVED])
                | Q(decided_at__isnull=False, sealed_at__isnull=False),
                name="approvals_file_decided_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(issued_on__isnull=False),
                name="approvals_file_issued_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state="void") | ~Q(voided=[]), name="approvals_file_void_says_why"
            ),
        ]

    @classmethod
    def slug(cls) -> str:
        return "approvals"

    @property
    def series(self) -> str:
        return f"JP-APV-{timezone.localdate():%y}-"

    # Beginning -------------------------------------------------------------------------------

    @beginning(label=_("Draft an approval file"), may=by_system, then=[notices.file_drafted])
    def draft(cls, *, subject: Any, matter: Matter, drafter: Any) -> Any:
        """A step of a case has asked for an approval: its drafter finds the file on their desk."""
        cover, files = matter.draft(subject), ApprovalFile.objects
        return cls(  # type: ignore[operator]
            title=cover.get("title") or subject.title,
            matter=matter.name,
            subject_kind=subject.kind(),
            subject_id=subject.pk,
            subject_number=subject.number,
            nation_id=getattr(subject, "nation_id", None),
            amount=matter.amount(subject),
            purpose=cover.get("purpose", ""),
            background=cover.get("background", ""),
            options=cover.get("options", ""),
            prepared_by=drafter.actor_id,
            prepared_by_name=drafter.actor_name,
            prepared_role=drafter.role,
            supersedes=files.of(subject, matter.name).filter(state__in=APPROVED).first(),
        )

    # The drafter -----------------------------------------------------------------------------

    @step(
        state,
        source=WITH_DRAFTER,
        label=_("Write the cover sheet"),
        may=rules.drafter,
    )
    def write_cover(self, *, title: str, purpose: str, background: str, options: str) -> None:
        """Say what is asked, what it is for, why, and what else was considered."""
        self.title, self.purpose = title, purpose
        self.background, self.options = background, options

    @step(
        state,
        source=WITH_DRAFTER,
        label=_("Attach a paper"),
        may=rules.drafter,
        books=[keep_attachment],
    )
    def attach(self, *, attachment: Any, title: str, handling: str = "") -> None:
        """Add what those who decide should see besides."""

    @step(
        state,
        source=WITH_DRAFTER,
        target=[State.IN_CIRCULATION, State.AWAITING_DECISION],
        label=_("Put forward"),
        may=rules.drafter,
        when=[
            case_is_put_to_approval,
            nothing_stands_against_it,
            cover_sheet_is_written,
            somebody_can_decide,
        ],
        books=[tell],
        then=[papers.outgoing_draft, notices.file_waits],
        confirm=True,
        clocks=[DECIDING.starts],
    )
    def put_forward(self) -> str:
        """Seal what is put to approval and send it on its way; the route follows from the amount."""
        self.revision += 1
        route = self.route_today()
        self.amount = self.matter_of.amount(self.subject)
        self.seal(route)
        going.lay_out(self, route)
        return self._on_its_way()

    # Those on the way ------------------------------------------------------------------------

    @signing(state, label=_("Approve"), may=rules.in_line)
    def approve(self, *, opinion: str, by: Actor) -> str:
        """Sign for your post in the line; the file goes on."""
        return self._signed(rules.in_line, by, Standing.APPROVED, opinion)

    @signing(state, label=_("Agree"), may=rules.consulted)
    def agree(self, *, opinion: str, by: Actor) -> str:
        """Your unit agrees."""
        return self._signed(rules.consulted, by, Standing.APPROVED, opinion)

    @signing(state, label=_("Agree with conditions"), may=rules.consulted, awaited=False)
    def agree_with_conditions(self, *, conditions: str, by: Actor) -> str:
        """Your unit agrees if something is seen to; whoever decides reads it."""
        return self._signed(rules.consulted, by, Standing.CONDITIONAL, conditions)

    @signing(
        state,
        label=_("Disagree"),
        may=rules.consulted,
        awaited=False,
        tells=[notices.unit_disagrees],
    )
    def disagree(self, *, opinion: str, by: Actor) -> str:
        """Your unit does not agree. That stops nothing, but whoever decides answers it in writing."""
        return self._signed(rules.consulted, by, Standing.DISAGREED, opinion)

    @signing(state, label=_("Pass the examination"), may=rules.examiner)
    def examine(self, *, finding: str, by: Actor) -> str:
        """The file and its papers are in order."""
        return self._signed(rules.examiner, by, Standing.APPROVED, finding)

    @step(
        state,
        source=State.IN_CIRCULATION,
        target=ON_ITS_WAY,
        label=_("Act before lower ranks"),
        may=rules.higher_up,
        books=[tell],
        then=[notices.file_waits],
        confirm=True,
        signs=True,
        awaited=False,
    )
    def pull_up(self, *, reason: str, by: Actor) -> str:
        """Take the file before lower ranks of the line have acted; they read it afterwards."""
        seat = rules.higher_up.seat(by, self)
        going.pull_up(self, seat.step)  # type: ignore[union-attr]  # the right has seen it
        return self._on_its_way()

    @step(
        state,
        source=ON_ITS_WAY,
        label=_("Record the ministry's answer"),
        may=rules.drafter,
        books=[tell],
        awaited=False,
    )
    def record_consultation(self, *, answer: str) -> None:
        """Write down which ministry was consulted, when, and what it said."""
        self.consulted = answer

    @step(
        state,
        source=State.AWAITING_DECISION,
        target=[State.AWAITING_ISSUE, State.DECIDED],
        label=_("Decide"),
        may=rules.decider,
        when=[nothing_stands_against_it, content_is_as_sealed, ministry_was_consulted],
        books=[tell, carry_out],
        then=[papers.decided_file, notices.file_decided, notices.file_to_read, goes_on_file],
        confirm=True,
        clocks=[DECIDING.stops],
        awaited=True,
        signs=True,
    )
    def decide(self, *, opinion: str, resolution: str, by: Actor) -> str:
        """Decide as put forward, by the authority that is yours or is delegated to you."""
        seat = rules.decider.seat(by, self)
        if self.needs_resolution and not resolution:
            raise NotOpen(_t("A unit disagrees. Answer it in writing when you decide."))
        going.sign(self, seat, Standing.APPROVED, opinion)  # type: ignore[arg-type]  # seen by the right
        going.go_on(self)
        self.resolution, self.decided_at = resolution, timezone.now()
        return State.AWAITING_ISSUE if self.matter_of.issues else State.DECIDED

    @step(
        state,
        source=ON_ITS_WAY,
        target=State.RETURNED,
        label=_("Return to the drafter"),
        may=rules.has_it,
        books=[tell],
        then=[notices.file_returned, takes_case_back],
        awaited=False,
        clocks=[DECIDING.pauses("drafter", _("returned to the drafter"))],
    )
    def return_to_drafter(self, *, reason: str, by: Actor) -> None:
        """Send the file back; what was signed so far counts no longer."""
        going.send_back(self, rules.has_it.seat(by, self), 1, to_step=False)

    @step(
        state,
        source=ON_ITS_WAY,
        target=ON_ITS_WAY,
        label=_("Return to an earlier step"),
        may=rules.has_it,
        books=[tell],
        then=[notices.file_waits],
        awaited=False,
    )
    def return_to_step(self, *, to: int, reason: str, by: Actor) -> str:
        """Let an earlier step look again; signatures from there on count no longer."""
        here = rules.has_it.seat(by, self)
        earlier = going.settled_before(self.way, here.step.position if here else 0)
        if to not in {step.position for step in earlier}:
            raise NotOpen(_t("Nobody has acted there yet. Choose a step that was signed before."))
        self.revision += 1
        going.send_back(self, None, to, to_step=True)
        return self._on_its_way()

    @step(
        state,
        source=ON_ITS_WAY,
        target=State.ON_HOLD,
        label=_("Put on hold"),
        may=rules.drafter_or_holder,
        then=[notices.file_held],
        awaited=False,
        clocks=[DECIDING.pauses("ours", _("on hold"))],
    )
    def hold(self, *, reason: str) -> None:
        """Wait for something before the file goes on."""

    @step(
        state,
        source=State.ON_HOLD,
        target=ON_ITS_WAY,
        label=_("Resume"),
        may=rules.drafter_or_holder,
        books=[tell],
        then=[notices.file_waits],
        clocks=[DECIDING.starts],
    )
    def resume(self) -> str:
        """What was waited for has come; the file goes on."""
        return self._on_its_way()

    @step(
        state,
        source=ON_ITS_WAY,
        target=ON_ITS_WAY,
        label=_("Declare a conflict of interest"),
        may=rules.on_the_way,
        books=[tell],
        then=[notices.file_waits],
        confirm=True,
        awaited=False,
    )
    def declare_conflict(self, *, reason: str, by: Actor) -> str:
        """You take no part in this file; another holder of the post, or your deputy, acts."""
        Conflict.objects.create(
            file=self, actor_id=by.actor_id, actor_name=by.actor_name, reason=reason
        )
        self.conflicted.add(by.actor_id)
        return self._on_its_way()

    @step(
        state,
        source=State.IN_CIRCULATION,
        target=ON_ITS_WAY,
        label=_("Pass over who is away"),
        may=by_system,
        when=[somebody_is_passed_over],
        books=[tell],
        then=[notices.file_waits],
    )
    def move_on(self) -> str:
        """Nobody of the line may act where the file is; whoever is away reads it afterwards."""
        return self._on_its_way()

    # Ending before the decision --------------------------------------------------------------

    @step(
        state,
        source=UNDECIDED,
        target=State.WITHDRAWN,
        label=pgettext_lazy("approval", "Withdraw"),
        may=rules.drafter,
        books=[give_up],
        clocks=[DECIDING.stops],
        then=[notices.file_withdrawn, takes_case_back],
        confirm=True,
    )
    def withdraw(self, *, reason: str) -> None:
        """Take the file back for good; another can be drafted later."""

    @step(
        state,
        source=[*ON_ITS_WAY, State.ON_HOLD, State.RETURNED],
        target=State.ABANDONED,
        label=_("Abandon"),
        may=rules.drafter_or_decider,
        books=[give_up],
        clocks=[DECIDING.stops],
        then=[notices.file_abandoned, takes_case_back],
        confirm=True,
        awaited=False,
    )
    def abandon(self, *, reason: str) -> None:
        """What is asked is given up."""

    @step(
        state,
        source=OPEN,
        target=[State.ABANDONED, State.VOID],
        label=_("End with its case"),
        may=by_system,
        clocks=[DECIDING.stops],
    )
    def end(self) -> str:
        """The case has ended: there is nothing left to decide, or the decision is not carried out."""
        if self.decided_at is None:
            return State.ABANDONED
        self.voided = [{"field": "case", "from": "", "to": "ended"}]
        return State.VOID

    @step(
        state,
        source=[*ON_ITS_WAY, State.ON_HOLD, State.DECIDED, State.AWAITING_ISSUE],
        target=[State.RETURNED, State.VOID],
        label=_("Void what was signed"),
        may=by_system,
        books=[tell],
        clocks=[DECIDING.pauses("drafter", _("what was signed is void"))],
        then=[notices.file_voided, takes_case_back],
    )
    def void(self) -> str:
        """What was put to approval has changed since: signatures on it count no longer."""
        self.voided = [change.plain() for change in self.changes_since]
        self.told |= {"changed": self.voided}
        if self.decided_at:
            return State.VOID
        going.send_back(self, None, 1, to_step=False)
        return State.RETURNED

    # After the decision ----------------------------------------------------------------------

    @step(
        state,
        source=State.AWAITING_ISSUE,
        target=State.ISSUED,
        label=_("Issue"),
        may=rules.releases,
        then=[goes_on_file],
        inner=True,
    )
    def issue(self, *, document_number: str) -> None:
        """What was decided goes out, under its document number and day."""
        self.document_number, self.issued_on = document_number, timezone.localdate()

    @step(
        state,
        source=[State.DECIDED, State.AWAITING_ISSUE, State.ISSUED],
        label=_("Confirm that you have read it"),
        may=rules.circulated_to,
        books=[tell],
        then=[goes_on_file],
        awaited=True,
    )
    def read(self, *, by: Actor) -> None:
        """What was circulated to your unit has been read."""
        going.read(self, rules.circulated_to.seat(by, self).step, by)  # type: ignore[union-attr]

    @step(
        state,
        source=[State.DECIDED, State.AWAITING_ISSUE, State.ISSUED],
        label=_("Read afterwards"),
        may=rules.passed_over,
        books=[tell],
        then=[goes_on_file],
        awaited=True,
    )
    def read_afterwards(self, *, by: Actor) -> None:
        """The file went on without you, or was decided in your place: you have read it now."""
        going.read(self, rules.passed_over.seat(by, self).step, by)  # type: ignore[union-attr]

    @step(
        state,
        source=[State.DECIDED, State.ISSUED],
        target=State.KEPT,
        label=_("Put on file"),
        may=by_system,
        when=[nothing_is_left_to_read],
        then=[papers.decided_file],
    )
    def keep(self) -> None:
        """Everything has been done and read: the file is kept as it is."""

    # Facts -----------------------------------------------------------------------------------

    @cached_property
    def subject(self) -> Any:
        """What the file is about, as it is now."""
        model: Any = apps.get_model(self.subject_kind)
        return model._default_manager.get(pk=self.subject_id)

    @property
    def matter_of(self) -> Matter:
        return next(one for one in _matters_of(self.subject_kind) if one.name == self.matter)

    @property
    def states_not_taken(self) -> Collection[str]:  # type: ignore[override]  # by its matter
        return () if self.matter_of.issues else (State.AWAITING_ISSUE, State.ISSUED)

    @property
    def matter_label(self) -> str:
        return str(self.matter_of.title)

    @cached_property
    def way(self) -> list[Any]:
        if "steps" in getattr(self, "_prefetched_objects_cache", {}):
            return list(self.steps.all())
        return list(self.steps.select_related("unit"))

    @cached_property
    def seats_of(self) -> dict[str, list[Any]]:
        """Seats on the way by actor, asked once."""
        return {}

    @cached_property
    def told(self) -> dict[str, Any]:
        return {}

    @cached_property
    def conflicted(self) -> set[str]:
        return set(self.conflicts.values_list("actor_id", flat=True))

    @cached_property
    def changes_since(self) -> list[Any]:
        """What differs from the content that was sealed, and a label under which it goes another way.

        Nothing once the decision took effect.
        """
        has_taken_effect = self.decided_at and self.matter_of.decided
        if not self.sealed_at or has_taken_effect:
            return []
        return [*changes(self.content, self.content_now()), *self._another_way()]

    def _another_way(self) -> list[Change]:
        """A label alone says who may know, not what is decided: it counts where the route is another."""
        before = self.route.get("label", self.handling)
        if before == self.handling:
            return []
        steps = [step.plain() for step in self.route_today().steps]
        return [] if steps == self.route["steps"] else [Change("handling", before, self.handling)]

    def look_again(self, subject: Any) -> None:
        """With the subject locked: it may have changed while this was being decided. Raises `NotOpen`."""
        self.subject = subject
        found = changes(self.content, self.content_now())
        if why := nothing_stands_against_it(self) or _why_not_as_sealed(found):
            raise NotOpen(why)

    def content_now(self) -> dict[str, Any]:
        """What signatures would cover today, as plain values."""
        content: dict[str, Any] = values.plain(self.matter_of.content(self.subject))
        return content

    def route_today(self) -> Route:
        return route_of(self.matter_of, self.subject)

    def seal(self, route: Route) -> None:
        """Keep what is put to approval, and the way it takes, under one digest, as a revision."""
        self.consult_ministry = route.consult_ministry
        self.bulk_concurrence = bool(route.row and route.row.bulk_concurrence)
        self.route = {
            "steps": [step.plain() for step in route.steps],
            "why": [{"text": why.text, "values": dict(why.values)} for why in route.why],
            "label": self.handling,
        }
        self.content, cover = self.content_now(), self.cover()
        self.sealed_at, self.voided = timezone.now(), []
        sealed = {"content": self.content, "route": self.route["steps"], "cover": cover}
        self.content_digest = values.digest(sealed)
        self.sealed_revision = self.revision
        Revision.objects.create(
            file=self,
            number=self.revision,
            sealed_at=self.sealed_at,
            cover=cover,
            content=self.content,
            route=self.route,
            digest=self.content_digest,
        )

    def attachments(self) -> models.QuerySet[Any]:
        return Document.objects.of(self).filter(kind=ATTACHMENT).order_by("version")

    currency = "JPY"  # amounts of files are in yen

    @property
    def today(self) -> date:
        return timezone.localdate()

    @property
    def needs_resolution(self) -> bool:
        return needs_resolution(self.way)

    def cover(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "purpose": self.purpose,
            "background": self.background,
            "options": self.options,
            "amount": f"{self.amount:.0f}",
            "handling": self.handling,
            "attachments": [paper.sha256 for paper in self.attachments()],
        }

    def _signed(self, right: Any, by: Actor, word: Standing, opinion: str) -> str:
        going.sign(self, right.seat(by, self), word, opinion)
        return self._on_its_way()

    def _on_its_way(self) -> str:
        return State.AWAITING_DECISION if going.go_on(self) else State.IN_CIRCULATION
