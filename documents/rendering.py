"""From a template to the bytes of a PDF. The only importer of WeasyPrint.

The same values give the same bytes, in any process: the PDF's dates come from the instant of the
step, its identifier from the text itself. Nothing is fetched except `data:` and our own assets.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.template.loader import render_to_string

ASSETS = Path(settings.BASE_DIR) / "templates" / "documents"
VARIANT = "pdf/a-3u"

PANGO_MISSING = (
    "PDFs cannot be drawn: a system library is missing (%s). Install it with: apt-get install "
    "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-morisawa-bizud-gothic"
)


class CannotDraw(RuntimeError):
    """This machine lacks what PDFs need; the message names the command that brings it."""


class ForeignAddress(RuntimeError):
    """A page asked for something that is neither `data:` nor one of our assets."""


def html(template: str, values: Mapping[str, Any]) -> str:
    """The page in words; autoescaped, from our own templates only."""
    return render_to_string(template, dict(values))


def pdf(page: str, *, made_at: datetime) -> bytes:
    """Draw a page that `html` made. Raises `CannotDraw` or `ForeignAddress`."""
    tools = _tools()
    try:
        return _drawn(tools, page, made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    except tools.fetching_failed as error:
        raise ForeignAddress(str(error)) from error


def is_ours(url: str) -> bool:
    """Whether a page may draw on this address."""
    parts = urlsplit(url)
    if parts.scheme == "data":
        return True
    if parts.scheme != "file" or parts.netloc:
        return False
    return Path(unquote(parts.path)).resolve().is_relative_to(ASSETS.resolve())


def _drawn(tools: Any, page: str, stamp: str) -> bytes:
    drawing = tools.HTML(string=page, base_url=f"{ASSETS.as_uri()}/", url_fetcher=tools.fetcher)
    document = drawing.render(stylesheets=[tools.styles], font_config=tools.fonts)
    document.color_profiles["srgb"] = tools.colours()
    document.metadata.created = document.metadata.modified = stamp
    _leave_metadata_readable(document.metadata)
    data: bytes = document.write_pdf(
        pdf_variant=VARIANT,
        pdf_identifier=sha256(f"{stamp}\n{page}".encode()).digest()[:16],
        pdf_tags=True,
        output_intent="given above",
    )
    return data


@cache
def _tools() -> Any:
    """WeasyPrint with our fetcher, fonts and styles: found and parsed once per process."""
    try:
        import weasyprint  # slow, and it needs libraries that the web process can do without
        from weasyprint.css import ColorProfile
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import FatalURLFetchingError, URLFetcher
    except OSError as error:
        raise CannotDraw(PANGO_MISSING % error) from error

    class OurFilesOnly(URLFetcher):  # type: ignore[misc]  # the library is not typed
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if not is_ours(url):
                raise ValueError(f"A paper may not load {url}")
            return super().fetch(url, headers)

    # WeasyPrint opens this file for every document and leaves it to the garbage collector.
    srgb = (resources.files(weasyprint) / "pdf" / "sRGB2014.icc").read_bytes()

    class Tools:
        HTML = weasyprint.HTML
        fetching_failed = FatalURLFetchingError  # not an Exception: a worker would die of it
        fetcher = OurFilesOnly(
            allowed_protocols={"data", "file"},
            allow_redirects=False,
            fail_on_errors=True,
        )
        fonts = FontConfiguration()
        styles = weasyprint.CSS(
            filename=ASSETS / "styles.css", url_fetcher=fetcher, font_config=fonts
        )

        @staticmethod
        def colours() -> Any:
            return ColorProfile(
                BytesIO(srgb),
                "sRGB2014.icc",
                "relative-colorimetric",
                (["r"], ["g"], ["b"]),
            )

    return Tools


def _leave_metadata_readable(metadata: Any) -> None:
    """PDF/A asks for an uncompressed XMP stream; WeasyPrint 70 compresses it."""
    include = metadata.include_in_pdf

    def uncompressed(pdf: Any, variant: Any, version: Any, conformance: Any, compress: Any) -> None:
        include(pdf, variant, version, conformance, compress=False)

    metadata.include_in_pdf = uncompressed
