"""What every step, form, paper, notice and address has to bring along."""

from __future__ import annotations

import ast
import inspect
import re
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.core.management import call_command
from django.core.management.base import CommandError
from django.forms import FileField
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils.translation import override

from approvals.files import Drafts
from documents.papers import Paper
from fms_agency.management.commands import generate_pages
from fms_agency.management.commands.generate_pages import routes
from notifications.notices import Notice
from partners.access import ROLES, Permission
from partners.policies import Policy, policy_of
from tests.house.code import ROOT
from workflow.deadlines import DueOn, bells_of
from workflow.forms import form_of
from workflow.models import Case, Entry
from workflow.steps import Leads, Step, beginnings_of, case_types, steps_of

MACHINES = [
    "ApprovalFile",
    "Bill",
    "Change",
    "Contract",
    "EmergencyAccess",
    "Indication",
    "Quote",
    "Request",
    "Requisition",
    "Shipment",
    "Subcontract",
    "TransferReview",
]
STEPS = [
    pytest.param(model, step, id=f"{model.__name__}.{step.name}")
    for model in case_types()
    for step in steps_of(model).values()
]
BEGINNINGS = [
    pytest.param(model, step, id=f"{model.__name__}.{step.name}")
    for model in case_types()
    for step in beginnings_of(model).values()
]
BELLS = {key: bell for model in case_types() for key, bell in bells_of(model).items()}
EFFECTS = BELLS | {
    effect.key: effect
    for model in case_types()
    for step in (*steps_of(model).values(), *beginnings_of(model).values())
    for effect in step.then
}


def source_text(text: Any) -> str:
    with override(None):
        return str(text)


def states_of(model: Any) -> list[tuple[str, Any]]:
    return list(model._meta.get_field("state").flatchoices)


# Machines ------------------------------------------------------------------------------------


def test_machines_of_the_house_are_these() -> None:
    assert sorted(model.__name__ for model in case_types()) == MACHINES


@pytest.mark.parametrize("model", case_types(), ids=lambda model: model.__name__)
def test_every_state_can_be_reached(model: type[Case]) -> None:
    targets = {target for step in steps_of(model).values() for target in step.targets}
    begin = model._meta.get_field("state").default

    assert {state for state, _label in states_of(model)} == targets | {begin}


@pytest.mark.parametrize("model", case_types(), ids=lambda model: model.__name__)
def test_state_field_is_protected(model: Any) -> None:
    assert model._meta.get_field("state").protected


@pytest.mark.parametrize("model", case_types(), ids=lambda model: model.__name__)
def test_slug_is_one_case_types_own(model: type[Case]) -> None:
    assert [other for other in case_types() if other.slug() == model.slug()] == [model]


# Steps ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "step"), STEPS + BEGINNINGS)
def test_step_has_a_label_and_says_what_it_means(model: type[Case], step: Step) -> None:
    label = source_text(step.label)

    assert re.fullmatch(r"[A-Z][^.]+", label)
    assert re.fullmatch(r"[A-Z].+\.", step.doc)


@pytest.mark.parametrize(("model", "step"), STEPS)
def test_form_asks_for_what_the_step_takes(model: type[Case], step: Step) -> None:
    asked = set() if step.inner else set(step.parameters)  # what it takes comes from a book
    fields = set(form_of(step).base_fields)

    assert asked <= fields if _takes_more(getattr(model, step.name)) else asked == fields


@pytest.mark.parametrize(("model", "step"), BEGINNINGS)
def test_form_of_a_beginning_asks_for_nothing_else(model: type[Case], step: Step) -> None:
    fields = set(form_of(step).base_fields)
    takes_more = _takes_more(getattr(model, step.name).__func__)

    assert takes_more or fields <= set(step.parameters)


def _takes_more(method: Any) -> bool:
    """Whether it names some of what it takes only together, as `**asked`."""
    asked = inspect.signature(inspect.unwrap(method)).parameters.values()
    return any(parameter.kind is parameter.VAR_KEYWORD for parameter in asked)


