#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
What can be had from a host, and the boxes before it, for what somebody sends whom
nobody knows:

  amplify.py DEVICE OWN PEER GATEWAY   one request of each kind, natively and over UDP;
                                       a line each: "NAME|BYTES SENT|BYTES THAT CAME|
                                       ANSWERS", bytes of IP packets on the link
  amplify.py DEVICE OWN PEER GATEWAY N NAME
                                       N copies of the request NAME, at once

A ping behind each request, which comes back behind whatever was answered at once, tells
when the next one can be sent.
"""

import os
import socket
import struct
import sys

from rawcsp import C, Packet, packets as p

ETH_P_IP = 0x800
PORT = C["CSP_UDP_PORT_DEFAULT"]


def unknown():
    return os.urandom(8)


def own_id():
    return p.attr("LOCAL_ID", os.urandom(8) + bytes(8))


def requests(own, peer, gateway):
    """NAME, whom to, what: the shortest that is answered."""
    def conn(port, src=own, proto=p.UDP, sport=7000):
        return p.conn(proto, p.end(src, sport), p.end(peer, port))

    def setup(port, *more, **names):
        return p.csp(p.message("SETUP", conn(port, **names), own_id(), *more))

    move = [p.attr("SEQ", p.u32(1)), p.attr("NONCE", bytes(8)),
            p.attr("MAC", bytes(16))]
    again = setup(5000, sport=7001)
    flood = [p.conn(0, p.end(own), p.end(own)),
             p.attr("VIA", p.addr(gateway) + bytes(28)), own_id(),
             p.attr("ERROR", p.error("FLOOD"))]
    register = [p.attr("SRC", p.end(own)), own_id(), p.attr("NONCE", bytes(8)),
                p.attr("TIMEOUT", p.u32(1000)), p.attr("PUBKEY", bytes(32))]
    detach = [p.message("DETACH", dcid=unknown()) for _ in range(20)]
    yield "Setup: nobody there", peer, setup(99)
    yield "Setup", peer, setup(5000)
    yield "Setup with a SYN", peer, setup(
        80, p.attr("PIGGYBACK", p.tcp_segment(7000, 80, 1, 0, "S")), proto=p.TCP)
    yield "Setup, refused by a rule", peer, setup(81)
    yield "Setup, redirected by a rule", peer, setup(82)
    yield "Setup in another's name", peer, setup(5000, src="10.9.9.9")
    yield "Setup without identifier", peer, p.csp(p.message("SETUP", conn(5000)))
    yield "Setup, answered again", peer, again
    yield "Setup, answered again", peer, again
    yield "Attach", peer, p.csp(p.message("ATTACH", conn(5000), own_id(), *move,
                                          dcid=unknown()))
    yield "Detach, Attach", peer, p.csp(
        p.message("DETACH", code=C["CSP_SCOPE_PATH"], dcid=unknown()),
        p.message("ATTACH", conn(5000), own_id(), *move, dcid=unknown()))
    yield "Change", peer, p.csp(p.message(
        "CHANGE", conn(5000), p.attr("TIMEOUT", p.u32(1000)), dcid=unknown()))
    yield "Detach", peer, p.csp(detach[0])
    yield "20 Detaches", peer, p.csp(*detach)
    yield "another version", peer, p.csp(detach[0], version=9)
    yield "unknown attribute", peer, setup(5000, p.attr(p.CRITICAL | 99))
    yield "unknown message", peer, p.csp(p.message(99))
    yield "Register", peer, p.csp(p.message("REGISTER", *register))
    yield "Register, at a box", gateway, p.csp(p.message("REGISTER", *register))
    yield "stop a flood", peer, p.csp(p.message("REJECT", *flood))
    yield "stop a flood, at a gateway", gateway, p.csp(p.message("REJECT", *flood))
    yield "OK that nobody wants", peer, p.csp(
        p.message("OK", own_id(), dcid=unknown()), reply=True)
    yield "half a message", peer, p.csp(p.message("DETACH"))[:-4]


class Prober:
    def __init__(self, device, own, peer):
        self.own, self.peer, self.pings = own, peer, 0
        self.link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
        self.link.bind((device, ETH_P_IP))
        self.link.settimeout(60)
        self.raw = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                 socket.IPPROTO_RAW)

    def send(self, packet, to):
        self.raw.sendto(packet, (to, 0))

    def ping(self):
        self.pings += 1
        echo = struct.pack(">BBHHH", 8, 0, 0, 0xc5b, self.pings)
        check = struct.pack(">H", p.checksum(echo))
        self.send(p.ip(self.own, self.peer, p.ICMP, echo[:2] + check + echo[4:]),
                  self.peer)

    def until_pong(self):
        """What comes before the answer to the last ping."""
        while True:
            data, where = self.link.recvfrom(65536)
            if where[2] == socket.PACKET_OUTGOING or \
               data[16:20] != socket.inet_aton(self.own):
                continue
            data = data[:struct.unpack(">H", data[2:4])[0]]
            head = 4 * (data[0] & 15)
            if data[9] == p.ICMP and data[head] == 0:
                if struct.unpack(">HH", data[head + 4:head + 8]) == (0xc5b, self.pings):
                    return
                continue
            yield data


def told(data):
    head = 4 * (data[0] & 15)
    if data[9] == p.CSP:
        return str(Packet(data[head:])).split(" ")[0]
    if data[9] == p.UDP:
        return str(Packet(data[head + 8:])).split(" ")[0]
    return {p.TCP: "TCP", p.ICMP: "ICMP"}[data[9]]


def carried(own, to, data, encap):
    if encap:
        return p.udp(own, to, PORT, PORT, data)
    return p.ip(own, to, p.CSP, data)


def main():
    device, own, peer, gateway, *more = sys.argv[1:]
    prober = Prober(device, own, peer)
    for encap in (False, True):
        for name, to, data in requests(own, peer, gateway):
            name += " (UDP)" if encap else ""
            packet = carried(own, to, data, encap)
            if more and more[1] != name:
                continue
            for _ in range(int(more[0]) if more else 1):
                prober.send(packet, to)
            prober.ping()
            came = list(prober.until_pong())
            print(name, len(packet), sum(map(len, came)),
                  " ".join(map(told, came)) or "nothing", sep="|", flush=True)
            if more:
                return


if __name__ == "__main__":
    main()
