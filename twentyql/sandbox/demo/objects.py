"""The data model of the demo workspace: a standard CRM and one custom object with most field types."""

from __future__ import annotations

from twentyql.sandbox.demo.tables import Field, Link, Morph, Thing

INT = {"dataType": "int"}
STAGES = (
    ("NEW", "New", "red"),
    ("SCREENING", "Screening", "purple"),
    ("MEETING", "Meeting", "sky"),
    ("PROPOSAL", "Proposal", "turquoise"),
    ("CUSTOMER", "Customer", "yellow"),
)
INDUSTRIES = (
    ("SHIPPING", "Shipping", "blue"),
    ("ENERGY", "Energy", "orange"),
    ("HEALTH", "Health", "green"),
    ("RETAIL", "Retail", "pink"),
    ("SOFTWARE", "Software", "purple"),
)
PLACES = (("OFFICE", "In the office", "green"), ("MIXED", "Some of both", "turquoise"), ("REMOTE", "Remote", "sky"))
TASK_STATES = (("TODO", "To do", "sky"), ("IN_PROGRESS", "In progress", "purple"), ("DONE", "Done", "green"))
PROJECT_STATES = (
    ("PLANNED", "Planned", "blue"),
    ("ACTIVE", "Active", "green"),
    ("ON_HOLD", "On hold", "orange"),
    ("DONE", "Done", "gray"),
)
CHANNELS = (("EMAIL", "Email", "blue"), ("PHONE", "Phone", "green"), ("ONSITE", "On site", "orange"))
FILE_KINDS = (("IMAGE", "Image", "yellow"), ("TEXT_DOCUMENT", "Text document", "blue"), ("OTHER", "Other", "gray"))
RATINGS = tuple((f"RATING_{n}", str(n), "") for n in range(1, 6))
FORMATS = (("SYSTEM", "System", "turquoise"),)

