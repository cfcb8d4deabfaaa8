"""What is wrong with a change of the data model, gathered and answered as METADATA_VALIDATION_FAILED."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

from twentyql.sandbox.root import Refused

Kind = Literal["objectMetadata", "fieldMetadata", "index", "webhook"]
Action = Literal["create", "update", "delete"]
SHOWN: Mapping[Kind, str] = {
    "objectMetadata": "object",
    "fieldMetadata": "field",
    "index": "index",
    "webhook": "webhook",
}
DOING: Mapping[Action, str] = {"create": "creating", "update": "updating", "delete": "deleting"}
INVALID_OBJECT = "INVALID_OBJECT_INPUT"
INVALID_FIELD = "INVALID_FIELD_INPUT"
FORBIDDEN_FIELD = "FIELD_MUTATION_NOT_ALLOWED"


@dataclass(eq=False)
class Problems:
    """The problems of one object, field, index or webhook; ``about`` names it in the answer."""

    kind: Kind
    action: Action
    about: Mapping[str, Any]
    found: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def add(self, code: str, message: str, value: Any = None) -> None:
        """Note one problem; ``value`` is what was given."""
        more = {} if value is None else {"value": value}
        self.found.append({"code": code, "message": message, "userFriendlyMessage": message, **more})

    def fail(self, code: str, message: str) -> NoReturn:
        """Note one problem after which there is nothing more to judge. Raises Refused."""
        self.add(code, message)
        raise self._refusal()

    def check(self) -> None:
        """Raises Refused when there are problems."""
        if self.found:
            raise self._refusal()

    def _refusal(self) -> Refused:
        about = {"type": self.action, "metadataName": self.kind, "flatEntityMinimalInformation": dict(self.about)}
        return Refused(
            f"Multiple validation errors occurred while {DOING[self.action]} {SHOWN[self.kind]}",
            "METADATA_VALIDATION_FAILED",
            extensions={
                "errors": {self.kind: [{**about, "errors": self.found}]},
                "summary": {"totalErrors": 1, self.kind: 1},
                "message": f"Validation failed for 1 {self.kind}",
            },
        )
