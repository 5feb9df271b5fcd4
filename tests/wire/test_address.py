"""Where we speak to: https, nothing hidden in the address, plain http to this machine alone."""

import pytest

from smart_solar import Settings, check_address


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("https://api.example.com/v1", "https://api.example.com/v1"),
        (" HTTPS://API.Example.com/v1/ ", "https://api.example.com/v1"),
        ("https://api.example.com:8443/solar/v1", "https://api.example.com:8443/solar/v1"),
        ("http://127.0.0.1:8070/v1", "http://127.0.0.1:8070/v1"),
        ("http://127.9.9.9/v1", "http://127.9.9.9/v1"),
        ("http://localhost:8070/v1", "http://localhost:8070/v1"),
        ("http://[::1]:8070/v1", "http://[::1]:8070/v1"),
    ],
)
def test_a_good_address_is_normalised(given, normal):
    assert check_address(given) == normal
    assert check_address(normal) == normal


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "https"),
        (None, "https"),
        ("api.example.com/v1", "https"),
        ("ftp://api.example.com/v1", "https"),
        ("file:///v1", "https"),
        ("http://api.example.com/v1", "https"),
        ("http://10.0.0.1/v1", "https"),
        ("http://localhost.example.com/v1", "https"),
        ("http://127.0.0.1.example.com/v1", "https"),
        ("http://0.0.0.0/v1", "https"),
        ("http://2130706433/v1", "https"),
        ("https://user@api.example.com/v1", "password"),
        ("https://user:secret@api.example.com/v1", "password"),
        ("http://localhost@example.com/v1", "password"),
        ("https://api.example.com/v1?x=1", "query"),
        ("https://api.example.com/v1?", "query"),
        ("https://api.example.com/v1#x", "fragment"),
        ("https://api.example.com", "/v1"),
        ("https://api.example.com/v2", "/v1"),
        ("https://api.example.com/../v1", "/v1"),
        ("https://api.example.com//evil/v1", "/v1"),
        ("https://api.example.com/%2e%2e/v1", "/v1"),
        ("https:///v1", "host"),
        ("https://-x.example.com/v1", "host"),
        ("https://a_b.example.com/v1", "host"),
        ("https://good.example.com\\@evil.example.com/v1", "backslash"),
        ("https://api.exa mple.com/v1", "space"),
        ("https://api.example.com\n/v1", "space"),
        ("https://äpi.example.com/v1", "ASCII"),
        ("https://api.example.com:99999/v1", "address"),
        ("https://[::1/v1", "address"),
    ],
)
def test_a_bad_address_is_refused_with_a_sentence(given, says):
    with pytest.raises(ValueError, match=says):
        check_address(given)


def test_the_settings_check_their_address_and_their_limits():
    assert Settings("https://a.example/v1/", "u", "p").base_url == "https://a.example/v1"
    with pytest.raises(ValueError, match="https"):
        Settings("http://a.example/v1", "u", "p")
    for limit in ("connect_timeout", "read_timeout", "threads", "max_body"):
        with pytest.raises(ValueError, match=limit):
            Settings("https://a.example/v1", "u", "p", **{limit: 0})
