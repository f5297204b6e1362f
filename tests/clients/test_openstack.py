"""The OpenStack SDK with the extensions of a sister cloud: logs in for a token, finds KMS in the catalogue, and works
with keys."""

import openstack
from openstack.exceptions import HttpException, SDKException
from otcextensions import sdk

from reference import ReferenceCase


class OpenStack(ReferenceCase):
    def connection(self, **changes):
        auth = {
            "auth_url": self.server.url + "/v3",
            "username": self.server["user-name"],
            "password": self.server["password"],
            "user_domain_name": self.server["domain-name"],
            "project_name": self.server["region"],
            "project_domain_name": self.server["domain-name"],
            **changes,
        }
        connection = openstack.connect(
            auth=auth, region_name=self.server["region"], load_envvars=False, load_yaml_config=False
        )
        sdk.register_otc_extensions(connection)
        self.addCleanup(connection.close)
        return connection

    def test_a_key_is_made_found_and_scheduled_for_deletion(self):
        kms = self.connection().kms
        made = kms.create_key(key_alias="openstack", key_description="by another client")
        found = kms.find_key("openstack")
        self.assertEqual((found.id, found.key_state), (made.id, "2"))
        self.assertEqual(kms.get_key(made.id).key_alias, "openstack")
        self.assertIn(self.server["key-id"], [key.id for key in kms.keys()])
        # This client sends a number of days, not a text of digits as documented.
        kms.schedule_key_deletion(made.id, 7)
        self.assertEqual(kms.get_key(made.id).key_state, "4")
        kms.cancel_key_deletion(made.id)
        kms.enable_key(made.id)
        self.assertEqual(kms.get_key(made.id).key_state, "2")
        kms.disable_key(made.id)
        self.assertEqual(kms.get_key(made.id).key_state, "3")

    def test_keys_are_tagged_by_the_token(self):
        kms = self.connection().kms
        path = f"/kms/{self.server['key-id']}/tags"
        self.assertEqual(kms.post(path, json={"tag": {"key": "by-token", "value": "v"}}).status_code, 204)
        self.assertEqual(kms.get(path).json(), {"tags": [{"key": "by-token", "value": "v"}], "existTagsNum": 1})
        self.assertEqual(kms.delete(path + "/by-token").status_code, 204)
        refused = kms.post(path, json={"tag": {"key": "a*b"}})
        self.assertEqual((refused.status_code, refused.json()["error"]["error_code"]), (400, "KMS.0406"))

    def test_an_alias_that_is_taken_is_understood(self):
        kms = self.connection().kms
        kms.create_key(key_alias="taken")
        with self.assertRaises(openstack.exceptions.DuplicateResource):
            kms.create_key(key_alias="taken")
        with self.assertRaises((SDKException, HttpException)):
            kms.get_key("00000000-0000-4000-8000-000000000000")

    def test_a_wrong_password_is_refused(self):
        with self.assertRaises(Exception) as caught:
            self.connection(password="wrong").authorize()
        self.assertIn("The username or password is wrong.", str(caught.exception))
        with self.assertRaises(Exception):
            self.connection(project_name="elsewhere").authorize()
