"""The mapping tables, as a person keeps them: one set of records a table (P04)."""

from typing import Protocol

from app.domain.mapping_entries import CurrencyMapping, StaffMapping
from app.domain.mappings import (
    CustomerTemplate,
    LocationMapping,
    PaymentMethodMapping,
    PaymentTermsMapping,
    ShipmentMethodMapping,
    TaxArea,
)
from app.domain.shipping_agents import ShippingAgent
from app.ports.repositories.keyed_records import KeyedRecords, TextKeyedRecords


class MappingTables(Protocol):
    @property
    def locations(self) -> KeyedRecords[LocationMapping]: ...

    @property
    def shipment_methods(self) -> TextKeyedRecords[ShipmentMethodMapping]: ...

    @property
    def payment_methods(self) -> TextKeyedRecords[PaymentMethodMapping]: ...

    @property
    def payment_terms(self) -> KeyedRecords[PaymentTermsMapping]: ...

    @property
    def staff(self) -> KeyedRecords[StaffMapping]: ...

    @property
    def customer_templates(self) -> KeyedRecords[CustomerTemplate]:
        """Keyed by country and province; an empty province is the whole country."""
        ...

    @property
    def tax_areas(self) -> KeyedRecords[TaxArea]:
        """As customer templates, but shared by all shops."""
        ...

    @property
    def currencies(self) -> KeyedRecords[CurrencyMapping]: ...

    @property
    def shipping_agents(self) -> KeyedRecords[ShippingAgent]:
        """By their code, shared by all shops."""
        ...
