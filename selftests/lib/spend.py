#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Setups by the thousand for a host that is away, with tokens of its off-path firewall
or without:

  spend.py new N HOME       at the firewall: makes N tokens that are good once for an
                            hour; prints one a line
  spend.py show HOME SRC N [SRC N]...
                            at a client: shows those on standard input, N for each
                            source, each with a Setup of its own, a source's first
                            with the same one in each call; prints how many were
                            answered how, a line for a source.  On each line: a token,
                            and for what, if not TCP, port 80: "TOKEN udp 5000"
  spend.py send HOME PROTO PORT SRC N [SRC N]...
                            sends N Setups of each source, without tokens, from the
                            first processor, which nobody else gets meanwhile; hears
                            nothing

Numbers are those of <linux/csp_mbox.h>.
"""

import collections
import ipaddress
import itertools
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
# Of a real-time process.
PRIORITY = 50


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


def setup(src, home, number, token="", proto="tcp", port=80):
    return p.ip(src, home, p.CSP, p.csp(
        p.message("SETUP",
                  p.conn(socket.getprotobyname(proto),
                         p.end(src, 1024 + number), p.end(home, int(port))),
                  p.attr("LOCAL_ID", struct.pack(">QQ", number, 0)),
                  p.attr("PUBKEY", bytes([7]) * 32),
                  *([p.attr("AUTH", bytes.fromhex(token))] if token else [])),
        xid=number))


def raw(to, proto):
    family = socket.AF_INET6 if p.family(to) == 6 else socket.AF_INET
    return socket.socket(family, socket.SOCK_RAW, proto)


def hear(sock, waiting, verdicts):
    """Until all are answered, or nothing comes."""
    # Of IPv6 the header is left out.
    header = 20 if sock.family == socket.AF_INET else 0
    try:
        while waiting:
            reply = Packet(sock.recv(2048)[header:])
            if waiting.pop(reply.xid, None):
                verdicts[str(reply)] += 1
    except TimeoutError:
        pass


def show(src, home, tokens):
    verdicts = collections.Counter()
    setups = {n: setup(src, home, n, *t.split())
              for n, t in enumerate(tokens, 1)}
    with raw(home, socket.IPPROTO_RAW) as out, raw(home, p.CSP) as back:
        back.bind((src, 0))
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


def send(home, proto, port, *sources):
    number = 0
    setups = []
    for src, n in zip(sources[::2], sources[1::2]):
        for _ in range(int(n)):
            number += 1
            setups.append(setup(src, home, number, "", proto, port))
    with raw(home, socket.IPPROTO_RAW) as out:
        # Not sooner: the kernel lets nobody have it all for a second.
        os.sched_setaffinity(0, {0})
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
        for packet in setups:
            out.sendto(packet, (home, 0))


def main():
    what, *rest = sys.argv[1:]
    if what == "new":
        new(int(rest[0]), rest[1])
    elif what == "send":
        send(*rest)
    else:
        lines = iter(sys.stdin.read().splitlines())
        for src, n in zip(rest[1::2], rest[2::2]):
            show(src, rest[0], list(itertools.islice(lines, int(n))))


main()
