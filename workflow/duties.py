"""What the gate asks before each act that is a duty: who has stood on another side before."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from workflow.models import Case, Separation, Side
from workflow.rights import Actor, System


def rules_for(duty: str) -> list[Separation]:
    """The groups a duty stands in today."""
    return list(Separation.objects.on(timezone.localdate()).filter(duty=duty))


def why_not(duty: str, case: Case, actor: Actor) -> str:
    """`""`, or what the actor did before that makes this somebody else's to do."""
    if not duty or isinstance(actor, System):
        return ""
    rules = rules_for(duty)
    if not rules:
        return _("No rule of separation covers this duty. Add one to the reference data.")
    sides = {rule.group: rule.side for rule in rules}
    for stand in _stands(case, actor).filter(group__in=sides):
        if stand.side != sides[stand.group]:
            return _("You did this before: %(duty)s. Somebody else must do this.") % {
                "duty": _named(stand, case)
            }
    return ""


def bind(duty: str, case: Case, actor: Actor) -> str:
    """Fix the actor's sides with the act. Another act may have come first: then its sentence."""
    if not duty or isinstance(actor, System):
        return ""
    sides = [Side.of(rule, case, actor) for rule in rules_for(duty)]
    Side.objects.bulk_create(sides, ignore_conflicts=True)
    return why_not(duty, case, actor)


def _stands(case: Case, actor: Actor) -> QuerySet[Side]:
    here = Q(about_id=case.duties_of) | Q(about_id=case.deal_id)
    return Side.objects.filter(here, actor_id=actor.actor_id).order_by("id")


def _named(stand: Side, case: Case) -> str:
    """What was done, and on which case if it was another."""
    rule = Separation.objects.filter(group=stand.group, duty=stand.duty).last()
    name = str(rule) if rule else stand.duty
    return name if stand.case_number == case.number else f"{name} ({stand.case_number})"
