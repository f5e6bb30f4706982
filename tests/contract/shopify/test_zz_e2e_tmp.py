import random, structlog, logging
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
from collections import Counter
from tests.contract.shopify.conftest import *
from tests.builders import built, settings as shop_settings
from app.domain.documents import DocumentDraft, Refusal, NothingToDocument
from app.domain.money import CurrencyHandling
from app.domain.mappings import Mappings

CUR={c:c for c in "EUR USD JPY KWD GBP SEK NOK DKK CHF CAD AUD PLN".split()}
async def test_all(store):
    rng=random.Random(5)
    c=Counter(); bad=[]
    ids=await store.generate(seed=23,count=400,preset="day")
    done={}
    for i in ids:
        done[i]=[]
        for _ in range(rng.randint(1,3)):
            o=await store.order(i)
            items=[l for l in o.lines if l.current_quantity>0 and l.kind.value in("item","custom")]
            if not items: break
            l=rng.choice(items)
            kind=rng.choice(["less","less","remove","refund","refund","refundship","cancel","edit0","add"])
            try:
                gid=f"gid://shopify/LineItem/{l.shopify_id}"
                if kind=="less": await store.act(i,"edit",changes=[{"setQuantity":{"lineItemId":gid,"quantity":l.current_quantity-1}}],refunds=rng.choice(["none","empty","lines"]))
                elif kind=="remove": await store.act(i,"edit",changes=[{"setQuantity":{"lineItemId":gid,"quantity":0}}],refunds=rng.choice(["none","empty","lines"]))
                elif kind=="add": await store.act(i,"edit",changes=[{"setQuantity":{"lineItemId":gid,"quantity":l.current_quantity+1}}])
                elif kind=="refund": await store.act(i,"refund",refund={"refundLineItems":[{"lineItem":{"id":gid},"quantity":rng.randint(1,l.current_quantity),"restockType":rng.choice(["RETURN","NO_RESTOCK","CANCEL"])}]})
                elif kind=="edit0": await store.act(i,"refund",refund={"transactions":[],"refundLineItems":[{"lineItem":{"id":gid},"quantity":1,"restockType":rng.choice(["NO_RESTOCK","CANCEL"])}]})
                elif kind=="refundship" and o.shipping_lines:
                    await store.act(i,"refund",refund={"refundShippingLines":[{"shippingLine":{"id":f"gid://shopify/ShippingLine/{o.shipping_lines[0].shopify_id}"}}]})
                elif kind=="cancel": await store.act(i,"cancel",reason="CUSTOMER",refund=rng.random()<.5)
                done[i].append(kind)
            except AssertionError as e:
                c["refused_"+kind]+=1
    orders=[]
    for i in range(0,len(ids),25):
        orders+=await store.orders(ids[i:i+25])
    for o in orders:
        for h in CurrencyHandling:
            for p in __import__("app.domain.shop_settings",fromlist=["x"]).RefundProcess:
                r=built(o,shop=shop_settings(orders={"currency_handling":h},refunds={"process":p}),mappings=Mappings(currencies=CUR),local_currency="EUR")
                c[type(r).__name__,p]+=1
                if isinstance(r,Refusal):
                    bad.append((o.name,done[o.shopify_id],o.prices_include_tax,h.value,p,[x.detail for x in r.problems],o.totals.total.of(h),o.totals.current_total.of(h), [ (len(x.lines),x.refunded.of(h),[(y.quantity,y.subtotal.of(h),y.tax.of(h)) for y in x.lines],[(y.subtotal.of(h),y.tax.of(h)) for y in x.shipping],[a.amount.of(h) for a in x.adjustments]) for x in o.refunds], o.totals.cash_rounding.of(h)))
                if isinstance(r,DocumentDraft):
                    c['est',p]+=any(t.estimated for l in r.content.lines for t in l.taxes)
                    assert r.content.totals.amount_including_tax==r.content.totals.charged_by_shopify
    print(c)
    for b in bad[:40]: print(b)
