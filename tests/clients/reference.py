"""A reference server in a process of its own, and clients of it."""

import os
import subprocess
import unittest

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcsms.v1 import CsmsClient
from huaweicloudsdkkms.v2 import KmsClient


class Reference:
    """`dewspec serve`, and what it prints: `ids` has every value of a name."""

    def __init__(self, *options):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DEWSPEC_")}
        command = [os.environ["DEWSPEC_PROGRAM"], "serve", "--secrets", "2", "--keys", "2", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.url = None
        self.ids = {}
        for line in self.process.stdout:
            words = line.split()
            if line.startswith("listening on "):
                self.url = words[-1]
            elif len(words) == 2:
                self.ids.setdefault(words[0], []).append(words[1])
            elif line.startswith("Ctrl-C"):
                break
        if self.url is None:
            raise RuntimeError("the server did not start: " + self.process.communicate()[1])

    def __getitem__(self, name):
        """The first value of a name."""
        return self.ids[name][0]

    def stop(self):
        """Ends the server; what it wrote to standard error, and its exit code."""
        self.process.terminate()
        _, errors = self.process.communicate(timeout=20)
        return errors, self.process.returncode

    def credentials(self, **changes):
        """The access key of the first tenant, with its project."""
        values = {"ak": self["access-key"], "sk": self["secret-key"], "project_id": self["project-id"], **changes}
        return BasicCredentials(values["ak"], values["sk"], values["project_id"])

    def client(self, kind, credentials=None):
        """A client of the vendor's SDK that tries once."""
        config = HttpConfig.get_default_config()
        config.retry_times = 0
        if "cacert" in self.ids:
            config.ssl_ca_cert = self["cacert"]
        builder = kind.new_builder().with_http_config(config).with_endpoint(self.url)
        return builder.with_credentials(credentials or self.credentials()).build()

    def csms(self, credentials=None):
        return self.client(CsmsClient, credentials)

    def kms(self, credentials=None):
        return self.client(KmsClient, credentials)


class ReferenceCase(unittest.TestCase):
    """Tests that share a server."""

    options = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Reference(*cls.options)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def refused(self, status, code, call, *arguments):
        """The message of a refusal that the SDK has understood."""
        with self.assertRaises(ServiceResponseException) as caught:
            call(*arguments)
        error = caught.exception
        self.assertEqual((error.status_code, error.error_code), (status, code), error.error_msg)
        self.assertRegex(error.request_id, "^[0-9a-f]{32}$")
        return error.error_msg
