"""Mail addresses as mail servers read them, and the one this service sends from."""

from email.errors import MessageError
from email.headerregistry import Address
from email.utils import unquote

import idna


def on_the_wire(address: str) -> str:
    """With the domain as every mail server takes it: "münchen.de" and "gießen.de" are written in letters of ASCII (RFC 5891).

    Raises UnicodeError for what is no domain.
    """
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"


def sender_of(text: str) -> Address:
    """An address as "post@amt.de", or with a name before it: "Stadt Beispiel, Amt für Integration <post@amt.de>".

    Raises ValueError for what no mail could bear as its sender.
    """
    name, bracket, rest = text.rpartition("<")
    if bracket and not rest.endswith(">"):
        raise ValueError("the address does not end")
    try:
        return Address(unquote(name.strip()), addr_spec=on_the_wire(rest.removesuffix(">") if bracket else rest))
    except MessageError as error:  # what the standard library says of an address it cannot read
        raise ValueError("no address") from error
