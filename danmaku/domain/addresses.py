"""Which places outside the house may write to: no way leads from an address back into the network.

What somebody types is judged twice: as text, when it is typed, and by the addresses that its name
stands for, each time before a connection is made. The second is what counts; the first tells early.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from danmaku.errors import BadMessage

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

URL_MAX: Final = 500
_PORTS: Final = {"https": 443, "http": 80}
_NAME: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_NUMERIC: Final = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")

_UNICAST: Final = ipaddress.ip_network("2000::/3")  # all of IPv6 that is given out to anybody
_CLOSED: Final[tuple[Network, ...]] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers
        "168.63.129.16/32",  # a cloud's own services, at a public address
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # Teredo among them, which holds an IPv4 address
        "2002::/16",  # 6to4 holds one
        "3fff::/20",  # for examples
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request goes, taken apart once: whoever connects parses nothing again."""

    scheme: str
    host: str  # in lower case; an IPv6 address without its brackets
    port: int
    target: str  # path and query

    @property
    def authority(self) -> str:
        """What the header `Host` says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Reach:
    """What the settings open beyond the public network's https."""

    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset({443, 8443})
    with_http: bool = False

    def allows(self, address: Address) -> bool:
        """Whether a connection may be made to that address."""
        plain = _plain(address)
        if any(_holds(one, plain) for one in self.networks):
            return True
        if plain.version == _UNICAST.version and plain not in _UNICAST:
            return False
        return plain.is_global and not any(_holds(one, plain) for one in _CLOSED)


def _plain(address: Address) -> Address:
    """An IPv4 address as itself, though it comes mapped into IPv6."""
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped


def _holds(network: Network, address: Address) -> bool:
    return network.version == address.version and address in network


def place_of(url: str, reach: Reach) -> Place:
    """Take an address apart.

    Raises:
        BadMessage: It is none, or one that the house does not write to whatever its name stands
            for.
    """
    if len(url) > URL_MAX or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise BadMessage(f"An address has at most {URL_MAX} characters, and no blanks in it.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadMessage("This is no address.") from None
    if parts.scheme != "https" and not (reach.with_http and parts.scheme == "http"):
        raise BadMessage("An address begins with https://.")
    if "@" in parts.netloc or parts.fragment:
        raise BadMessage("An address holds no user, no password and no fragment.")
    host = _host_of(parts.hostname or "", reach)
    if port is None:
        port = _PORTS[parts.scheme]
    if port not in reach.ports and port != _PORTS[parts.scheme]:
        raise BadMessage(f"Nothing is sent to port {port}.")
    query = f"?{parts.query}" if parts.query else ""
    return Place(parts.scheme, host, port, (parts.path or "/") + query)


def _host_of(host: str, reach: Reach) -> str:
    address = address_of(host)
    if address is not None:
        if not reach.allows(address):
            raise BadMessage("Nothing is sent to that address.")
        return host
    # 2130706433, 0x7f.1 and 127.1 are addresses to resolvers and names to nobody.
    if not _NAME.fullmatch(host.rstrip(".")) or _NUMERIC.fullmatch(host.rstrip(".").split(".")[-1]):
        raise BadMessage("This is no name of a host.")
    return host


def address_of(text: str) -> Address | None:
    """An address in its usual notation; None: it is a name, or nothing."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def allowed_of(found: Sequence[str], reach: Reach) -> list[str]:
    """The addresses that a name stands for, if a connection may be made to each; none otherwise.

    One that leads inwards spoils them all: whoever keeps the name mixes them on purpose.
    """
    addresses = [address_of(one) for one in found]
    if any(one is None or not reach.allows(one) for one in addresses):
        return []
    return list(found)


def networks_of(texts: Sequence[str]) -> tuple[Network, ...]:
    """Networks as settings name them.

    Raises:
        ValueError: One is none.
    """
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
