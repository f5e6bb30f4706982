"""How often a caller may ask: requests of each key, and failed sign-ins of each address (S4). In this process alone.

Knows neither routes nor what a key may do. A limited call costs no look into the database.
"""

import hmac
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

MINUTE = 60.0
MOST_KNOWN = 10_000
"""Keys and addresses remembered; beyond, those that were quiet longest are forgotten."""

Seconds = Callable[[], float]


class TooOften(Exception):
    """Somebody has to wait; ``detail`` says who and how long. Not a problem of HTTP, so that no worker loads HTTP."""

    def __init__(self, who: str, wait: float, *, told: Mapping[str, str] | None = None) -> None:
        self.seconds = math.ceil(wait)
        self.told = dict(told or {})
        self.detail = f"{who} Ask again in {self.seconds} s."
        super().__init__(self.detail)


class Buckets:
    """For each name a bucket of a minute's worth, filled evenly. ``per_minute`` 0 = without a limit."""

    def __init__(self, per_minute: int, *, seconds: Seconds) -> None:
        self._pause = MINUTE / per_minute if per_minute else 0.0
        self._seconds = seconds
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, name: str) -> float:
        """Seconds until something may be taken; 0.0 = now."""
        now = self._seconds()
        return max(0.0, self._after_another(name, now) - now - MINUTE)

    def take(self, name: str) -> float:
        """Take one; the seconds until there is one when there is none."""
        if wait := self.wait(name):
            return wait
        if self._pause:
            self._full_at[name] = self._after_another(name, self._seconds())
            self._full_at.move_to_end(name)
            if len(self._full_at) > MOST_KNOWN:
                self._full_at.popitem(last=False)
        return 0.0

    def left(self, name: str) -> tuple[int, float]:
        """How many may be taken now, and the seconds until it is a minute's worth again."""
        until_full = max(0.0, self._full_at.get(name, 0.0) - self._seconds())
        # A pause is seldom a whole number: what is not there by a rounding error alone is there.
        return max(0, math.floor((MINUTE - until_full) / self._pause + 1e-6)) if self._pause else 0, until_full

    def give_back(self, name: str) -> None:
        """What was taken was not used after all."""
        if name in self._full_at:
            self._full_at[name] -= self._pause

    def _after_another(self, name: str, now: float) -> float:
        """When the bucket would be full again if one more were taken."""
        return max(self._full_at.get(name, now), now) + self._pause


class CallLimits:
    """Asked around each sign-in. A key that was proved here before is never held up by strangers at its address."""

    def __init__(
        self,
        *,
        requests_per_minute: int = 0,
        failed_sign_ins_per_minute: int = 0,
        seconds: Seconds = time.monotonic,
    ) -> None:
        self._requests_per_minute = requests_per_minute
        self._requests = Buckets(requests_per_minute, seconds=seconds)
        self._failures = Buckets(failed_sign_ins_per_minute, seconds=seconds)
        self._proved: OrderedDict[str, bytes] = OrderedDict()

    def before(self, key_id: str, digest: bytes, *, address: str) -> None:
        """Raises TooOften, before anybody looks for the key, when it or a stranger's address asks too often."""
        if self._is_proved(key_id, digest):
            self._count(key_id)
        elif wait := self._failures.wait(network_of(address)):
            raise TooOften("Too many calls with a wrong key came from this address.", wait)

    def failed(self, key_id: str, digest: bytes, *, address: str) -> None:
        """The key was not one, or is one no more."""
        if self._is_proved(key_id, digest):
            del self._proved[key_id]
        self._failures.take(network_of(address))

    def succeeded(self, key_id: str, digest: bytes) -> None:
        """The key is one. Raises TooOften when it was not known here and has asked too often all the same."""
        if self._is_proved(key_id, digest):
            return
        self._proved[key_id] = digest
        if len(self._proved) > MOST_KNOWN:
            self._proved.popitem(last=False)
        self._count(key_id)

    def told(self, key_id: str) -> Mapping[str, str]:
        """What every answer to this key says of its limit (draft-ietf-httpapi-ratelimit-headers)."""
        if not self._requests_per_minute:
            return {}
        left, until_full = self._requests.left(key_id)
        return {
            "RateLimit-Policy": f'"default";q={self._requests_per_minute};w={MINUTE:.0f}',
            "RateLimit": f'"default";r={left};t={math.ceil(until_full)}',
        }

    def _is_proved(self, key_id: str, digest: bytes) -> bool:
        return hmac.compare_digest(self._proved.get(key_id, b""), digest)

    def _count(self, key_id: str) -> None:
        if wait := self._requests.take(key_id):
            raise TooOften("This key has used up its requests for now.", wait, told=self.told(key_id))


def network_of(address: str) -> str:
    """What one caller can hardly change: an IPv4 address, or the first half of an IPv6 address."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False))
