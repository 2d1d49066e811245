#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Someone who is asked for a nonce, and echoes what he likes:

  echo.py SOURCE OTHER_SOURCE DESTINATION PORT

PORT is that of a UDP socket there that takes Setups, or would if they got there;
both sources are addresses of this host.  One line each, "NAME: ANSWER".  Waits
for two changes of the secret: cookie_lifetime should be some seconds.
"""

import os
import socket
import struct
import sys
import time

from rawcsp import C, Packet, packets as p


class Asker:
    def __init__(self, src, dst, port):
        self.src, self.dst, self.port = src, dst, port
        self.sport = 30000
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, p.CSP)
        self.sock.bind((src, 0))
        self.sock.settimeout(60)

    def ask(self, cid, nonce=None):
        """The answer to a Setup."""
        self.sport += 1
        attrs = [p.conn(p.UDP, p.end(self.src, self.sport),
                        p.end(self.dst, self.port)),
                 p.attr("LOCAL_ID", cid + bytes(8))]
        if nonce is not None:
            attrs.append(p.attr("NONCE_ECHO", nonce))
        xid = struct.unpack(">I", os.urandom(4))[0]
        self.sock.sendto(p.csp(p.message("SETUP", *attrs), xid=xid),
                         (self.dst, 0))
        while True:
            data = self.sock.recv(65536)
            answer = Packet(data[4 * (data[0] & 15):])
            if answer.xid == xid and answer.flags & C["CSP_F_REPLY"] and \
               answer.messages[0].dcid == cid:
                return answer

    def nonce(self, cid):
        return self.ask(cid).messages[0].attrs["NONCE"]

    def new_nonce(self, cid, old):
        """Waits until the secret is another."""
        while True:
            nonce = self.nonce(cid)
            if nonce != old:
                return nonce
            time.sleep(0.05)


def main():
    src, other, dst, port = sys.argv[1:]
    a, o = Asker(src, dst, int(port)), Asker(other, dst, int(port))
    cids = [os.urandom(8) for _ in range(5)]

    def tell(name, answer):
        print(f"{name}: {answer}", flush=True)

    first = a.ask(cids[0])
    nonce = first.messages[0].attrs["NONCE"]
    tell("nothing echoed", first)
    tell("something else", a.ask(cids[0], bytes(8)))
    tell("more than that", a.ask(cids[0], nonce + bytes(4)))
    tell("that of another connection", a.ask(cids[1], nonce))
    tell("that of another source", o.ask(cids[0], nonce))
    tell("the nonce", a.ask(cids[0], nonce))
    former, old = a.nonce(cids[2]), a.nonce(cids[3])
    now = a.new_nonce(cids[4], a.nonce(cids[4]))
    tell("one of the former secret", a.ask(cids[2], former))
    a.new_nonce(cids[4], now)
    tell("one of the secret before that", a.ask(cids[3], old))


if __name__ == "__main__":
    main()
