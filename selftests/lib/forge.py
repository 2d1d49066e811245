#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Send signalling packets of a capture again, as they were or altered:

  forge.py CAPTURE FORGERY...

A forgery is words: first MESSAGE:N, the N-th packet, from 0, that begins with
this message ("Move" is Detach with Attach), -1 for the last; MESSAGE+:N counts what
was sent again, too, as with the nonce that was asked for; then what is altered.  The checksum is made right, the MAC is not.

  seq=N      add N to the move number
  xid        another transaction
  dcid       another identifier of the receiver
  mac        one bit of the MAC
  timeout=MS another TIMEOUT
  home=ADDR  another identity in SRC
  from=ADDR  another source address of the packet
  src=ADDR   the same, and in the names of the message as well
  to=ADDR    another destination
  unreachable[=ADDR]  an ICMP "protocol unreachable" that quotes the packet goes to
             its source, from its destination or ADDR
  ok=ID      instead of a Setup, the OK that answers it, of who has this identifier
  show       nothing is sent: transaction, identifiers and nonce are told, the first
             two as say.py takes them
"""

import os
import socket
import struct
import sys

from rawcsp import C, Packet, packets


def read(path):
    """IP source, IP destination and CSP packet of each, in IPv4."""
    with open(path, "rb") as f:
        data = f.read()
    at = 24
    while at + 16 <= len(data):
        length = struct.unpack("<I", data[at + 8:at + 12])[0]
        ip = data[at + 16 + 14:at + 16 + length]
        at += 16 + length
        if len(ip) > 20 and ip[0] >> 4 == 4 and ip[9] == packets.CSP:
            total = struct.unpack(">H", ip[2:4])[0]
            yield ip[12:16], ip[16:20], ip[4 * (ip[0] & 15):total]


def begins_with(packet, kind):
    first = packet.messages[0]
    if kind == "Move":
        return first.name == "DETACH" and first.code == C["CSP_SCOPE_PATH"]
    return first.name == kind.upper()


def pick(path, what):
    kind, n = what.split(":")
    again = kind.endswith("+")
    kind = kind.rstrip("+")
    found = [p for p in read(path)
             if (again or not Packet(p[2]).attempt) and
             begins_with(Packet(p[2]), kind)]
    return found[int(n)]


class Forgery:
    def __init__(self, src, dst, data):
        self.src, self.dst, self.data = src, dst, bytearray(data)
        self.quoted_by = None

    def attrs(self, name):
        """Where the values of all attributes of this name begin."""
        at = 12
        while at < len(self.data):
            end = at + struct.unpack(">H", self.data[at + 2:at + 4])[0]
            at += 12
            while at < end:
                kind, length = struct.unpack(">HH", self.data[at:at + 4])
                if kind & 0x7fff == C["CSP_A_" + name]:
                    yield at + 4
                at += (length + 3) & ~3

    def alter(self, word):
        key, _, value = word.partition("=")
        getattr(self, "alter_" + key)(value)

    def alter_seq(self, value):
        for at in self.attrs("SEQ"):
            seq = struct.unpack(">I", self.data[at:at + 4])[0] + int(value)
            self.data[at:at + 4] = struct.pack(">I", seq)

    def alter_xid(self, _):
        self.data[4:8] = os.urandom(4)

    def alter_dcid(self, _):
        at, new = 12, os.urandom(8)
        while at < len(self.data):
            self.data[at + 4:at + 12] = new
            at += struct.unpack(">H", self.data[at + 2:at + 4])[0]

    def alter_mac(self, _):
        for at in self.attrs("MAC"):
            self.data[at] ^= 1

    def alter_timeout(self, value):
        for at in self.attrs("TIMEOUT"):
            self.data[at:at + 4] = struct.pack(">I", int(value))

    def alter_home(self, value):
        for at in self.attrs("SRC"):
            self.data[at + 12:at + 16] = socket.inet_aton(value)

    def alter_from(self, value):
        self.src = socket.inet_aton(value)

    def alter_src(self, value):
        self.alter_from(value)
        for at in self.attrs("SRC"):
            self.data[at + 8:at + 12] = self.src

    def alter_to(self, value):
        self.dst = socket.inet_aton(value)

    def alter_unreachable(self, value):
        self.quoted_by = socket.inet_aton(value) if value else self.dst

    def alter_ok(self, value):
        asked, own = Packet(self.data), bytes.fromhex(value)
        ok = packets.message(
            "OK", packets.attr("LOCAL_ID", own + own),
            packets.attr("PUBKEY", os.urandom(32)),
            packets.attr("TIMEOUT", packets.u32(0)),
            dcid=asked.messages[-1].attrs["LOCAL_ID"][:8])
        self.data = bytearray(packets.csp(ok, xid=asked.xid, reply=True))
        self.src, self.dst = self.dst, self.src

    def alter_show(self, _):
        message = Packet(self.data).messages[-1]
        print(f"xid=0x{self.data[4:8].hex()} dcid={message.dcid.hex()}", end="")
        if "LOCAL_ID" in message.attrs:
            ids = message.attrs["LOCAL_ID"].hex()
            print(f" id={ids[:16]},{ids[16:]}", end="")
        if "NONCE" in message.attrs:
            print(f" nonce={message.attrs['NONCE'].hex()}", end="")
        print()
        self.data = None

    def send_quoted(self):
        src, dst = map(socket.inet_ntoa, (self.src, self.dst))
        by = socket.inet_ntoa(self.quoted_by)
        quoted = packets.ip(src, dst, packets.CSP, bytes(self.data))[:28]
        with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                           socket.IPPROTO_RAW) as s:
            s.sendto(packets.icmp_error(by, src, 3, 2, quoted), (src, 0))

    def send(self):
        if not self.data:
            return
        if self.quoted_by:
            self.send_quoted()
            return
        self.data[8:10] = bytes(2)
        self.data[8:10] = struct.pack(">H", packets.checksum(bytes(self.data)))
        # The kernel fills in length, identification and checksum.
        head = struct.pack(">BBHHHBBH", 0x45, 0, 0, 0, 0x4000, 64, packets.CSP,
                           0) + self.src + self.dst
        with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                           socket.IPPROTO_RAW) as s:
            s.sendto(head + self.data, (socket.inet_ntoa(self.dst), 0))


def main():
    for words in map(str.split, sys.argv[2:]):
        forgery = Forgery(*pick(sys.argv[1], words[0]))
        for word in words[1:]:
            forgery.alter(word)
        forgery.send()


if __name__ == "__main__":
    main()
