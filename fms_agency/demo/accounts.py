"""The way in for demo people: one password for all, one secret for each nation's program.

Staff have a sample authenticator app, too. All is made up once per house and kept in
`VAR_DIR/demo_accounts.json`, which the sign-in page and the player read. Nobody else's account is
ever in that file.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.utils.translation import override

from fms_agency.demo.people import BODIES, PEOPLE, Someone
from fms_agency.house.places import write_private
from partners.access import ROLES
from portal.demo import FILE_NAME

WORDS = (
    "amber",
    "anchor",
    "apple",
    "arrow",
    "autumn",
    "bamboo",
    "beacon",
    "birch",
    "bridge",
    "candle",
    "canyon",
    "cedar",
    "cherry",
    "cloud",
    "coral",
    "crane",
    "delta",
    "dragon",
    "eagle",
    "ember",
    "falcon",
    "fern",
    "forest",
    "garden",
    "ginger",
    "harbor",
    "hazel",
    "heron",
    "indigo",
    "island",
    "ivory",
    "jasmine",
    "juniper",
    "kettle",
    "lantern",
    "laurel",
    "lemon",
    "lotus",
    "maple",
    "marble",
    "meadow",
    "mirror",
    "monsoon",
    "nectar",
    "ocean",
    "olive",
    "orchid",
    "otter",
    "paper",
    "pebble",
    "pepper",
    "pilot",
    "plum",
    "quartz",
    "raven",
    "river",
    "saddle",
    "salmon",
    "shadow",
    "silver",
    "sparrow",
    "spring",
    "summit",
    "thunder",
    "timber",
    "tulip",
    "umbrella",
    "valley",
    "velvet",
    "violet",
    "walnut",
    "willow",
    "winter",
)

STAFF = {"agency", "ministry"}
DOORS = {
    "agency": "staff portal",
    "ministry": "staff portal",
    "contractor": "supplier dashboard",
    "nation": "partner API and portal",
}


@dataclass(frozen=True)
class Account:
    """What somebody needs to come in, and what the sign-in page says of them."""

    key: str
    name: str
    name_ja: str
    role: str
    role_label: str
    role_label_ja: str
    organisation: str
    organisation_ja: str
    door: str
    email: str
    password: str
    client_id: str = ""
    client_secret: str = ""
    totp_secret: str = ""


def read() -> dict[str, Account]:
    """The accounts of this house by key; empty until the demo world exists."""
    path = settings.VAR_DIR / FILE_NAME
    if not path.exists():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {row["key"]: Account(**row) for row in rows}


def write(accounts: dict[str, Account]) -> None:
    rows = [asdict(account) for account in accounts.values()]
    text = json.dumps(rows, ensure_ascii=False, indent=1)
    write_private(settings.VAR_DIR / FILE_NAME, text + "\n")


def kept_or_new() -> dict[str, Account]:
    """An account for everybody: with what the house knows already, else with new secrets."""
    known = read()
    password = next((account.password for account in known.values()), new_password())
    return {key: _account(someone, password, known) for key, someone in PEOPLE.items()}


def new_password() -> str:
    """Four words: long enough for the house's rules, and a person can type it from the screen."""
    return "-".join(secrets.choice(WORDS) for _ in range(4))


def _account(someone: Someone, password: str, known: dict[str, Account]) -> Account:
    body = BODIES[someone.body]
    secret = known[someone.key].client_secret if someone.key in known else ""
    totp = known[someone.key].totp_secret if someone.key in known else ""
    return Account(
        key=someone.key,
        name=f"{someone.family.upper()} {someone.given}",
        name_ja=f"{someone.family_ja} {someone.given_ja}",
        role=someone.role,
        role_label=_role_label(someone.role, "en"),
        role_label_ja=_role_label(someone.role, "ja"),
        organisation=body.name_en,
        organisation_ja=body.name_ja,
        door=DOORS[body.kind],
        email=someone.email,
        password=password,
        client_id=someone.client_id,
        client_secret=(secret or secrets.token_urlsafe(32)) if someone.client_id else "",
        totp_secret=(totp or generate_totp_secret()) if body.kind in STAFF else "",
    )


def _role_label(role: str, language: str) -> str:
    with override(language):
        return str(ROLES[role].label)
