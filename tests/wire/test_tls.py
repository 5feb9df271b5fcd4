"""TLS over a real socket: only a certificate of a known authority, for that very host, is talked to."""

import datetime
import ipaddress
import ssl

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from smart_solar import Unavailable

DAY = datetime.timedelta(days=1)


def _certificate(folder, address):
    """A certificate for that address, signed by itself; the file with it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "SMART Solar")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY)
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    file = folder / f"{address}.pem"
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(pem)
    )
    return file


@pytest.fixture
def encrypt(simulator, tmp_path):
    """A function that has the simulator speak TLS with a certificate for an address."""

    def encrypt(address="127.0.0.1"):
        file = _certificate(tmp_path, address)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        simulator._server.socket = context.wrap_socket(simulator._server.socket, server_side=True)
        return simulator.base_url.replace("http://", "https://"), str(file)

    return encrypt


def test_a_known_authority_is_talked_to(encrypt, connect, fleet, monkeypatch):
    url, file = encrypt()
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", file)
    connect(url=url).disable("111")
    assert fleet["111"].state == "pending_disabled"


def test_a_certificate_that_nobody_vouches_for_is_refused(encrypt, connect, fleet):
    url, _file = encrypt()
    with pytest.raises(Unavailable, match="certificate"):
        connect(url=url).disable("111")
    assert fleet["111"].state == "enabled"


def test_a_certificate_for_another_host_is_refused(encrypt, connect, fleet, monkeypatch):
    url, file = encrypt("127.0.0.2")
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", file)
    with pytest.raises(Unavailable, match="certificate"):
        connect(url=url).disable("111")
    assert fleet["111"].state == "enabled"


def test_the_environment_cannot_vouch_for_a_certificate(encrypt, connect, fleet, monkeypatch):
    url, file = encrypt()
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, file)
    with pytest.raises(Unavailable, match="certificate"):
        connect(url=url).disable("111")
    assert fleet["111"].state == "enabled"
