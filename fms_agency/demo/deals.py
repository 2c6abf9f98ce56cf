"""The three deals, turn by turn. What is sold is known to the public; every price is invented."""

from __future__ import annotations

from fms_agency.demo.people import BODIES
from fms_agency.demo.script import (
    CONSULTED,
    Days,
    Deal,
    NumberOf,
    Stamp,
    Turn,
    api,
    approval,
    attached,
    portal,
    supplier,
)

ELECTRIC, HEAVY, PROTOTYPE = (
    BODIES[key].corporate_number for key in ("electric", "heavy", "prototype")
)

# Who acts on the file of a transfer review, and what a ministry answers.
CLEARING = (
    ("export_control.director", "approve"),
    "legal.director",
    "security.director",
    ("export_control.head", "decide"),
)
MINISTRY = "防衛省：異存なし（見本）。 Ministry of Defense: no objection (sample)."

# Three fixed and one mobile radar for the Philippines ------------------------------------------

RADAR_REQUEST = {
    "title": "Air-surveillance radars (sample)",
    "reference": Stamp("PAF-LOR"),
    "reference_date": Days(-7),
    "purpose": "new_capability",
    "end_user": "Philippine Air Force, Air Defense Command (sample)",
    "end_use": "Surveillance of the nation's own airspace and air defence identification zone",
    "delivery_place": "Manila (sample)",
    "transport": "to_port",
    "freight_forwarder": "Sample Forwarders, Manila (sample)",
    "packing": "military",
    "needed_by": Days(700),
    "funding": "National funds (sample)",
    "terms_of_sale": "dependable_undertaking",
    "payment_wish": "usual",
    "answer_wanted": "offer",
    "support": ["spares", "training", "technical_data"],
    "spares_years": 3,
    "concept": "Four sites report to one air operations centre (sample).",
    "security_plan": "Sample of a security plan for unclassified technical data.",
    "offset": "none",
    "signatory": "REYES Antonio, Assistant Secretary for Acquisition (sample)",
    "contact": "SANTOS Maria, maria.santos@paf.example.ph",
    "remarks": "Figures of this sample case are invented.",
    "lines": [
        {"article": "JP-RAD-001", "quantity": 3, "remark": "fixed sites"},
        {"article": "JP-RAD-002", "quantity": 1, "remark": "mobile"},
    ],
}

