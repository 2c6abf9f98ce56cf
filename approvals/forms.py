"""What a person may type on an approval file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from approvals import going, rules
from approvals.models import ApprovalFile
from documents.fields import PaperField, WithHandling
from documents.templatetags.paper import day
from partners import posts
from workflow.approvals import Standing
from workflow.forms import StepForm, WithReason, asks

WORDS = 4000


def written(label: Any, *, required: bool, rows: int = 3, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=WORDS,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


for _method in (
    ApprovalFile.return_to_drafter,
    ApprovalFile.hold,
    ApprovalFile.pull_up,
    ApprovalFile.declare_conflict,
    ApprovalFile.withdraw,
    ApprovalFile.abandon,
):
    asks(_method)(WithReason)


@asks(ApprovalFile.write_cover)
class WriteCover(StepForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    purpose = written(_("Purpose"), required=True, help_text=_("What is asked, in a sentence."))
    background = written(_("Background"), required=True, rows=5)
    options = written(
        _("Options considered"),
        required=False,
        rows=5,
        help_text=_("What else could be done, and why this is proposed."),
    )

    def prepare(self) -> None:
        self.initial = {name: getattr(self.case, name) for name in self.fields}


@asks(ApprovalFile.attach)
class Attach(WithHandling):
    title = forms.CharField(label=_("What it is"), max_length=200)
    attachment = PaperField(label=_("Attachment"))


class Signing(StepForm):
    """Whoever is entered as absent may sign when they do come in; the form tells them that they are."""

    @property
    def remark(self) -> str:
        absence = posts.absence_of(self.person)
        if absence is None:
            return ""
        return _t(
            "You are entered as absent until %(day)s. You may sign all the same, and the trail says so."
        ) % {"day": day(absence.last_day)}


class WithOpinion(Signing):
    opinion = written(_("Opinion"), required=False)


for _method in (ApprovalFile.approve, ApprovalFile.agree):
    asks(_method)(WithOpinion)


@asks(ApprovalFile.agree_with_conditions)
class WithConditions(Signing):
    conditions = written(_("Conditions"), required=True)


@asks(ApprovalFile.disagree)
class Disagree(Signing):
    opinion = written(_("Why your unit does not agree"), required=True)


@asks(ApprovalFile.examine)
class Examine(Signing):
    finding = written(_("Finding"), required=False)


@asks(ApprovalFile.record_consultation)
class RecordConsultation(StepForm):
    answer = written(
        _("Answer of the ministry"),
        required=True,
        help_text=_("Which ministry, on which day, by which letter, and what it says."),
    )


@asks(ApprovalFile.decide)
class Decide(Signing):
    opinion = written(_("Opinion"), required=False)
    resolution = written(_("Answer to the disagreement"), required=False)

    def prepare(self) -> None:
        if not self.case.needs_resolution:
            self.fields["resolution"].widget = forms.HiddenInput()
            return
        self.fields["resolution"].required = True
        self.fields["resolution"].help_text = _t(
            "A unit disagrees. Say how its opinion was weighed; it goes on file."
        )

    @property
    def remark(self) -> str:
        return " ".join(filter(None, [self._disagreement, super().remark]))

    @property
    def _disagreement(self) -> str:
        if not self.case.needs_resolution:
            return ""
        against = [step.post for step in self.case.way if step.standing == Standing.DISAGREED]
        return _t("%(posts)s does not agree: your decision needs an answer in writing.") % {
            "posts": ", ".join(against)
        }


@asks(ApprovalFile.return_to_step)
class ReturnToStep(StepForm):
    to = forms.TypedChoiceField(label=_("Back to"), coerce=int)
    reason = written(_("Reason"), required=True)

    def prepare(self) -> None:
        seat = rules.has_it.seat(self.person, self.case)
        position = seat.step.position if seat else 0
        earlier = going.settled_before(self.case.way, position)
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (step.position, f"{step.position}. {step.post}: {step.holder_name}") for step in earlier
        ]
