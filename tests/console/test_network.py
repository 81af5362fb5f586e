# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the console listens, and who it takes somebody for that comes by way of a proxy."""
import http.client
import itertools

import pytest

from broker import free_port
from client import Client

ONE_DATABASE = pytest.mark.parametrize("own_desk", ["sqlite"], indirect=True) # none of it is the store's


@pytest.mark.parametrize("listen, reached, not_reached",
                         [("[::1]", ["::1"], ["127.0.0.1"]), ("[::]", ["::1", "127.0.0.1"], []),
                          ("0.0.0.0", ["127.0.0.1"], ["::1"])])
@ONE_DATABASE
def test_it_listens_on_either_protocol(own_desk, listen, reached, not_reached):
    own_desk.settings["console.listen"] = f"{listen}:{own_desk.port}"
    own_desk.host = reached[0]
    own_desk.start()
    for host in reached:
        assert Client(own_desk.port, host=host).get("/about").status == 200
    for host in not_reached:
        with pytest.raises(ConnectionRefusedError):
            Client(own_desk.port, host=host).get("/about")
    assert own_desk.stop() == 0


@ONE_DATABASE
def test_mistakes_are_told(own_desk):
    for key, value in (("console.listen", "::1:9480"), ("console.listen", f"[::1]{free_port()}"),
                       ("console.trusted_proxies", "10.0.0.1/8"), ("console.trusted_proxies", "proxy")):
        own_desk.settings[key] = value
        done = own_desk.command("user", "list")
        assert done.returncode != 0 and key in done.stderr, (key, value, done.stderr)
        own_desk.settings[key] = "" if "proxies" in key else "127.0.0.1:1"


MANY = 60 # a burst is twenty, and five more come each second


def answered(desk, forwarded):
    """How many of MANY requests at once are answered, each with one of these headers more."""
    guest = desk.guest()
    answers = [guest.get("/about", headers) for headers in itertools.islice(forwarded, MANY)]
    assert {a.code for a in answers} <= {"", "rate_limited"}
    return sum(a.status == 200 for a in answers)


def saying(form):
    return ({"X-Forwarded-For": form.format(n)} for n in itertools.count(1))


@pytest.mark.parametrize("trusted", ["", "127.0.0.2, 10.0.0.0/8, ::1"])
@ONE_DATABASE
def test_who_is_no_proxy_is_not_believed(own_desk, trusted):
    own_desk.settings.update({"console.rate": 5, "console.trusted_proxies": trusted})
    own_desk.start()
    assert 20 <= answered(own_desk, saying("1.2.3.{}")) < MANY


@ONE_DATABASE
def test_a_trusted_proxy_says_who_asks(own_desk):
    own_desk.settings.update({"console.rate": 5, "console.trusted_proxies": "127.0.0.0/8"})
    own_desk.start()
    assert answered(own_desk, saying("9.9.9.9, 1.2.3.{}")) == MANY # everybody has a ration of his own
    assert answered(own_desk, saying("2001:db8:0:{}::1")) == MANY
    # what somebody said to the proxy is no way to another ration
    assert answered(own_desk, saying("1.2.4.{}, 5.6.7.8")) < MANY
    assert answered(own_desk, saying("2001:db8:1::{}")) < MANY # nor is another address of one's own
    assert answered(own_desk, saying("unknown{}")) < MANY # those of whom it does not know share its own


@ONE_DATABASE
def test_one_may_sign_in_at_the_lowest_rate(own_desk):
    own_desk.settings["console.rate"] = 1
    own_desk.start()
    answer = own_desk.guest().post("/session", {"name": "nobody", "password": "0123456789"})
    assert answer.code == "unauthenticated" # and not rate_limited, for ever


@ONE_DATABASE
def test_the_last_of_several_headers_is_the_proxy_s(own_desk):
    own_desk.settings.update({"console.rate": 5, "console.trusted_proxies": "127.0.0.1"})
    own_desk.start()
    connection = http.client.HTTPConnection("127.0.0.1", own_desk.port, timeout=10)
    taken = 0
    for n in range(MANY):
        connection.putrequest("GET", "/api/v1/about")
        connection.putheader("X-Forwarded-For", f"1.2.3.{n}")
        connection.putheader("X-Forwarded-For", "5.6.7.8")
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        taken += answer.status == 200
    connection.close()
    assert 20 <= taken < MANY
