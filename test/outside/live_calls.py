"""The calls of the live feed, made with the SDK."""


def live_calls_by_sdk(apis, asked: dict) -> None:
    """Makes each call that our client made for the live feed, about the same things."""
    notifications, (first, second) = apis.notifications, asked["topics"]
    channel = notifications.post_notifications_channels().id
    notifications.put_notifications_channel_subscriptions(channel, [{"id": first}], ignore_errors=True)
    notifications.post_notifications_channel_subscriptions(channel, [{"id": second}], ignore_errors=True)
    notifications.get_notifications_channel_subscriptions(channel)
    notifications.head_notifications_channel(channel)
    notifications.get_notifications_channels(includechannels="oauthclient")
    notifications.get_notifications_availabletopics(expand=["requiresPermissions"])
    notifications.delete_notifications_channel_subscriptions(channel)
    apis.wfm.get_workforcemanagement_adherence(asked["userIds"])
    apis.users.get_users(id=asked["userIds"], expand=["routingStatus"], page_size=100)
