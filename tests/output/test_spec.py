from __future__ import annotations

from dataclasses import replace

import pytest

from twentyql.errors import UnknownNameError
from twentyql.output.spec import spec_for
from twentyql.schema.model import SchemaModel


def test_all_fields_in_the_order_of_the_schema(model: SchemaModel) -> None:
    spec = spec_for(model, "things")
    assert (spec.name, spec.object) == ("things", "thing")
    assert [column.name for column in spec.columns] == [field.name for field in model.object("thing").fields]
    assert all(column.name == column.field.name for column in spec.columns)


def test_some_fields_keep_that_order(model: SchemaModel) -> None:
    spec = spec_for(model, "thing", ["madeAt", "name", "id"])
    assert [column.name for column in spec.columns] == ["id", "name", "madeAt"]


def test_unknown_names_say_the_nearest(model: SchemaModel) -> None:
    with pytest.raises(UnknownNameError, match="'madeAt'"):
        spec_for(model, "thing", ["madAt"])
    with pytest.raises(UnknownNameError, match="'things'"):
        spec_for(model, "thingz")


def test_moments_of_other_servers_may_be_finer(model: SchemaModel) -> None:
    assert spec_for(model, "thing").time_unit == "ms"
    assert spec_for(replace(model, dialect="relay"), "thing").time_unit == "us"
