#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Tokens of an off-path firewall by the thousand:

  spend.py new N HOME       at the firewall: makes N tokens that are good once for an
                            hour; prints one a line
  spend.py show SRC HOME    at a client: shows those on standard input, each with a
                            Setup of its own; prints how many were answered how

Numbers are those of <linux/csp_mbox.h>.
"""

import collections
import ipaddress
import os
import socket
import struct
import sys

from genl import Netlink, attribute, attributes, find_family
from rawcsp import Packet, packets as p

TOKEN_NEW = 25
HOME, LIFETIME, TOKEN = 1, 6, 8
# No more on their way at once, and so long until they are sent again.
WINDOW, PATIENCE = 64, 10


def new(n, home):
    netlink = Netlink()
    family = find_family(netlink, "csp_mbox")
    what = attribute(HOME, ipaddress.ip_address(home).packed) + \
        attribute(LIFETIME, struct.pack("=I", 3600))
    for _ in range(n):
        answer, code, text = netlink.talk(family, TOKEN_NEW, what)
        if code:
            sys.exit(f"{os.strerror(code)}: {text}")
        print(dict(attributes(answer))[TOKEN].hex())


def setup(src, home, number, token):
    return p.ip(src, home, p.CSP, p.csp(
        p.message("SETUP",
                  p.conn(p.TCP, p.end(src, 1024 + number), p.end(home, 80)),
                  p.attr("LOCAL_ID", struct.pack(">QQ", number, 0)),
                  p.attr("PUBKEY", bytes([7]) * 32),
                  p.attr("AUTH", token)), xid=number))


def hear(sock, waiting, verdicts):
    """Until all are answered, or nothing comes."""
    try:
        while waiting:
            reply = Packet(sock.recv(2048)[20:])
            if waiting.pop(reply.xid, None):
                verdicts[str(reply)] += 1
    except TimeoutError:
        pass


def show(src, home, tokens):
    verdicts = collections.Counter()
    setups = {n: setup(src, home, n, bytes.fromhex(t))
              for n, t in enumerate(tokens, 1)}
    with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                       socket.IPPROTO_RAW) as out, \
         socket.socket(socket.AF_INET, socket.SOCK_RAW, p.CSP) as back:
        back.settimeout(PATIENCE)
        while setups:
            waiting = dict(list(setups.items())[:WINDOW])
            for number in waiting:
                out.sendto(setups[number], (home, 0))
            sent = list(waiting)
            hear(back, waiting, verdicts)
            for number in sent:
                if number not in waiting:
                    del setups[number]
    print(*(f"{count} {what}" for what, count in sorted(verdicts.items())),
          sep=", ")


def main():
    what, *rest = sys.argv[1:]
    if what == "new":
        new(int(rest[0]), rest[1])
    else:
        show(rest[0], rest[1], sys.stdin.read().split())


main()