RADARS = Deal(
    name="radars",
    title="Air-surveillance radars for the Philippines (sample)",
    title_ja="フィリピン向け警戒管制レーダー（見本）",
    language="en",
    turns=(
        # The nation asks, the agency looks whether anything is missing.
        api("ph.requester").begins("request", "draft", **{**RADAR_REQUEST, "end_use": ""}),
        api("ph.requester").takes(
            "request",
            "attach_letter",
            letter=attached("letter-of-request.pdf", "Letter of request", "3 FPS-3ME, 1 TPS-P14ME"),
        ),
        api("ph.finance").cannot("request", "submit"),
        api("au.requester").cannot("request", "submit"),
        api("ph.requester").takes("request", "submit"),
        portal("case_manager").cannot("request", "accept_as_actionable"),
        portal("case_manager").takes(
            "request",
            "return_for_correction",
            code="end_use_unclear",
            reason="最終用途が記載されていません。追記してください。"
            " The end use is missing; please state it.",
        ),
        api("ph.requester").takes("request", "revise", **RADAR_REQUEST),
        api("ph.requester").takes("request", "submit"),
        # One thing is not clear yet: the agency asks, and the time until the answer is the nation's.
        portal("case_manager").takes(
            "request",
            "ask_the_nation",
            question="移動式1基の運用地域を教えてください（見本）。"
            " Where will the mobile radar be used? (sample)",
            due_on=Days(10),
        ),
        api("au.requester").cannot("request", "answer_the_agency", number="1", answer="Here."),
        api("ph.requester").takes(
            "request",
            "answer_the_agency",
            number="1",
            answer="On the northern coast, in turns (sample).",
        ),
        portal("case_manager").takes("request", "accept_as_actionable"),
        # May it leave Japan? One officer screens, another decides.
        portal("export_control").takes("request", "open_transfer_review"),
        portal("export_control").takes(
            "review",
            "screen",
            precedent=True,
            consent_clause=True,
            assessment="警戒管制用途に限る。先例あり（見本）。"
            " For surveillance only; there is a precedent (sample).",
        ),
        portal("export_control").takes("review", "put_to_review"),
        *approval("review", "export_control", *CLEARING),
        portal("export_control").cannot(
            "review", "clear", decision="Cleared by myself.", valid_until=Days(182)
        ),
        portal("export_control.2").takes(
            "review",
            "clear",
            decision="移転を認める。目的外使用及び第三国移転には事前同意を要する（見本）。"
            " Cleared; other use or re-transfer needs Japan's prior consent (sample).",
        ),
        # What industry asks for it, and what the nation will be offered.
        portal("case_manager").takes("request", "open_contract"),
        portal("case_manager").takes(
            "contract", "open_subcontract", subject="警戒管制レーダー4基の製造（見本）"
        ),
        portal("contract_officer").takes(
            "subcontract",
            "solicit",
            contractors=[ELECTRIC, PROTOTYPE],
            quote_by=Days(30),
            deliver_by=Days(600),
            specification="固定式3基、移動式1基。据付けを含まない（見本）。",
        ),
        supplier("electric.sales").takes(
            "quote of electric",
            "submit",
            lines={1: "2400000000", 2: "1850000000"},
            deliver_on=Days(580),
            valid_until=Days(180),
            remarks="見本の金額です。",
        ),
        supplier("electric.sales").cannot(
            "quote of prototype",
            "submit",
            lines={1: "1", 2: "1"},
            deliver_on=Days(580),
            valid_until=Days(180),
        ),
        supplier("prototype.sales").takes(
            "quote of prototype",
            "submit",
            lines={1: "2520000000", 2: "1900000000"},
            deliver_on=Days(560),
            valid_until=Days(180),
            remarks="見本の金額です。",
        ),
        portal("case_manager").takes(
            "subcontract",
            "take_quote",
            quote=NumberOf("quote of prototype"),
            reason="納期が早いため（見本）。",
        ),
        portal("case_manager").takes("contract", "price"),
        portal("case_manager").takes("contract", "put_to_approval"),
        # Signed by one; then the price changes, and the signature counts no longer.
        *approval("contract", "case_manager", ("department_head", "approve")),
        portal("case_manager").takes(
            "subcontract",
            "take_quote",
            quote=NumberOf("quote of electric"),
            reason="価格が低く、納期も満たすため（見本）。",
        ),
        portal("case_manager").takes("contract", "price"),
        portal("case_manager").takes("contract", "put_to_approval"),
        # A higher rank acts first, a unit disagrees, and a deputy decides for the president.
        portal("president").is_away(deputy="board"),
        *approval(
            "contract",
            "case_manager",
            ("executive_director", "pull_up", {"reason": "相手国の期限が近いため（見本）。"}),
            ("executive_director", "approve"),
            "finance.director",
            (
                "legal.director",
                "disagree",
                {"opinion": "準拠法の条項を明記すべきである（見本）。"},
            ),
            "export_control.director",
            "security.director",
        ),
        portal("case_manager").cannot("approval of contract", "decide"),
        portal("board").takes(
            "approval of contract",
            "decide",
            resolution="準拠法は基本協定に定めがあり、契約では触れない（見本）。",
        ),
        portal("department_head").takes("approval of contract", "read_afterwards"),
        portal("president").takes("approval of contract", "read_afterwards"),
        portal("auditor").takes("approval of contract", "read"),
        portal("case_manager").cannot("contract", "send_offer", expires_on=Days(60)),
        portal("case_manager.2").takes("contract", "send_offer", expires_on=Days(60)),
        # The nation reads, accepts and pays its deposit.
        api("ph.signatory").reads("contract", "offer"),
        api("ph.requester").cannot("contract", "accept", signed_by="SANTOS Maria"),
        api("ph.signatory").takes(
            "contract",
            "accept",
            signed_by="REYES Antonio, Assistant Secretary for Acquisition (sample)",
        ),
        portal("finance").takes("contract", "record_deposit", bank_reference="SAMPLE-DEP-01"),
        # Industry gets the order, builds and delivers; inspection accepts.
        portal("contract_officer").takes("subcontract", "put_to_approval"),
        *approval(
            "subcontract",
            "contract_officer",
            ("contracts.director", "approve"),
            (
                "contracts.head",
                "return_to_drafter",
                {"reason": "納期の根拠を加えること（見本）。"},
            ),
        ),
        portal("contract_officer").takes("subcontract", "put_to_approval"),
        *approval(
            "subcontract",
            "contract_officer",
            ("contracts.director", "approve"),
            ("contracts.head", "approve"),
            *CONSULTED,
            "quality.director",
            ("review_board", "examine"),
            ("executive_director", "decide"),
            ("auditor", "read"),
        ),
        portal("contract_officer.2").takes("subcontract", "award"),
        supplier("electric.production").takes("subcontract", "acknowledge"),
        supplier("electric.production").takes(
            "subcontract",
            "report_progress",
            percent=60,
            report="2基完成、2基組立て中（見本）。",
        ),
        supplier("electric.delivery").takes(
            "subcontract", "report_delivery", delivery_note="SAMPLE-DN-01"
        ),
        supplier("electric.delivery").cannot(
            "subcontract",
            "accept_delivery",
            inspected_on=Days(0),
            findings="Fine, says the maker.",
        ),
        portal("inspector").takes(
            "subcontract",
            "accept_delivery",
            findings="外観・性能とも仕様書に適合（見本）。",
        ),
        # It leaves, it arrives, the end user signs.
        portal("contract_officer").takes(
            "contract", "pack_shipment", mode="sea", lines={1: 3, 2: 1}
        ),
        portal("contract_officer").takes(
            "shipment",
            "ship",
            carrier="Sample Lines (見本海運)",
            permit_number="SAMPLE-EXP-01",
        ),
        api("ph.logistics").takes(
            "shipment", "receive", received_on=Days(0), received_by="BAUTISTA Ramon"
        ),
        api("ph.requester").takes(
            "contract",
            "file_end_use_certificate",
            certificate=attached("end-use-certificate.pdf", "End-use certificate"),
        ),
        portal("case_manager").cannot("contract", "close"),
        # Everybody is paid, and the file is closed.
        portal("finance").takes("contract", "draft_bill"),
        portal("finance").takes("bill", "put_to_approval"),
        *approval(
            "bill",
            "finance",
            ("finance.director", "approve"),
            ("finance.head", "approve"),
            *CONSULTED[1:],
            ("executive_director", "decide"),
            ("auditor", "read"),
        ),
        portal("finance.2").takes("bill", "issue"),
        api("ph.finance").reads("bill", "bill"),
        portal("finance").takes("bill", "record_payment", bank_reference="SAMPLE-PAY-01"),
        supplier("electric.finance").takes(
            "subcontract",
            "send_invoice",
            invoice_number="SAMPLE-INV-01",
            invoice=attached("invoice.pdf", "Qualified invoice", f"Registration T{ELECTRIC}"),
        ),
        portal("finance").takes("subcontract", "record_payment", bank_reference="SAMPLE-SUP-01"),
        portal("contract_officer").takes("subcontract", "close"),
        portal("case_manager").takes("contract", "record_delivery"),
        portal("case_manager").takes("contract", "close"),
    ),
    ends_as={
        "request": "answered",
        "review": "cleared",
        "contract": "closed",
        "subcontract": "closed",
        "quote of electric": "taken",
        "quote of prototype": "not_chosen",
        "shipment": "received",
        "bill": "paid",
        "approval of review": "kept",
        "approval of contract": "kept",
        "approval of subcontract": "kept",
        "approval of bill": "kept",
    },
    papers=(
        api("ph.requester").reads("request", "request_letter"),
        portal("export_control").reads("review", "transfer_clearance"),
        api("ph.signatory").reads("contract", "offer"),
        supplier("electric.sales").reads("subcontract", "purchase_order"),
        supplier("electric.delivery").reads("subcontract", "inspection_certificate"),
        api("ph.logistics").reads("shipment", "shipping_notice"),
        api("ph.logistics").reads("shipment", "handover_receipt"),
        api("ph.requester").reads("contract", "end_use_certificate"),
        api("ph.finance").reads("bill", "bill"),
        portal("finance").reads("subcontract", "supplier_invoice"),
        supplier("electric.finance").reads("subcontract", "payment_notice"),
        api("ph.signatory").reads("contract", "closure_statement"),
    ),
)

