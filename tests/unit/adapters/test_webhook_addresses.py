"""S6: where a webhook endpoint may be, by its URL and by every address that its name leads to."""

from ipaddress import ip_address

import pytest

from app.adapters.webhooks_out.addresses import is_public, refused_url

OUR_HOST = "orders.example.com"

NOT_PUBLIC = (
    "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.1.2.3 169.254.169.254 172.16.0.1 172.31.255.255"
    " 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1"
    " 255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1"
    " 64:ff9b::a00:1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::1 fc00::1 fd12:3456::1 fe80::1"
    " fec0::1 ff02::1 ff0e::1 fd00:ec2::254"
).split()
PUBLIC = "1.1.1.1 8.8.8.8 93.184.216.34 2606:4700:4700::1111 2a00:1450:4001::1 ::ffff:1.1.1.1 2002:101:101::".split()


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_only_we_can_reach_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_anybody_can_reach_is_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_an_address_of_one_link_is_not_public() -> None:
    assert not is_public(ip_address("2606:4700:4700::1111%eth0"))


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example.com/",
        "ftp://erp.example.com/",
        "//erp.example.com/",
        "erp.example.com",
        "https://",
        "https:///path",
        "https://erp.example.com:22/",
        "https://erp.example.com:0/",
        "https://erp.example.com:99999/",
        "https://user@erp.example.com/",
        "https://user:password@erp.example.com/",
        "https://erp.example.com/#part",
        "https://erp.example.com/a b",
        "https://erp.example.com/a\nb",
        "https://erp.example.com\\@evil.example/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://db.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fec0::1]/",
        "https://[::1/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://\u0435rp.example.com/",
        f"https://{OUR_HOST}/webhooks/shopify",
        f"https://{OUR_HOST.upper()}./",
        "https://erp..example.com/",
        "https://erp.example.com/" + "x" * 2000,
    ],
)
def test_urls_that_lead_where_only_we_can_go_are_refused(url: str) -> None:
    assert refused_url(url, private=False, own_hosts=[OUR_HOST])


@pytest.mark.parametrize(
    "url",
    [
        "https://erp.example.com",
        "https://erp.example.com/hooks?store=1&token=a%20b",
        "https://erp.example.com:8443/hooks",
        "https://xn--mller-kva.example/",
        "https://1.1.1.1/",
        "https://[2606:4700:4700::1111]:8443/",
    ],
)
def test_urls_of_the_public_internet_are_taken(url: str) -> None:
    assert refused_url(url, private=False, own_hosts=[OUR_HOST]) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost/", "https://[::1]/", "http://erp:8080/x"])
def test_private_endpoints_are_taken_where_they_are_allowed(url: str) -> None:
    assert refused_url(url, private=True) is None


@pytest.mark.parametrize("url", ["http://user@127.0.0.1/", "file:///etc/passwd", "http:///x", "http://127.0.0.1/#x"])
def test_some_things_are_refused_even_there(url: str) -> None:
    assert refused_url(url, private=True)
