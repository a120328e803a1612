"""What all tests share: no network, and small made-up tables."""

import socket

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, database=None)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _no_network(request, monkeypatch):
    """Refuse every connection that leaves the machine; browser tests talk to their browser on this one."""
    if request.node.get_closest_marker("browser"):
        return

    def refuse(*_args, **_kwargs):
        pytest.fail("a test tried to use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