WORKSPACE_MEMBER = Thing(
    "workspaceMember",
    "workspaceMembers",
    "Workspace Member",
    "Workspace Members",
    "Someone who works in this workspace",
    "IconUserCircle",
    "name",
    (
        Field("name", "FULL_NAME", "Name", "First and last name", nullable=False),
        Field("colorScheme", "TEXT", "Colour scheme", "", False, system=True, default="'System'"),
        Field("locale", "TEXT", "Language", "", False, system=True, default="'en'"),
        Field("avatarUrl", "TEXT", "Avatar", "", system=True),
        Field("userEmail", "TEXT", "User email", "", unique=True, system=True),
        Field("calendarStartDay", "NUMBER", "First day", "", False, system=True, default=7, settings=INT),
        Field("userId", "UUID", "User id", "", False, system=True),
        Field("timeZone", "TEXT", "Time zone", "", False, system=True, default="'system'"),
        Field(
            "dateFormat",
            "SELECT",
            "Date format",
            "",
            False,
            system=True,
            default="'SYSTEM'",
            choices=(*FORMATS, ("DAY_FIRST", "Day first", "red"), ("YEAR_FIRST", "Year first", "sky")),
        ),
        Field(
            "timeFormat",
            "SELECT",
            "Time format",
            "",
            False,
            system=True,
            default="'SYSTEM'",
            choices=(*FORMATS, ("HOUR_24", "24 hours", "red"), ("HOUR_12", "12 hours", "purple")),
        ),
    ),
    system=True,
)
COMPANY = Thing(
    "company",
    "companies",
    "Company",
    "Companies",
    "An organisation that we do business with",
    "IconBuildingSkyscraper",
    "name",
    (
        Field("name", "TEXT", "Name", "What the company is called"),
        Field("domainName", "LINKS", "Domain", "Its website", unique=True, settings={"maxNumberOfValues": 1}),
        Field("address", "ADDRESS", "Address", "Where it sits"),
        Field("linkedinLink", "LINKS", "Linkedin", "Its page on Linkedin"),
        Field("annualRevenue", "CURRENCY", "Revenue", "Its revenue in a year"),
        Field("employees", "NUMBER", "Employees", "How many people work there", settings=INT),
        Field("tagline", "TEXT", "Tagline", "What it says of itself", nullable=False, default="''"),
        Field("industry", "SELECT", "Industry", "What it lives from", choices=INDUSTRIES),
        Field("workPolicy", "MULTI_SELECT", "Work policy", "Where its people work", choices=PLACES),
        Field("idealCustomerProfile", "BOOLEAN", "Ideal customer", "Whether we want more like it", default=False),
        Link("accountOwner", "Account owner", "workspaceMember", "accountOwnerForCompanies", "Companies owned"),
    ),
    duplicates=(("name",), ("domainNamePrimaryLinkUrl",)),
)
PERSON = Thing(
    "person",
    "people",
    "Person",
    "People",
    "Someone we know",
    "IconUser",
    "name",
    (
        Field("name", "FULL_NAME", "Name", "First and last name"),
        Field("emails", "EMAILS", "Emails", "Where to write to", unique=True, settings={"maxNumberOfValues": 1}),
        Field("linkedinLink", "LINKS", "Linkedin", "The page on Linkedin"),
        Field("jobTitle", "TEXT", "Job title", "What the person does"),
        Field("phones", "PHONES", "Phones", "Where to call"),
        Field("city", "TEXT", "City", "Where the person lives"),
        Field("avatarUrl", "TEXT", "Avatar", "A picture", system=True),
        Field("intro", "TEXT", "Intro", "A few words"),
        Field("workPreference", "MULTI_SELECT", "Work preference", "Where the person likes to work", choices=PLACES),
        Field("performanceRating", "RATING", "Rating", "How it goes", choices=RATINGS),
        Link("company", "Company", "company", "people", "People", "Where the person works"),
    ),
    duplicates=(("nameFirstName", "nameLastName"), ("linkedinLinkPrimaryLinkUrl",), ("emailsPrimaryEmail",)),
)
OPPORTUNITY = Thing(
    "opportunity",
    "opportunities",
    "Opportunity",
    "Opportunities",
    "A deal that may come",
    "IconTargetArrow",
    "name",
    (
        Field("name", "TEXT", "Name", "What it is about"),
        Field("amount", "CURRENCY", "Amount", "What it may bring"),
        Field("closeDate", "DATE_TIME", "Close date", "When it should be decided"),
        Field("stage", "SELECT", "Stage", "How far it is", nullable=False, default="'NEW'", choices=STAGES),
        Link("company", "Company", "company", "opportunities", "Opportunities", "Who would buy"),
        Link("pointOfContact", "Point of contact", "person", "pointOfContactForOpportunities", "Opportunities"),
        Link("owner", "Owner", "workspaceMember", "ownedOpportunities", "Owned opportunities", "Who of us leads it"),
    ),
)
PROJECT = Thing(
    "project",
    "projects",
    "Project",
    "Projects",
    "Work for a client; the demo's custom object, with most field types",
    "IconBox",
    "name",
    (
        Field("name", "TEXT", "Name", "What the project is called"),
        Field("code", "TEXT", "Code", "Its short name", unique=True),
        Field("summary", "TEXT", "Summary"),
        Field("headcount", "NUMBER", "Headcount", settings={**INT, "decimals": 0}),
        Field("completion", "NUMBER", "Completion", settings={"dataType": "float", "decimals": 3}),
        Field("isBillable", "BOOLEAN", "Billable", default=False),
        Field("startDate", "DATE", "Start date"),
        Field("kickoffAt", "DATE_TIME", "Kick-off"),
        Field("status", "SELECT", "Status", default="'PLANNED'", choices=PROJECT_STATES),
        Field("channels", "MULTI_SELECT", "Channels", choices=CHANNELS),
        Field("risk", "RATING", "Risk", choices=RATINGS),
        Field("budget", "CURRENCY", "Budget"),
        Field("sponsor", "FULL_NAME", "Sponsor"),
        Field("tags", "ARRAY", "Tags"),
        Field("extra", "RAW_JSON", "Extra"),
        Field("website", "LINKS", "Website"),
        Field("contactEmails", "EMAILS", "Contact emails"),
        Field("hotline", "PHONES", "Hotline"),
        Field("site", "ADDRESS", "Site"),
        Field("brief", "RICH_TEXT", "Brief"),
        Link("client", "Client", "company", "projects", "Projects", "Who pays"),
        Link("lead", "Lead", "person", "ledProjects", "Led projects", "Who leads"),
        Link("parentProject", "Parent project", "project", "subProjects", "Sub-projects", "What it is a part of"),
    ),
)
TASK = Thing(
    "task",
    "tasks",
    "Task",
    "Tasks",
    "Something to do",
    "IconCheckbox",
    "title",
    (
        Field("title", "TEXT", "Title", "What is to be done"),
        Field("bodyV2", "RICH_TEXT", "Body", "The details"),
        Field("dueAt", "DATE_TIME", "Due", "When it must be done"),
        Field("status", "SELECT", "Status", "How far it is", default="'TODO'", choices=TASK_STATES),
        Link("assignee", "Assignee", "workspaceMember", "assignedTasks", "Assigned tasks", "Who does it"),
    ),
)
NOTE = Thing(
    "note",
    "notes",
    "Note",
    "Notes",
    "Something worth writing down",
    "IconNotes",
    "title",
    (Field("title", "TEXT", "Title", "What it is about"), Field("bodyV2", "RICH_TEXT", "Body", "The text")),
)
TARGETS = ("person", "company", "opportunity", "project")
TASK_TARGET = Thing(
    "taskTarget",
    "taskTargets",
    "Task Target",
    "Task Targets",
    "What a task is about",
    "IconCheckbox",
    "id",
    (
        Link("task", "Task", "task", "taskTargets", "Relations", "The task", "CASCADE"),
        Morph("target", "Target", TARGETS, "taskTargets", "Tasks", "The record that the task is about"),
    ),
    system=True,
    searchable=False,
)
NOTE_TARGET = Thing(
    "noteTarget",
    "noteTargets",
    "Note Target",
    "Note Targets",
    "What a note is about",
    "IconNotes",
    "id",
    (
        Link("note", "Note", "note", "noteTargets", "Relations", "The note", "CASCADE"),
        Morph("target", "Target", TARGETS, "noteTargets", "Notes", "The record that the note is about"),
    ),
    system=True,
    searchable=False,
)
ATTACHMENT = Thing(
    "attachment",
    "attachments",
    "Attachment",
    "Attachments",
    "A file kept with a record",
    "IconFileImport",
    "name",
    (
        Field("name", "TEXT", "Name", "What the file is called"),
        Field("file", "FILES", "File", "The file", settings={"maxNumberOfValues": 1}),
        Field("fileCategory", "SELECT", "Category", "", False, system=True, default="'OTHER'", choices=FILE_KINDS),
        Morph("target", "Target", (*TARGETS, "task", "note"), "attachments", "Attachments", "What it belongs to"),
    ),
    system=True,
    searchable=False,
)
THINGS = (
    COMPANY,
    PERSON,
    OPPORTUNITY,
    PROJECT,
    TASK,
    TASK_TARGET,
    NOTE,
    NOTE_TARGET,
    ATTACHMENT,
    WORKSPACE_MEMBER,
)
