"""Names and ways of asking that old guides to Twenty teach, and what to use today.

They are consulted only where a name or a request is refused anyway: a workspace that has a field called ``employees``
is right about it.
"""

from __future__ import annotations

_EMAIL = "E-mails are a composite today: use 'emails.primaryEmail'."
_PHONE = (
    "Phones are a composite today: use 'phones.primaryPhoneNumber', "
    "'phones.primaryPhoneCallingCode' and 'phones.primaryPhoneCountryCode'."
)
_ACTIVITIES = (
    "There are no activities today: use 'notes' and 'tasks', linked by 'noteTargets' and 'taskTargets'; "
    "history is in 'timelineActivities'."
)
_PICKLISTS = (
    "There are no picklists: the choices are options of a SELECT field, as `twentyql options OBJECT.FIELD` lists."
)
_EMPLOYEES = (
    "'employees' left the standard fields of a company: see what this workspace has with `twentyql fields company`."
)
_IDEAL = "'idealCustomerProfile' left the standard fields of a company; make a BOOLEAN field of your own."

_NAMES = {
    "email": _EMAIL,
    "phone": _PHONE,
    "employees": _EMPLOYEES,
    "idealCustomerProfile": _IDEAL,
    "annualRecurringRevenue": "It is called 'annualRevenue' today, in 'annualRevenue.amountMicros'.",
    "firstName": "A name is a composite: use 'name.firstName'.",
    "lastName": "A name is a composite: use 'name.lastName'.",
    "website": "Use 'domainName.primaryLinkUrl'.",
    "domain": "Use 'domainName.primaryLinkUrl'.",
    "linkedin": "Use 'linkedinLink.primaryLinkUrl'.",
    "activity": _ACTIVITIES,
    "activities": _ACTIVITIES,
    "activityTarget": _ACTIVITIES,
    "activityTargets": _ACTIVITIES,
    "picklist": _PICKLISTS,
    "picklists": _PICKLISTS,
    "favorite": "Favorites are navigation menu items of the metadata API today.",
    "favorites": "Favorites are navigation menu items of the metadata API today.",
}


def of_name(name: str) -> str:
    """What to use instead of a field or object called ``name``, or an empty text."""
    return _NAMES.get(name, "")


def of_rest(path: str, parameters: frozenset[str], filter_: str | None) -> str:
    """What is wrong with a REST request that old guides teach, or an empty text where nothing is."""
    steps = [step for step in path.split("?")[0].split("/") if step and step != "rest"]
    if "offset" in parameters or "page" in parameters:
        return "REST ignores an offset: pass 'starting_after' with the endCursor of the page before."
    if filter_ is not None and filter_.lstrip().startswith("{"):
        return (
            'A REST filter is no JSON: write field[operator]:value, such as name[ilike]:"%acme%". '
            "The JSON form is that of GraphQL: collection.find and select(...).where take it."
        )
    return next((_NAMES[step] for step in steps if step in ("activities", "picklists", "favorites")), "")
