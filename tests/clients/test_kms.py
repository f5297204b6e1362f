"""The vendor's SDK for KMS: tags of keys, and the keys themselves."""

from huaweicloudsdkkms import v2 as kms

from reference import ReferenceCase


def tag(key_id, key, value=None, **changes):
    body = kms.CreateKmsTagRequestBody(tag=kms.TagItem(key=key, value=value), **changes)
    return kms.CreateKmsTagRequest(key_id=key_id, body=body)


def batch(key_id, action, *pairs):
    tags = [kms.TagItem(key=key, value=value) for key, value in pairs]
    body = kms.BatchCreateKmsTagsRequestBody(tags=tags, action=action)
    return kms.BatchCreateKmsTagsRequest(key_id=key_id, body=body)


def named(key_id):
    return kms.OperateKeyRequestBody(key_id=key_id)


class KmsCase(ReferenceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.server.kms()

    def setUp(self):
        """A key of the test's own."""
        self.alias = self.id().rsplit(".", 1)[-1]
        body = kms.CreateKeyRequestBody(key_alias=self.alias, key_description="for a test")
        self.key_id = self.client.create_key(kms.CreateKeyRequest(body=body)).key_info.key_id

    def shown(self):
        return self.client.show_kms_tags(kms.ShowKmsTagsRequest(key_id=self.key_id))

    def tags(self):
        return [(item.key, item.value) for item in self.shown().tags]

    def detail(self):
        return self.client.list_key_detail(kms.ListKeyDetailRequest(body=named(self.key_id))).key_info


class Tags(KmsCase):
    def test_one_is_added_and_taken_away(self):
        sequence = "919c82d4-8046-4722-9094-35c3c6524cff"
        response = self.client.create_kms_tag(tag(self.key_id, "DEV", "DEV1", sequence=sequence))
        self.assertEqual(response.status_code, 204)
        self.assertEqual((self.tags(), self.shown().exist_tags_num), ([("DEV", "DEV1")], 1))
        delete = kms.DeleteTagRequest(key_id=self.key_id, key="DEV")
        self.assertEqual(self.client.delete_tag(delete).status_code, 204)
        self.assertEqual(self.tags(), [])
        self.refused(404, "KMS.0416", self.client.delete_tag, delete)

    def test_many_are_added_and_taken_away(self):
        pairs = [("key1", "value1"), ("key2", "value2")]
        self.assertEqual(self.client.batch_create_kms_tags(batch(self.key_id, "create", *pairs)).status_code, 204)
        self.assertEqual(self.tags(), pairs)
        self.client.batch_create_kms_tags(batch(self.key_id, "delete", *pairs))
        self.assertEqual(self.tags(), [])

    def test_wrong_ones_are_refused_with_their_codes(self):
        add = self.client.create_kms_tag
        for key, value, code in [
            ("k" * 37, "v", "KMS.0411"),
            ("k", "v" * 44, "KMS.0410"),
            ("a*b", "v", "KMS.0406"),
            ("k", "a=b", "KMS.0405"),
            (None, "v", "KMS.0204"),
        ]:
            with self.subTest(code):
                self.refused(400, code, add, tag(self.key_id, key, value))
        self.refused(400, "KMS.0206", add, tag(self.key_id, "k", sequence="short"))
        add(tag(self.key_id, "k", "v"))
        self.refused(400, "KMS.0406", add, tag(self.key_id, "k", "v"))
        self.refused(404, "KMS.0207", add, tag("00000000-0000-4000-8000-000000000000", "k"))
        self.refused(400, "KMS.0404", self.client.batch_create_kms_tags, batch(self.key_id, "update", ("a", "b")))
        self.assertEqual(self.tags(), [("k", "v")])

    def test_the_eleventh_is_refused(self):
        ten = [(f"key-{number}", "v") for number in range(10)]
        self.client.batch_create_kms_tags(batch(self.key_id, "create", *ten))
        self.refused(400, "KMS.0409", self.client.create_kms_tag, tag(self.key_id, "one-more"))

    def test_resources_are_found_by_their_tags(self):
        self.client.create_kms_tag(tag(self.key_id, "found-by", "this"))
        project = self.client.list_kms_tags(kms.ListKmsTagsRequest()).tags
        self.assertIn(("found-by", ["this"]), [(item.key, item.values) for item in project])

        def found(**conditions):
            body = kms.ListKmsByTagsRequestBody(**conditions)
            request = kms.ListKmsByTagsRequest(resource_instances="resource_instances", body=body)
            return self.client.list_kms_by_tags(request)

        wanted = [kms.Tag(key="found-by", values=["this", "that"])]
        one = found(action="filter", limit="10", offset="0", tags=wanted)
        self.assertEqual([(item.resource_id, item.resource_name) for item in one.resources], [(self.key_id, self.alias)])
        self.assertEqual(one.resources[0].resource_detail.key_state, "2")
        self.assertEqual(found(action="count", tags=wanted).total_count, 1)
        self.assertEqual(found(action="filter", limit="1", offset="1", tags=wanted).resources, [])


class Keys(KmsCase):
    def test_one_is_described_and_listed(self):
        detail = self.detail()
        self.assertEqual((detail.key_alias, detail.key_state, detail.default_key_flag), (self.alias, "2", "0"))
        self.assertEqual((detail.key_spec, detail.key_usage), ("AES_256", "ENCRYPT_DECRYPT"))
        self.assertRegex(detail.creation_date, "^[0-9]{10}000$")

        def page(**conditions):
            return self.client.list_keys(kms.ListKeysRequest(body=kms.ListKeysRequestBody(**conditions)))

        first = page(limit="2")
        self.assertEqual((len(first.keys), first.truncated, first.next_marker), (2, "true", "2"))
        keys, marker = first.keys, first.next_marker
        while marker:
            following = page(limit="2", marker=marker)
            keys, marker = keys + following.keys, following.next_marker
        self.assertEqual((len(keys), len(set(keys))), (first.total, first.total))
        self.assertIn(self.key_id, keys)
        defaults = [key for key in page().key_details if key.default_key_flag == "1"]
        self.assertEqual([key.key_alias for key in defaults], ["csms/default"])
        self.refused(400, "KMS.0211", self.client.create_kms_tag, tag(defaults[0].key_id, "k"))

    def test_wrong_ones_are_refused_with_their_codes(self):
        def create(alias):
            return kms.CreateKeyRequest(body=kms.CreateKeyRequestBody(key_alias=alias))

        self.refused(400, "KMS.1104", self.client.create_key, create(self.alias))
        self.refused(400, "KMS.0308", self.client.create_key, create("a/default"))
        describe = self.client.list_key_detail
        self.refused(400, "KMS.0205", describe, kms.ListKeyDetailRequest(body=named("no-uuid")))
        unknown = named("00000000-0000-4000-8000-000000000000")
        self.refused(404, "KMS.0207", describe, kms.ListKeyDetailRequest(body=unknown))

    def test_deletion_is_scheduled_and_taken_back(self):
        self.client.create_kms_tag(tag(self.key_id, "survives", "v"))

        def delete(days):
            body = kms.ScheduleKeyDeletionRequestBody(key_id=self.key_id, pending_days=days)
            return kms.DeleteKeyRequest(body=body)

        self.refused(400, "KMS.1401", self.client.delete_key, delete("6"))
        self.assertEqual(self.client.delete_key(delete("7")).key_state, "4")
        self.assertRegex(self.detail().scheduled_deletion_date, "^[0-9]{13}$")
        self.refused(400, "KMS.1402", self.client.delete_key, delete("7"))
        self.refused(400, "KMS.0210", self.client.enable_key, kms.EnableKeyRequest(body=named(self.key_id)))
        cancel = kms.CancelKeyDeletionRequest(body=named(self.key_id))
        self.assertEqual(self.client.cancel_key_deletion(cancel).key_state, "3")
        self.refused(400, "KMS.1501", self.client.cancel_key_deletion, cancel)
        enabled = self.client.enable_key(kms.EnableKeyRequest(body=named(self.key_id)))
        self.assertEqual(enabled.key_info.key_state, "2")
        self.assertEqual(self.tags(), [("survives", "v")])
