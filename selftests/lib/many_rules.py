#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Rules of a box by the thousand, and what a Setup costs with them:

  many_rules.py add N        N rules, for as many destinations and ports
  many_rules.py alike N      N rules that differ in nothing but their source ports
  many_rules.py ranges N     N rules that differ in nothing but a range of ports
  many_rules.py lengths N    N rules, at most 1024, no two with prefixes of the
                             same lengths
  many_rules.py insert N     N rules, each before the one that was inserted last
  many_rules.py time N SRC DST PORT  send N Setups; prints microseconds for each
  many_rules.py try PROTO NAME...  send a Setup for each: SRC,PORT,DST,PORT

Numbers are those of <linux/csp_mbox.h>.
"""

import os
import socket
import struct
import sys
import time

from genl import Netlink, attribute, find_family
from rawcsp import packets as p
from say import say

RULE_ADD = 2
BEFORE, ACTION, SRC, SRC_LEN, DST, DST_LEN, PROTO = 2, 3, 8, 9, 10, 11, 12
SPORT, DPORT, DPORT_MAX, TEXT = 13, 15, 16, 22
ACCEPT, REJECT = 0, 2


def u32(kind, value):
    return attribute(kind, struct.pack("=I", value))


def add(netlink, family, *attrs):
    answer, code, text = netlink.talk(family, RULE_ADD, b"".join(attrs))
    if code:
        sys.exit(f"{os.strerror(code)}: {text}")
    return struct.unpack("=I", answer[4:8])[0]


def add_many(n):
    netlink = Netlink()
    family = find_family(netlink, "csp_mbox")
    for i in range(n):
        # A few shapes, as people have them.
        attrs = [attribute(ACTION, bytes([REJECT])),
                 attribute(DST, bytes([192, 168, i >> 8 & 255, i & 255]))]
        if i % 2:
            attrs.append(attribute(PROTO, bytes([6])))
        if i % 3:
            attrs.append(attribute(DPORT, struct.pack("=H", 1 + i)))
        add(netlink, family, *attrs)


def add_alike(n):
    netlink = Netlink()
    family = find_family(netlink, "csp_mbox")
    for i in range(n):
        add(netlink, family, attribute(ACTION, bytes([REJECT])),
            attribute(SPORT, struct.pack("=H", 40000 + i)))


def add_ranges(n):
    netlink = Netlink()
    family = find_family(netlink, "csp_mbox")
    for i in range(n):
        add(netlink, family, attribute(ACTION, bytes([REJECT])),
            attribute(DPORT, struct.pack("=H", 20000 + i)),
            attribute(DPORT_MAX, struct.pack("=H", 20001 + i)))


def prefix(addr, length):
    return struct.pack(">I", addr >> 32 - length << 32 - length)


def add_lengths(n):
    netlink = Netlink()
    family = find_family(netlink, "csp_mbox")
    for i in range(n):
        src, dst = 1 + i // 32, 1 + i % 32
        # Beginning with a one: nothing in 10.0.0.0/8 matches.
        add(netlink, family, attribute(ACTION, bytes([REJECT])),
            attribute(SRC, prefix(0xc0000201, src)),
            attribute(SRC_LEN, bytes([src])),
            attribute(DST, prefix(0xc0a80001, dst)),
            attribute(DST_LEN, bytes([dst])))


def insert_many(n):
    netlink = Netlink()
    family = find_family(netlink, "csp_mbox")
    before = 0
    for i in range(n):
        before = add(netlink, family, u32(BEFORE, before),
                     attribute(ACTION, bytes([REJECT])),
                     attribute(DPORT, struct.pack("=H", 60000)),
                     attribute(TEXT, b"%d\0" % i))


def time_setups(n, src, dst, port):
    data = [p.ip(src, dst, p.CSP, p.csp(
        p.message("SETUP", p.conn(6, p.end(src, 1000 + i), p.end(dst, port)),
                  p.attr("LOCAL_ID", os.urandom(16))), xid=1 + i))
        for i in range(n)]
    with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                       socket.IPPROTO_RAW) as s:
        start = time.monotonic()
        for packet in data:
            s.sendto(packet, (dst, 0))
        print(round((time.monotonic() - start) * 1e6 / n))


def try_each(proto, names):
    for xid, name in enumerate(names, 1):
        src, _, dst, _ = name.split(",")
        say(src, dst, "setup", [f"xid={xid}", "id=c1c1c1c1c1c1c1c1",
                                f"conn={proto},{name}"])


def main():
    what, n, *rest = sys.argv[1:]
    if what == "add":
        add_many(int(n))
    elif what == "alike":
        add_alike(int(n))
    elif what == "ranges":
        add_ranges(int(n))
    elif what == "lengths":
        add_lengths(int(n))
    elif what == "insert":
        insert_many(int(n))
    elif what == "try":
        try_each(n, rest)
    else:
        time_setups(int(n), rest[0], rest[1], int(rest[2]))


main()
