"""Which of the SDK's models the body of a call is."""

import re

REQUEST_MODELS = {
    ("POST", re.compile(r"/api/v2/workforcemanagement/adherence/historical/bulk")): "WfmHistoricalAdherenceBulkQuery",
    ("POST", re.compile(r"/api/v2/analytics/users/aggregates/query")): "UserAggregationQuery",
    ("POST", re.compile(r"/api/v2/workforcemanagement/businessunits/[^/]+/agentschedules/search")): "BuSearchAgentSchedulesRequest",
    ("POST", re.compile(r"/api/v2/workforcemanagement/managementunits/[^/]+/agentschedules/search")): "BuSearchAgentSchedulesRequest",
    ("PUT", re.compile(r"/api/v2/telephony/providers/edges/sites/[^/]+/outboundroutes/[^/]+")): "OutboundRouteBase",
    ("POST", re.compile(r"/api/v2/flows/datatables/[^/]+/rows")): "dict(str, object)",
    ("PUT", re.compile(r"/api/v2/flows/datatables/[^/]+/rows/[^/]+")): "dict(str, object)",
    ("PATCH", re.compile(r"/api/v2/outbound/campaigns/[^/]+")): "CampaignPatchRequest",
    ("POST", re.compile(r"/api/v2/audits/query")): "AuditQueryRequest",
    ("PUT", re.compile(r"/api/v2/notifications/channels/[^/]+/subscriptions")): "list[ChannelTopic]",
    ("POST", re.compile(r"/api/v2/notifications/channels/[^/]+/subscriptions")): "list[ChannelTopic]",
}
"""By method and path. The rows of data tables have no model: each table has its own columns."""

DIFFERS = {"version", "date_modified", "dateModified", "modified_by", "modifiedBy"}
"""Fields that differ because one of two writes came first."""


def request_model(method: str, path: str) -> str | None:
    """The model of a call's body; None where it has none."""
    if path == "/oauth/token":
        return None
    return next((model for (verb, form), model in REQUEST_MODELS.items() if verb == method and form.fullmatch(path)), None)
