"""What the API says about itself is true, complete, and shown without help from outside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from api.schema import steps_for_partners
from api.shapes import shape_of
from api.v1.kinds import KINDS
from partners.policies import policy_of
from workflow.forms import form_of
from workflow.steps import case_types, steps_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    body: dict[str, Any] = (
        Client().get("/api/v1/openapi.json", headers={"Accept-Language": "en"}).json()
    )
    return body


def test_the_description_is_valid_and_without_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True)

    assert "openapi: 3" in capsys.readouterr().out


def test_every_step_of_a_partner_has_a_path_of_its_own(described: dict[str, Any]) -> None:
    written = {path for path in described["paths"] if re.search(r"/steps/\w+/$", path)}

    assert written == {
        f"/api/v1/{slug}/{{number}}/steps/{step.name}/"
        for slug, kind in KINDS.items()
        for step in steps_for_partners(kind.model)
    }
    assert "/api/v1/contracts/{number}/steps/take_change_in/" not in written  # within another only
    assert "/api/v1/contracts/{number}/steps/accept/" in written


def test_a_step_is_described_by_its_declaration_and_form(described: dict[str, Any]) -> None:
    accept = described["paths"]["/api/v1/contracts/{number}/steps/accept/"]["post"]

    assert accept["summary"] == "Accept the offer"
    assert accept["description"] == (
        "Accept the letter of offer for your government; an initial deposit, if any, falls due."
        "\n\n"
        "Who: Signatory.\n\nOnly when:\n\n- The offer has not expired.\n"
        "- No new version of the offer is being drafted.\n"
        "- The case on which this one builds is in execution.\n\n"
        "Possible while: `offered` (offered)."
    )
    body = accept["requestBody"]["content"]["application/json"]["schema"]
    assert (list(body["properties"]), body["required"], body["additionalProperties"]) == (
        ["signed_by", "version"],
        ["signed_by", "version"],
        False,
    )
    assert accept["security"] == [{"client": ["partner"]}]


def test_a_step_with_a_file_is_sent_as_a_form(described: dict[str, Any]) -> None:
    attach = described["paths"]["/api/v1/requests/{number}/steps/attach_letter/"]["post"]

    (media_type,) = attach["requestBody"]["content"]
    assert media_type == "multipart/form-data"


def test_a_step_that_may_have_a_file_is_sent_as_json_or_as_a_form(
    described: dict[str, Any],
) -> None:
    content = described["paths"]["/api/v1/requests/"]["post"]["requestBody"]["content"]
    names = {kind: set(body["schema"]["properties"]) for kind, body in content.items()}

    assert set(names) == {"application/json", "multipart/form-data"}
    assert names["application/json"] - names["multipart/form-data"] == {"lines"}
    assert names["multipart/form-data"] - names["application/json"] == {"lines_file"}


def test_the_description_comes_in_both_languages() -> None:
    for language in ("ja", "en"):
        answer = Client().get("/api/v1/openapi.json", headers={"Accept-Language": language})

        assert answer.headers["Content-Language"] == language
        assert answer.json()["openapi"].startswith("3.")


def test_the_pages_need_nothing_from_outside() -> None:
    page = Client().get("/api/v1/docs/")
    script = Client().get("/api/v1/docs/?script=")

    linked = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert linked
    assert [address for address in linked if "//" in address] == []
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert re.findall(r"<style|style=|<script>| on\w+=", page.content.decode()) == []
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert "/api/v1/openapi.json" in script.content.decode() or "../openapi.json" in (
        script.content.decode()
    )


def test_the_shape_of_every_field_a_step_asks_is_known() -> None:
    fields = [
        field
        for model in case_types()
        for step in steps_of(model).values()
        for field in form_of(step).base_fields.values()
    ]

    assert {shape_of(field).name for field in fields} == {
        *("changed_lines", "choice", "choices", "day", "decimal", "file", "lines"),
        *("ordered_lines", "per_line"),
        *("text", "whole_number", "yes_no"),
    }


def test_a_field_nobody_has_described_is_told() -> None:
    with pytest.raises(LookupError, match="does not know Field"):
        shape_of(forms.Field())


def test_steps_of_the_agency_are_not_described() -> None:
    names = {step.name for step in steps_for_partners(KINDS["contracts"].model)}

    assert names == {
        *("accept", "decline", "file_end_use_certificate", "order"),
        *("confirm_no_more_orders", "expect_more_orders"),
    }


def test_every_address_of_the_api_has_a_policy() -> None:
    resolvers = [r for r in get_resolver().url_patterns if str(r.pattern) in {"api/v1/", "o/"}]
    patterns = [pattern for resolver in resolvers for pattern in resolver.url_patterns]

    named = {str(p.pattern): p.callback for p in patterns}

    assert len(named) > 20
    assert [route for route, view in named.items() if policy_of(view) is None] == []
    anybody = {route for route, view in named.items() if policy_of(view).name == "anybody"}
    assert anybody == {"openapi.json", "docs/", "^.*$", "token/", "revoke_token/"}
