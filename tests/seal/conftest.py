"""A small house with a sealed trail: cases in different states, papers, books, and real commits."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator

import pytest
from django.db.models import Exists, OuterRef

from documents.models import Document
from documents.storage import store
from tests.factories import BillFactory, ContractFactory, RequestFactory, person
from workflow import logs, walls
from workflow.database.base import DatabaseWrapper
from workflow.models import Attestation, Entry, Leaf
from workflow.seal import attest
from workflow.seal.keys import signing_key
from workflow.seal.sealer import Sealer
from workflow.steps import take


@pytest.fixture(autouse=True)
def as_owner(the_house_acts: None) -> Iterator[None]:
    """Whoever tampers here owns the tables; the walls are tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch, walls.within(walls.OWNER):
        patch.setattr(DatabaseWrapper, "strict", False)
        yield


@pytest.fixture(autouse=True)
def command_leaves_the_process_as_it_was() -> Iterator[None]:
    """`manage.py seal` names its process, and here that is the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "_process", logs._process)
        patch.setattr(sys, "excepthook", sys.excepthook)
        yield
    logging.captureWarnings(capture=False)


def seal_all(sealer: Sealer) -> None:
    """Until nothing waits: other tests of the same cluster hold the watermark back for a while."""
    until = time.monotonic() + 120
    while sealer.seal() or unsealed():
        assert time.monotonic() < until, "a transaction of the cluster never ends"
        time.sleep(0.02)


def unsealed() -> bool:
    def rows(source: str, model: type) -> bool:
        sealed = Leaf.objects.filter(source=source, source_id=OuterRef("pk"))
        return bool(model.objects.filter(~Exists(sealed)).exists())

    return rows("entry", Entry) or rows("attestation", Attestation)


def papers_on_disk() -> None:
    """Factories write rows of papers; here are the files they name."""
    for kind in Document.objects.values_list("kind", flat=True):
        store(kind.encode())


@pytest.fixture
def sealer(transactional_db: None) -> Sealer:
    """Rows of earlier tests were swept up, and reference data lost its attestations with them."""
    attest.reattest(reason="a test begins")
    return Sealer(signing_key())


@pytest.fixture
def sealed(sealer: Sealer) -> Sealer:
    """The house after a few days of work, all of it sealed, under several checkpoints."""
    manager = person("case_manager")
    requests = [RequestFactory(state="submitted") for _ in range(3)]
    seal_all(sealer)
    for request in requests:
        take(request, "accept_as_actionable", by=manager)
        seal_all(sealer)
    BillFactory(state="paid")
    contract = ContractFactory(state="offered")
    seal_all(sealer)
    take(contract, "accept", by=person("signatory"), signed_by="CRUZ Maria")
    papers_on_disk()
    seal_all(sealer)
    return sealer
