#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Send one signalling packet by hand, whoever one is:

  say.py SRC DST MESSAGE WORD... [-- MESSAGE WORD...]...

SRC and DST are the addresses in the IP header, fe80::1%eth0 for one of a link;
MESSAGE is setup, ok, change, ...
Words:

  xid=N dcid=HEX reply attempt=N       of the headers
  id=HEX[,HEX]                         LOCAL_ID
  conn=PROTO,ADDR,PORT,ADDR,PORT[,DIR] CONN, SRC, DST; DIR is both, forward, reverse
  src=ADDR[,IDENTITY]                  SRC alone, as in a Register
  timeout=MS error=NAME text=TEXT      attributes
  syn=PORT,PORT[,FLAGS] udp=PORT,PORT,BYTES  PIGGYBACK
  name=NAME auth=TEXT nonce echo=HEX   attributes
  seq=N mac pubkey[=HEX]               attributes, made up if nothing is said
  via=ADDR                             attribute, with a token of zeros
  origin=ADDR                          attribute
  place=ADDR[,PORT]                    behind conn: its DST is there, and keeps its identity
  moving                               behind a Detach of the old path
  encap[=BYTES]                        over UDP; what it says of its length, if not the truth
  print                                in hexadecimal instead; for "flood"
"""

import ipaddress
import os
import socket
import sys

from rawcsp import C, packets as p

IPV6_HDRINCL = 36


class Words:
    def __init__(self):
        self.attrs, self.header, self.dcid = [], {"xid": 0x01020304}, bytes(8)
        self.encap = self.print = self.moving = False

    def add(self, kind, value):
        self.attrs.append(p.attr(kind, value))

    def take(self, word):
        key, _, value = word.partition("=")
        getattr(self, "take_" + key)(value)

    def take_xid(self, value):
        self.header["xid"] = int(value, 0)

    def take_attempt(self, value):
        self.header["attempt"] = int(value)

    def take_reply(self, _):
        self.header["reply"] = True

    def take_dcid(self, value):
        self.dcid = bytes.fromhex(value)

    def take_encap(self, value):
        self.encap = value or True

    def take_moving(self, _):
        self.moving = True

    def take_print(self, _):
        self.print = True

    def take_echo(self, value):
        self.add("NONCE_ECHO", bytes.fromhex(value))

    def take_origin(self, value):
        self.add("ORIGIN", p.addr(value))

    def take_via(self, value):
        self.add("VIA", p.addr(value) + bytes(28))

    def take_id(self, value):
        ids = [bytes.fromhex(i) for i in value.split(",")]
        self.add("LOCAL_ID", ids[0] + (ids[1] if len(ids) > 1 else bytes(8)))

    def take_conn(self, value):
        proto, src, sport, dst, dport, *way = value.split(",")
        number = socket.getprotobyname(proto) if not proto.isdigit() else int(proto)
        self.attrs.append(p.conn(number, p.end(src, int(sport)),
                                 p.end(dst, int(dport)),
                                 way[0].upper() if way else "BOTH"))

    def take_place(self, value):
        place, _, own = value.partition(",")
        conn = self.attrs.pop()
        src_at = 8              # behind CONN
        dst_at = src_at + (len(conn) - src_at) // 2
        old = conn[dst_at + 4:]
        port, addr = int.from_bytes(old[2:4], "big"), old[8:]
        self.attrs.append(conn[:dst_at] + p.attr("DST", p.end(
            place, port, str(ipaddress.ip_address(addr)), int(own or 0))))

    def take_src(self, value):
        place, _, identity = value.partition(",")
        self.add("SRC", p.end(place, identity=identity or None))

    def take_seq(self, value):
        self.add("SEQ", p.u32(int(value)))

    def take_mac(self, _):
        self.add("MAC", os.urandom(16))

    def take_pubkey(self, value):
        self.add("PUBKEY", bytes.fromhex(value) if value else os.urandom(32))

    def take_timeout(self, value):
        self.add("TIMEOUT", p.u32(int(value)))

    def take_error(self, value):
        self.add("ERROR", p.error(value.upper()))

    def take_text(self, value):
        self.add("TEXT", value.encode())

    def take_name(self, value):
        self.add("NAME", value.encode())

    def take_auth(self, value):
        self.add("AUTH", value.encode())

    def take_nonce(self, _):
        self.add("NONCE", bytes(8))

    def take_syn(self, value):
        sport, dport, *flags = value.split(",")
        self.add("PIGGYBACK", p.tcp_segment(int(sport), int(dport), 1, 0,
                                            flags[0] if flags else "S"))

    def take_udp(self, value):
        sport, dport, size = (int(i) for i in value.split(","))
        self.add("PIGGYBACK", p.udp_datagram(sport, dport, bytes(size)))


def say(src, to, kind, args):
    words = Words()
    for word in args:
        words.take(word)
    dst = to.partition("%")[0]
    messages = [p.message(kind.upper(), *words.attrs, dcid=words.dcid)]
    if words.moving:
        messages.insert(0, p.message("DETACH", code=C["CSP_SCOPE_PATH"],
                                     dcid=words.dcid))
    data = p.csp(*messages, **words.header)
    if words.encap:
        port = C["CSP_UDP_PORT_DEFAULT"]
        packet = p.udp(src, dst, port, port, data)
        if words.encap is not True:
            at = len(packet) - len(data) - 4
            packet = packet[:at] + int(words.encap).to_bytes(2, "big") + packet[at + 2:]
    else:
        packet = p.ip(src, dst, p.CSP, data)
    if words.print:
        print(packet.hex())
        return
    family = socket.AF_INET6 if ":" in src else socket.AF_INET
    with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        # The scope of an address counts only where the kernel is told its number.
        s.sendto(packet, socket.getaddrinfo(to, None, family, socket.SOCK_RAW)[0][4])


def main():
    src, to, *words = sys.argv[1:]
    message = []
    for word in words + ["--"]:
        if word != "--":
            message.append(word)
        elif message:
            say(src, to, message[0], message[1:])
            message = []


if __name__ == "__main__":
    main()
