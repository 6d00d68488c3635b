"""Notification channels, and what agents do now, with the SDK; events held to the SDK's models of their topics."""

import socket
from base64 import b64encode
from urllib.parse import urlsplit

from outside_case import OutsideCase

MODELS = {
    "businessunits.{id}.schedules": "WfmBuScheduleTopicBuScheduleNotification",
    "managementunits.{id}.schedules": "WfmScheduleTopicWfmScheduleNotification",
    "managementunits.{id}.adherence": "WfmUserScheduleAdherenceUpdatedMuTopicUserScheduleAdherenceUpdate",
    "agentschedules.changed": "WfmAgentManagementUnitScheduleChangedTopicAgentMuScheduleChangedNotification",
    "trunks.{id}": "TrunkInstanceTopicTrunk",
    "{id}.routingStatus": "UserRoutingStatusUserRoutingStatus",
    "{id}.workforcemanagement.adherence": "WfmUserScheduleAdherenceUpdatedTopicUserScheduleAdherenceUpdate",
}
"""Ends of topics, and the SDK's models of their events."""


def model_of(topic: str) -> str:
    """The model of a topic's events."""
    parts = topic.split(".")
    plain = ".".join("{id}" if len(part) == 36 else part for part in parts)
    return next(model for end, model in MODELS.items() if plain.endswith(f".{end}"))


class Notifications(OutsideCase):
    def test_channels(self):
        """A channel is made, listed and found; topics are put, added, read and removed; a refused one is told with what is missing"""
        notifications, agent = self.apis.notifications, self.world.simulator.control("live")["agents"][0]
        channel = notifications.post_notifications_channels()
        self.assertIn(channel, notifications.get_notifications_channels().entities)
        notifications.head_notifications_channel(channel.id)
        topics = [
            {"id": f"v2.users.{agent['userId']}.routingStatus"},
            {"id": f"v2.workforcemanagement.managementunits.{agent['managementUnitId']}.adherence"},
        ]
        notifications.put_notifications_channel_subscriptions(channel.id, topics[:1])
        notifications.post_notifications_channel_subscriptions(channel.id, topics[1:])
        kept = notifications.get_notifications_channel_subscriptions(channel.id).entities
        self.assertEqual([topic["id"] for topic in topics], [topic.id for topic in kept])
        nowhere = [{"id": "v2.nothing.of.the.kind"}]
        self.refusal(400, "notification.invalid.topic", lambda: notifications.put_notifications_channel_subscriptions(channel.id, nowhere))
        (told,) = notifications.put_notifications_channel_subscriptions(channel.id, nowhere, ignore_errors=True).entities
        self.assertEqual("Rejected", told.state)
        notifications.delete_notifications_channel_subscriptions(channel.id)
        self.assertEqual([], notifications.get_notifications_channel_subscriptions(channel.id).entities)
        self.assertIn("v2.users.{id}.routingStatus", [topic.id for topic in notifications.get_notifications_availabletopics().entities])

    def test_socket(self):
        """Where a channel is to be connected to, a WebSocket answers"""
        uri = urlsplit(self.apis.notifications.post_notifications_channels().connect_uri)
        with socket.create_connection((uri.hostname, uri.port), timeout=20) as line:
            headers = f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {b64encode(bytes(16)).decode()}"
            line.sendall(f"GET {uri.path} HTTP/1.1\r\nHost: {uri.netloc}\r\n{headers}\r\n\r\n".encode())
            self.assertTrue(line.recv(100).startswith(b"HTTP/1.1 101 "))
        self.world.sockets += 1

    def test_agents(self):
        """What agents do now is decoded: adherence of users and of a unit, routing status of one and of many, each the same"""
        agents = self.world.simulator.control("live")["agents"]
        ids = [agent["userId"] for agent in agents[:30]]
        by_ids = self.apis.wfm.get_workforcemanagement_adherence(ids)
        self.assertEqual(ids, [one.id for one in by_ids])
        unit = agents[0]["managementUnitId"]
        of_unit = self.apis.wfm.get_workforcemanagement_managementunit_adherence(unit).entities
        self.assertIn(by_ids[0], of_unit)
        many = self.apis.users.get_users(id=ids, expand=["routingStatus"], page_size=100).entities
        self.assertEqual(set(ids), {user.id for user in many})
        alone = self.apis.users.get_user_routingstatus(many[0].id)
        self.assertEqual(many[0].routing_status, alone)

    def test_events(self):
        """Events of every topic fit the SDK's models of them"""
        simulator = self.world.simulator
        unit = self.apis.wfm.get_workforcemanagement_businessunits().entities[0].id
        first = simulator.control("notifications")["published"] + 1
        simulator.send("POST", "live", {"moves": 60})
        simulator.send("POST", "schedules", {"businessUnitId": unit, "addAgents": 1})
        for is_up in (False, True):
            simulator.send("POST", "trunks", {"carrier": "M1", "connected": is_up})
        seen = set()
        for message in simulator.control(f"notifications/messages?from={first}"):
            model = model_of(message["topic"])
            seen.add(model)
            self.world.comparison.compare(message["eventBody"], model, message["topic"])
        self.assertEqual(set(MODELS.values()), seen)
