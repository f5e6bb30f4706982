"""Payouts and disputes at a store's payment provider. Every method reads to the end or raises; what the app may not
read raises ``StoreRefused`` with code ``scope_missing``, a store without the provider ``no_payments_account``.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from app.domain.identifiers import ShopifyId
from app.domain.payouts import Dispute, Payout, PayoutTransaction
from app.ports.store_gateway import StoreRef


class PayoutGateway(Protocol):
    def payouts(self, store: StoreRef) -> AsyncIterator[Sequence[Payout]]:
        """Pages of payouts, the latest first."""
        ...

    async def transactions(self, store: StoreRef, payout: ShopifyId) -> Sequence[PayoutTransaction]:
        """Everything behind a payout, but for its own transfer to the bank."""
        ...

    def disputes(self, store: StoreRef) -> AsyncIterator[Sequence[Dispute]]:
        """Pages of disputes, the latest first."""
        ...
