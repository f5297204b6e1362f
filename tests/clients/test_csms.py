"""The vendor's SDK for CSMS: tags and events of secrets, and the secrets themselves."""

from huaweicloudsdkcsms import v1 as csms

from reference import ReferenceCase


def notification(**changes):
    values = {
        "target_type": "SMN",
        "target_id": "urn:smn:cn-north-4:dc3b7c85759141a991da17423c0f2068:test-poc",
        "target_name": "demo-smn-name",
        **changes,
    }
    return csms.Notification(**values)


def event(name, **changes):
    values = {
        "name": name,
        "event_types": ["SECRET_VERSION_CREATED", "SECRET_VERSION_EXPIRED"],
        "state": "ENABLED",
        "notification": notification(),
        **changes,
    }
    return csms.CreateSecretEventRequest(body=csms.CreateSecretEventRequestBody(**values))


def tag(secret_id, key, value=None):
    body = csms.CreateSecretTagRequestBody(tag=csms.TagItem(key=key, value=value))
    return csms.CreateSecretTagRequest(secret_id=secret_id, body=body)


def batch(secret_id, action, *pairs):
    tags = [csms.TagItem(key=key, value=value) for key, value in pairs]
    body = csms.BatchCreateOrDeleteTagsRequestBody(tags=tags, action=action)
    return csms.BatchCreateOrDeleteTagsRequest(secret_id=secret_id, body=body)


def secret(name, **changes):
    values = {"name": name, "secret_string": "not to be told", **changes}
    return csms.CreateSecretRequest(body=csms.CreateSecretRequestBody(**values))


