"""One example of every paper of the first deal: what a room would pass. Figures are made up."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from documents.binding import Why
from documents.papers import common_values

CASE_NUMBER = "JP-PH-26-0007"
MADE_AT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
COMMON = common_values(CASE_NUMBER, MADE_AT, 1) | {"sample": True}

NATION = {
    "nation": {
        "name_ja": "フィリピン共和国",
        "name_en": "the Republic of the Philippines",
    }
}
CONTRACTOR = {
    "contractor": {
        "name_ja": "見本電機株式会社",
        "name_en": "Mihon Electric Co., Ltd.",
        "address_ja": "東京都千代田区見本町1-1",
        "address_en": "1-1 Mihon-cho, Chiyoda-ku, Tokyo",
        "corporate_number": "1234567890123",
    }
}
TITLE = "Air-surveillance radars"

LINES: list[dict[str, Any]] = [
    {
        "number": "0001",
        "name_ja": "固定式警戒管制レーダー装置 FPS-3ME",
        "name_en": "Fixed air-surveillance radar FPS-3ME",
        "quantity": Decimal(3),
        "unit": "SE",
        "unit_price": Decimal(2_400_000_000),
        "amount": Decimal(7_200_000_000),
        "note": "S/N 0001-0003",
    },
    {
        "number": "0002",
        "name_ja": "移動式対空レーダー装置 TPS-P14ME",
        "name_en": "Mobile air-surveillance radar TPS-P14ME",
        "quantity": Decimal(1),
        "unit": "SE",
        "unit_price": Decimal(1_850_000_000),
        "amount": Decimal(1_850_000_000),
        "note": "S/N 1001",
    },
    {
        "number": "0003",
        "name_ja": "操作員・整備員教育",
        "name_en": "Training of operators and maintainers",
        "quantity": Decimal(12),
        "unit": "MM",
        "unit_price": Decimal(4_500_000),
        "amount": Decimal(54_000_000),
        "note": "",
    },
]
PRICE: dict[str, Any] = {
    "currency": "JPY",
    "lines": LINES,
    "net": Decimal(9_104_000_000),
    "administrative_percent": Decimal("3.5000"),
    "administrative_charge": Decimal(318_640_000),
    "total": Decimal(9_422_640_000),
}
SHIPMENT: dict[str, Any] = {
    **NATION,
    "title": TITLE,
    "contract_number": CASE_NUMBER,
    "mode": "海上輸送",
    "carrier": "見本海運株式会社",
    "permit_number": "E29-00012",
    "lines": LINES,
    "shipped_on": date(2029, 4, 5),
    "received_on": date(2029, 4, 22),
    "received_by": "REYES Maria",
}

VALUES: dict[str, dict[str, Any]] = {
    "offer": {
        **NATION,
        **PRICE,
        "document_number": "輸政第123号",
        "document_number_en": "JFMSA-2026-000123",
        "title": TITLE,
        "kind_of_case": "確定契約 / Defined order",
        "is_paid": True,
        "by_worth": False,
        "request_number": "JP-PH-26-R0007",
        "reference": "DND-26-114",
        "reference_date": date(2026, 10, 1),
        "signatory": "REYES Jose, Under-Secretary",
        "end_user": "Philippine Air Force",
        "delivery_place": "Port of Manila",
        "charge_source": "Sample rate table 2026, row 1",
        "deposit": Decimal(1_884_528_000),
        "priced_on": date(2026, 11, 15),
        "expires_on": date(2027, 1, 31),
        "terms": [
            {
                "title_ja": "据付",
                "title_en": "Installation",
                "ja": "据付工事は購入国政府が用意する敷地において行う。",
                "en": "Installation takes place on sites the purchaser provides.",
            }
        ],
    },
    "price_and_availability": {
        **NATION,
        **PRICE,
        "document_number": "輸政第118号",
        "document_number_en": "JFMSA-2026-000118",
        "title": TITLE,
        "request_number": "JP-PH-26-R0007",
        "reference": "DND-26-114",
        "reference_date": date(2026, 10, 1),
        "signatory": "REYES Jose, Under-Secretary",
        "end_user": "Philippine Air Force",
        "delivery_place": "Port of Manila",
        "lines": [
            line
            | {"months": months, "basis": "調達：契約原価 / from procurement: cost of the contract"}
            for line, months in zip(LINES, (24, 30, 6), strict=True)
        ],
        "priced_on": date(2026, 11, 15),
        "remarks": "Masts and buildings are the purchaser's.\nFigures at prices of 2026.",
    },
    "negative_answer": {
        **NATION,
        "document_number": "輸政第119号",
        "document_number_en": "JFMSA-2026-000119",
        "title": TITLE,
        "request_number": "JP-PH-26-R0007",
        "reference": "DND-26-114",
        "reference_date": date(2026, 10, 1),
        "signatory": "REYES Jose, Under-Secretary",
        "lines": LINES,
        "kind": "生産・供給ができない / it cannot be made or supplied",
        "reason": "製造を終了したため。\nProduction has ended.",
    },
    "transfer_clearance": {
        **NATION,
        "label": "機密性２情報 / CONFIDENTIALITY-2",
        "title": TITLE,
        "request_number": "JP-PH-26-R0007",
        "end_user": "Philippine Air Force",
        "end_use": "Surveillance of national airspace",
        "lines": LINES,
        "rules": ["D08", "D12"],
        "level": "国家安全保障会議幹事会",
        "assessment": "協定及び誓約により適正な管理が確保される。",
        "decision": "移転を認める。",
        "decided_on": date(2026, 11, 10),
        "valid_until": date(2027, 5, 10),
        "conditions": [
            {
                "ja": "第三者への移転は事前同意を要する。",
                "en": "No re-transfer without consent.",
            },
            {"ja": "年１回の管理状況の報告。", "en": "A yearly report on control."},
        ],
    },
    "purchase_order": {
        **CONTRACTOR,
        "currency": "JPY",
        "lines": LINES,
        "amount": Decimal(9_104_000_000),
        "title": TITLE,
        "specification": "仕様書 RS-2026-01 による。\nAs in specification RS-2026-01.",
        "deliver_by": date(2029, 3, 30),
        "awarded_on": date(2026, 12, 20),
        "approvals": [{"rank": "director", "name": "ITO Ken", "on": date(2026, 12, 18)}],
    },
    "inspection_certificate": {
        **CONTRACTOR,
        "title": TITLE,
        "delivered_on": date(2029, 3, 12),
        "inspected_on": date(2029, 3, 20),
        "inspector": "TANAKA Saburo",
        "findings": "員数・外観・性能とも異状なし。",
        "lines": LINES,
    },
    "shipping_notice": SHIPMENT
    | {"packages": Decimal(46), "gross_weight_kg": Decimal("128400.50")},
    "handover_receipt": SHIPMENT | {"condition": "Complete, no visible damage"},
    "bill": {
        **NATION,
        **{key: value for key, value in PRICE.items() if key != "total"},
        "title": TITLE,
        "contract_number": CASE_NUMBER,
        "issued_on": date(2029, 4, 25),
        "due_on": date(2029, 5, 25),
        "contract_total": Decimal(9_422_640_000),
        "amount": Decimal(9_422_640_000),
        "from_deposit": Decimal(1_884_528_000),
        "due": Decimal(7_538_112_000),
        "tax_note_ja": "輸出免税",
        "tax_note_en": "Exempt as an export",
        "account": [{"ja": "振込口座", "en": "Account", "value": "Sample Bank 000-0000000"}],
    },
    "payment_notice": {
        **CONTRACTOR,
        "title": TITLE,
        "invoice_number": "INV-2029-118",
        "paid_on": date(2029, 4, 18),
        "currency": "JPY",
        "amount": Decimal(9_104_000_000),
        "deductions": [{"ja": "遅滞料", "en": "Liquidated damages", "amount": Decimal(1_200_000)}],
        "total": Decimal(9_102_800_000),
    },
    "closure_statement": {
        **NATION,
        **PRICE,
        "title": TITLE,
        "accepted_on": date(2026, 12, 15),
        "closed_on": date(2029, 6, 30),
        "payments": [
            {
                "kind": "deposit",
                "on": date(2026, 12, 24),
                "memo": "PNB-1",
                "amount": Decimal(1_884_528_000),
            },
            {
                "kind": "bill payment",
                "on": date(2029, 5, 20),
                "memo": "JP-PH-29-B0001",
                "amount": Decimal(7_538_112_000),
            },
        ],
        "paid": Decimal(9_422_640_000),
        "balance": Decimal(0),
        "shipments": [
            {
                "number": "JP-PH-29-H0001",
                "shipped_on": date(2029, 4, 5),
                "received_on": date(2029, 4, 22),
            }
        ],
        "end_use_certificate": "EUC-PH-2026-031",
    },
    "volume": {
        "title": TITLE,
        "state": "施行済 / issued",
        "as_of": MADE_AT,
        "line": 12,
        "made_for": "KUROKI Jun",
        "pieces": [
            {"title": "決裁文書 / Approval file", "first": 2, "last": 6, "bound": 5},
            *(
                {
                    "title": f"資料 {place}",
                    "first": 6 + place,
                    "last": 6 + place,
                    "bound": bound,
                    "why": why,
                    "document": {
                        "file_name": f"paper_{place}.pdf",
                        "size": 348_160,
                        "sha256": f"{place:064x}",
                        "label": "機密性2情報（業務用） / Confidentiality 2: for official use",
                        "made_at": MADE_AT,
                        "made_by": "SATO Hanako",
                    },
                }
                for place, (why, bound) in enumerate(
                    [("", 1), ("", 3), *((str(why), 0) for why in Why)], start=1
                )
            ),
        ],
    },
}
