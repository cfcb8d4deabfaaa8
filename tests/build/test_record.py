"""Records: what a body becomes, and what rows do."""

from __future__ import annotations

import copy
import datetime
import decimal
import pickle
from typing import Any

import msgspec
import pytest
from crm_example import Company, NoteTarget, Opportunity, Person, WorkspaceMember
from hypothesis import given
from hypothesis import strategies as st

from twentyql.build.newer import RowsDecoder
from twentyql.build.query import Column
from twentyql.build.record import Record


class MemberRow(Record[WorkspaceMember]):
    first_name = WorkspaceMember.name.first_name


class MemberIdRow(Record[WorkspaceMember]):
    id = WorkspaceMember.id


class PersonRow(Record[Person]):
    id = Person.id
    last_name = Person.name.last_name
    company_name = Person.company.name
    city = Person.company.address.address_city


class MoreRow(PersonRow):
    first_name = Person.name.first_name


class CompanyRow(Record[Company]):
    id = Company.id
    class_ = Company.name
    created = Company.created_at
    micros = Company.annual_revenue.amount_micros
    policies = Company.work_policy
    owner = MemberRow.one(Company.account_owner)
    people = PersonRow.many(Company.people)

    def label(self) -> str:
        return f"<{self.class_}>"


class SharedRow(Record[Company]):
    owner = MemberRow.one(Company.account_owner)
    owner_id = MemberIdRow.one(Company.account_owner)
    mail = Company.account_owner.user_email
    address = Company.address
    city = Company.address.address_city
    again = Company.address


class DealRow(Record[Opportunity]):
    id = Opportunity.id


class TargetRow(Record[NoteTarget]):
    id = NoteTarget.id
    target = CompanyRow.one(NoteTarget.target) | PersonRow.one(NoteTarget.target)
    deal = DealRow.one(NoteTarget.target_opportunity)
    company_name = NoteTarget.target_company.name


PERSON = {
    "id": "p1",
    "name": {"lastName": "L", "firstName": "F"},
    "company": {"name": "C", "address": {"addressCity": "B"}},
}
COMPANY = {
    "id": "c1",
    "name": "Acme",
    "createdAt": "2026-01-02T03:04:05.678Z",
    "annualRevenue": {"amountMicros": 9007199254740993},
    "workPolicy": ["HYBRID", "ON_SITE"],
    "accountOwner": {"name": {"firstName": "Tim"}},
    "unknown": {"x": 1},
}
ADDRESS = dict.fromkeys(
    [f"address{part}" for part in ("Street1", "Street2", "City", "Postcode", "State", "Country", "Lat", "Lng")]
)


def decode(cls: Any, node: Any) -> Any:
    return RowsDecoder(cls).decode(msgspec.json.encode(node))


def test_values_are_decoded_from_bytes() -> None:
    row = decode(CompanyRow, COMPANY)
    assert row.created == datetime.datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.UTC)
    assert row.micros == decimal.Decimal(9007199254740993)
    assert row.policies == ["HYBRID", "ON_SITE"]
    assert row.owner == decode(MemberRow, {"name": {"firstName": "Tim"}})
    assert row.label() == "<Acme>"
    assert not hasattr(row, "__dict__")


def test_flat_paths_are_none_where_something_on_the_way_is_null() -> None:
    assert decode(PersonRow, PERSON).city == "B"
    row = decode(PersonRow, {"id": "1", "name": None, "company": {"name": "C", "address": None}})
    assert (row.last_name, row.company_name, row.city) == (None, "C", None)
    assert decode(PersonRow, {"id": "1", "name": None, "company": None}).company_name is None


def test_children_are_attached_after_decoding() -> None:
    row, shape = decode(CompanyRow, COMPANY), CompanyRow.query().selection.rows
    with pytest.raises(AttributeError, match=r"CompanyRow\.people has not been read yet"):
        _ = row.people
    assert "people=..." in repr(row)
    people = [decode(PersonRow, PERSON)]
    shape.attach(row, "people", people)
    assert row.people is people
    assert shape.get(row, "people") is people
    assert hash(row) == hash(copy.copy(row))
    with pytest.raises(TypeError, match="no to-many"):
        shape.attach(row, "owner", [])


