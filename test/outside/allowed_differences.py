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

TOTAL = "a total that changes with the window asked for; the days it is made of are kept instead"
STATISTIC = "not of a time by status: the query's stats have a sum"

OF_ACTIVITY = "of an activity; the warehouse has its times, code and pay"
OF_SHIFT = "of a shift; the warehouse has its times and schedule"
ELSEWHERE = "said once more, of what its id stands for"

LEFT_OUT: dict[tuple[str, str], str] = {
    ("WfmHistoricalAdherenceBulkUserResult", "adherencePercentage"): TOTAL,
    ("WfmHistoricalAdherenceBulkUserResult", "conformancePercentage"): TOTAL,
    ("WfmHistoricalAdherenceBulkUserResult", "impact"): TOTAL,
    ("HistoricalAdherenceExceptionInfo", "scheduledSecondaryPresenceLookupIds"): "presences that the schedule would have allowed; no column",
    ("BuAgentScheduleSearchResponse", "fullDayTimeOffMarkers"): "days off without a shift; the tables are of shifts",
    **{("BuAgentScheduleShift", name): OF_SHIFT for name in "manuallyEdited workPlanId workPlanShiftId".split()},
    **{("BuAgentScheduleActivity", name): OF_ACTIVITY for name in "description payableMinutes timeOffRequestId".split()},
    **{("BuAgentScheduleActivity", name): OF_ACTIVITY for name in "timeOffRequestSyncVersion externalActivityId".split()},
    ("BuAgentScheduleActivity", "externalActivityType"): OF_ACTIVITY,
    **{("BuScheduleReference", name): ELSEWHERE for name in ("weekDate", "selfUri")},
    ("UserReference", "selfUri"): ELSEWHERE,
    ("StatisticalResponse", "views"): "never asked for",
    **{("StatisticalSummary", name): STATISTIC for name in "max min count countNegative countPositive current ratio numerator".split()},
    **{("StatisticalSummary", name): STATISTIC for name in "denominator target p95 p99 calculatedMetricValue".split()},
}
"""What Genesys publishes in results and the warehouse does not hold. A raised pin that brings more fails until it is decided."""
