"""What a client can do beside reading records: write, look up options, and what the metadata API and REST serve."""

from __future__ import annotations

from functools import cached_property

from twentyql.execute.pacer import Pacer
from twentyql.introspect.load import Loaded
from twentyql.schema.model import Option, SchemaModel, options_of
from twentyql.transport import HttpTransport
from twentyql.write.sender import Sender


class Administering:
    """The part of a client that `client.Client` inherits from here."""

    _loaded: Loaded
    _transport: HttpTransport
    _pacer: Pacer

    @property
    def model(self) -> SchemaModel:
        """What this workspace can be asked."""
        return self._loaded.model

    @cached_property
    def sender(self) -> Sender:
        """What writes are sent through, at the same pace as reads."""
        return Sender(self._transport, self._loaded.schema, self.model, self._pacer)

    def options(self, field: str) -> tuple[Option, ...]:
        """The options of a SELECT, MULTI_SELECT or RATING field, in order: ``client.options("opportunity.stage")``."""
        return options_of(self.model, field)
