"""Names of stations, stages and waits in the planner's words, for tables, figures and the answer."""

STATION_NAMES = {
    "portal": "Portal",
    "processing": "Processing",
    "email": "Email",
    "email_retry": "Email, again",
    "registry": "Civil registry",
    "registry_retry": "Civil registry, again",
    "third_layer": "Third layer",
    "third_layer_retry": "Third layer, again",
    "screening": "Screening",
}

STAGES = {
    "registered": ("registered", "Registered"),
    "processed": ("processing_left", "Processed"),
    "email_verified": ("email_passed", "Email verified"),
    "nik_verified": ("registry_passed", "Civil registry passed"),
    "layer3_verified": ("third_layer_passed", "Third layer passed"),
    "in_pool": ("tested", "Test taken, in the pool"),
    "ever_joined": ("first_joined", "Joined a wave"),
    "awarded": ("awarded", "Awarded"),
    "bought_first": ("bought_1", "Bought a first course"),
    "completed_first": ("completed_1", "Completed it"),
    "reviewed": ("reviewed", "Rated and reviewed it"),
    "paid_first_incentive": ("incentive_1_paid", "Paid a first incentive"),
    "fully_paid": ("fully_paid", "Paid in full"),
}
"""Stages of the funnel: name → (stamp, words)."""

WAITS = {
    "registered_to_pool": ("Registered to pool, or refused", True),
    "place": ("Joined to award, or gave up", True),
    "registered_to_award": ("Registered to award", False),
    "award_to_account": ("Award to account linked", False),
    "award_to_purchase": ("Award to first purchase", False),
    "purchase_to_completion": ("Purchase to completion", False),
    "completion_to_review": ("Completion to review", False),
    "first_incentive_due_to_paid": ("First incentive due to paid", False),
    "incentive_due_to_paid": ("Incentive due to paid", False),
    "survey_due_to_paid": ("Survey due to paid", False),
    "award_to_incentive": ("Award to first incentive", False),
    "registered_to_incentive": ("Registered to first incentive", False),
}
"""Waits between two stages: name → (words, whether leaving without it ends the wait, or means never to reach it)."""
