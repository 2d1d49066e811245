#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Someone who would like to have a gateway stop what is not his business:

  victim.py ADDRESS OTHER_ADDRESS GATEWAY SOURCE OTHER_SOURCE

Waits ("ready") for a Setup of SOURCE to ADDRESS with the GATEWAY's token, and tries
what can be done with that.  Both addresses are of this host.  One line each, "NAME:
ANSWER".  The last waits for the token to become too old.
"""

import os
import socket
import struct
import sys
import time

from rawcsp import C, Packet, packets as p


class Victim:
    def __init__(self, addr, gateway):
        self.addr, self.gateway = addr, gateway
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, p.CSP)
        self.sock.bind((addr, 0))
        self.sock.settimeout(60)

    def token(self):
        """From the first Setup that has one."""
        while True:
            data = self.sock.recv(65536)
            message = Packet(data[4 * (data[0] & 15):]).messages[0]
            if message.name == "SETUP" and "VIA" in message.attrs:
                return message.attrs["VIA"][8:]

    def ask(self, src, dst, token, *more, cid=None, drop=(), vias=1,
            direction="BOTH"):
        cid = cid or os.urandom(8)
        attrs = {
            "VIA": p.attr("VIA", p.addr(self.gateway) + token) * vias,
            "LOCAL_ID": p.attr("LOCAL_ID", cid + bytes(8)),
            "ERROR": p.attr("ERROR", p.error("FLOOD")),
        }
        xid = struct.unpack(">I", os.urandom(4))[0]
        message = p.message("REJECT", p.conn(0, src, dst, direction),
                            *(a for n, a in attrs.items() if n not in drop),
                            *more)
        self.sock.sendto(p.csp(message, xid=xid), (self.gateway, 0))
        while True:
            data = self.sock.recv(65536)
            answer = Packet(data[4 * (data[0] & 15):])
            if answer.xid == xid and answer.flags & C["CSP_F_REPLY"]:
                return answer


def main():
    addr, other, gateway, src, other_src = sys.argv[1:]
    v, o = Victim(addr, gateway), Victim(other, gateway)
    print("ready", flush=True)
    token = v.token()
    a, s, cid = p.end(src), p.end(addr), os.urandom(8)

    def tell(name, answer):
        print(f"{name}: {answer}", flush=True)

    def echo(nonce):
        return p.attr("NONCE_ECHO", nonce)

    first = v.ask(a, s, token, cid=cid)
    nonce = first.messages[0].attrs["NONCE"]
    tell("without an echo", first)
    tell("with another echo", v.ask(a, s, token, echo(bytes(8)), cid=cid))
    tell("with that of another request", v.ask(a, s, token, echo(nonce)))
    tell("no token", v.ask(a, s, b"", echo(nonce), cid=cid))
    tell("half a token", v.ask(a, s, token[:14], echo(nonce), cid=cid))
    tell("another token", v.ask(a, s, token[:-1] + bytes([token[-1] ^ 1]),
                                echo(nonce), cid=cid))
    tell("another source", v.ask(p.end(other_src), s, token, echo(nonce),
                                 cid=cid))
    tell("another victim", v.ask(a, p.end(other), token, echo(nonce), cid=cid))
    tell("another victim, asked by himself",
         o.ask(a, p.end(other), token, cid=cid))
    tell("somebody else", o.ask(a, s, token, echo(nonce), cid=cid))
    tell("any source", v.ask(p.end(None), s, token, echo(nonce), cid=cid))
    tell("any victim", v.ask(a, p.end(None), token, echo(nonce), cid=cid))
    tell("one port", v.ask(p.end(src, 80), s, token, echo(nonce), cid=cid))
    tell("an identity", v.ask(p.end(src, 0, other_src), s, token, echo(nonce),
                              cid=cid))
    tell("one way", v.ask(a, s, token, echo(nonce), cid=cid,
                          direction="FORWARD"))
    tell("no LOCAL_ID", v.ask(a, s, token, echo(nonce), drop=("LOCAL_ID",)))
    tell("two gateways", v.ask(a, s, token, echo(nonce), cid=cid, vias=2))
    tell("as it should be", v.ask(a, s, token, echo(nonce), cid=cid))
    # What somebody recorded is asked for another echo, and does nothing.
    more = v.ask(a, s, token, echo(nonce), cid=cid)
    tell("once more", more)
    renewal = more.messages[0].attrs["NONCE"]
    tell("renewed", v.ask(a, s, token, echo(renewal), cid=cid))
    last = v.ask(a, s, token, cid=cid).messages[0].attrs["NONCE"]
    none = p.attr("TIMEOUT", p.u32(0))
    tell("lifted", v.ask(a, s, token, echo(last), none, cid=cid))
    for name, old in ("block", nonce), ("renewal", renewal), ("end", last):
        more = v.ask(a, s, token, echo(old), cid=cid)
        tell(f"the {name} recorded", more)
    tell("blocked again",
         v.ask(a, s, token, echo(more.messages[0].attrs["NONCE"]), cid=cid))
    while str(v.ask(a, s, token, cid=cid)) != "REJECT AUTH":
        time.sleep(0.05)
    tell("too late", v.ask(a, s, token, echo(nonce), cid=cid))


if __name__ == "__main__":
    main()