def test_one_wire_field_can_feed_several_attributes() -> None:
    node = {
        "accountOwner": {"id": "m", "name": {"firstName": "T"}, "userEmail": "e"},
        "address": {**ADDRESS, "addressCity": "B"},
    }
    row = decode(SharedRow, node)
    assert (row.owner.first_name, row.owner_id.id, row.mail) == ("T", "m", "e")
    assert row.city == row.address.address_city == row.again.address_city == "B"
    empty = decode(SharedRow, {"accountOwner": None, "address": None})
    assert (empty.owner, empty.owner_id, empty.mail, empty.address, empty.city) == (None,) * 5
    assert pickle.loads(pickle.dumps(row)) == copy.deepcopy(row) == row


def test_rows_are_values() -> None:
    row, twin = decode(CompanyRow, COMPANY), decode(CompanyRow, COMPANY)
    assert row == twin
    assert hash(row) == hash(twin)
    assert pickle.loads(pickle.dumps(row)) == copy.copy(row) == copy.deepcopy(row) == row
    assert repr(decode(MemberRow, {"name": {"firstName": "T"}})) == "MemberRow(first_name='T')"
    for name, value in (("id", "x"), ("micros", 1), ("people", [])):
        with pytest.raises(AttributeError):
            setattr(row, name, value)


@given(st.text(), st.none() | st.text(), st.none() | st.text())
def test_any_text_survives_decoding_and_pickling(identity: str, last: str | None, company: str | None) -> None:
    node = {"id": identity, "name": {"lastName": last}, "company": {"name": company, "address": None}}
    row = decode(PersonRow, node)
    assert (row.id, row.last_name, row.company_name) == (identity, last, company)
    assert pickle.loads(pickle.dumps(row)) == row


def test_records_inherit() -> None:
    row = decode(MoreRow, PERSON)
    assert isinstance(row, PersonRow)
    assert (row.id, row.last_name, row.first_name, row.city) == ("p1", "L", "F", "B")
    assert pickle.loads(pickle.dumps(row)) == row
    assert [c.name for c in MoreRow.query().selection.columns] == [
        "id",
        "last_name",
        "company_name",
        "city",
        "first_name",
    ]


def test_the_class_gives_expressions_and_a_selection() -> None:
    assert repr(PersonRow.city) == "Person:company.address.addressCity"
    selection = CompanyRow.query().selection
    assert selection.object == "company"
    assert selection.columns[:2] == (Column("id", ("id",)), Column("class_", ("name",)))
    assert [(n.name, n.relation, n.many, n.selection.object) for n in selection.nested] == [
        ("owner", "accountOwner", False, "workspaceMember"),
        ("people", "people", True, "person"),
    ]
    assert selection.rows.node_type is CompanyRow


def test_a_null_that_cannot_be_raises_with_its_path() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"CompanyRow: id"):
        decode(CompanyRow, {**COMPANY, "id": None})


BAD: list[tuple[dict[str, Any], str]] = [
    ({"x": Person.id}, "x is a field of Person, but Bad is a Record of Company"),
    ({"x": Person.company.name}, "x is a field of Person, but Bad is a Record of Company"),
    ({"x": Company.account_owner}, "is a record, not a field"),
    ({"x": Company.people}, "is a to-many relation"),
    ({"where": Company.id}, "cannot be called that"),
    ({"_x": Company.id}, "cannot be called that"),
    ({"__annotations__": {"x": "str"}}, "has no value"),
]


@pytest.mark.parametrize(("body", "message"), BAD)
def test_bad_bodies_are_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        type(Record)("Bad", (Record,), {"__orig_bases__": (Record[Company],), "__module__": __name__, **body})


def test_wrong_relations_are_refused() -> None:
    with pytest.raises(TypeError, match="accountOwner leads to WorkspaceMember, but PersonRow is a Record of Person"):
        PersonRow.one(Company.account_owner)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="takes a to-many relation"):
        PersonRow.many(Company.account_owner)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="leads through another record"):
        MemberRow.one(Person.company.account_owner)
    with pytest.raises(TypeError, match="cannot be read through a to-one path"):
        Person.company.people  # type: ignore[call-overload]  # noqa: B018


