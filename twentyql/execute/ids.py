"""A set of ids in 16 bytes each, because the ids of a million records as texts in a set take over 150 MB."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

_SIZE = 16
_EMPTY = bytes(_SIZE)


class IdSet:
    """Ids seen so far. A UUID is kept whole, any other text as its 128-bit digest."""

    def __init__(self) -> None:
        self._slots = bytearray(_SIZE << 10)
        self._mask = (1 << 10) - 1
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, id: str) -> bool:
        """Keep ``id``, and say whether it is new."""
        if self._count * 3 > self._mask * 2:
            self._grow()
        return self._put(_key(id))

    def fresh(self, ids: Iterable[str]) -> list[int]:
        """Keep all ``ids``, and give the places of those that are new."""
        return [i for i, id in enumerate(ids) if self.add(id)]

    def _put(self, key: bytes) -> bool:
        slots, mask = self._slots, self._mask
        at = hash(key) & mask
        while True:
            start = at * _SIZE
            found = bytes(slots[start : start + _SIZE])
            if found == key:
                return False
            if found == _EMPTY:
                slots[start : start + _SIZE] = key
                self._count += 1
                return True
            at = (at + 1) & mask

    def _grow(self) -> None:
        old = self._slots
        self._mask = self._mask * 2 + 1
        self._slots = bytearray(_SIZE * (self._mask + 1))
        self._count = 0
        for start in range(0, len(old), _SIZE):
            key = bytes(old[start : start + _SIZE])
            if key != _EMPTY:
                self._put(key)


def _key(id: str) -> bytes:
    if len(id) == 36:
        try:
            key = bytes.fromhex(id.replace("-", ""))
        except ValueError:
            key = b""
        if len(key) == _SIZE and key != _EMPTY:
            return key
    return blake2b(id.encode(), digest_size=_SIZE).digest()
