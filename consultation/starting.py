"""How a service that starts finds its place on the network, and says at once where it is and what it works with."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from consultation import __version__
from consultation.hindrances import shown
from consultation.serving import address_of, free_port
from consultation.settings import Settings
from consultation.terminal import console, refuse

PRIVILEGED = 1024
"""Ports below are for root."""


@contextmanager
def reaching(settings: Settings) -> Iterator[None]:
    """An address that cannot be had is said, with what helps."""
    try:
        yield
    except OSError as error:
        refuse(f"Der Dienst kann nicht starten: {_why(error, settings)}")


def _why(error: OSError, settings: Settings) -> str:
    host, port = settings.host, settings.port
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return (
            f"{host} (HOST, --host) ist keine Adresse dieses Rechners. Nehmen Sie 127.0.0.1, wenn ein Proxy auf demselben Rechner "
            "steht, sonst 0.0.0.0."
        )
    if error.errno == errno.EADDRINUSE:
        return (
            f"Anschluss {port} (PORT, --port) ist auf {host} schon belegt, vielleicht läuft der Dienst schon. Halten Sie an, was "
            "dort lauscht, oder wählen Sie einen anderen Anschluss."
        )
    if error.errno == errno.EACCES and port < PRIVILEGED:
        return f"Anschluss {port} (PORT, --port) steht nur root offen. Wählen Sie einen ab {PRIVILEGED}, mit einem Proxy davor."
    return f"{host}, Anschluss {port}: Das Betriebssystem lässt ihn dort nicht lauschen ({error.strerror})."


def on_port(settings: Settings, port: int) -> Settings:
    """Links begin with the address people reach, unless BASE_URL names another."""
    own = (Settings.model_fields["base_url"].default, address_of(settings.host, settings.port))
    base_url = address_of(settings.host, port) if settings.base_url in own else settings.base_url
    return settings.model_copy(update={"port": port, "base_url": base_url})


def on_free_port(settings: Settings) -> Settings:
    with reaching(settings):
        found = free_port(settings.host, settings.port)
    if found != settings.port:
        console.print(f"Anschluss {settings.port} ist belegt; der Dienst nimmt {found}.")
    return on_port(settings, found)


def announce(settings: Settings) -> None:
    """Two lines for whoever started it: where it is, and what it works with."""
    kind = "SQLite" if settings.database.startswith("sqlite") else "PostgreSQL"
    folder = settings.mail_folder
    mails = f"Mails werden nicht versandt, sondern liegen in {folder.absolute()}" if folder else "Mails gehen hinaus"
    jobs = "Aufträge laufen mit" if settings.worker_inline else "Aufträge erledigt „consultation worker“"
    console.print(
        f"{settings.site_name}, Fassung {__version__}: {settings.base_url} (lauscht auf {settings.host}, Anschluss "
        f"{settings.port}; Strg+C beendet)",
        f"{kind}: {shown(settings.database)}. Daten: {settings.data_dir.absolute()}. {mails}. {jobs}.",
        sep="\n", markup=False, soft_wrap=True,
    )  # fmt: skip
