#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Send odd packets to a host, each from a port of its own from OWN_PORT (20000) on, and
tell how each was answered:

  knock.py SOURCE DESTINATION PORT [OWN_PORT]

PORT is that of a UDP socket there that takes Setups, PORT + 1 that of one that
does not want them.  One line each, "NAME: ANSWER", "-" for none.
"""

import os
import socket
import struct
import sys

from rawcsp import C, Packet, packets as p

CRITICAL = C["CSP_A_CRITICAL"]
OPTIONAL = C["CSP_MSG_OPTIONAL"]
SCTP = 132


class Knocker:
    """Makes Setups, each of a connection of its own, and collects answers."""

    def __init__(self, src, dst, port, own_port):
        self.src, self.dst, self.port = src, dst, port
        self.own_port = own_port
        self.names = {}         # xid -> name of the knock
        self.sizes = {}         # xid -> bytes
        self.cids = {}          # xid -> identifier to which the answer goes
        self.answers = {}
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, p.CSP)
        self.sock.bind((src, 0))

    def names_of(self, port=None, proto=p.UDP, **ends):
        self.own_port += 1
        src = ends.get("src", p.end(self.src, self.own_port))
        dst = ends.get("dst", p.end(self.dst, port or self.port))
        return p.conn(proto, src, dst, ends.get("direction", "BOTH"))

    def setup(self, *more, without=(), cid=None, names=None, **kwargs):
        """A Setup message; more: further attributes"""
        self.cid = cid or os.urandom(8)
        attrs = {
            "LOCAL_ID": p.attr("LOCAL_ID", self.cid + os.urandom(8)),
            "PUBKEY": p.attr("PUBKEY", os.urandom(32)),
            "TIMEOUT": p.attr("TIMEOUT", p.u32(0)),
        }
        return p.message("SETUP", names or self.names_of(**kwargs),
                         *(a for n, a in attrs.items() if n not in without),
                         *more)

    def knock(self, name, *messages, dcid=None, alter=lambda data: data,
              **header):
        xid = struct.unpack(">I", os.urandom(4))[0]
        data = alter(p.csp(*messages, xid=xid, **header))
        self.names[xid] = name
        self.sizes[xid] = len(data)
        self.cids[xid] = self.cid if dcid is None else dcid
        self.answers[name] = "-"
        self.sock.sendto(data, (self.dst, 0))

    def collect(self, last):
        """Until the last knock is answered: those before have been, then."""
        self.sock.settimeout(30)
        while self.answers[last] == "-":
            data = self.sock.recv(65536)
            data = data[4 * (data[0] & 15):]
            answer = Packet(data)
            name = self.names.get(answer.xid)
            if name and answer.flags & C["CSP_F_REPLY"]:
                self.answers[name] = str(answer) + self.fault(answer)

    def fault(self, answer):
        if answer.length > 3 * self.sizes[answer.xid]:
            return " (too long)"
        if any(m.dcid != self.cids[answer.xid] for m in answer.messages):
            return " (not to who asked)"
        return ""


def spoil(data):
    return data[:-1] + bytes([data[-1] ^ 1])


def piggyback(sport, dport, cut=0):
    return p.attr("PIGGYBACK", p.udp_datagram(sport, dport, bytes(4))[:12 - cut])


def syn(sport, dport, flags):
    return p.attr("PIGGYBACK", p.tcp_segment(sport, dport, 1, 0, flags))


def knock_all(k):
    nobody = bytes(8)

    k.knock("setup", k.setup())
    names, cid = k.names_of(), os.urandom(8)
    k.knock("first", k.setup(names=names, cid=cid))
    k.knock("again", k.setup(names=names, cid=cid))
    k.knock("nobody listens", k.setup(port=k.port + 7))
    k.knock("not wanted", k.setup(port=k.port + 1))
    k.knock("a transport that is not signalled", k.setup(proto=SCTP))

    # Section "Extension rules"
    k.knock("unknown critical attribute",
            k.setup(p.attr(99 | CRITICAL, b"1234")))
    k.knock("unknown optional attribute", k.setup(p.attr(99, b"12345")))
    k.knock("unknown critical message", p.message(0x30, dcid=b"12345678"),
            dcid=b"12345678")
    k.knock("unknown optional message", k.setup(), p.message(0x30 | OPTIONAL))
    k.knock("unknown version", k.setup(), version=2, dcid=nobody)
    k.knock("unknown version, short", version=2, alter=lambda d: d[:20])
    k.knock("unknown version, in a reply", k.setup(), version=2, reply=True)

    # Section "Parsing"
    k.knock("bad checksum", k.setup(), alter=spoil)
    k.knock("cut short", k.setup(), alter=lambda d: d[:-4])
    k.knock("no message", alter=lambda d: d + bytes(12))
    k.knock("two Setups", k.setup(), k.setup())
    k.knock("half a move", p.message("DETACH", code=C["CSP_SCOPE_PATH"]))
    stop = p.message("REJECT", k.names_of(), p.attr("ERROR", p.error("FLOOD")))
    k.knock("two notices of a flood", stop, stop)
    k.knock("no LOCAL_ID", k.setup(without=("LOCAL_ID",)))
    k.knock("attribute twice", k.setup(p.attr("TIMEOUT", p.u32(1))))
    k.knock("cid of zero", k.setup(cid=nobody), dcid=nobody)
    k.knock("v4-mapped address", k.setup(dst=p.end("::ffff:" + k.dst, k.port)))
    k.knock("padding of the link", k.setup(), alter=lambda d: d + bytes(6))

    # Section "Setup", what the responder looks at
    k.knock("no key", k.setup(without=("PUBKEY",)))
    k.knock("source translated", k.setup(src=p.end("192.0.2.77", 1)))
    k.knock("other destination", k.setup(dst=p.end("192.0.2.99", k.port)))
    k.knock("any port", k.setup(dst=p.end(k.dst, 0)))
    k.knock("piggybacked packet of others",
            k.setup(piggyback(k.own_port + 1, k.port + 1)))
    k.knock("piggybacked packet cut short",
            k.setup(piggyback(k.own_port + 1, k.port, cut=1)))
    k.knock("piggybacked SYN+ACK",
            k.setup(syn(k.own_port + 1, k.port, "SA"), proto=p.TCP))

    k.knock("Detach of nothing",
            p.message("DETACH", k.names_of(), dcid=b"87654321"),
            dcid=b"87654321")
    k.knock("last", k.setup())


def main():
    k = Knocker(*sys.argv[1:3], *map(int, (sys.argv[3:] + ["20000"])[:2]))
    knock_all(k)
    k.collect("last")
    for name, answer in k.answers.items():
        print(f"{name}: {answer}")


if __name__ == "__main__":
    main()
