"""A connection that waits in the pool may die there: the server restarts, or somebody ends it. That is seen at the socket, which a
server that is gone has closed; asking the server each time ("pre-ping") costs a request a tenth of its computing.
"""

import select

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry


def replace_dead(engine: Engine) -> None:
    """Whoever needs a connection gets one that is alive; for connections over sockets."""
    event.listen(engine, "checkout", _refuse_dead)


def _refuse_dead(connection: DBAPIConnection, _: ConnectionPoolEntry, __: object) -> None:
    """Nobody speaks on a connection that waits, but for a server that says good-bye, or why it does. The pool then makes a
    new one.
    """
    if connection.closed:
        raise DisconnectionError
    ear = select.poll()
    ear.register(connection.fileno(), select.POLLIN)
    if ear.poll(0):
        raise DisconnectionError
