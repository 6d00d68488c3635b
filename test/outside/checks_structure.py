"""Organisation, units, users, activity codes."""

import zoneinfo

from outside_case import OutsideCase


class Structure(OutsideCase):
    def test_organisation(self):
        """The organisation is decoded, and is active"""
        organisation = self.apis.organization.get_organizations_me()
        self.assertEqual("active", organisation.state)
        self.assertTrue(organisation.id and organisation.name)

    def test_business_units(self):
        """Business units are decoded, each with its division"""
        units = self.apis.wfm.get_workforcemanagement_businessunits().entities
        self.assertTrue(units)
        for unit in units:
            self.assertTrue(unit.id and unit.name and unit.division.id)

    def test_management_units(self):
        """Management units are decoded, each with a business unit that exists and a zone that Python knows"""
        business_units = {unit.id for unit in self.apis.wfm.get_workforcemanagement_businessunits().entities}
        units = self.apis.wfm.get_workforcemanagement_managementunits().entities
        self.assertTrue(units)
        for unit in units:
            self.assertIn(unit.business_unit.id, business_units)
            self.assertIn(unit.time_zone, zoneinfo.available_timezones())
            self.assertTrue(unit.metadata.version and unit.metadata.date_modified.utcoffset() is not None)

    def test_units_of_business_unit(self):
        """The units of each business unit are together all units"""
        wfm = self.apis.wfm
        everywhere = sorted(unit.id for unit in wfm.get_workforcemanagement_managementunits().entities)
        by_business_unit = [
            unit.id
            for business_unit in wfm.get_workforcemanagement_businessunits().entities
            for unit in wfm.get_workforcemanagement_businessunit_managementunits(business_unit.id).entities
        ]
        self.assertEqual(everywhere, sorted(by_business_unit))

    def test_users(self):
        """The users of each unit are decoded, nobody twice"""
        for unit in self.apis.wfm.get_workforcemanagement_managementunits().entities:
            users = [user.id for user in self.apis.wfm.get_workforcemanagement_managementunit_users(unit.id).entities]
            self.assertTrue(users)
            self.assertEqual(len(users), len(set(users)))

    def test_activity_codes(self):
        """Activity codes are decoded, Genesys's own and the customer's, in categories that a code can have"""
        for business_unit in self.apis.wfm.get_workforcemanagement_businessunits().entities:
            codes = self.apis.wfm.get_workforcemanagement_businessunit_activitycodes(business_unit.id).entities
            self.assertEqual({True, False}, {code.default_code for code in codes})
            self.assertEqual(len(codes), len({code.id for code in codes}))
            for code in codes:
                self.assertEqual(code.category == "TimeOff", code.agent_time_off_selectable is not None)

    def test_no_paging(self):
        """Lists are whole whatever page is asked for, and speak of no pages: paging is not supported"""
        wfm = self.apis.wfm
        whole = wfm.get_workforcemanagement_managementunits()
        paged = wfm.get_workforcemanagement_managementunits(page_size=1, page_number=2, expand="settings.adherence")
        self.assertEqual([unit.id for unit in whole.entities], [unit.id for unit in paged.entities])
        self.assertEqual([None] * 3, [paged.page_count, paged.page_number, paged.next_uri])

    def test_limits(self):
        """Limits that are documented are decoded, effective ones and defaults, in a namespace that the SDK knows"""
        organization, simulator = self.apis.organization, self.world.simulator
        name = simulator.add_limit(
            shape="fixed",
            calls=50,
            windowSeconds=60,
            on="outbound-writes",
            known={"namespace": "historical.adherence", "key": "jobs.rate.per.minute"},
        )
        simulator.change_limit(name, calls=70)
        effective = organization.get_organizations_limits_namespace("historical.adherence").entities
        defaults = organization.get_organizations_limits_namespace_defaults("historical.adherence").entities
        for value, limits in ((70, effective), (50, defaults)):
            self.assertEqual([("historical.adherence", "jobs.rate.per.minute", value)], [(it.namespace, it.key, it.value) for it in limits])
        self.assertEqual([], organization.get_organizations_limits_namespace("outbound").entities)

    def test_divisions(self):
        """Lists can be narrowed to a division, and one without units is empty"""
        wfm = self.apis.wfm
        division = wfm.get_workforcemanagement_businessunits().entities[0].division.id
        lists = [
            wfm.get_workforcemanagement_businessunits,
            wfm.get_workforcemanagement_managementunits,
            lambda **named: wfm.get_workforcemanagement_businessunit_managementunits(
                wfm.get_workforcemanagement_businessunits().entities[0].id, **named
            ),
        ]
        for read in lists:
            self.assertEqual(len(read().entities), len(read(division_id=division).entities))
            self.assertEqual([], read(division_id="00000000-0000-4000-8000-000000000000").entities)
