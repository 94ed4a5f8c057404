"""Limits count lines, not addresses: of IPv6 one line has more addresses than anybody can count."""

import pytest
from starlette.requests import Request

from consultation.http import client_address


def called_from(host: str | None) -> str:
    return client_address(
        Request({"type": "http", "headers": [], "client": (host, 50000) if host is not None else None})
    )


@pytest.mark.parametrize(("host", "line"), [
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
    ("fe80::1%eth0", "fe80::/64"),
    ("::ffff:192.0.2.7", "192.0.2.7"),
    ("192.0.2.7", "192.0.2.7"),
    ("testclient", "testclient"),
    (None, ""),
])  # fmt: skip
def test_who_changes_their_address_on_one_line_stays_who_they_are(host: str | None, line: str) -> None:
    assert called_from(host) == line
