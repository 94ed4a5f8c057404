"""The planner's workbench: programmes, consultations from the first idea to the published edition."""

from consultation.http import Pages
from consultation.web.planners import (
    address_rows,
    addresses,
    announcing,
    audience,
    audience_bodies,
    audience_list,
    builder,
    builder_conditions,
    builder_parts,
    builder_questions,
    consultations,
    correcting,
    describing,
    draft_comparison,
    draft_cover,
    draft_editing,
    draft_import,
    drafts,
    editions,
    extensions,
    forms,
    intake,
    invitations,
    later,
    log,
    mails,
    outcome_sample,
    participation,
    point,
    points,
    preparing,
    programmes,
    redacting,
    redactions,
    reminders,
    replies,
    responses,
    results,
    start,
    text_check,
    trying,
)

router = Pages()
_DRAFTS = (draft_import, draft_cover, draft_comparison, draft_editing, drafts, correcting)
_PREPARING = (start, describing, programmes, consultations, preparing, announcing, mails)
_BUILDING = (forms, builder, builder_parts, builder_conditions, builder_questions, trying)
_ASKING = (audience, audience_bodies, audience_list, addresses, address_rows)
_RUNNING = (
    participation,
    later,
    invitations,
    extensions,
    reminders,
    intake,
    responses,
    results,
    editions,
    outcome_sample,
    log,
)
_WEIGHING = (points, point, replies)
_CHECKING = (text_check, redacting, redactions)
for _pages in (*_DRAFTS, *_PREPARING, *_BUILDING, *_ASKING, *_RUNNING, *_WEIGHING, *_CHECKING):
    router.include_router(_pages.router)
