# SPDX-License-Identifier: GPL-2.0
"""
Reading signalling packets, for helpers that speak the protocol by hand.  Writing
them is in selftests/unit/packets.py.
"""

import functools
import os
import socket
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "../unit"))

import packets  # noqa: E402 pylint: disable=wrong-import-position
from csp_numbers import C  # noqa: E402 pylint: disable=wrong-import-position


@functools.lru_cache(maxsize=None)
def name(prefix, number):
    for key, value in C.items():
        if key.startswith(prefix) and value == number and \
           key not in ("CSP_MSG_OPTIONAL", "CSP_A_CRITICAL"):
            return key[len(prefix):]
    return str(number)


class Message:
    """One message: type, dcid, attributes by name of type."""

    def __init__(self, data):
        self.type, self.code, self.length = struct.unpack(">BBH", data[:4])
        self.name = name("CSP_MSG_", self.type)
        self.dcid = data[4:12]
        self.attrs = {}
        at = 12
        while at < self.length:
            kind, length = struct.unpack(">HH", data[at:at + 4])
            # Of several VIAs the first one: the sender's gateway.
            self.attrs.setdefault(name("CSP_A_", kind & 0x7fff),
                                  data[at + 4:at + length])
            at += (length + 3) & ~3

    def __str__(self):
        """As "Reject CRITICAL 99": enough to compare."""
        words = [self.name]
        if "ERROR" in self.attrs:
            code, detail = struct.unpack(">HH", self.attrs["ERROR"])
            words.append(name("CSP_ERR_", code))
            if detail:
                words.append(str(detail))
        if "VERSIONS" in self.attrs:
            words.append("%d-%d" % tuple(self.attrs["VERSIONS"][:2]))
        if "OBSERVED" in self.attrs:
            words.append("from " + socket.inet_ntoa(self.attrs["OBSERVED"][4:8]))
        return " ".join(words)


class Packet:
    """A packet from its CSP header on."""

    def __init__(self, data):
        self.version, self.flags, self.length, self.xid = \
            struct.unpack(">BBHI", data[:8])
        self.attempt = data[10]
        self.messages = []
        at = 12
        while at < self.length:
            self.messages.append(Message(data[at:self.length]))
            at += self.messages[-1].length

    def __str__(self):
        return ", ".join(map(str, self.messages))
