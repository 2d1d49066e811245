#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
More than there is room for:

  greedy.py tcp|udp ADDR PORT N    begins N connections at once, says "ready", and
                                   keeps what it gets of them
  greedy.py burst ADDR PORT N [recverr [M]]
                                   sends N datagrams by one UDP socket, and tells how
                                   many sends ended how; behind those of M others
"""

import collections
import errno
import signal
import socket
import sys

IP_RECVERR = 11


def begin(kind, to):
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp"
                         else socket.SOCK_DGRAM)
    sock.setblocking(False)
    try:
        sock.connect(to)
        sock.send(b"greedy")
    except BlockingIOError:
        pass
    return sock


def burst(to, n, recverr=False, m=0):
    results = collections.Counter()
    others = [begin("udp", to) for _ in range(int(m))]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, bool(recverr))
        sock.connect(to)
        for _ in range(n):
            try:
                sock.send(b"burst")
                results["sent"] += 1
            except OSError as e:
                results[errno.errorcode[e.errno]] += 1
    for other in others:
        other.close()
    print(*(f"{what} {count}" for what, count in sorted(results.items())))


def main():
    kind, addr, port, n, *more = sys.argv[1:]
    to = addr, int(port)
    if kind == "burst":
        burst(to, int(n), *more)
        return
    socks = [begin(kind, to) for _ in range(int(n))]
    print("ready", len(socks), flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
