"""Where a webhook endpoint, or a picture, may be: by its URL, and by the address that its name leads to (S6).

Whoever may register an endpoint must not be able to have us knock at doors that only we can reach. Knows no network.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

LONGEST_URL: Final = 2000
LONGEST_LABEL: Final = 63
_NAMES_OF_INSIDE: Final = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "test", "invalid", "onion")
_LOWEST_FREE_PORT: Final = 1024
_WEB_PORTS: Final = frozenset({80, 443})
_CARRIES_IPV4: Final = (
    # (network, the place of the IPv4 address in it, counted in bits from the right)
    (ip_network("::ffff:0:0/96"), 0),
    (ip_network("::/96"), 0),
    (ip_network("64:ff9b::/96"), 0),
    (ip_network("2002::/16"), 80),
)
_NOT_OF_THE_PUBLIC: Final = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "fec0::/10",
    )
)
"""Beside what Python's ``is_global`` knows, which takes some of these for public."""

Address = IPv4Address | IPv6Address


def is_public(address: Address) -> bool:
    """Whether anybody on the internet can reach this address, in whatever clothes an IPv4 address comes."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        for network, place in _CARRIES_IPV4:
            if address in network:
                return is_public(IPv4Address((int(address) >> place) & 0xFFFFFFFF))
    if any(address.version == network.version and address in network for network in _NOT_OF_THE_PUBLIC):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def refused_url(url: str, *, private: bool, own_hosts: Iterable[str] = ()) -> str | None:
    """What is wrong with an endpoint's URL, in a sentence; ``private`` = http and private addresses are allowed."""
    if len(url) > LONGEST_URL or not url.isascii() or any(character <= " " or character == "\x7f" for character in url):
        return f"Write the URL in ASCII without spaces (a name as xn--…), {LONGEST_URL} characters at most."
    parts = _split(url)
    if parts is None or not parts.hostname or parts.scheme not in {"https", "http"} or "\\" in url:
        return "This must be https://host[:port]/path."
    if parts.username is not None or parts.password is not None or parts.fragment or "#" in url:
        return "The URL must hold neither a user nor a password nor a fragment."
    if private:
        return None
    if parts.scheme != "https":
        return "This must begin with https://. For a trial ORDERBRIDGE_ALLOW_PRIVATE_ENDPOINTS=true lets others be."
    return _refused_host(parts, own_hosts)


def _refused_host(parts: SplitResult, own_hosts: Iterable[str]) -> str | None:
    host = (parts.hostname or "").rstrip(".")
    port = 443 if parts.port is None else parts.port
    if port < _LOWEST_FREE_PORT and port not in _WEB_PORTS:
        return f"Port {port} is not one of the web: 443, or one from 1024."
    literal = address_of(host)
    if literal is not None:
        return None if is_public(literal) else "This is not a public address."
    last = host.rpartition(".")[2]
    if "." not in host or last.isdigit() or last.startswith("0x") or not all(map(_is_label, host.split("."))):
        return "This is not the name of a public host."
    if any(host == name or host.endswith(f".{name}") for name in _NAMES_OF_INSIDE):
        return "Names like this one are for inside a network."
    return "This is our own address." if host in own_hosts else None


def address_of(host: str) -> Address | None:
    """The address that a host is written as; None = it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_label(label: str) -> bool:
    return 0 < len(label) <= LONGEST_LABEL and label.replace("-", "").replace("_", "").isalnum()


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
