"""Cuts Shopify's Admin schema down to what the store simulator serves, and writes it where the package finds it.

Responsible for choosing types and roots and for pruning without leaving a dangling reference. Does not know how
the simulator executes anything; it only reads an introspection file and writes a smaller one.

Usage: python scripts/trim_shopify_schema.py [full introspection json] [target json.gz]
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(".cache/shopify-schema/admin_2026-10.json")
TARGET = Path("app/store_simulator/schema/admin_2026-10.json.gz")

ROOT_QUERIES = """
    order orders ordersCount orderByIdentifier pendingOrdersCount customer customers customersCount customerByIdentifier
    company companies companiesCount companyContact companyLocation companyLocations product products productsCount
    productByIdentifier productVariant productVariants productVariantsCount productVariantByIdentifier productOperation
    inventoryItem inventoryItems inventoryLevel location locations locationsCount locationByIdentifier
    fulfillment fulfillmentOrder fulfillmentOrders assignedFulfillmentOrders fulfillmentService refund return
    returnableFulfillment returnableFulfillments returnReasonDefinitions returnCalculate reverseDelivery
    reverseFulfillmentOrder deliveryProfile deliveryProfiles carrierService carrierServices availableCarrierServices
    shop appInstallation currentAppInstallation app publicApiVersions webhookSubscription webhookSubscriptions
    webhookSubscriptionsCount bulkOperation bulkOperations currentBulkOperation job node nodes giftCard giftCards
    giftCardsCount paymentTermsTemplates catalog catalogs catalogsCount market markets primaryMarket priceList
    priceLists publication publications shopifyPaymentsAccount tenderTransactions orderPaymentStatus orderEditSession
    draftOrder draftOrders event events staffMember staffMembers currentStaffMember channel channels
    metafieldDefinition metafieldDefinitions collection collections dispute disputes
""".split()

MUTATIONS = """
    orderUpdate orderClose orderOpen orderMarkAsPaid orderCancel orderCapture orderCreate orderDelete
    orderCreateManualPayment orderCustomerSet orderCustomerRemove orderInvoiceSend orderRiskAssessmentCreate
    orderEditBegin orderEditSetQuantity orderEditAddVariant orderEditAddCustomItem orderEditAddLineItemDiscount
    orderEditRemoveDiscount orderEditRemoveLineItemDiscount orderEditUpdateDiscount orderEditAddShippingLine
    orderEditUpdateShippingLine orderEditRemoveShippingLine orderEditCommit
    refundCreate returnCreate returnRequest returnApproveRequest returnDeclineRequest returnCancel returnClose
    returnReopen returnProcess returnRefund removeFromReturn reverseFulfillmentOrderDispose transactionVoid
    fulfillmentCreate fulfillmentCancel fulfillmentTrackingInfoUpdate fulfillmentEventCreate fulfillmentOrderHold
    fulfillmentOrderReleaseHold fulfillmentOrderMove fulfillmentOrderSplit fulfillmentOrderMerge fulfillmentOrderOpen
    fulfillmentOrderClose fulfillmentOrderCancel fulfillmentOrderReportProgress fulfillmentOrderReschedule
    fulfillmentOrderAcceptFulfillmentRequest fulfillmentOrderRejectFulfillmentRequest
    fulfillmentOrderSubmitFulfillmentRequest fulfillmentOrderSubmitCancellationRequest
    fulfillmentOrderAcceptCancellationRequest fulfillmentOrderRejectCancellationRequest
    fulfillmentServiceCreate fulfillmentServiceUpdate fulfillmentServiceDelete
    customerCreate customerUpdate customerSet customerDelete customerAddressCreate customerAddressUpdate
    customerAddressDelete customerUpdateDefaultAddress customerMerge customerEmailMarketingConsentUpdate
    customerSmsMarketingConsentUpdate companyCreate companyUpdate companyDelete companyContactCreate
    companyContactUpdate companyContactDelete companyAssignMainContact companyAssignCustomerAsContact
    companyContactAssignRole companyLocationCreate companyLocationUpdate companyLocationDelete
    companyLocationAssignAddress companyLocationTaxSettingsUpdate
    productCreate productUpdate productSet productDelete productVariantsBulkCreate productVariantsBulkUpdate
    productVariantsBulkDelete productVariantDetachMedia productChangeStatus productCreateMedia productOptionsCreate
    inventoryItemUpdate
    inventorySetQuantities inventorySetOnHandQuantities inventoryAdjustQuantities inventoryMoveQuantities
    inventoryActivate inventoryDeactivate inventoryBulkToggleActivation locationActivate locationAdd locationEdit
    locationDeactivate webhookSubscriptionCreate webhookSubscriptionUpdate webhookSubscriptionDelete
    bulkOperationRunQuery bulkOperationRunMutation bulkOperationCancel stagedUploadsCreate tagsAdd tagsRemove
    metafieldsSet metafieldsDelete giftCardCreate giftCardUpdate giftCardCredit giftCardDebit giftCardDeactivate
    paymentTermsCreate paymentTermsUpdate paymentTermsDelete priceListCreate priceListUpdate priceListDelete
    priceListFixedPricesAdd priceListFixedPricesUpdate priceListFixedPricesDelete
    priceListFixedPricesByProductUpdate catalogCreate catalogUpdate catalogDelete catalogContextUpdate
    publicationCreate publishablePublish publishableUnpublish appUninstall
