"""Calling somebody else's address: the one function of the house that does.

An address may be anybody's idea, so it is not trusted: https to a public address under a public
name, looked up once and connected to as looked up (a second answer of the name server changes
nothing), no redirects, ten seconds and 64 KB for all of it. A secret signs the body in the manner
of Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
"""

from __future__ import annotations

import base64
import hmac
import io
import re
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 10.0
MOST_BYTES = 64 * 1024
PRINTABLE = re.compile(r"[!-\[\]-~]+")  # without blanks, controls and the backslash
# Of two parts at least, the last one no number: nothing that could be read as an address.
PUBLIC_NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
# Global for the library, and yet nobody's outside: the metadata services of two clouds, 6to4 relays.
INSIDE = tuple(map(IPv4Network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))
GLOBAL_UNICAST = IPv6Network("2000::/3")
# In the first two an IPv4 address travels (Teredo, 6to4); the last is for examples (RFC 9637).
NOBODYS = tuple(map(IPv6Network, ("2001::/32", "2002::/16", "3fff::/20")))


class NotCalled(Exception):
    """The address is none that we call; the message says why."""


class NoAnswer(Exception):
    """The call was made and did not end well; it may be tried again."""


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes


def post(
    url: str,
    body: bytes,
    *,
    message_id: str,
    at: datetime,
    secret: bytes = b"",
    content_type: str = "application/json",
) -> Reply:
    """Send a body and return what came back, whatever its status. Raises `NotCalled`, `NoAnswer`."""
    parts = _public(url)
    headers = {
        "Host": str(parts.hostname) if _port(parts) == 443 else f"{parts.hostname}:{_port(parts)}",
        "Content-Type": content_type,
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": "fms-agency",
        "webhook-id": message_id,
        **(_signed(body, message_id, at, secret) if secret else {}),
    }
    until = time.monotonic() + SECONDS
    address = _checked(_look_up(str(parts.hostname), until))
    try:
        with _connected(address, _port(parts), str(parts.hostname), until) as line:
            return _exchanged(_Wire(line, until), parts, body, headers)
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer(f"{parts.hostname}: {str(error) or type(error).__name__}") from error


# Which addresses -----------------------------------------------------------------------------


def _public(url: str) -> SplitResult:
    if not PRINTABLE.fullmatch(url):
        raise NotCalled(_("The address has signs that no address has."))
    try:
        parts = urlsplit(url)
        port = _port(parts)
    except ValueError:
        raise NotCalled(_("This is no address.")) from None
    if parts.scheme != "https":
        raise NotCalled(_("The address must begin with https://."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise NotCalled(_("The address must have no user, password or fragment in it."))
    if port not in settings.OUTGOING_PORTS:
        raise NotCalled(_("This port is not called."))
    if not PUBLIC_NAME.fullmatch(parts.hostname or ""):
        raise NotCalled(_("The address must have the full public name of a server."))
    if settings.OUTGOING_HOSTS and parts.hostname not in settings.OUTGOING_HOSTS:
        raise NotCalled(_("The server is not among those that are called."))
    return parts


def _port(parts: SplitResult) -> int:
    return 443 if parts.port is None else parts.port


def _look_up(name: str, until: float) -> list[str]:
    """Every address of the name, asked for once. The system's own clock for this is too slow."""
    asking = ThreadPoolExecutor(1)
    try:
        found = asking.submit(_addresses_of, name).result(_left(until))
    except (OSError, UnicodeError) as error:
        raise NoAnswer(f"{name}: {str(error) or 'no answer of the name server'}") from error
    finally:
        asking.shutdown(wait=False)
    return list(dict.fromkeys(found))


def _addresses_of(name: str) -> list[str]:
    rows = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return [str(row[4][0]) for row in rows]


def _checked(addresses: list[str]) -> str:
    """The first, if all of them are public: a name with one foot inside is not called at all."""
    if not addresses or not all(map(is_public, addresses)):
        raise NotCalled(_("The name leads to an address that is not public."))
    return addresses[0]


def is_public(text: str) -> bool:
    """Whether a stranger's machine may live there."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in INSIDE)
    return _is_public_v6(address)


def _is_public_v6(address: IPv6Address) -> bool:
    """Outside 2000::/3 are the IPv4-mapped, compatible and NAT64 addresses, among others."""
    is_nobodys = any(address in network for network in NOBODYS)
    return address in GLOBAL_UNICAST and not is_nobodys and address.scope_id is None


# The call ------------------------------------------------------------------------------------


def _connected(address: str, port: int, name: str, until: float) -> ssl.SSLSocket:
    """A line to that very address, on which the server has proven to have that name."""
    way = _through_proxy(address, port, until) if settings.OUTGOING_PROXY else None
    line = way or socket.create_connection((address, port), timeout=_left(until))
    try:
        line.settimeout(_left(until))
        return _context().wrap_socket(line, server_hostname=name)
    except BaseException:
        line.close()
        raise


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _through_proxy(address: str, port: int, until: float) -> socket.socket:
    """A tunnel to the address, not to the name: the proxy looks nothing up anew."""
    proxy = urlsplit(settings.OUTGOING_PROXY)
    target = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    line = socket.create_connection((proxy.hostname, proxy.port or 3128), timeout=_left(until))
    try:
        line.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        _read_leave(line, until)
    except BaseException:
        line.close()
        raise
    return line


def _read_leave(line: socket.socket, until: float) -> None:
    """Byte by byte: what follows the proxy's head belongs to the server behind it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line.settimeout(_left(until))
        byte = line.recv(1)
        if not byte or len(head) > 4096:
            raise OSError("the proxy does not speak HTTP")
        head += byte
    if not re.match(rb"HTTP/1\.[01] 200\b", head):
        raise OSError(f"the proxy says {head[:60]!r}")


def _exchanged(wire: _Wire, parts: SplitResult, body: bytes, headers: dict[str, str]) -> Reply:
    connection = HTTPConnection(str(parts.hostname))
    connection.sock = wire  # it has what http.client asks of a socket
    target = parts._replace(scheme="", netloc="").geturl() or "/"
    connection.request("POST", target, body, headers)
    with connection.getresponse() as response:
        return Reply(response.status, response.read())


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("took too long")
    return left


class _Wire:
    """A line with one clock and one measure for everything that goes over it."""

    def __init__(self, line: ssl.SSLSocket, until: float) -> None:
        self.line, self.until = line, until

    def sendall(self, data: Any) -> None:
        self.line.settimeout(_left(self.until))
        self.line.sendall(data)

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self.line, self.until))

    def close(self) -> None:
        """The line is closed by whoever opened it."""


class _Incoming(io.RawIOBase):
    def __init__(self, line: ssl.SSLSocket, until: float) -> None:
        self.line, self.until, self.so_far = line, until, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.line.settimeout(_left(self.until))
        count = self.line.recv_into(buffer)
        self.so_far += count
        if self.so_far > MOST_BYTES:
            raise OSError("the reply is longer than 64 KB")
        return count


def _signed(body: bytes, message_id: str, at: datetime, secret: bytes) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    text = b".".join((message_id.encode(), stamp.encode(), body))
    signature = base64.b64encode(hmac.digest(secret, text, "sha256")).decode()
    return {"webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}
