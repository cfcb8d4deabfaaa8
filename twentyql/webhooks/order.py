"""Events of one record in their order: the same state is taken once, and an older one that comes after is marked."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from twentyql.webhooks.events import Event

MOST = 100_000


class Order:
    """Remembers the last state of the ``most`` records that changed last."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._last: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def place(self, event: Event) -> Event | None:
        """The event, marked ``late`` where a later state was seen; None for one that says nothing new.

        Polling sees states, not events: it says nothing new where that state, or a later one, was delivered.
        """
        last = self._last.get(event.id)
        if last is not None and (event.polled and event.when <= last[0]):
            return None
        late = last is not None and event.when < last[0] and event.action != "destroyed"
        if last is not None and last[1] == "destroyed" and event.action != "destroyed":
            late = True  # nothing comes after the end
        if not late:
            self._last[event.id] = (event.when, event.action)
            self._last.move_to_end(event.id)
            if len(self._last) > self._most:
                self._last.popitem(last=False)
        return replace(event, late=late) if late else event