""".split()

# Types whose every field is kept as far as the field's own type survives. A trailing * matches a prefix.
FULL_TYPES = """
    Order LineItem LineItemGroup ShippingLine Refund RefundLineItem RefundShippingLine RefundDuty OrderAdjustment
    Return ReturnLineItem UnverifiedReturnLineItem ReturnShippingFee RestockingFee ExchangeLineItem ExchangeV2*
    ReturnReasonDefinition ReverseFulfillmentOrder* ReverseDelivery* ReturnableFulfillment*
    OrderTransaction OrderPaymentCollectionDetails OrderPaymentStatus OrderRisk* OrderCancellation OrderApp
    OrderAgreement OrderEditAgreement RefundAgreement ReturnAgreement *Sale SaleTax OrderEditSession
    FulfillmentOrder* FulfillmentLineItem Fulfillment FulfillmentEvent FulfillmentHold FulfillmentService
    FulfillmentTrackingInfo FulfillmentOriginAddress FulfillmentConstraint* DeliveryMethod DeliveryProfile*
    DeliveryZone DeliveryCountry DeliveryProvince DeliveryRateDefinition DeliveryParticipant* DeliveryCarrierService
    DeliveryCarrierServiceAndLocations DeliveryLocationGroup* DeliveryMethodDefinition* DeliveryCondition
    MarketDeliveryConfigurations ShippingConfiguration DeliveryOptionDefinitionConnection Delivery*OptionDefinition
    Customer CustomerEmailAddress CustomerPhoneNumber CustomerTaxSettings CustomerStatistics MailingAddress Company*
    BuyerExperienceConfiguration PurchasingCompany Product ProductVariant ProductOption ProductOptionValue
    SelectedOption ProductSetOperation InventoryItem* InventoryLevel InventoryQuantity InventoryAdjustmentGroup
    InventoryChange Location LocationAddress LocationSuggestedAddress Shop ShopPlan ShopAddress ShopFeatures
    AppInstallation App AccessScope ApiVersion WebhookSubscription* BulkOperation Job PaymentTerms PaymentSchedule
    PaymentTermsTemplate GiftCard GiftCard*Transaction GiftCardRecipient Market MarketCatalog CompanyLocationCatalog
    AppCatalog PriceList PriceListPrice PriceListParent PriceListAdjustment* Publication ShopifyPaymentsAccount
    ShopifyPaymentsBalanceTransaction ShopifyPaymentsPayout ShopifyPaymentsPayoutSummary ShopifyPaymentsDispute
    ShopifyPaymentsAssociatedOrder ShopifyPaymentsBalanceTransactionAssociatedPayout TenderTransaction* TaxLine Duty
    AdditionalFee MoneyBag MoneyV2 Attribute DiscountAllocation *DiscountApplication DiscountCodeApplication
    PricingPercentageValue CashRoundingAdjustment LocalizedField SellingPlan LineItemSellingPlan
    CalculatedOrder CalculatedLineItem
    CalculatedShippingLine Calculated*DiscountApplication OrderStagedChange* CalculatedReturn* CalculatedExchange*
    SuggestedRefund SuggestedReturn* RefundReturnOutcome Suggested*Outcome SuggestedOrderTransaction Metafield
    StaffMember Count PageInfo CardPaymentDetails *PaymentDetails PaymentSettings StagedMediaUploadTarget
    StagedUploadParameter MediaError BasicEvent TransactionFee DraftOrder Channel Collection UserError