@pytest.mark.parametrize(("model", "step"), STEPS)
def test_signing_asks_for_no_file(model: type[Case], step: Step) -> None:
    """Who must prove anew who they are gets their words back; a browser keeps no file."""
    fields = form_of(step).base_fields.values()

    assert not step.signs or [field for field in fields if isinstance(field, FileField)] == []


def test_steps_that_sign_are_these() -> None:
    signing = {
        f"{model.__name__}.{step.name}"
        for model in case_types()
        for step in steps_of(model).values()
        if step.signs
    }

    assert signing == {
        *("Bill.issue", "Bill.record_payment", "Bill.void"),
        *("ApprovalFile.approve", "ApprovalFile.agree", "ApprovalFile.agree_with_conditions"),
        *("ApprovalFile.disagree", "ApprovalFile.examine", "ApprovalFile.pull_up"),
        *("ApprovalFile.decide", "Contract.send_offer", "Contract.accept", "Contract.decline"),
        *("Contract.record_deposit", "Contract.record_refund", "Contract.close", "Contract.cancel"),
        *("Subcontract.award", "Subcontract.terminate"),
        *("Subcontract.accept_delivery", "Subcontract.reject_delivery"),
        *("Subcontract.record_payment", "Shipment.ship", "Shipment.receive"),
        *("TransferReview.clear", "TransferReview.refuse"),
        *("Request.decline", "Indication.send", "Contract.extend"),
        *("Change.send", "Change.sign", "Change.decline", "Change.extend", "Change.restate"),
        *("Requisition.accept", "Contract.suspend", "Contract.resume"),
    }


@pytest.mark.parametrize(("model", "step"), STEPS + BEGINNINGS)
def test_effects_of_a_step_have_keys_of_their_own(model: type[Case], step: Step) -> None:
    keys = [effect.key for effect in step.then]

    assert sorted(set(keys)) == sorted(keys)


@pytest.mark.parametrize(("model", "step"), STEPS + BEGINNINGS)
def test_paper_is_made_before_the_notice_that_carries_it(model: type[Case], step: Step) -> None:
    made: list[str] = []
    for effect in step.then:
        if isinstance(effect, Paper):
            made.append(effect.kind)
        if isinstance(effect, Notice):
            assert set(effect.attach) <= set(made)


@pytest.mark.parametrize(("model", "step"), STEPS)
def test_guards_say_what_they_ask(model: type[Case], step: Step) -> None:
    silent = [guard for guard in step.when if not (guard.__doc__ or "").strip()]

    assert silent == []


@pytest.mark.parametrize(("model", "step"), STEPS + BEGINNINGS)
def test_step_belongs_to_roles_that_exist(model: type[Case], step: Step) -> None:
    assert set(step.may.roles) <= {*ROLES, "system"}
    assert step.may.roles


# Effects -------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", sorted(EFFECTS))
def test_effect_finds_what_it_names(key: str) -> None:
    effect = EFFECTS[key]

    match effect:
        case Paper():
            assert get_template(effect.template)
        case Notice():
            assert get_template(f"notifications/{effect.name}/subject.txt")
            assert get_template(f"notifications/{effect.name}/body.txt")
        case Drafts(matter=matter):
            assert matter in [
                one for model in case_types() for one in getattr(model, "matters", ())
            ]
        case DueOn() | Leads():
            taken = [step for model in case_types() for step in steps_of(model).values()]
            assert "system" in {
                role for step in taken if step.name == effect.step for role in step.may.roles
            }
        case _:
            pytest.fail(f"an effect of an unknown kind: {effect}")


def test_every_notice_on_file_is_sent_by_some_step_or_act() -> None:
    on_file = {path.parent.name for path in (ROOT / "templates/notifications").glob("*/body.txt")}

    assert on_file == {key.partition(":")[2] for key in EFFECTS if key.startswith("notice:")}


# Rights --------------------------------------------------------------------------------------


@pytest.mark.parametrize("permission", list(Permission))
def test_permission_is_carried_by_a_role(permission: Permission) -> None:
    assert [role.id for role in ROLES.values() if permission in role.permissions] != []


