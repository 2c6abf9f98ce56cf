"""The whole file as one PDF: what an auditor reads without the system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from approvals import papers, volume
from approvals.models import ApprovalFile
from cases.models import Contract
from documents.models import Document
from tests.approvals.hands import concur, fresh, post, put_forward, run_follow_ups
from tests.documents import files
from tests.documents.test_pdf import read_with
from tests.factories import ContractFactory, person, today
from workflow.steps import take

pytestmark = pytest.mark.django_db


def drafted(manager: Any) -> ApprovalFile:
    take(ContractFactory(state="draft", is_priced=True), "put_to_approval", by=manager)
    run_follow_ups()
    return ApprovalFile.objects.get()


def attach(file: ApprovalFile, by: Any, name: str, data: bytes) -> None:
    take(file, "attach", by=by, attachment=SimpleUploadedFile(name, data), title=f"About {name}")


def made(file: ApprovalFile, reader: Any, folder: Path) -> list[str]:
    """The text of each page."""
    whole = volume.of(fresh(file), reader=reader, seen=Document.objects.all())
    return read_with("pdftotext", whole.data, folder, "-layout").split("\f")[:-1]


def heads(pages: list[str]) -> list[str]:
    """What stands first on the pages that begin a paper."""
    titles = ("The Whole File", "Approval File", "Letter of Offer", "Attached Paper")
    return [title for page in pages for title in titles if title in page]


def test_file_that_was_issued_has_draft_and_offer_and_every_attachment(tmp_path: Path) -> None:
    manager = person("case_manager")
    file = drafted(manager)
    attach(file, manager, "quotes.pdf", files.pdf())
    attach(file, manager, "site.png", files.png())
    for step in file.route_today().steps:
        post(step.unit, step.rank)
    take(file, "put_forward", by=manager)
    run_follow_ups()
    take(file, "approve", by=post("cases", "director"), opinion="")
    concur(file)
    take(file, "decide", by=post("cases", "department_head"), opinion="", resolution="")
    take(Contract.objects.get(), "send_offer", by=person("case_manager"), expires_on=today())
    run_follow_ups()

    pages = made(file, manager, tmp_path)

    assert heads(pages) == [
        "The Whole File",
        "Approval File",
        "Letter of Offer",
        "Letter of Offer",
        "Attached Paper",
        "Attached Paper",
    ]
    assert "About quotes.pdf" in pages[0]
    assert "its sheet only" in pages[0]


def test_file_that_is_still_drafted_shows_what_would_go_out(tmp_path: Path) -> None:
    file = drafted(person("case_manager"))

    pages = made(file, person("auditor"), tmp_path)

    assert heads(pages) == ["The Whole File", "Approval File", "Letter of Offer"]
    assert "発出の際に定める日" in "".join(pages)
    assert not Document.objects.of(file).exists()


def test_attachment_that_the_reader_does_not_see_is_named_only(tmp_path: Path) -> None:
    manager = person("case_manager")
    file = drafted(manager)
    attach(file, manager, "quotes.pdf", files.pdf())

    whole = volume.of(fresh(file), reader=manager, seen=Document.objects.none())

    text = read_with("pdftotext", whole.data, tmp_path)
    assert whole.papers == []
    assert "it is not for the reader this volume was made for" in text


def test_volume_tells_which_kept_papers_are_in_it() -> None:
    manager = person("case_manager")
    file = put_forward(ContractFactory(state="draft", is_priced=True), manager)
    run_follow_ups()

    whole = volume.of(file, reader=manager, seen=Document.objects.all())

    assert whole.papers == [Document.objects.of(file).get().sha256]


def test_same_line_of_the_trail_gives_the_same_bytes() -> None:
    manager = person("case_manager")
    file = put_forward(ContractFactory(state="draft", is_priced=True), manager)

    first, second = (
        volume.of(fresh(file), reader=manager, seen=Document.objects.all()) for _ in range(2)
    )

    assert first == second


# The file's own paper ------------------------------------------------------------------------


def test_paper_shows_signatures_that_count_no_longer_and_why() -> None:
    manager = person("case_manager")
    file = put_forward(ContractFactory(state="draft", is_priced=True), manager)
    director = post("cases", "director")
    take(file, "approve", by=director, opinion="Fine.")
    quote = Contract.objects.get().subcontracts.get().quotes.get()
    quote.lines.filter(number=1).update(unit_price=1_100_000)
    take(Contract.objects.get(), "price", by=manager)
    run_follow_ups()

    values = papers.decided_file(fresh(file))

    (signed,) = values["void"]
    assert (signed["revision"], signed["holder"], signed["opinion"]) == (
        1,
        director.official_name,
        "Fine.",
    )
    line = values["history"][-1]
    assert line["step"] == "署名を失効させる / Void what was signed"
    assert line["who"] == "システム（自動処理） / the system itself"
    assert line["changes"][1] == (
        "明細1：単価: 1,000,000 → 1,100,000 / line 1: unit price: 1,000,000 → 1,100,000"
    )
    assert "…" in line["changes"][2]  # of digests their beginning suffices


def test_signature_that_counts_is_not_among_those_that_do_not() -> None:
    file = put_forward(ContractFactory(state="draft", is_priced=True), person("case_manager"))
    take(file, "approve", by=post("cases", "director"), opinion="")

    assert papers.decided_file(fresh(file))["void"] == []


def test_paper_tells_values_in_both_languages() -> None:
    contract = ContractFactory(state="draft", is_priced=True)
    file = put_forward(contract, person("case_manager"))
    file.content["facts"] = {"precedent": True}

    (facts,) = [one for one in papers.decided_file(file)["sections"] if "Facts" in one["name"]]

    assert facts["rows"] == [
        {"ja": "前例あり", "en": "precedent exists", "value": "はい", "value_en": "yes"}
    ]