# Three frigates, their support and the training of their crews for Australia -------------------

FRIGATE_REQUEST = {
    "title": "General purpose frigates, first three (sample)",
    "reference": Stamp("DOD-LOR"),
    "reference_date": Days(-14),
    "purpose": "replacement",
    "end_user": "Royal Australian Navy (sample)",
    "end_use": "Defence of the nation and of its sea lanes",
    "delivery_place": "Western Australia (sample)",
    "transport": "to_destination",
    "needed_by": Days(1200),
    "funding": "Integrated investment programme (sample)",
    "terms_of_sale": "dependable_undertaking",
    "payment_wish": "letter_of_credit",
    "answer_wanted": "offer",
    "support": ["spares", "training", "services", "contractor"],
    "spares_years": 5,
    "concept": "Escort of sea lanes, together with partner navies (sample).",
    "security_plan": "Sample of a security plan.",
    "offset": "undecided",
    "signatory": "WILSON James, First Assistant Secretary, Ships (sample)",
    "contact": "TAYLOR Emma, emma.taylor@defence.example.au",
    "remarks": "Figures of this sample case are invented.",
    "lines": [
        {"article": "JP-SHP-001", "quantity": 3, "remark": ""},
        {"article": "JP-SHP-101", "quantity": 1, "remark": "first five years"},
        {"article": "JP-SHP-102", "quantity": 2, "remark": "two crews"},
    ],
}

