"""How the house is built: what may stand where, told by the code itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.code import ROOT, calls, imports, modules, name_of, tracked, tree

DOORS = ("portal", "api")
# Settings of a person or a device, no cases: the doors may keep them.
# The reply to a call is the API's own: it is saved with the act, so that it can be given again.
SAVED_BY_DOORS = {"portal/entrance.py": 1, "portal/identity.py": 1, "api/models.py": 2}
MONEY = (
    "approvals/matters.py",
    "approvals/models/file.py",
    "approvals/models/route.py",
    "approvals/words.py",
    "cases/actions.py",
    "cases/cost_method.py",
    "cases/fields.py",
    "cases/forms.py",
    "cases/journals.py",
    "cases/matters.py",
    "cases/models/bill.py",
    "cases/models/change.py",
    "cases/models/estimate.py",
    "cases/models/contract.py",
    "cases/models/priced.py",
    "cases/models/quote.py",
    "cases/models/rate.py",
    "cases/models/requisition.py",
    "cases/models/request.py",
    "cases/models/subcontract.py",
    "cases/models/threshold.py",
    "cases/payments.py",
    "cases/pricing.py",
    "cases/standard_notes.py",
    "cases/terms.py",
    "cases/waivers.py",
    "cases/rates.py",
    "cases/schedule.py",
    "exports/matters.py",
    "ledger/journals.py",
    "ledger/models.py",
    "ledger/money.py",
    "workflow/approvals.py",
)


def found_in(parts: tuple[str, ...], pattern: str) -> set[str]:
    wanted = re.compile(pattern)
    return {
        name_of(path) for path in modules(*parts) if wanted.search(path.read_text(encoding="utf-8"))
    }


# Doors ---------------------------------------------------------------------------------------


def test_doors_save_no_cases() -> None:
    saved = {
        name_of(path): count
        for path in modules(*DOORS)
        if (
            count := sum(
                _is_call_of(call, {"save", "bulk_create", "create"}) for call in calls(path)
            )
        )
    }

    assert {name: n for name, n in saved.items() if SAVED_BY_DOORS.get(name) != n} == {}


def _is_call_of(call: ast.Call, names: set[str]) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in names


def test_nobody_assigns_a_state() -> None:
    assigned = {
        f"{name_of(path)}:{node.lineno}"
        for path in modules(
            *("portal", "api", "cases", "exports", "ledger", "industry", "approvals", "partners")
        )
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "state"
    }

    assert assigned == set()


def test_doors_move_cases_through_the_gate_only() -> None:
    bypassing = found_in((*DOORS, "fms_agency"), r"\b(take_within|begin_within|_at_the_gate)\b")

    assert bypassing == set()


def test_only_the_gate_and_the_recorder_write_the_trail() -> None:
    writing = {
        name_of(path)
        for path in modules()
        if _imports_from(path, "workflow", "Entry")
        and any(
            re.match(r"Entry(\.objects\.\w*create)?$", ast.unparse(c.func)) for c in calls(path)
        )
    }

    assert writing == {"workflow/steps.py", "workflow/trail.py"}


def _imports_from(path: Path, package: str, name: str) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").partition(".")[0] == package
        and name in {alias.name for alias in node.names}
        for node in ast.walk(tree(path))
    )


def test_only_the_drawing_room_imports_weasyprint() -> None:
    importers = {name_of(path) for path in modules() if "weasyprint" in set(imports(path))}

    assert importers == {"documents/rendering.py"}


# Money and time ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MONEY)
def test_no_float_comes_near_money(name: str) -> None:
    floats = [
        node.lineno
        for node in ast.walk(tree(ROOT / name))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]

    assert floats == []


def test_every_module_that_handles_decimals_of_money_is_watched() -> None:
    handling = found_in(
        ("approvals", "cases", "exports", "ledger", "workflow"), r"from decimal import"
    )

    assert handling - set(MONEY) <= {"cases/papers.py", "workflow/values.py"}


def test_rooms_ask_the_agencys_clock() -> None:
    asking = found_in(
        (
            "workflow",
            "documents",
            "notifications",
            "partners",
            "approvals",
            "industry",
            "ledger",
            "exports",
            "cases",
        ),
        r"\b(datetime|date)\.(now|today|utcnow)\(",
    )

    assert asking == set()


def test_rounding_happens_in_one_place() -> None:
    rounding = found_in(("approvals", "cases", "exports", "ledger", "portal", "api"), r"\bROUND_")

    assert rounding == {"cases/pricing.py"}


def test_estimated_price_and_profit_rate_go_nowhere() -> None:
    method = found_in((), r"import .*\bcost_method\b|cases\.cost_method")
    rows = found_in((), r"\bCostEstimate\b|\bexceeds_estimate\b|\bestimate__")

    assert method == {
        "cases/models/estimate.py",
        "fms_agency/management/commands/price.py",
        "portal/staff/estimate.py",
    }
    assert {name for name in rows if not name.startswith("cases/migrations/")} == {
        *("cases/models/__init__.py", "cases/models/estimate.py", "cases/models/subcontract.py"),
        *("cases/actions.py", "cases/fields.py", "cases/forms.py", "cases/matters.py"),
        "portal/staff/estimate.py",
    }


# What stands in files ------------------------------------------------------------------------


def test_every_module_says_what_it_is_about() -> None:
    silent = {
        name_of(path)
        for path in modules()
        if not ast.get_docstring(tree(path)) and path.read_text(encoding="utf-8").strip()
    }

    allowed = {name for name in silent if name.endswith("apps.py")}
    assert silent == allowed


def texts() -> list[tuple[str, str]]:
    found = []
    for path in tracked():
        if path.name in {"code.py", "test_structure.py"} and path.parent == Path(__file__).parent:
            continue
        try:
            found.append((name_of(path), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_no_file_names_a_package_registry() -> None:
    hosts = re.compile(
        r"files\.pythonhosted|pypi\.org|registry\.npmjs|index-url|artifactory|/simple/?\b(?!\w)",
        re.IGNORECASE,
    )

    assert {name for name, text in texts() if hosts.search(text)} == set()


def test_no_file_names_a_place_on_one_machine() -> None:
    places = re.compile(r"(?<![\w.])/(root|home/\w+|Users/\w+|work/(main|shared))(/|\b)")

    image = {"deploy/image_steps.py"}  # the home of whoever builds the image, in the image
    assert {name for name, text in texts() if places.search(text)} - image == set()


def test_every_setting_read_from_the_environment_is_described() -> None:
    read = re.compile(
        r"env\.(?:text|flag|number|names|rate|folder|database|email)\(\s*\"([A-Z_]+)\""
    )
    settings = (ROOT / "fms_agency" / "settings.py").read_text(encoding="utf-8")
    described = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

    assert {name for name in read.findall(settings) if f"`{name}`" not in described} == set()
