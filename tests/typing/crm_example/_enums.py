"""The options of SELECT, MULTI_SELECT and RATING fields. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import Literal, TypeAlias

ActorSourceEnum: TypeAlias = Literal[
    "EMAIL",
    "CALENDAR",
    "WORKFLOW",
    "AGENT",
    "API",
    "IMPORT",
    "MANUAL",
    "SYSTEM",
    "WEBHOOK",
    "APPLICATION",
]

CompanyWorkPolicyEnum: TypeAlias = Literal[
    "ON_SITE",
    "HYBRID",
    "REMOTE_WORK",
]

OpportunityStageEnum: TypeAlias = Literal[
    "NEW",
    "SCREENING",
    "MEETING",
    "PROPOSAL",
    "CUSTOMER",
]

PersonPerformanceRatingEnum: TypeAlias = Literal[
    "RATING_1",
    "RATING_2",
    "RATING_3",
    "RATING_4",
    "RATING_5",
]

PersonWorkPreferenceEnum: TypeAlias = Literal[
    "ON_SITE",
    "HYBRID",
    "REMOTE_WORK",
]

WorkspaceMemberDateFormatEnum: TypeAlias = Literal[
    "SYSTEM",
    "MONTH_FIRST",
    "DAY_FIRST",
    "YEAR_FIRST",
]

WorkspaceMemberNumberFormatEnum: TypeAlias = Literal[
    "SYSTEM",
    "COMMAS_AND_DOT",
    "SPACES_AND_COMMA",
    "DOTS_AND_COMMA",
    "APOSTROPHE_AND_DOT",
]

WorkspaceMemberTimeFormatEnum: TypeAlias = Literal[
    "SYSTEM",
    "HOUR_24",
    "HOUR_12",
]