FRIGATES = Deal(
    name="frigates",
    title="Frigates, support and training for Australia (sample)",
    title_ja="オーストラリア向け護衛艦、後方支援及び教育訓練（見本）",
    language="ja",
    turns=(
        api("au.requester").begins("request", "draft", **FRIGATE_REQUEST),
        api("au.requester").takes(
            "request",
            "attach_letter",
            letter=attached("letter-of-request.pdf", "Letter of request", "Three frigates"),
        ),
        api("au.requester").takes("request", "submit"),
        portal("case_manager.2").takes("request", "accept_as_actionable"),
        portal("export_control.2").takes("request", "open_transfer_review"),
        portal("export_control.2").takes(
            "review",
            "screen",
            consent_clause=True,
            assessment="協定発効済み。武器の完成品であり四大臣会合の審議を要する（見本）。",
        ),
        portal("export_control.2").takes("review", "put_to_review"),
        *approval("review", "export_control.2", *CLEARING),
        portal("export_control").takes(
            "review",
            "clear",
            decision="四大臣会合の審議結果に従い移転を認める（見本）。",
        ),
        portal("case_manager.2").takes("request", "open_contract"),
        portal("case_manager.2").takes(
            "contract",
            "open_subcontract",
            subject="護衛艦3隻、後方支援及び乗員教育（見本）",
        ),
        portal("contract_officer").takes(
            "subcontract",
            "solicit",
            contractors=[HEAVY, ELECTRIC],
            quote_by=Days(45),
            deliver_by=Days(1100),
            specification="護衛艦3隻、統合後方支援役務一式、乗員教育訓練2課程（見本）。",
        ),
        supplier("heavy.sales").takes(
            "quote of heavy",
            "submit",
            lines={1: "91000000000", 2: "12000000000", 3: "800000000"},
            deliver_on=Days(1090),
            valid_until=Days(180),
            remarks="見本の金額です。",
        ),
        supplier("electric.sales").takes(
            "quote of electric", "decline", reason="艦船の建造能力がないため（見本）。"
        ),
        portal("contract_officer").takes(
            "subcontract",
            "take_quote",
            quote=NumberOf("quote of heavy"),
            reason="唯一の見積りであり、仕様を満たすため（見本）。",
        ),
        portal("case_manager.2").takes("contract", "price"),
        portal("case_manager.2").takes("contract", "put_to_approval"),
        *approval(
            "contract",
            "case_manager.2",
            ("department_head", "approve"),
            ("executive_director", "approve"),
            *CONSULTED,
            ("board", "examine"),
        ),
        portal("case_manager.2").takes(
            "approval of contract", "record_consultation", answer=MINISTRY
        ),
        portal("president").takes("approval of contract", "decide"),
        portal("auditor").takes("approval of contract", "read"),
        portal("case_manager").takes("contract", "send_offer", expires_on=Days(90)),
        api("au.signatory").reads("contract", "offer"),
        api("ph.signatory").cannot("contract", "accept", signed_by="REYES Antonio"),
        api("au.signatory").takes(
            "contract",
            "accept",
            signed_by="WILSON James, First Assistant Secretary (sample)",
        ),
        portal("finance").takes("contract", "record_deposit", bank_reference="SAMPLE-DEP-02"),
        portal("contract_officer").takes("subcontract", "put_to_approval"),
        *approval(
            "subcontract",
            "contract_officer",
            ("contracts.head", "approve"),
            ("executive_director", "approve"),
            *CONSULTED,
            "quality.director",
            ("review_board", "examine"),
        ),
        portal("contract_officer").takes(
            "approval of subcontract", "record_consultation", answer=MINISTRY
        ),
        portal("president").takes("approval of subcontract", "decide"),
        portal("auditor").takes("approval of subcontract", "read"),
        portal("contract_officer.2").takes("subcontract", "award"),
        supplier("electric.production").cannot("subcontract", "acknowledge"),
        supplier("heavy.production").takes("subcontract", "acknowledge"),
        supplier("heavy.production").takes(
            "subcontract", "report_progress", percent=80, report="3番艦艤装中（見本）。"
        ),
        supplier("heavy.delivery").takes(
            "subcontract", "report_delivery", delivery_note="SAMPLE-DN-02"
        ),
        portal("inspector").takes(
            "subcontract", "accept_delivery", findings="完成検査合格（見本）。"
        ),
        # The ships sail; support and training are performed on site.
        portal("contract_officer").takes("contract", "pack_shipment", mode="sea", lines={1: 3}),
        portal("contract_officer").takes(
            "shipment",
            "ship",
            carrier="自力回航（見本）",
            permit_number="SAMPLE-EXP-02",
        ),
        api("au.logistics").takes(
            "shipment", "receive", received_on=Days(0), received_by="CAMPBELL Grace"
        ),
        portal("contract_officer").takes(
            "contract", "pack_shipment", mode="on_site", lines={2: 1, 3: 2}
        ),
        portal("contract_officer").takes(
            "shipment 2",
            "ship",
            carrier="例示重工業（見本）",
            permit_number="SAMPLE-EXP-03",
        ),
        api("au.logistics").takes(
            "shipment 2", "receive", received_on=Days(0), received_by="CAMPBELL Grace"
        ),
        api("au.requester").takes(
            "contract",
            "file_end_use_certificate",
            certificate=attached("end-use-certificate.pdf", "End-use certificate"),
        ),
        portal("finance").takes("contract", "draft_bill"),
        portal("finance").takes("bill", "put_to_approval"),
        *approval(
            "bill",
            "finance",
            ("finance.head", "approve"),
            ("executive_director", "approve"),
            *CONSULTED[1:],
            ("president", "decide"),
            ("auditor", "read"),
        ),
        portal("finance.2").takes("bill", "issue"),
        portal("finance").takes("bill", "record_payment", bank_reference="SAMPLE-PAY-02"),
        supplier("heavy.finance").takes(
            "subcontract",
            "send_invoice",
            invoice_number="SAMPLE-INV-02",
            invoice=attached("invoice.pdf", "Qualified invoice", f"Registration T{HEAVY}"),
        ),
        portal("finance").takes("subcontract", "record_payment", bank_reference="SAMPLE-SUP-02"),
        portal("contract_officer").takes("subcontract", "close"),
        portal("case_manager.2").takes("contract", "record_delivery"),
        portal("case_manager.2").takes("contract", "close"),
    ),
    ends_as={
        "request": "answered",
        "review": "cleared",
        "contract": "closed",
        "subcontract": "closed",
        "quote of heavy": "taken",
        "quote of electric": "declined",
        "shipment": "received",
        "shipment 2": "received",
        "bill": "paid",
        "approval of review": "kept",
        "approval of contract": "kept",
        "approval of subcontract": "kept",
        "approval of bill": "kept",
    },
    papers=(
        api("au.requester").reads("request", "request_letter"),
        portal("export_control").reads("review", "transfer_clearance"),
        api("au.signatory").reads("contract", "offer"),
        supplier("heavy.sales").reads("subcontract", "purchase_order"),
        supplier("heavy.delivery").reads("subcontract", "inspection_certificate"),
        api("au.logistics").reads("shipment", "shipping_notice"),
        api("au.logistics").reads("shipment", "handover_receipt"),
        api("au.logistics").reads("shipment 2", "shipping_notice"),
        api("au.logistics").reads("shipment 2", "handover_receipt"),
        api("au.requester").reads("contract", "end_use_certificate"),
        api("au.finance").reads("bill", "bill"),
        portal("finance").reads("subcontract", "supplier_invoice"),
        supplier("heavy.finance").reads("subcontract", "payment_notice"),
        api("au.signatory").reads("contract", "closure_statement"),
    ),
)

