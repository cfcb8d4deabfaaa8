"""The objects that every workspace has; all others are custom, and the database marks their tables with ``_``."""

from __future__ import annotations

from twentyql.sandbox.model import RecordType

STANDARD = frozenset(
    {
        "attachment",
        "blocklist",
        "calendarChannel",
        "calendarChannelEventAssociation",
        "calendarEvent",
        "calendarEventParticipant",
        "callRecording",
        "company",
        "connectedAccount",
        "dashboard",
        "favorite",
        "favoriteFolder",
        "message",
        "messageCampaign",
        "messageChannel",
        "messageChannelMessageAssociation",
        "messageChannelMessageAssociationMessageFolder",
        "messageFolder",
        "messageList",
        "messageListMember",
        "messageParticipant",
        "messageThread",
        "note",
        "noteTarget",
        "opportunity",
        "person",
        "task",
        "taskTarget",
        "timelineActivity",
        "workflow",
        "workflowAutomatedTrigger",
        "workflowRun",
        "workflowVersion",
        "workspaceMember",
    }
)


def table_name(record: RecordType) -> str:
    """The name of the record's table as the real database has it."""
    return record.singular if record.singular in STANDARD else f"_{record.singular}"
