"""The PDFs themselves, opened with the tools of another maker."""

import builtins
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from documents import papers, rendering
from tests.documents.samples import CASE_NUMBER, COMMON, MADE_AT, VALUES

DRAW_ELSEWHERE = """
import django
django.setup()
import sys
from pathlib import Path
from documents import rendering
from tests.documents.samples import MADE_AT
sys.stdout.buffer.write(rendering.pdf(Path(sys.argv[1]).read_text("utf-8"), made_at=MADE_AT))
"""


def page(kind: str) -> str:
    values = COMMON | papers.plain(VALUES[kind])
    return rendering.html(f"documents/{kind}.html", values)


def read_with(tool: str, data: bytes, folder: Path, *options: str) -> str:
    file = folder / "paper.pdf"
    file.write_bytes(data)
    output = ["-"] if tool == "pdftotext" else []
    done = subprocess.run(
        [tool, *options, str(file), *output], capture_output=True, check=True, text=True
    )
    return done.stdout


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_pdf_gives_its_text_back(kind: str, tmp_path: Path) -> None:
    data = rendering.pdf(page(kind), made_at=MADE_AT)

    text = read_with("pdftotext", data, tmp_path)
    assert "防衛装備移転庁" in text
    assert "令和8年11月22日" in text
    assert "22 November 2026" in text
    assert "SAMPLE 見本" in text


def test_pdf_names_the_case_and_counts_pages_on_every_sheet(tmp_path: Path) -> None:
    data = rendering.pdf(page("offer"), made_at=MADE_AT)

    sheets = read_with("pdftotext", data, tmp_path).split("\f")[:-1]
    assert [CASE_NUMBER in sheet for sheet in sheets] == [True] * len(sheets)
    ends = [re.search(r"\d+/\d+", sheet) for sheet in sheets]
    assert [end[0] for end in ends if end] == [
        f"{n}/{len(sheets)}" for n in range(1, len(sheets) + 1)
    ]


def test_pdf_embeds_its_fonts(tmp_path: Path) -> None:
    data = rendering.pdf(page("offer"), made_at=MADE_AT)

    rows = read_with("pdffonts", data, tmp_path).splitlines()[2:]
    assert rows
    for row in rows:
        assert re.search(r"yes\s+yes\s+yes", row), f"embedded, subset, with text mapping: {row}"


def test_pdf_is_tagged_archive_format_dated_by_the_step(tmp_path: Path) -> None:
    data = rendering.pdf(page("bill"), made_at=MADE_AT)

    facts = read_with("pdfinfo", data, tmp_path, "-isodates")
    assert re.search(r"Tagged:\s+yes", facts)
    assert re.search(r"CreationDate:\s+2026-11-22T01:30:00Z", facts)
    assert re.search(r"Page size:.*A4", facts)
    assert b'pdfaid:part="3"' in data, "readable without unpacking"


def test_same_values_give_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page("offer"), "utf-8")

    here = rendering.pdf(page("offer"), made_at=MADE_AT)
    elsewhere = subprocess.run(
        [sys.executable, "-c", DRAW_ELSEWHERE, str(file)],
        capture_output=True,
        check=True,
        cwd=rendering.ASSETS.parent.parent,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "PYTHONHASHSEED": "7",
        },
    )

    assert here == rendering.pdf(page("offer"), made_at=MADE_AT)
    assert here == elsewhere.stdout


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:9/logo.png",
        "https://example.jp/logo.png",
        "../../manage.py",
        "ftp://127.0.0.1/x",
        "file://elsewhere/x",
    ],
)
def test_page_cannot_load_what_is_not_ours(address: str) -> None:
    with pytest.raises(rendering.ForeignAddress):
        rendering.pdf(f'<img src="{address}" alt="">', made_at=MADE_AT)


def test_page_cannot_attach_files() -> None:
    with pytest.raises(rendering.ForeignAddress):
        rendering.pdf('<link rel="attachment" href="file:///etc/passwd">', made_at=MADE_AT)


def test_page_may_load_data_and_our_assets() -> None:
    picture = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"

    assert rendering.pdf(f'<img src="{picture}" alt="">', made_at=MADE_AT).startswith(b"%PDF-1.7")
    assert rendering.is_ours(picture)
    assert rendering.is_ours((rendering.ASSETS / "styles.css").as_uri())
    assert not rendering.is_ours((rendering.ASSETS / "../notifications/base.txt").as_uri())


def test_missing_pango_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    really_import = builtins.__import__

    def without_pango(name: str, *args: Any, **more: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return really_import(name, *args, **more)

    rendering._tools.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without_pango)

    with pytest.raises(rendering.CannotDraw, match="apt-get install libpango"):
        rendering.pdf("<p>", made_at=MADE_AT)