# A blanket order for the parts of helicopters, drawn upon up to its ceiling ---------------------

PARTS_REQUEST = {
    "title": "Parts for helicopters, blanket order (sample)",
    "reference": Stamp("PAF-BLO"),
    "reference_date": Days(-5),
    "purpose": "sustainment",
    "end_user": "Philippine Air Force, logistics command (sample)",
    "end_use": "Keeping rescue helicopters in flight",
    "delivery_place": "Clark (sample)",
    "transport": "to_port",
    "freight_forwarder": "Sample Forwarders, Manila (sample)",
    "needed_by": Days(400),
    "funding": "National funds (sample)",
    "terms_of_sale": "dependable_undertaking",
    "payment_wish": "usual",
    "answer_wanted": "offer",
    "signatory": "REYES Antonio, Assistant Secretary for Acquisition (sample)",
    "contact": "SANTOS Maria, maria.santos@paf.example.ph",
    "remarks": "Figures of this sample case are invented.",
    "lines": [{"article": "JP-AIR-101", "quantity": 1, "remark": "as needed"}],
}


def _ordered(name: str, reference: str, unit_price: str) -> tuple[Turn, ...]:
    """A requisition for one lot, with its price."""
    lot = {"article": "JP-AIR-101", "quantity": 1, "remark": ""}
    return (
        api("ph.requester").takes("contract", "order", under="1", lines=[lot], reference=reference),
        portal("case_manager").takes(
            name, "price", lines={1: unit_price}, basis="カタログ価格（見本）"
        ),
    )


