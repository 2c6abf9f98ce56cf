"""A few cases begun before anybody looks in, so that no desk is empty. All are samples."""

from __future__ import annotations

from typing import Any

from fms_agency.demo.deals import CLEARING, ELECTRIC, HEAVY, PROTOTYPE
from fms_agency.demo.script import (
    Days,
    Deal,
    NumberOf,
    Turn,
    api,
    approval,
    attached,
    portal,
    supplier,
)


def _asked(
    nation: str, title: str, reference: str, *lines: tuple[str, int], **more: Any
) -> list[Turn]:
    """A nation's request with its letter, submitted."""
    requester = api(f"{nation}.requester")
    fields = {
        "title": title,
        "reference": reference,
        "reference_date": Days(-10),
        "purpose": "sustainment",
        "end_user": "Sample unit",
        "end_use": "Sample of an end use",
        "delivery_place": "Sample port",
        "transport": "to_port",
        "terms_of_sale": "dependable_undertaking",
        "needed_by": Days(500),
        "funding": "National funds (sample)",
        "signatory": "Sample signatory",
        "contact": "Sample contact",
        "remarks": "",
        "lines": [
            {"article": article, "quantity": count, "remark": ""} for article, count in lines
        ],
    }
    letter = attached("letter-of-request.pdf", title, reference)
    return [
        requester.begins("request", "draft", **fields | more),
        requester.takes("request", "attach_letter", letter=letter),
        requester.takes("request", "submit"),
    ]


def _reviewed(assessment: str) -> list[Turn]:
    """Screened by one officer and put to another, who has not decided yet."""
    officer = portal("export_control")
    return [
        portal("case_manager").takes("request", "accept_as_actionable"),
        officer.takes("request", "open_transfer_review"),
        officer.takes("review", "screen", precedent=True, assessment=assessment),
        officer.takes("review", "put_to_review"),
    ]


def _solicited(subject: str, contractors: list[str]) -> list[Turn]:
    return [
        portal("case_manager").takes("request", "open_contract"),
        portal("case_manager").takes("contract", "open_subcontract", subject=subject),
        portal("contract_officer").takes(
            "subcontract",
            "solicit",
            contractors=contractors,
            quote_by=Days(30),
            deliver_by=Days(400),
            specification="見本の仕様書。 Sample specification.",
        ),
    ]


def _quoted(firm: str, *prices: str) -> Turn:
    return supplier(f"{firm}.sales").takes(
        f"quote of {firm}",
        "submit",
        lines=dict(enumerate(prices, start=1)),
        deliver_on=Days(390),
        valid_until=Days(180),
        remarks="見本の金額です。",
    )


def _sample(name: str, *turns: Turn) -> Deal:
    return Deal(name=name, title=name, title_ja=name, language="en", turns=turns)


SUBMITTED = _sample(
    "SAMPLE-AU-001",
    *_asked(
        "au",
        "Crew training for frigates (sample)",
        "SAMPLE-AU-001",
        ("JP-SHP-101", 1),
        ("JP-SHP-102", 2),
    ),
)

RETURNED = _sample(
    "SAMPLE-PH-001",
    *_asked(
        "ph",
        "Radar operator training (sample)",
        "SAMPLE-PH-001",
        ("JP-RAD-101", 2),
        needed_by=None,
    ),
    portal("case_manager").takes(
        "request",
        "return_for_correction",
        code="other",
        reason="When do you need it? Please state the date.",
    ),
)

TO_DECIDE = _sample(
    "SAMPLE-PH-002",
    *_asked(
        "ph",
        "Protective vests and helmets (sample)",
        "SAMPLE-PH-002",
        ("JP-VES-001", 200),
        purpose="replacement",
    ),
    *_reviewed("救難活動用。先例あり（見本）。 For rescue work; there is a precedent (sample)."),
    *_solicited("個人装具200組（見本）", [ELECTRIC, HEAVY, PROTOTYPE]),
    _quoted("heavy", "310000"),
)

TO_APPROVE = _sample(
    "SAMPLE-AU-002",
    *_asked(
        "au",
        "Integrated masts (sample)",
        "SAMPLE-AU-002",
        ("JP-COM-001", 2),
        purpose="new_capability",
    ),
    *_reviewed("艦艇の空中線（見本）。 Antennas of ships (sample)."),
    *approval("review", "export_control", *CLEARING),
    portal("export_control.2").takes("review", "clear", decision="移転を認める（見本）。"),
    *_solicited("複合通信空中線2基（見本）", [ELECTRIC, PROTOTYPE]),
    _quoted("electric", "245000000"),
    _quoted("prototype", "228000000"),
    portal("case_manager").takes(
        "subcontract",
        "take_quote",
        quote=NumberOf("quote of prototype"),
        reason="最低価格（見本）",
    ),
    portal("case_manager").takes("contract", "price"),
    portal("case_manager").takes("contract", "put_to_approval"),
    *approval("contract", "case_manager", ("director", "approve")),
)

SAMPLES = (SUBMITTED, RETURNED, TO_DECIDE, TO_APPROVE)
