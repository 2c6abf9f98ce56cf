"""A factory gives each case type in each of its states, with everything the state stands on."""

import pytest

from tests import factories
from workflow.models import Case

pytestmark = pytest.mark.django_db

FACTORIES = [
    factories.RequestFactory,
    factories.ContractFactory,
    factories.SubcontractFactory,
    factories.QuoteFactory,
    factories.TransferReviewFactory,
    factories.ShipmentFactory,
    factories.BillFactory,
]
STATES = [
    (made, state)
    for made in FACTORIES
    for state, _label in made._meta.model._meta.get_field("state").flatchoices
]


@pytest.mark.parametrize(
    ("made", "state"), STATES, ids=[f"{made.__name__}-{state}" for made, state in STATES]
)
def test_factory_makes_the_state(made: type[factories.CaseFactory], state: str) -> None:
    case = made(state=state)

    stored = type(case).objects.get(pk=case.pk)
    assert (stored.state, isinstance(stored, Case)) == (state, True)
