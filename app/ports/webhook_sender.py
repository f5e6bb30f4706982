"""The way to webhook endpoints: where one may be, and one signed attempt to reach it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.domain.webhook_deliveries import Attempt


class WebhookSender(Protocol):
    async def refusal(self, url: str) -> str | None:
        """Why nothing may be sent to this address, in a sentence; None = as far as can be told now, it may."""
        ...

    async def send(self, url: str, body: bytes, *, message_id: str, secrets: Sequence[bytes], now: datetime) -> Attempt:
        """One attempt by Standard Webhooks, signed with every secret. Trouble is a value; never raises for it.

        Takes 15 seconds at most. Where the address leads is checked again when it connects.
        """
        ...