def test_records_need_an_object_and_fields() -> None:
    with pytest.raises(TypeError, match="needs its object"):

        class Nothing(Record):  # type: ignore[type-arg]
            id = Company.id

    class Empty(Record[Company]):
        pass

    with pytest.raises(TypeError, match="selects nothing"):
        Empty.query()
    with pytest.raises(TypeError, match="already"):

        class Other(PersonRow):
            id = Person.job_title  # type: ignore[assignment]


def test_one_of_several_records() -> None:
    none = {"id": "t", "targetCompany": None, "targetPerson": None, "targetOpportunity": None}
    row = decode(TargetRow, {**none, "targetPerson": PERSON})
    assert row.target == decode(PersonRow, PERSON)
    row = decode(TargetRow, {**none, "targetCompany": COMPANY})
    assert isinstance(row.target, CompanyRow)
    assert row.company_name == row.target.class_ == "Acme"
    assert pickle.loads(pickle.dumps(row)) == copy.copy(row) == row
    row = decode(TargetRow, {**none, "targetOpportunity": {"id": "o"}})
    assert (row.target, row.deal.id) == (None, "o")
    assert repr(row) == "TargetRow(id='t', target=None, deal=DealRow(id='o'), company_name=None)"
    with pytest.raises(AttributeError):
        row.target = None


def test_a_choice_is_several_nested_selections() -> None:
    selection = TargetRow.query().selection
    told = [(n.name, n.relation, n.many, n.selection.object) for n in selection.nested]
    assert told == [
        ("target.targetCompany", "targetCompany", False, "company"),
        ("target.targetPerson", "targetPerson", False, "person"),
        ("deal", "targetOpportunity", False, "opportunity"),
    ]
    row = decode(TargetRow, {"id": "t", "targetCompany": None, "targetPerson": PERSON, "targetOpportunity": None})
    assert [selection.rows.get(row, name) for name, *_ in told] == [None, row.target, None]


def test_wrong_choices_are_refused() -> None:
    with pytest.raises(TypeError, match="target leads to one of Company, Person, Opportunity, but MemberRow is"):
        MemberRow.one(NoteTarget.target)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="names one relation twice"):
        CompanyRow.one(NoteTarget.target) | CompanyRow.one(NoteTarget.target)
    with pytest.raises(TypeError, match="accountOwner is a relation of Company, not of NoteTarget"):
        CompanyRow.one(NoteTarget.target) | MemberRow.one(Company.account_owner)  # type: ignore[operator]
    with pytest.raises(TypeError, match="leads to many"):
        CompanyRow.one(NoteTarget.target) | PersonRow.many(Company.people)  # type: ignore[operator]
    with pytest.raises(TypeError, match="not with Company:id"):
        CompanyRow.one(NoteTarget.target) | Company.id  # type: ignore[operator]
    with pytest.raises(TypeError, match="is a record of several objects"):
        type(Record)(
            "Bad", (Record,), {"__orig_bases__": (Record[NoteTarget],), "__module__": "x", "t": NoteTarget.target}
        )


def test_nothing_in_a_body_is_lost() -> None:
    with pytest.raises(TypeError, match="name is given twice in one body: Company:name would be lost"):

        class Twice(Record[Company]):
            name = Company.name
            name = Company.tagline  # type: ignore[assignment]  # noqa: PIE794

    with pytest.raises(TypeError, match="label is given twice"):

        class Covered(Record[Company]):
            label = Company.name

            def label(self) -> str:  # type: ignore[no-redef]  # noqa: F811
                return ""

    with pytest.raises(TypeError, match="last_name is a field of the Record and something else too"):

        class Over(PersonRow):
            def last_name(self) -> str:  # type: ignore[override]
                return ""


def test_what_a_record_may_inherit() -> None:
    class Taglines(Record[Company]):
        tagline = Company.tagline

    with pytest.raises(TypeError, match="cannot inherit the fields of both CompanyRow and Taglines"):

        class Both(CompanyRow, Taglines):
            pass

    class Loud:
        def loud(self: Any) -> str:
            return str(self.tagline).upper()

    with pytest.raises(TypeError, match=r"give Loud an empty __slots__"):

        class Wrong(Taglines, Loud):
            pass

    class Mixin:
        __slots__ = ()

        def loud(self: Any) -> str:
            return str(self.tagline).upper()

    class Right(Taglines, Mixin):
        name = Company.name

    row = decode(Right, {"tagline": "a", "name": None})
    assert (row.loud(), row.name) == ("A", None)
