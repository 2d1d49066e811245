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
  amplify.py DEVICE OWN PEER AGENT homes PLAIN HIDDEN GUARDED TOKEN
                                       Setups for three home addresses of the AGENT, with
                                       a TOKEN for the last
  amplify.py DEVICE OWN PEER GATEWAY victim
                                       waits ("ready") for a Setup with the token of the
                                       GATEWAY, and asks that for blocks of who sent it

Addresses are all of IPv4, or all of IPv6.  A ping behind each request, which comes back
behind whatever was answered at once, tells when the next one can be sent.  What is
answered by way of others is waited for before.
"""

import os
import socket
import struct
import sys

from rawcsp import C, Packet, packets as p

ETH_P_IP, ETH_P_IPV6 = 0x800, 0x86dd
IPV6_HDRINCL = 36
PING_ID = 0xc5b
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
    yield "Setup in another's name", peer, setup(
        5000, src="fd00:99::9" if p.family(own) == 6 else "10.9.9.9")
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


def home_requests(own, homes, token):
    """NAME, whom to, what, whether there is an answer."""
    plain, hidden, guarded = homes

    def setup(home, *more, dport=80, proto=p.TCP):
        return p.csp(p.message("SETUP", p.conn(
            proto, p.end(own, 7000), p.end(home, dport)), own_id(), *more))

    key = p.attr("PUBKEY", os.urandom(32))
    auth = p.attr("AUTH", token)
    yield "Setup: it is elsewhere", plain, setup(plain), True
    yield "Setup of UDP", plain, setup(plain, proto=p.UDP, dport=5000), True
    yield "Setup: hidden", hidden, setup(hidden, key), True
    yield "Setup: hidden, nobody there", hidden, setup(hidden, key, dport=99), False
    yield "Setup: hidden, no key", hidden, setup(hidden), False
    yield "Setup: guarded", guarded, setup(guarded, key), True
    yield "Setup: guarded, no key", guarded, setup(guarded), True
    yield "Setup: guarded, another token", guarded, setup(
        guarded, key, p.attr("AUTH", token[:-1] + bytes([token[-1] ^ 1]))), True
    yield "Setup: guarded, with its token", guarded, setup(guarded, key, auth), True
    yield "Setup: guarded, nobody there", guarded, setup(guarded, key, auth,
                                                         dport=99), True
    yield "Change", plain, p.csp(p.message(
        "CHANGE", p.conn(p.TCP, p.end(own, 7000), p.end(plain, 80)),
        p.attr("TIMEOUT", p.u32(1000)), dcid=unknown())), False
    yield "not signalling", plain, None, True


class Prober:
    def __init__(self, device, own, peer):
        self.own, self.peer, self.pings = own, peer, 0
        self.six = p.family(own) == 6
        self.link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
        self.link.bind((device, ETH_P_IPV6 if self.six else ETH_P_IP))
        self.link.settimeout(20)
        self.raw = socket.socket(socket.AF_INET6 if self.six else socket.AF_INET,
                                 socket.SOCK_RAW, socket.IPPROTO_RAW)
        if self.six:
            self.raw.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)

    def send(self, packet, to):
        self.raw.sendto(packet, (to, 0))

    def ping(self):
        self.pings += 1
        self.send(p.ping(self.own, self.peer, PING_ID, self.pings), self.peer)

    def arrivals(self):
        """What comes for OWN, but for neighbour discovery: IP packets."""
        while True:
            data, where = self.link.recvfrom(65536)
            if where[2] == socket.PACKET_OUTGOING or \
               IP(data).dst != p.packed(self.own):
                continue
            ip = IP(data)
            if ip.proto == p.ICMPV6 and 133 <= ip.payload[0] <= 137:
                continue
            yield data[:ip.length]

    def until(self, n):
        """The first N packets, or as many as there are."""
        came = []
        try:
            for _, data in zip(range(n), self.arrivals()):
                came.append(data)
        except TimeoutError:
            pass
        return came

    def until_pong(self):
        """What comes before the answer to the last ping."""
        for data in self.arrivals():
            ip = IP(data)
            if (ip.proto, ip.payload[0]) in ((p.ICMP, 0), (p.ICMPV6, 129)):
                if struct.unpack(">HH", ip.payload[4:8]) == (PING_ID, self.pings):
                    return
                continue
            yield data

    def ask(self, packet, to, times=1, answers=0):
        """What came for it."""
        for _ in range(times):
            self.send(packet, to)
        came = self.until(answers)
        self.ping()
        return came + list(self.until_pong())


class IP:
    def __init__(self, data):
        if data[0] >> 4 == 6:
            self.proto, self.dst, at = data[6], data[24:40], 40
            self.src = socket.inet_ntop(socket.AF_INET6, data[8:24])
            self.length = 40 + struct.unpack(">H", data[4:6])[0]
        else:
            self.proto, self.dst, at = data[9], data[16:20], 4 * (data[0] & 15)
            self.src = socket.inet_ntoa(data[12:16])
            self.length = struct.unpack(">H", data[2:4])[0]
        self.payload = data[at:self.length]


def signalling(data):
    """The CSP packet in an IP packet, or None."""
    ip = IP(data)
    if ip.proto == p.CSP:
        return Packet(ip.payload)
    return Packet(ip.payload[8:]) if ip.proto == p.UDP else None


def told(data):
    packet = signalling(data)
    if packet:
        return str(packet).split(" ", maxsplit=1)[0]
    return {p.TCP: "TCP", p.ICMP: "ICMP", p.ICMPV6: "ICMP"}[IP(data).proto]


def carried(own, to, data, encap):
    if encap:
        return p.udp(own, to, PORT, PORT, data)
    return p.ip(own, to, p.CSP, data)


def show(name, packet, came):
    print(name, len(packet), sum(map(len, came)),
          " ".join(map(told, came)) or "nothing", sep="|", flush=True)


def ask_homes(prober, own, homes, token):
    for encap in (False, True):
        for name, to, data, answered in home_requests(own, homes, token):
            if data:
                packet = carried(own, to, data, encap)
            else:
                packet = p.udp(own, to, 7000, 5000, bytes(8))
            name += " (UDP)" if encap else ""
            show(name, packet, prober.ask(packet, to, answers=int(answered)))


def ask_gateway(prober, own, gateway):
    print("ready", flush=True)
    for data in prober.arrivals():
        setup = signalling(data)
        if setup and "VIA" in setup.messages[0].attrs:
            token = setup.messages[0].attrs["VIA"][8 if p.family(own) == 4 else 20:]
            break
    flood = [p.conn(0, p.end(IP(data).src), p.end(own)),
             p.attr("VIA", p.addr(gateway) + token), own_id(),
             p.attr("ERROR", p.error("FLOOD"))]

    def ask(name, *more):
        packet = carried(own, gateway, p.csp(p.message("REJECT", *flood, *more)),
                         False)
        came = prober.ask(packet, gateway)
        show(name, packet, came)
        return signalling(came[0]).messages[0].attrs

    echo = p.attr("NONCE_ECHO", ask("no echo")["NONCE"])
    ask("a block", echo)
    echo = p.attr("NONCE_ECHO", ask("again", echo)["NONCE"])
    ask("no block", echo, p.attr("TIMEOUT", p.u32(0)))


def ask_strangers(prober, own, peer, gateway, n=1, wanted=None):
    for encap in (False, True):
        for name, to, data in requests(own, peer, gateway):
            name += " (UDP)" if encap else ""
            packet = carried(own, to, data, encap)
            if wanted in (None, name):
                show(name, packet, prober.ask(packet, to, int(n)))
            if wanted == name:
                return


def main():
    device, own, peer, gateway, *more = sys.argv[1:]
    prober = Prober(device, own, peer)
    if more[:1] == ["homes"]:
        ask_homes(prober, own, more[1:4], bytes.fromhex(more[4]))
    elif more[:1] == ["victim"]:
        ask_gateway(prober, own, gateway)
    else:
        ask_strangers(prober, own, peer, gateway, *more)


if __name__ == "__main__":
    main()
