"""The calls of the trunk sync, made with the SDK."""

from datetime import datetime

from PureCloudPlatformClientV2 import BuSearchAgentSchedulesRequest, CampaignPatchRequest


def sync_calls_by_sdk(apis, asked: dict) -> None:
    """Makes each call that our client made for the trunk sync, about the same things."""
    wfm, telephony, architect, outbound, audit = apis.wfm, apis.telephony, apis.architect, apis.outbound, apis.audit
    search = BuSearchAgentSchedulesRequest()
    search.start_date, search.end_date = (datetime.fromisoformat(asked[name].replace("Z", "+00:00")) for name in ("startDate", "endDate"))
    wfm.get_workforcemanagement_businessunit(asked["businessUnitId"], expand=["settings"])
    wfm.get_workforcemanagement_businessunit_week_schedules(asked["businessUnitId"], "recent", include_only_published=True)
    wfm.post_workforcemanagement_managementunit_agentschedules_search(asked["managementUnitId"], search)
    search.user_ids = asked["userIds"]
    wfm.post_workforcemanagement_businessunit_agentschedules_search(asked["businessUnitId"], search)

    page = {"page_number": 1, "page_size": 100}
    site, route_id = asked["siteId"], asked["routeId"]
    telephony.get_telephony_providers_edges_sites(**page)
    telephony.get_telephony_providers_edges_site(site)
    telephony.get_telephony_providers_edges_site_outboundroutes(site, **page)
    route = telephony.get_telephony_providers_edges_site_outboundroute(site, route_id)
    telephony.put_telephony_providers_edges_site_outboundroute(site, route_id, route)
    telephony.get_telephony_providers_edges_trunkbasesettings(**page)
    telephony.get_telephony_providers_edges_trunks(trunk_type="EXTERNAL", **page)

    table, key = asked["tableId"], asked["key"]
    architect.get_flows_datatables(**page)
    architect.get_flows_datatable(table, expand="schema")
    (row,) = architect.get_flows_datatable_rows(table, showbrief=False, **page).entities
    architect.put_flows_datatable_row(table, key, body=row)
    architect.delete_flows_datatable_row(table, key)
    architect.post_flows_datatable_rows(table, {**row, "role": "primary"})

    patch = CampaignPatchRequest()
    patch.outbound_line_count = 12
    outbound.get_outbound_campaigns(**page)
    outbound.get_outbound_campaigns(id=[asked["campaignId"]], **page)
    outbound.patch_outbound_campaign(asked["campaignId"], patch)

    query = {
        "interval": f"{asked['startDate']}/{asked['endDate']}",
        "serviceName": "Telephony",
        "filters": [{"property": "EntityId", "value": route_id}],
    }
    transaction = audit.post_audits_query(query).id
    while audit.get_audits_query_transaction_id(transaction).state != "Succeeded":
        pass
    audit.get_audits_query_transaction_id_results(transaction, page_size=500)
