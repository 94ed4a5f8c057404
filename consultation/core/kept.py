"""What never changes, kept per process: read once, for whoever asks next."""

from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")


class Kept(Generic[V]):
    """The last few values. A key names content that can never be another one: a hash, or an id with a hash."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._values: dict[str, V] = {}

    def known(self, key: str) -> V | None:
        """Without making it."""
        return self._values.get(key)

    def get(self, key: str, make: Callable[[], V]) -> V:
        """Two that ask for the same at once may both make it; the values are equal."""
        found = self._values.get(key)
        return self.keep(key, make()) if found is None else found

    def keep(self, key: str, value: V) -> V:
        self._values[key] = value
        for oldest in list(self._values)[: -self._most]:
            self._values.pop(oldest, None)
        return value
