from ipaddress import ip_address

import pytest

from danmaku.domain.addresses import Place, Reach, address_of, allowed_of, networks_of, place_of
from danmaku.errors import BadMessage

PUBLIC = Reach()
INWARD = [
    *("0.0.0.1", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254"),
    *("168.63.129.16", "169.254.169.254", "172.16.0.1", "192.0.0.192", "192.0.2.1"),
    *("192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
    *("240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *(
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "::ffff:0:127.0.0.1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
    ),
    *("3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1"),
    *("ff02::1", "ff0e::1"),
]
OUTWARD = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("text", INWARD)
def test_nothing_is_sent_inwards(text):
    assert not PUBLIC.allows(ip_address(text))


@pytest.mark.parametrize("text", OUTWARD)
def test_the_public_network_is_reached(text):
    assert PUBLIC.allows(ip_address(text))


def test_a_network_of_ones_own_is_reached_where_settings_say_so():
    reach = Reach(networks_of(["10.1.0.0/16", "127.0.0.1"]))

    assert reach.allows(ip_address("10.1.2.3"))
    assert reach.allows(ip_address("::ffff:127.0.0.1"))
    assert not reach.allows(ip_address("10.2.0.1"))
    assert not reach.allows(ip_address("::1"))


def test_one_address_that_leads_inwards_spoils_them_all():
    assert allowed_of(["1.1.1.1", "8.8.8.8"], PUBLIC) == ["1.1.1.1", "8.8.8.8"]
    assert allowed_of(["1.1.1.1", "127.0.0.1"], PUBLIC) == []
    assert allowed_of(["no address"], PUBLIC) == []
    assert allowed_of([], PUBLIC) == []


def test_a_place_is_taken_apart_once():
    place = place_of("https://Example.org:8443/a/b?c=d", PUBLIC)

    assert place == Place("https", "example.org", 8443, "/a/b?c=d")
    assert place.authority == "example.org:8443"
    assert place_of("https://example.org", PUBLIC).target == "/"
    six = place_of("https://[2606:4700:4700::1111]/", PUBLIC)
    assert six.authority == "[2606:4700:4700::1111]"


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.org", "//example.org", "ftp://example.org", "http://example.org"),
        *("file:///etc/passwd", "gopher://example.org/", "https://", "https:///path"),
        *("https://user@example.org", "https://user:pass@example.org", "https://a@b@example.org"),
        *("https://example.org#@127.0.0.1", "https://example.org\\@127.0.0.1/", "https://a b.org"),
        *("https://example.org:22/", "https://example.org:99999/", "https://example.org:x/"),
        *("https://2130706433/", "https://017700000001/", "https://0x7f000001/", "https://0x7f.1/"),
        *("https://127.1/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/"),
        *("https://[fe80::1%25lo]/", "https://1.2.3.4.5/", "https://0/", "https://-a.org/"),
        *("https://ex_ample.org/", "https://例子.org/", "https://exa%6dple.org/", "https://[1/"),
        "https://example.org/" + "a" * 500,
    ],
)
def test_what_leads_elsewhere_is_refused_as_it_is_typed(url):
    with pytest.raises(BadMessage):
        place_of(url, PUBLIC)


def test_http_and_other_ports_are_for_houses_that_say_so():
    reach = Reach(networks_of(["127.0.0.0/8"]), frozenset({9000}), with_http=True)

    assert place_of("http://127.0.0.1:9000/", reach).port == 9000
    assert place_of("http://hooks/", reach) == Place("http", "hooks", 80, "/")


def test_a_name_is_no_address():
    assert address_of("example.org") is None
    assert address_of("::1") == ip_address("::1")
