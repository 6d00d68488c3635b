"""What may differ from the SDK's models, each with its reason.

Held exactly: a field that is not here and unknown to its model fails, and so does an entry that was never met.
"""

DRIFT = "a field that nobody published, sent on purpose: new fields at Genesys must not stop a load"

UNKNOWN_FIELDS: dict[tuple[str, str], str] = {
    ("ManagementUnit", "maxOccupants"): DRIFT,
    ("UserReference", "agentScore"): DRIFT,
    ("WfmHistoricalAdherenceBulkResponse", "queryVersion"): DRIFT,
    ("WfmHistoricalAdherenceBulkResult", "queryTimeZone"): DRIFT,
    ("WfmHistoricalAdherenceBulkResult", "comment"): DRIFT + "; its text looks like the array of results",
    ("WfmHistoricalAdherenceBulkUserResult", "shiftTradeCount"): DRIFT,
    ("UserAggregateQueryResponse", "queryCost"): DRIFT,
    ("UserReference", "name"): "names of users are not in the published list; seen in practice, taken where they come, never needed",
}
"""What the simulator sends beyond the models, as (model, JSON name)."""

OPTIONAL_READINGS: dict[tuple[str, str], str] = {
    ("BusinessUnitListing", "pageCount"): "a guard: a list that says it has a second page is refused, not cut",
    ("WfmUserEntityListing", "pageCount"): "a guard: a list that says it has a second page is refused, not cut",
    ("UserReference", "name"): "taken where it comes; the published list has none",
}
"""What our decoders look at beyond the models; never anything they require."""