@pytest.mark.parametrize("role", ROLES.values(), ids=lambda role: role.id)
def test_role_says_what_it_is_for(role: Any) -> None:
    assert source_text(role.label)
    assert source_text(role.sentence).endswith(".")
    assert role.kind in {"agency", "ministry", "nation", "contractor"}


# Addresses -----------------------------------------------------------------------------------


ROUTES = list(routes())


@pytest.mark.parametrize(("path", "pattern"), ROUTES, ids=[path or "/" for path, _ in ROUTES])
def test_address_has_a_policy(path: str, pattern: Any) -> None:
    assert isinstance(policy_of(pattern.callback), Policy)


def test_addresses_open_to_anybody_are_these() -> None:
    found = {path for path, pattern in ROUTES if policy_of(pattern.callback).test is None}

    assert found == {
        "sign-in/",
        "sign-in/code/",
        "sign-in/password/",
        "sign-in/password/sent/",
        "^sign-in/password/(?P<uidb36>[0-9a-f]{32})-(?P<key>[0-9a-z-]{1,80})/$",
        "sign-in/password/changed/",
        "sign-in/at/<slug:provider_id>/",
        "sign-in/at/<slug:provider_id>/back/",
        "language/",
        "healthz",
        "csp-report/",
        "api/v1/openapi.json",
        "api/v1/docs/",
        "api/v1/^.*$",
        "o/token/",
        "o/revoke_token/",
    }


def test_every_pattern_of_the_house_is_walked() -> None:
    named = {name for name in get_resolver().reverse_dict if isinstance(name, str)}

    assert named <= {pattern.name for _path, pattern in ROUTES}


# Words ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def japanese() -> dict[str, str]:
    """The Japanese catalogue; without one these tests fail."""
    with (ROOT / "locale" / "ja" / "LC_MESSAGES" / "django.po").open("rb") as file:
        return {
            str(m.id): str(m.string)
            for m in read_po(file)
            if isinstance(m.id, str) and m.string and not m.fuzzy
        }


@pytest.mark.parametrize("model", case_types(), ids=lambda model: model.__name__)
def test_labels_and_help_of_a_machine_are_translated(
    model: type[Case], japanese: dict[str, str]
) -> None:
    steps = [*steps_of(model).values(), *beginnings_of(model).values()]
    fields = [field for step in steps for field in form_of(step).base_fields.values()]
    texts = {
        source_text(text)
        for text in (
            model._meta.verbose_name,
            model._meta.verbose_name_plural,
            *(label for _state, label in states_of(model)),
            *(step.label for step in steps),
            *(step.doc for step in steps),
            *(field.label for field in fields),
            *(field.help_text for field in fields),
        )
        if text
    }

    assert {text for text in texts if not japanese.get(text)} == set()


def test_roles_are_translated(japanese: dict[str, str]) -> None:
    texts = {source_text(text) for role in ROLES.values() for text in (role.label, role.sentence)}

    assert {text for text in texts if not japanese.get(text)} == set()


def test_sentences_of_guards_and_refusals_are_translated(japanese: dict[str, str]) -> None:
    said = set()
    for part in ("workflow", "partners", "approvals", "cases", "exports", "documents"):
        for path in (ROOT / part).rglob("*.py"):
            said |= _translated_literals(ast.parse(path.read_text(encoding="utf-8")))

    assert {text for text in said if not japanese.get(text)} == set()


def _translated_literals(tree: ast.Module) -> set[str]:
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"_", "_t", "gettext", "gettext_lazy"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


# Generated pages -----------------------------------------------------------------------------


def test_generated_pages_are_as_the_code_says() -> None:
    call_command("generate_pages", check=True)


def test_stale_page_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate_pages, "HEAD", "another head\n")

    with pytest.raises(CommandError, match=r"Not as the code says: docs/access\.md"):
        call_command("generate_pages", check=True)


def test_every_event_is_written_somewhere() -> None:
    """docs/events.md tells by which modules."""
    written = generate_pages._written()

    assert set(written) == set(Entry.Event.names)