class CsmsCase(ReferenceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.server.csms()

    def setUp(self):
        """A secret of the test's own."""
        self.name = self.id().rsplit(".", 1)[-1]
        self.secret = self.client.create_secret(secret(self.name)).secret
        self.addCleanup(self.client.delete_secret, csms.DeleteSecretRequest(secret_name=self.name))

    def tags(self, secret_id=None):
        listed = self.client.list_secret_tags(csms.ListSecretTagsRequest(secret_id=secret_id or self.secret.id))
        return [(item.key, item.value) for item in listed.tags]


class Tags(CsmsCase):
    def test_one_is_added_and_taken_away(self):
        response = self.client.create_secret_tag(tag(self.secret.id, "DEV", "DEV1"))
        self.assertEqual(response.status_code, 204)
        self.assertEqual(self.tags(), [("DEV", "DEV1")])
        delete = csms.DeleteSecretTagRequest(secret_id=self.secret.id, key="DEV")
        self.assertEqual(self.client.delete_secret_tag(delete).status_code, 204)
        self.assertEqual(self.tags(), [])
        self.refused(404, "CSMS.0005", self.client.delete_secret_tag, delete)

    def test_many_are_added_and_taken_away(self):
        pairs = [("key1", "value1"), ("key2", "value2"), ("dépôt 1", "a/b=c")]
        self.assertEqual(
            self.client.batch_create_or_delete_tags(batch(self.secret.id, "create", *pairs)).status_code, 204
        )
        self.assertEqual(self.tags(), pairs)
        self.client.batch_create_or_delete_tags(batch(self.secret.id, "delete", *pairs[:2]))
        self.assertEqual(self.tags(), pairs[2:])

    def test_keys_that_need_encoding_are_taken_away(self):
        key = "a b:é=@"
        self.client.create_secret_tag(tag(self.secret.id, key))
        self.client.delete_secret_tag(csms.DeleteSecretTagRequest(secret_id=self.secret.id, key=key))
        self.assertEqual(self.tags(), [])

    def test_wrong_ones_are_refused_with_a_reason(self):
        add = self.client.create_secret_tag
        for key, value, reason in [
            ("k" * 129, "v", "tag.key: must be at most 128 characters"),
            ("k", "v" * 256, "tag.value: must be at most 255 characters"),
            ("", "v", "tag.key: must not be empty"),
            ("sys", "v", "tag.key: must not start with `sys`"),
            ("a#b", "v", "tag.key"),
        ]:
            with self.subTest(key=key[:8], value=value[:8]):
                self.assertIn(reason, self.refused(400, "CSMS.0002", add, tag(self.secret.id, key, value)))
        self.assertEqual(self.tags(), [])

    def test_the_twenty_first_is_refused(self):
        twenty = [(f"key-{number}", "v") for number in range(20)]
        self.client.batch_create_or_delete_tags(batch(self.secret.id, "create", *twenty))
        message = self.refused(400, "CSMS.0002", self.client.create_secret_tag, tag(self.secret.id, "one-more"))
        self.assertIn("limit of 20", message)
        self.assertEqual(len(self.tags()), 20)

    def test_an_unknown_secret_is_not_found(self):
        unknown = "00000000-0000-4000-8000-000000000000"
        self.refused(404, "CSMS.0005", self.client.create_secret_tag, tag(unknown, "k"))
        self.refused(404, "CSMS.0005", self.client.batch_create_or_delete_tags, batch(unknown, "create", ("k", "v")))

    def test_an_unknown_action_is_refused(self):
        wrong = batch(self.secret.id, "update", ("k", "v"))
        self.assertIn("action", self.refused(400, "CSMS.0002", self.client.batch_create_or_delete_tags, wrong))

    def test_resources_are_found_by_their_tags(self):
        self.client.batch_create_or_delete_tags(batch(self.secret.id, "create", ("team", "blue"), ("stage", "test")))
        self.addCleanup(self.client.batch_create_or_delete_tags, batch(self.secret.id, "delete", ("team", "blue")))
        project = self.client.list_project_secrets_tags(csms.ListProjectSecretsTagsRequest()).tags
        self.assertIn(("team", ["blue"]), [(item.key, item.values) for item in project])

        def found(action="filter", **conditions):
            body = csms.ListResourceInstancesRequestBody(action=action, limit="10", offset="0", **conditions)
            return self.client.list_resource_instances(
                csms.ListResourceInstancesRequest(resource_instances="resource_instances", body=body)
            )

        team = csms.Tag(key="team", values=["red", "blue"])
        one = found(tags=[team, csms.Tag(key="stage", values=[])])
        self.assertEqual([resource.resource_id for resource in one.resources], [self.secret.id])
        self.assertEqual(one.resources[0].resource_detail.name, self.name)
        self.assertEqual(found(tags=[csms.Tag(key="team", values=["red"])]).total_count, 0)
        name = csms.TagMatches(key="resource_name", value=self.name[:-2].upper())
        self.assertEqual(found(matches=[name]).total_count, 1)
        count = found(action="count", tags=[team])
        self.assertEqual((count.total_count, count.resources), (1, None))


class Secrets(CsmsCase):
    def test_one_is_made_shown_changed_and_listed(self):
        self.assertEqual((self.secret.state, self.secret.secret_type), ("ENABLED", "COMMON"))
        shown = self.client.show_secret(csms.ShowSecretRequest(secret_name=self.name)).secret
        self.assertEqual(shown, self.secret)
        body = csms.UpdateSecretRequestBody(description="for the tests")
        changed = self.client.update_secret(csms.UpdateSecretRequest(secret_name=self.name, body=body)).secret
        self.assertEqual((changed.description, changed.id), ("for the tests", self.secret.id))
        page = self.client.list_secrets(csms.ListSecretsRequest(limit="1"))
        self.assertEqual(page.page_info.current_count, 1)
        names = [page.secrets[0].name]
        while page.page_info.next_marker:
            page = self.client.list_secrets(csms.ListSecretsRequest(limit="1", marker=page.page_info.next_marker))
            names += [item.name for item in page.secrets]
        self.assertEqual(names, sorted(names))
        self.assertIn(self.name, names)

    def test_wrong_ones_are_refused_without_the_word_error_around_it(self):
        create = self.client.create_secret
        self.assertIn("belongs to another", self.refused(409, "CSMS.0101", create, secret(self.name)))
        self.assertIn("name", self.refused(400, "CSMS.0002", create, secret("no blanks")))
        self.assertIn("secret_string", self.refused(400, "CSMS.0002", create, secret("none", secret_string=None)))
        self.assertIn("no such event", self.refused(400, "CSMS.0005", create, secret("e", event_subscriptions=["e"])))
        show = self.client.show_secret
        self.refused(404, "CSMS.0106", show, csms.ShowSecretRequest(secret_name="nobody"))

    def test_deletion_is_scheduled_and_taken_back(self):
        def schedule(days):
            body = csms.DeleteSecretForScheduleRequestBody(recovery_window_in_days=days)
            return csms.DeleteSecretForScheduleRequest(secret_name=self.name, body=body)

        self.refused(400, "CSMS.0002", self.client.delete_secret_for_schedule, schedule(6))
        pending = self.client.delete_secret_for_schedule(schedule(7)).secret
        self.assertEqual(pending.state, "PENDING_DELETE")
        self.assertGreater(pending.scheduled_delete_time, pending.create_time)
        self.refused(400, "CSMS.0107", self.client.delete_secret_for_schedule, schedule(7))
        restore = csms.RestoreSecretRequest(secret_name=self.name)
        restored = self.client.restore_secret(restore).secret
        self.assertEqual((restored.state, restored.scheduled_delete_time), ("ENABLED", None))
        self.refused(400, "CSMS.0108", self.client.restore_secret, restore)


class Events(CsmsCase):
    def test_one_is_created_shown_changed_listed_and_deleted(self):
        response = self.client.create_secret_event(event(self.name))
        self.assertEqual(response.status_code, 200)
        created = response.event
        self.assertEqual((created.name, created.state, created.notification), (self.name, "ENABLED", notification()))
        self.assertEqual(created.event_types, ["SECRET_VERSION_CREATED", "SECRET_VERSION_EXPIRED"])
        show = csms.ShowSecretEventRequest(event_name=self.name)
        self.assertEqual(self.client.show_secret_event(show).event, created)
        body = csms.UpdateSecretEventRequestBody(state="DISABLED", event_types=["SECRET_DELETED"])
        changed = self.client.update_secret_event(csms.UpdateSecretEventRequest(event_name=self.name, body=body)).event
        self.assertEqual((changed.state, changed.event_types), ("DISABLED", ["SECRET_DELETED"]))
        self.assertEqual((changed.event_id, changed.notification), (created.event_id, created.notification))
        listed = self.client.list_secret_events(csms.ListSecretEventsRequest())
        self.assertIn(changed, listed.events)
        delete = csms.DeleteSecretEventRequest(event_name=self.name)
        self.assertEqual(self.client.delete_secret_event(delete).status_code, 204)
        self.refused(404, "CSMS.0005", self.client.show_secret_event, show)

    def test_wrong_ones_are_refused_with_a_reason(self):
        create = self.client.create_secret_event
        for changes, reason in [
            ({"name": "no blanks"}, "name: must consist of"),
            ({"state": "On"}, "state: must be ENABLED or DISABLED"),
            ({"event_types": []}, "event_types: must have 1 to 12 items"),
            ({"event_types": ["SECRET_DELETED", "SECRET_DELETED"]}, "must not be repeated"),
            ({"notification": notification(target_id=None)}, "notification.target_id: is mandatory"),
        ]:
            with self.subTest(changes):
                self.assertIn(reason, self.refused(400, "CSMS.0002", create, event(**{"name": "e", **changes})))
        self.client.create_secret_event(event(self.name))
        self.addCleanup(self.client.delete_secret_event, csms.DeleteSecretEventRequest(event_name=self.name))
        self.assertIn("belongs to another event", self.refused(400, "CSMS.0101", create, event(self.name)))

    def test_one_that_a_secret_tells_stays(self):
        self.client.create_secret_event(event(self.name))

        def subscribe(*names):
            body = csms.UpdateSecretRequestBody(event_subscriptions=list(names))
            return self.client.update_secret(csms.UpdateSecretRequest(secret_name=self.name, body=body))

        subscribe(self.name)
        tells = csms.ListSecretsRequest(event_name=self.name)
        self.assertEqual([item.name for item in self.client.list_secrets(tells).secrets], [self.name])
        delete = csms.DeleteSecretEventRequest(event_name=self.name)
        self.assertIn("subscribes", self.refused(400, "CSMS.0002", self.client.delete_secret_event, delete))
        subscribe()
        self.client.delete_secret_event(delete)

    def test_nobody_was_told_anything(self):
        records = self.client.list_notification_records(csms.ListNotificationRecordsRequest())
        self.assertEqual((records.records, records.page_info.current_count), ([], 0))
