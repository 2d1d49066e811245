#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
A peer that answers Setups in odd ways, chosen by the port that is called:

  odd_peer.py DEVICE [ADDRESS...]

is at each ADDRESS, or 10.0.0.2, prints "ready" and goes on until it is killed.  The
host's own module must not see the Setups: drop them with nftables, this program gets
them before that.
"""

import itertools
import os
import socket
import struct
import sys

from rawcsp import C, Packet, packets as p

ETH_P_IP = 0x0800


class Call:
    """A Setup, and how to answer it."""

    def __init__(self, ip_header, packet):
        self.packet = packet
        self.setup = packet.messages[0]
        self.cid = self.setup.attrs["LOCAL_ID"][:8]
        self.caller = socket.inet_ntoa(ip_header[12:16])
        self.called = socket.inet_ntoa(ip_header[16:20])
        self.port = struct.unpack(">H", self.setup.attrs["DST"][2:4])[0]
        self.own_port = struct.unpack(">H", self.setup.attrs["SRC"][2:4])[0]

    def answer(self, *messages, xid=None, **header):
        data = p.csp(*messages, xid=self.packet.xid if xid is None else xid,
                     reply=True, attempt=self.packet.attempt, **header)
        out.sendto(p.ip(self.called, self.caller, p.CSP, data),
                   (self.caller, 0))

    def reject(self, code, *more, detail=0, dcid=None, **kwargs):
        error = struct.pack(">HH", code, detail)
        self.answer(p.message("REJECT", p.attr("ERROR", error), *more,
                              dcid=self.cid if dcid is None else dcid),
                    **kwargs)

    def ok(self, *without, offers=(), more=()):
        attrs = {
            "LOCAL_ID": p.attr("LOCAL_ID", os.urandom(16)),
            "PUBKEY": p.attr("PUBKEY", os.urandom(32)),
        }
        self.answer(p.message("OK", *(a for n, a in attrs.items()
                                      if n not in without), *more,
                              dcid=self.cid),
                    *(self.offer(a) for a in offers))

    def offer(self, addr):
        return p.message("ATTACH", p.conn(
            p.UDP, p.end(addr, self.port), p.end(self.caller, self.own_port)),
                         dcid=self.cid)

    def redirect(self, dst, src=None):
        """To names that are ends of packets.py; SRC as it was, unless told."""
        self.answer(p.message(
            "REDIRECT", p.attr("CONN", self.setup.attrs["CONN"]),
            p.attr("SRC", src or self.setup.attrs["SRC"]),
            p.attr("DST", dst), p.attr("ORIGIN", p.addr("192.0.2.1")),
            dcid=self.cid))


def elsewhere(call):
    call.redirect(p.end("10.0.0.3", call.port, call.called, 80))


def other_port(call):
    call.redirect(p.end("10.0.0.3", call.port, call.called, 80),
                  p.end(call.caller, call.own_port, own=40077))


def round_and_round(call):
    call.redirect(p.end("10.0.0.2", call.port))


def impossible(call):
    """Other identities, and places where nobody can be."""
    call.redirect(p.end("10.0.0.3", call.port, "10.0.0.9"))
    call.redirect(p.end("10.0.0.3", call.port + 1, call.called))
    call.redirect(p.end("127.0.0.1", call.port, call.called))
    call.redirect(p.end("224.0.0.1", call.port, call.called))
    call.redirect(p.end("0.0.0.0", call.port, call.called))
    call.redirect(p.end("10.0.0.255", call.port, call.called))
    call.redirect(p.end(call.caller, call.port, call.called))
    call.redirect(p.end("10.0.0.3", call.port, call.called),
                  p.end("10.0.0.9", call.own_port))
    call.reject(C["CSP_ERR_POLICY"])


def odd_offers(call):
    """One is another host's."""
    call.ok(offers=("224.0.0.1", "10.0.0.255", "10.0.0.3", "127.0.0.1",
                    call.caller))


def policy(call):
    call.reject(C["CSP_ERR_POLICY"], p.attr("TEXT", b"not on Sundays"),
                p.attr("ORIGIN", p.addr("192.0.2.1")))


def forged(call):
    """Three that nobody on the path would send, then a good one."""
    call.reject(C["CSP_ERR_POLICY"], dcid=os.urandom(8))
    call.reject(C["CSP_ERR_POLICY"], xid=call.packet.xid ^ 1)
    call.reject(C["CSP_ERR_POLICY"], dcid=bytes(8))
    call.reject(C["CSP_ERR_AUTH"])


def version(call):
    call.reject(C["CSP_ERR_VERSION"], p.attr("VERSIONS", bytes([2, 3, 0, 0])),
                dcid=bytes(8))


def long_text(call):
    call.reject(C["CSP_ERR_POLICY"], p.attr("TEXT", b"x" * 127))


def busy_once(call):
    """Busy at first, then of another opinion."""
    if call.packet.attempt == 0:
        call.reject(C["CSP_ERR_BUSY"])
    else:
        call.reject(C["CSP_ERR_POLICY"])


def incomplete(call):
    """An OK without identifiers is none; the next answer counts."""
    if call.packet.attempt == 0:
        call.ok("LOCAL_ID")
    else:
        call.reject(C["CSP_ERR_POLICY"])


def boxes(call):
    """Each connection goes through two that nobody has heard of."""
    ids = numbers.setdefault(call.cid, (next(number), next(number)))
    call.ok(more=epoch((ids[0], 1000), (ids[1], 1000)))


def restarted(call):
    """The first box has begun anew, as has one that is unknown."""
    call.ok(more=epoch((1, 0), (999999, 0)))


def epoch(*boxes_ages):
    """What is said by boxes that grant time."""
    return (p.attr("TIMEOUT", p.u32(600000)),
            p.attr("EPOCH", b"".join(struct.pack(">II", *b)
                                     for b in boxes_ages)))


def code(number, detail=0):
    return lambda call: call.reject(number, detail=detail)


# Ports from 1000 on: Reject of that code, less 1000.
ANSWERS = {
    2001: policy, 2002: forged, 2003: version, 2004: long_text,
    2005: busy_once, 2006: incomplete, 2007: code(999, 7),
    2010: elsewhere, 2011: other_port, 2012: round_and_round,
    2013: impossible, 2014: odd_offers,
    2020: boxes, 2021: restarted,
}


def main():
    addresses = sys.argv[2:] or ["10.0.0.2"]
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                         socket.htons(ETH_P_IP))
    sock.bind((sys.argv[1], ETH_P_IP))
    print("ready", flush=True)
    while True:
        data, where = sock.recvfrom(65536)
        if where[2] == socket.PACKET_OUTGOING or data[9] != p.CSP:
            continue
        packet = Packet(data[4 * (data[0] & 15):])
        if packet.messages[0].name != "SETUP":
            continue
        call = Call(data[:20], packet)
        if call.called not in addresses:
            continue
        ANSWERS.get(call.port, code(call.port - 1000))(call)


number, numbers = itertools.count(1), {}
out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
main()
