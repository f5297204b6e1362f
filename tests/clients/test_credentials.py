"""How the vendor's SDK proves who it is, and what it hears if it cannot."""

import unittest
import unittest.mock
from datetime import datetime, timedelta, timezone

from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkcore.signer.signer import Signer
from huaweicloudsdkcsms import v1 as csms
from huaweicloudsdkkms import v2 as kms

from reference import Reference, ReferenceCase


class Credentials(ReferenceCase):
    def tag(self, client):
        body = csms.CreateSecretTagRequestBody(tag=csms.TagItem(key="k", value="v"))
        return client.create_secret_tag(csms.CreateSecretTagRequest(secret_id=self.server["secret-id"], body=body))

    def list(self, client):
        return client.list_secrets(csms.ListSecretsRequest(limit="1", marker="a-b_c"))

    def test_wrong_keys_are_refused_by_the_gateway(self):
        wrong_secret = self.server.csms(self.server.credentials(sk="x" * 40))
        message = self.refused(401, "APIGW.0301", self.tag, wrong_secret)
        self.assertIn("verify aksk signature fail, canonicalRequest:POST|/v1/", message)
        unknown = self.server.csms(self.server.credentials(ak="NOBODYSKEY0000000000"))
        self.assertIn("ak:NOBODYSKEY0000000000,err:ak not exist", self.refused(401, "APIGW.0301", self.tag, unknown))
        self.assertIn("ak not exist", self.refused(401, "APIGW.0301", self.list, unknown))
        # One good request, so that the key is not locked.
        self.assertEqual(self.tag(self.server.csms()).status_code, 204)

    def test_another_project_is_forbidden(self):
        other = self.server.csms(self.server.credentials(project_id=self.server["foreign-project-id"]))
        self.refused(403, "CSMS.0302", self.tag, other)
        self.refused(403, "CSMS.0302", self.list, other)

    def test_temporary_keys_need_their_token(self):
        temporary = {"ak": self.server["temporary-access-key"], "sk": self.server["temporary-secret-key"]}
        without = self.server.csms(self.server.credentials(**temporary))
        self.assertIn("X-Security-Token: is mandatory", self.refused(401, "APIGW.0301", self.tag, without))
        wrong = self.server.credentials(**temporary).with_security_token("wrong")
        self.refused(401, "APIGW.0301", self.tag, self.server.csms(wrong))
        right = self.server.credentials(**temporary).with_security_token(self.server["security-token"])
        self.assertEqual(self.tag(self.server.csms(right)).status_code, 204)
        self.assertEqual(self.list(self.server.csms(right)).page_info.current_count, 1)

    def test_clocks_may_differ_by_a_quarter_of_an_hour(self):
        real = Signer._process_header_time

        def at(minutes):
            def process(_, request):
                moment = datetime.now(timezone.utc) + timedelta(minutes=minutes)
                request.header_params["X-Sdk-Date"] = moment.strftime("%Y%m%dT%H%M%SZ")
                return real(request)

            return unittest.mock.patch.object(Signer, "_process_header_time", process)

        client = self.server.csms()
        for minutes in (-14, 14):
            with at(minutes):
                self.assertEqual(self.tag(client).status_code, 204)
        for minutes in (-16, 16):
            with at(minutes):
                self.assertIn("signature expired", self.refused(401, "APIGW.0301", self.tag, client))

    def test_the_project_is_found_by_the_region(self):
        credentials = self.server.credentials(project_id=None).with_iam_endpoint(self.server.url)
        region = Region(id=self.server["region"], endpoint=self.server.url)
        client = kms.KmsClient.new_builder().with_credentials(credentials).with_region(region).build()
        self.assertEqual(credentials.project_id, self.server["project-id"])
        keys = client.list_keys(kms.ListKeysRequest(body=kms.ListKeysRequestBody())).keys
        self.assertIn(self.server["key-id"], keys)


class Encrypted(Credentials):
    """The same by an encrypted connection, which the SDK trusts for the certificate that the server has named."""

    options = ("--tls",)

    test_the_project_is_found_by_the_region = None


class AsInTheField(unittest.TestCase):
    def serve(self, *options):
        server = Reference(*options)
        self.addCleanup(server.stop)
        return server

    def test_what_is_above_the_quota_is_throttled(self):
        client = self.serve("--quota", "2").csms()
        statuses = []
        for _ in range(6):
            try:
                statuses.append(client.list_secrets(csms.ListSecretsRequest()).status_code)
            except Exception as error:  # The SDK hides the body of a 429.
                statuses.append(error.status_code)
        self.assertEqual(statuses[:2], [200, 200])
        self.assertIn(429, statuses)

    def test_five_wrong_signatures_lock_a_key(self):
        server = self.serve()
        wrong = server.csms(server.credentials(sk="x" * 40))
        for _ in range(5):
            with self.assertRaises(Exception):
                wrong.list_secrets(csms.ListSecretsRequest())
        with self.assertRaises(Exception) as caught:
            server.csms().list_secrets(csms.ListSecretsRequest())
        self.assertIn("AK access failed to reach the limit", str(caught.exception))
