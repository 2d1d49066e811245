#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Victims that have a gateway stop whoever sends them a Setup:

  crowd.py GATEWAY N ADDRESS...

Waits ("ready") for Setups to one ADDRESS of this host after the other, N each, with a
token of the GATEWAY, and asks for a block each, with the nonce echoed.  One line each,
"ADDRESS ANSWER", with the text that comes with it; "next" behind those of an ADDRESS.
"""

import os
import socket
import struct
import sys

from rawcsp import C, Packet, packets as p


TIME = 600000           # ms


class Victim:
    def __init__(self, addr, gateway):
        self.addr, self.gateway = addr, gateway
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, p.CSP)
        self.sock.bind((addr, 0))
        self.sock.settimeout(60)
        self.setups = []

    def recv(self):
        """A packet that is no Setup; those are kept."""
        data = self.sock.recv(65536)
        packet = Packet(data[4 * (data[0] & 15):])
        if packet.messages[0].name != "SETUP":
            return packet
        self.setups.append((socket.inet_ntoa(data[12:16]), packet.messages[0]))
        return None

    def setup(self):
        while not self.setups:
            self.recv()
        return self.setups.pop(0)

    def ask(self, attrs):
        xid = struct.unpack(">I", os.urandom(4))[0]
        self.sock.sendto(p.csp(p.message("REJECT", *attrs), xid=xid),
                         (self.gateway, 0))
        while True:
            answer = self.recv()
            if answer and answer.xid == xid and \
               answer.flags & C["CSP_F_REPLY"]:
                return answer

    def stop(self):
        src, setup = self.setup()
        attrs = [p.conn(0, p.end(src), p.end(self.addr)),
                 p.attr("VIA", p.addr(self.gateway) + setup.attrs["VIA"][8:]),
                 p.attr("LOCAL_ID", os.urandom(8) + bytes(8)),
                 p.attr("ERROR", p.error("FLOOD")),
                 p.attr("TIMEOUT", p.u32(TIME))]
        nonce = self.ask(attrs).messages[0].attrs["NONCE"]
        return self.ask(attrs + [p.attr("NONCE_ECHO", nonce)])


def main():
    gateway, n, *addrs = sys.argv[1:]
    victims = [Victim(addr, gateway) for addr in addrs]
    print("ready", flush=True)
    for victim in victims:
        for _ in range(int(n)):
            answer = victim.stop()
            text = answer.messages[0].attrs.get("TEXT", b"").decode()
            print(victim.addr, answer, text, flush=True)
        print("next", flush=True)


if __name__ == "__main__":
    main()