""".split()

# An interface with more members than this (Node and its like) is kept for the members that matter only.
MOST_OPTIONS = 8

Node = dict[str, Any]


def named(reference: Node) -> Node:
    while reference.get("ofType"):
        reference = reference["ofType"]
    return reference


def matches(name: str, patterns: list[str]) -> bool:
    for pattern in patterns:
        head, star, tail = pattern.partition("*")
        if name == pattern or (
            star and name.startswith(head) and name.endswith(tail) and len(name) >= len(head + tail)
        ):
            return True
    return False


class Trimmer:
    """Chooses the surviving types of one introspection and rewrites it to them."""

    def __init__(self, introspection: Node) -> None:
        self.schema: Node = introspection.get("data", introspection)["__schema"]
        self.scopes: list[Node] = introspection.get("offline_scopes", {}).get("items", [])
        self.types: dict[str, Node] = {kind["name"]: kind for kind in self.schema["types"]}
        self.kept: set[str] = set()

    def trim(self) -> Node:
        self._cut_root("QueryRoot", ROOT_QUERIES)
        self._cut_root("Mutation", MUTATIONS)
        self._choose()
        self._drop_hollow_types()
        self._keep_inputs()
        types = [self._rewrite(self.types[name]) for name in sorted(self.kept)]
        directives = [self._bare(item) for item in self.schema["directives"]]
        roots = {"queryType": {"name": "QueryRoot"}, "mutationType": {"name": "Mutation"}, "subscriptionType": None}
        return {"__schema": {**roots, "types": types, "directives": directives}, "access": self._access()}

    def _access(self) -> dict[str, list[Any]]:
        """What Shopify asks for, by type or Type.field: its own sentence and the scopes of which one suffices."""
        table: dict[str, list[Any]] = {}
        for item in self.scopes:
            owner, sentence = item["typeName"], item.get("requiredAccess")
            if sentence and owner in self.kept:
                name = owner if item["type"] == "type" else f"{owner}.{item['fieldName']}"
                table[name] = [sentence, sorted(set(item["offlineScopes"]))]
        return table

    def _cut_root(self, name: str, wanted: list[str]) -> None:
        fields = self.types[name]["fields"]
        missing = set(wanted) - {field["name"] for field in fields}
        if missing:
            raise SystemExit(f"{name} has no field {', '.join(sorted(missing))}")
        self.types[name]["fields"] = [field for field in fields if field["name"] in wanted]

    def _choose(self) -> None:
        payloads = [named(field["type"])["name"] for field in self.types["Mutation"]["fields"]]
        patterns = [*FULL_TYPES, "QueryRoot", "Mutation", "*UserError", *payloads]
        composite = {name for name, kind in self.types.items() if kind["kind"] == "OBJECT"}
        full = {name for name in composite if matches(name, patterns)}
        self.kept = {name for name, kind in self.types.items() if kind["kind"] in ("SCALAR", "ENUM")} | full
        for name in full:
            for field in self.types[name]["fields"]:
                self._keep_neighbour(named(field["type"])["name"])
        for name, kind in self.types.items():
            if kind["kind"] in ("INTERFACE", "UNION") and any(
                option["name"] in full for option in kind["possibleTypes"]
            ):
                self.kept.add(name)

    def _keep_neighbour(self, name: str) -> None:
        kind = self.types[name]
        self.kept.add(name)
        options = kind["possibleTypes"] or []
        if len(options) <= MOST_OPTIONS:
            self.kept.update(option["name"] for option in options)
        if kind["kind"] == "OBJECT" and not any(self._is_leaf(field) for field in kind["fields"]):
            self.kept.update(named(field["type"])["name"] for field in kind["fields"])
        if name.endswith("Connection") and kind["kind"] == "OBJECT":
            for field in kind["fields"]:
                target = named(field["type"])["name"]
                self.kept.add(target)
                if target.endswith("Edge"):
                    self.kept.update(named(inner["type"])["name"] for inner in self.types[target]["fields"])

    def _is_leaf(self, field: Node) -> bool:
        return self.types[named(field["type"])["name"]]["kind"] in ("SCALAR", "ENUM")

    def _drop_hollow_types(self) -> None:
        """Removes composite types that have lost every field or possible type, until nothing changes."""
        while True:
            hollow = {name for name in self.kept if self._is_hollow(self.types[name])}
            if not hollow:
                return
            self.kept -= hollow

    def _is_hollow(self, kind: Node) -> bool:
        if kind["kind"] in ("INTERFACE", "UNION"):
            return not any(option["name"] in self.kept for option in kind["possibleTypes"])
        return kind["kind"] == "OBJECT" and not self._fields(kind)

    def _fields(self, kind: Node) -> list[Node]:
        return [field for field in kind["fields"] if named(field["type"])["name"] in self.kept]

    def _keep_inputs(self) -> None:
        """Adds the inputs that surviving arguments need, and drops the leaves that nothing names any more."""
        used: set[str] = {"String", "Int", "Boolean", "Float", "ID"}
        pending: list[str] = []
        for name in self.kept:
            kind = self.types[name]
            if kind["kind"] in ("OBJECT", "INTERFACE"):
                for field in self._fields(kind):
                    used.add(named(field["type"])["name"])
                    pending.extend(named(argument["type"])["name"] for argument in field["args"])
        while pending:
            name = pending.pop()
            if name not in used:
                used.add(name)
                fields = self.types[name].get("inputFields") or []
                pending.extend(named(field["type"])["name"] for field in fields)
        composite = {name for name in self.kept if self.types[name]["kind"] not in ("SCALAR", "ENUM")}
        self.kept = composite | used | {name for name in self.types if name.startswith("__")}

    def _rewrite(self, kind: Node) -> Node:
        cut: Node = {}
        cut.update(self._bare({key: value for key, value in kind.items() if value is not None}))
        if kind["kind"] in ("OBJECT", "INTERFACE"):
            cut["fields"] = [self._bare(field) for field in self._fields(kind)]
            cut["interfaces"] = [item for item in kind["interfaces"] or [] if item["name"] in self.kept]
        if kind["kind"] in ("INTERFACE", "UNION"):
            cut["possibleTypes"] = [item for item in kind["possibleTypes"] if item["name"] in self.kept]
        return cut

    def _bare(self, node: Any) -> Any:
        """Descriptions and deprecation reasons make up most of the file and nothing reads them."""
        if isinstance(node, list):
            return [self._bare(item) for item in node]
        if isinstance(node, dict):
            return {key: self._bare(value) for key, value in node.items() if self._says_something(key, value)}
        return node

    @staticmethod
    def _says_something(key: str, value: Any) -> bool:
        if key in ("description", "deprecationReason", "specifiedByURL"):
            return False
        return not ((key == "isDeprecated" and value is False) or (key == "defaultValue" and value is None))


def main(arguments: list[str]) -> None:
    source = Path(arguments[0]) if arguments else SOURCE
    target = Path(arguments[1]) if len(arguments) > 1 else TARGET
    loaded = json.loads(source.read_text(encoding="utf-8"))
    trimmed = Trimmer(loaded).trim()
    text = json.dumps(trimmed, separators=(",", ":"), sort_keys=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))
    print(f"{target}: {len(trimmed['__schema']['types'])} types, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
