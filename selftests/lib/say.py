#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Send one signalling packet by hand, whoever one is:

  say.py SRC DST MESSAGE WORD...

SRC and DST are the addresses in the IP header; MESSAGE is setup, ok, change, ...
Words:

  xid=N dcid=HEX reply attempt=N       of the headers
  id=HEX[,HEX]                         LOCAL_ID
  conn=PROTO,ADDR,PORT,ADDR,PORT[,DIR] CONN, SRC, DST; DIR is both, forward, reverse
  timeout=MS error=NAME text=TEXT      attributes
  syn[=PORT,PORT] udp=PORT,PORT,BYTES  PIGGYBACK
  name=NAME auth=TEXT nonce            attributes
  encap                                over UDP
"""

import socket
import sys

from rawcsp import C, packets as p

IPV6_HDRINCL = 36


class Words:
    def __init__(self):
        self.attrs, self.header, self.dcid = [], {"xid": 0x01020304}, bytes(8)
        self.encap = False

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

    def take_encap(self, _):
        self.encap = True

    def take_id(self, value):
        ids = [bytes.fromhex(i) for i in value.split(",")]
        self.add("LOCAL_ID", ids[0] + (ids[1] if len(ids) > 1 else bytes(8)))

    def take_conn(self, value):
        proto, src, sport, dst, dport, *way = value.split(",")
        number = socket.getprotobyname(proto) if not proto.isdigit() else int(proto)
        self.attrs.append(p.conn(number, p.end(src, int(sport)),
                                 p.end(dst, int(dport)),
                                 way[0].upper() if way else "BOTH"))

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
        ports = [int(i) for i in value.split(",")]
        self.add("PIGGYBACK", p.tcp_segment(*ports, 1, 0, "S"))

    def take_udp(self, value):
        sport, dport, size = (int(i) for i in value.split(","))
        self.add("PIGGYBACK", p.udp_datagram(sport, dport, bytes(size)))


def main():
    src, dst, kind = sys.argv[1:4]
    words = Words()
    for word in sys.argv[4:]:
        words.take(word)
    data = p.csp(p.message(kind.upper(), *words.attrs, dcid=words.dcid),
                 **words.header)
    if words.encap:
        port = C["CSP_UDP_PORT_DEFAULT"]
        packet = p.udp(src, dst, port, port, data)
    else:
        packet = p.ip(src, dst, p.CSP, data)
    family = socket.AF_INET6 if ":" in src else socket.AF_INET
    with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
        s.sendto(packet, (dst, 0))


if __name__ == "__main__":
    main()
