"""Connections to webhook endpoints, made to addresses that were checked: resolve, check every one, connect to that one.

The name stays what the request and TLS speak of; only the connection goes to the address. So a name that leads
elsewhere by the time of the connection (DNS rebinding) gets nowhere.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import httpcore

from app.adapters.webhooks_out.addresses import Address, address_of, is_public

RESOLVERS: Final = 16

Resolve = Callable[[str], Awaitable[Sequence[Address]]]


class AddressRefused(httpcore.ConnectError):
    """The name leads to an address that nothing may be sent to."""


class Resolver:
    """Names to addresses, in threads of its own: a name server that does not answer holds up one name, once."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolve")
        self._asked: dict[str, asyncio.Future[Sequence[Address]]] = {}

    async def __call__(self, host: str) -> Sequence[Address]:
        """Every address of a name; raises ``OSError`` when it has none."""
        if (literal := address_of(host)) is not None:
            return [literal]
        asked = self._asked.get(host)
        if asked is None:
            asked = asyncio.get_running_loop().run_in_executor(self._threads, _looked_up, host)
            self._asked[host] = asked
            asked.add_done_callback(lambda done: self._answered(host, done))
        return await asyncio.shield(asked)

    def _answered(self, host: str, done: "asyncio.Future[Sequence[Address]]") -> None:
        self._asked.pop(host, None)
        if not done.cancelled():
            # Looked at, though everybody who asked may have gone meanwhile.
            done.exception()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _looked_up(host: str) -> Sequence[Address]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"{host} is no name that there can be") from error
    addresses = (address_of(str(place[4][0])) for place in found)
    return list(dict.fromkeys(each for each in addresses if each is not None))


class GuardedConnections(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only, unless private ones are allowed."""

    def __init__(self, resolve: Resolve, *, private: bool, within: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._resolve = resolve
        self._private = private
        self._within = within or httpcore.AnyIOBackend()

    async def checked(self, host: str) -> Sequence[Address]:
        """The addresses of a host; raises ``AddressRefused`` if one of them is not public, ``OSError`` for none."""
        addresses = await self._resolve(host)
        if not addresses:
            raise OSError(f"{host} has no address")
        if not self._private and not all(map(is_public, addresses)):
            raise AddressRefused
        return addresses

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = await self.checked(host)
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        trouble: Exception = httpcore.ConnectError("no address")
        for address in addresses[:2]:
            try:
                return await self._within.connect_tcp(
                    str(address), port, timeout=timeout, local_address=local_address, socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - the library's interface
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the library's interface
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - the library's interface
    ) -> httpcore.AsyncNetworkStream:
        """No endpoint is a file."""
        raise AddressRefused

    async def sleep(self, seconds: float) -> None:
        await self._within.sleep(seconds)
