"""Sites, trunks, outbound routes, data tables and campaigns, read and written with the SDK."""

import time

from PureCloudPlatformClientV2 import CampaignPatchRequest, DomainEntityRef

from outside_case import OutsideCase
from simulator_process import SimulatorProcess

NOBODY = "00000000-0000-4000-8000-000000000000"
ROW = {
    "carrier": "SingTel",
    "schedule_id": NOBODY,
    "schedule_version": 7,
    "agents_available": 12,
    "calls_wanted": 18,
    "role": "primary",
    "effective_from": "2026-03-02T06:00:00Z",
    "effective_to": "2026-03-02T06:15:00Z",
    "content_hash": "abc",
}


class Telephony(OutsideCase):
    def site(self, managed: bool = False):
        return self.apis.telephony.get_telephony_providers_edges_sites(managed=managed).entities[0]

    def table(self):
        tables = self.apis.architect.get_flows_datatables(name="Trunk routing").entities
        return tables[0].id

    def routes(self, site):
        return self.apis.telephony.get_telephony_providers_edges_site_outboundroutes(site.id).entities

    def test_sites(self):
        """Sites are decoded, the customer's own and Genesys's, and each by itself as in the list"""
        telephony = self.apis.telephony
        sites = telephony.get_telephony_providers_edges_sites(page_size=100).entities
        self.assertEqual([False, True], [site.managed for site in sites])
        for site in sites:
            self.assertEqual(site, telephony.get_telephony_providers_edges_site(site.id))

    def test_trunks(self):
        """Trunks are decoded, page by page, each under a trunk base that the list of trunk bases has"""
        telephony = self.apis.telephony
        pages = [telephony.get_telephony_providers_edges_trunks(trunk_type="EXTERNAL", page_size=6, page_number=at) for at in (1, 2, 3)]
        trunks = [trunk for page in pages for trunk in page.entities]
        self.assertEqual([3, 15, None], [pages[0].page_count, len({trunk.id for trunk in trunks}), pages[2].next_uri])
        bases = telephony.get_telephony_providers_edges_trunkbasesettings(page_size=100).entities
        self.assertEqual({base.id for base in bases}, {trunk.trunk_base.id for trunk in trunks})
        base = telephony.get_telephony_providers_edges_trunkbasesetting(bases[0].id)
        self.assertEqual("SingTel 1", base.name)
        (found,) = telephony.get_telephony_providers_edges_trunks(trunk_base_id=base.id).entities
        self.assertEqual(found, telephony.get_telephony_providers_edges_trunk(found.id))
        phones = telephony.get_telephony_providers_edges_trunks(trunk_type="PHONE").entities
        self.assertEqual({"PHONE"}, {trunk.trunk_type for trunk in phones})

    def test_failover(self):
        """A failover shows in what the SDK reads of connection and OPTIONS, and its end too"""
        for is_up in (False, True):
            self.world.simulator.send("POST", "trunks", {"carrier": "M1", "connected": is_up})
            trunks = self.apis.telephony.get_telephony_providers_edges_trunks(trunk_type="EXTERNAL", page_size=100).entities
            states = {(trunk.connected_status.connected, trunk.options_status[0].option_state) for trunk in trunks if trunk.name.startswith("M1")}
            self.assertEqual({(is_up, is_up)}, states)

    def test_options_disabled(self):
        """A trunk whose OPTIONS is not asked has no state of it"""
        for state in ("disabled", "notSupported", "up"):
            self.world.simulator.send("POST", "trunks", {"carrier": "StarHub", "options": state})
            trunks = self.apis.telephony.get_telephony_providers_edges_trunks(trunk_type="EXTERNAL", page_size=100).entities
            told = {(trunk.options_enabled_status, len(trunk.options_status)) for trunk in trunks if trunk.name.startswith("StarHub")}
            self.assertEqual({{"disabled": ("DISABLED", 0), "notSupported": ("NOT_SUPPORTED", 0), "up": ("ENABLED", 1)}[state]}, told)

    def test_route_order(self):
        """A route takes a new order as the SDK sends it back, counts its version up, and keeps everything else"""
        telephony, site = self.apis.telephony, self.site()
        before = self.routes(site)[0]
        wanted = [base.id for base in reversed(before.external_trunk_bases)]
        before.external_trunk_bases = [DomainEntityRef() for _ in wanted]
        for reference, base in zip(before.external_trunk_bases, wanted, strict=True):
            reference.id = base
        put = telephony.put_telephony_providers_edges_site_outboundroute(site.id, before.id, before)
        after = telephony.get_telephony_providers_edges_site_outboundroute(site.id, before.id)
        self.assertEqual(put, after)
        self.assertEqual(wanted, [base.id for base in after.external_trunk_bases])
        kept = ("name", "description", "classification_types", "enabled", "distribution", "state")
        self.assertEqual([getattr(before, name) for name in kept], [getattr(after, name) for name in kept])
        self.assertEqual(before.version + 1, after.version)

    def test_stale_version(self):
        """A route under an old version is refused as 409 and as 400 in turn"""
        telephony, site = self.apis.telephony, self.site()
        route = self.routes(site)[0]
        route.version -= 1
        write = lambda: telephony.put_telephony_providers_edges_site_outboundroute(site.id, route.id, route)  # noqa: E731
        self.refusal(409, "general.conflict", write)
        refused = self.refusal(400, "bad.request", write)
        self.assertIn("does not match the current version", self.body_of(refused).message)

    def test_managed_site(self):
        """A route of Genesys's own site cannot be written"""
        site = self.site(managed=True)
        route = self.routes(site)[0]
        self.refusal(
            400,
            "managed.site.cannot.be.configured",
            lambda: self.apis.telephony.put_telephony_providers_edges_site_outboundroute(site.id, route.id, route),
        )

    def test_failover_storm(self):
        """In the scenario failover-storm, the row of a trunk in failover is refused for 30 s and then longer; others are written"""
        simulator = SimulatorProcess(
            *("--scenario", "failover-storm", "--trunks", "4", "--carriers", "SingTel,M1", "--sites", "Singapore,Tokyo")
        )
        self.addCleanup(simulator.close)
        apis = self.world.sdk_without_token(simulator.url, waits_by_itself=False)
        apis.client.get_client_credentials_token(simulator.client_id, simulator.client_secret)
        bases = apis.telephony.get_telephony_providers_edges_trunkbasesettings().entities
        sites = {site.id: site.name for site in apis.telephony.get_telephony_providers_edges_sites().entities}
        self.assertEqual(
            [("SingTel 1", "Singapore"), ("SingTel 2", "Tokyo"), ("M1 1", "Singapore"), ("M1 2", "Tokyo")],
            [(base.name, sites[base.site.id]) for base in bases],
        )
        table = apis.architect.get_flows_datatables(name="Trunk routing").entities[0].id
        add = lambda base: apis.architect.post_flows_datatable_rows(table, {"key": base.id})  # noqa: E731
        simulator.send("POST", "trunks", {"carrier": "M1", "connected": False})
        refused = self.refusal(429, "too.many.requests.retry.after", lambda: add(bases[2]))
        self.assertEqual("30", refused.headers["Retry-After"])
        self.assertEqual(bases[0].id, add(bases[0])["key"])
        time.sleep(0.4)
        refused = self.refusal(429, "too.many.requests.retry.after", lambda: add(bases[3]))
        self.assertEqual("50", refused.headers["Retry-After"])
        self.assertEqual({"refused": 2, "tooEarly": 1}, simulator.control("telephony")["failoverWrites"])

    def test_audit(self):
        """A route changed by hand is in the audit, with who did it, what was there and what is"""
        site = self.site()
        route = self.routes(site)[0]
        bases = [base.id for base in route.external_trunk_bases]
        self.world.simulator.send("POST", f"routes/{route.id}", {"trunkBaseIds": [*bases[1:], bases[0]], "user": "Tan"})
        query = {
            "interval": "2020-01-01T00:00:00Z/2100-01-01T00:00:00Z",
            "serviceName": "Telephony",
            "filters": [{"property": "EntityId", "value": route.id}],
            "sort": [{"name": "Timestamp", "sortOrder": "descending"}],
        }
        audit = self.apis.audit
        asked = audit.post_audits_query(query)
        while audit.get_audits_query_transaction_id(asked.id).state in ("Queued", "Running"):
            pass
        self.assertEqual("Succeeded", audit.get_audits_query_transaction_id(asked.id).state)
        (newest,) = audit.get_audits_query_transaction_id_results(asked.id, page_size=1).entities
        self.assertEqual(("Tan", route.id, "Update"), (newest.user.name, newest.entity.id, newest.action))
        change = newest.property_changes[0]
        self.assertEqual(change.old_values, [*change.new_values[-1:], *change.new_values[:-1]])

    def test_rows(self):
        """Rows are added, shown in brief and whole, changed and deleted, and keep their types"""
        architect, table = self.apis.architect, self.table()
        row = {"key": "outside", **ROW}
        self.assertEqual(row, architect.post_flows_datatable_rows(table, row))
        self.refusal(409, "flows.datatables.not.unique", lambda: architect.post_flows_datatable_rows(table, row))
        self.assertIn({"key": "outside"}, architect.get_flows_datatable_rows(table).entities)
        self.assertIn(row, architect.get_flows_datatable_rows(table, showbrief=False).entities)
        changed = {**row, "role": "failover", "agents_available": 0}
        architect.put_flows_datatable_row(table, "outside", body=changed)
        self.assertEqual(changed, architect.get_flows_datatable_row(table, "outside", showbrief=False))
        architect.delete_flows_datatable_row(table, "outside")
        self.refusal(404, "flows.datatables.row.not.found", lambda: architect.get_flows_datatable_row(table, "outside"))

    def test_table(self):
        """The table's schema has the columns of the metadata, key first, and is shown where it is asked for"""
        architect, table = self.apis.architect, self.table()
        self.assertIsNone(architect.get_flows_datatable(table).schema)
        schema = architect.get_flows_datatable(table, expand="schema").schema
        self.assertEqual(["key", *ROW], list(schema.properties))
        self.assertEqual(["key"], schema.required)

    def test_too_busy(self):
        """A busy table is 503 with the code that Genesys publishes"""
        body = {"status": 503, "code": "flows.datatables.server.too.busy", "message": "Too busy", "contextId": "x"}
        self.world.simulator.add_fault(kind="status", path="/api/v2/flows/", status=503, body=body)
        apis = self.world.sdk(waits_by_itself=False)
        table_call = lambda: apis.architect.get_flows_datatables()  # noqa: E731
        self.refusal(503, "flows.datatables.server.too.busy", table_call)

    def test_campaigns(self):
        """Campaigns are decoded; a running one takes a line count by PATCH and nothing by PUT"""
        outbound = self.apis.outbound
        running, resting = outbound.get_outbound_campaigns().entities
        self.assertEqual([running], outbound.get_outbound_campaigns(id=[running.id]).entities)
        patch = CampaignPatchRequest()
        patch.outbound_line_count = 31
        outbound.patch_outbound_campaign(running.id, patch)
        after = outbound.get_outbound_campaign(running.id)
        self.assertEqual((31, running.version + 1, "on"), (after.outbound_line_count, after.version, after.campaign_status))
        self.refusal(409, "invalid.update.campaign.active", lambda: outbound.put_outbound_campaign(after.id, after))
        resting.priority = 2
        self.assertEqual(resting.version + 1, outbound.put_outbound_campaign(resting.id, resting).version)
        self.refusal(409, "invalid.update.wrong.version", lambda: outbound.put_outbound_campaign(resting.id, resting))

    def test_start_and_stop(self):
        """A campaign starts at once, and is stopping for a while"""
        outbound = self.apis.outbound
        resting = next(one for one in outbound.get_outbound_campaigns().entities if one.campaign_status == "off")
        outbound.post_outbound_campaign_start(resting.id)
        self.assertEqual("on", outbound.get_outbound_campaign(resting.id).campaign_status)
        outbound.post_outbound_campaign_stop(resting.id)
        self.assertEqual("stopping", outbound.get_outbound_campaign(resting.id).campaign_status)
        self.refusal(400, "invalid.update.bad.status.transition", lambda: outbound.post_outbound_campaign_start(resting.id))