PARTS = Deal(
    name="parts",
    title="Blanket order of helicopter parts for the Philippines (sample)",
    title_ja="フィリピン向けヘリコプター部品の包括契約（見本）",
    language="en",
    turns=(
        api("ph.requester").begins("request", "draft", **PARTS_REQUEST),
        api("ph.requester").takes(
            "request",
            "attach_letter",
            letter=attached("letter-of-request.pdf", "Letter of request", "Parts as needed"),
        ),
        api("ph.requester").takes("request", "submit"),
        portal("case_manager").takes("request", "accept_as_actionable"),
        portal("export_control").takes("request", "open_transfer_review"),
        portal("export_control").takes(
            "review",
            "screen",
            precedent=True,
            consent_clause=True,
            assessment="救難ヘリコプターの部品。先例あり（見本）。"
            " Parts of rescue helicopters; there is a precedent (sample).",
        ),
        portal("export_control").takes("review", "put_to_review"),
        *approval("review", "export_control", *CLEARING),
        portal("export_control.2").takes("review", "clear", decision="移転を認める（見本）。"),
        # What can be ordered later has a ceiling in money, and no number of pieces.
        portal("case_manager").takes("request", "open_contract"),
        portal("case_manager").takes("contract", "choose_kind", kind_of_case="blanket_order"),
        portal("case_manager").takes("contract", "set_ceilings", ceilings={1: "60000000"}),
        portal("case_manager").takes("contract", "put_to_approval"),
        *approval(
            "contract",
            "case_manager",
            ("director", "approve"),
            *CONSULTED,
            ("department_head", "decide"),
        ),
        portal("case_manager.2").takes("contract", "send_offer", expires_on=Days(60)),
        api("au.signatory").cannot("contract", "accept", signed_by="WILSON James"),
        api("ph.signatory").takes(
            "contract",
            "accept",
            signed_by="REYES Antonio, Assistant Secretary for Acquisition (sample)",
        ),
        portal("finance").takes("contract", "record_deposit", bank_reference="SAMPLE-DEP-03"),
        # The nation orders: within the ceiling, over it, and up to it.
        *_ordered("requisition", "PAF-REQ-1", "35000000"),
        portal("case_manager").takes("requisition", "accept"),
        *_ordered("requisition 2", "PAF-REQ-2", "25000001"),
        portal("case_manager").cannot("requisition 2", "accept"),
        portal("case_manager").takes(
            "requisition 2", "price", lines={1: "25000000"}, basis="カタログ価格（見本）"
        ),
        portal("case_manager").takes("requisition 2", "accept"),
        # Both lots are bought together.
        portal("case_manager").takes(
            "contract", "open_subcontract", subject="ヘリコプター部品の製造（見本）"
        ),
        portal("contract_officer").takes(
            "subcontract",
            "solicit",
            contractors=[HEAVY],
            quote_by=Days(30),
            deliver_by=Days(200),
            specification="部品一式2組（見本）。",
        ),
        supplier("heavy.sales").takes(
            "quote of heavy",
            "submit",
            lines={2: "35000000", 3: "25000000"},
            deliver_on=Days(180),
            valid_until=Days(180),
            remarks="見本の金額です。",
        ),
        portal("contract_officer").takes(
            "subcontract",
            "take_quote",
            quote=NumberOf("quote of heavy"),
            reason="唯一の製造者（見本）。",
        ),
        portal("contract_officer").takes("subcontract", "put_to_approval"),
        *approval(
            "subcontract",
            "contract_officer",
            ("office_chief", "approve"),
            *CONSULTED,
            "quality.director",
            ("contracts.director", "decide"),
        ),
        portal("contract_officer.2").takes("subcontract", "award"),
        supplier("heavy.production").takes("subcontract", "acknowledge"),
        # The contract is suspended for a while: nothing is packed; then it goes on.
        portal("case_manager").takes(
            "contract", "suspend", reason="所有国の要請による一時停止（見本）。"
        ),
        portal("contract_officer").cannot("contract", "pack_shipment", mode="sea", lines={2: 1}),
        portal("case_manager").takes("contract", "resume", reason="停止理由が解消した（見本）。"),
        supplier("heavy.delivery").takes(
            "subcontract", "report_delivery", delivery_note="SAMPLE-DN-03"
        ),
        portal("inspector").takes("subcontract", "accept_delivery", findings="適合（見本）。"),
        portal("contract_officer").takes(
            "contract", "pack_shipment", mode="sea", lines={2: 1, 3: 1}
        ),
        portal("contract_officer").takes(
            "shipment", "ship", carrier="Sample Lines (見本海運)", permit_number="SAMPLE-EXP-04"
        ),
        api("ph.logistics").takes(
            "shipment", "receive", received_on=Days(0), received_by="BAUTISTA Ramon"
        ),
        api("ph.requester").takes(
            "contract",
            "file_end_use_certificate",
            certificate=attached("end-use-certificate.pdf", "End-use certificate"),
        ),
        portal("finance").takes("contract", "draft_bill"),
        portal("finance").takes("bill", "put_to_approval"),
        *approval(
            "bill",
            "finance",
            ("finance.director", "approve"),
            *CONSULTED[1:],
            ("finance.head", "decide"),
        ),
        portal("finance.2").takes("bill", "issue"),
        portal("finance").takes("bill", "record_payment", bank_reference="SAMPLE-PAY-03"),
        supplier("heavy.finance").takes(
            "subcontract",
            "send_invoice",
            invoice_number="SAMPLE-INV-03",
            invoice=attached("invoice.pdf", "Qualified invoice", f"Registration T{HEAVY}"),
        ),
        portal("finance").takes("subcontract", "record_payment", bank_reference="SAMPLE-SUP-03"),
        portal("contract_officer").takes("subcontract", "close"),
        # More could be ordered after an amendment: the nation says that it does not.
        portal("case_manager").cannot("contract", "record_delivery"),
        api("ph.requester").takes("contract", "confirm_no_more_orders"),
        portal("case_manager").takes("contract", "record_delivery"),
        portal("case_manager").takes("contract", "close"),
    ),
    ends_as={
        "request": "answered",
        "review": "cleared",
        "contract": "closed",
        "requisition": "accepted",
        "requisition 2": "accepted",
        "subcontract": "closed",
        "quote of heavy": "taken",
        "shipment": "received",
        "bill": "paid",
    },
    papers=(
        api("ph.signatory").reads("contract", "offer"),
        supplier("heavy.sales").reads("subcontract", "purchase_order"),
        api("ph.finance").reads("bill", "bill"),
        api("ph.signatory").reads("contract", "closure_statement"),
    ),
)

DEALS = {deal.name: deal for deal in (RADARS, FRIGATES, PARTS)}
