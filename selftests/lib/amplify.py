#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
What can be had from a host, and the boxes before it, for what somebody sends whom
nobody knows:

  amplify.py DEVICE OWN PEER GATEWAY   one request of each kind, natively and over UDP;
                                       a line each: "NAME|BYTES SENT|BYTES THAT CAME|
                                       ANSWERS", bytes of IP packets on the link
  amplify.py DEVICE OWN PEER AGENT homes PLAIN HIDDEN GUARDED TOKEN
                                       Setups and moves for three home addresses of the
                                       AGENT, with a TOKEN for the last
  amplify.py DEVICE OWN AGENT AGENT gone PLAIN HIDDEN GUARDED TOKEN
                                       the same, while no host is registered
  amplify.py DEVICE OWN AGENT AGENT registers CAPTURE HOME OTHER
                                       Registers, of nobody, and of the host of HOME as
                                       they were recorded; OTHER is one that it asked
                                       for and may not have
  amplify.py DEVICE OWN PEER GATEWAY blocks
                                       requests to stop a flood, without a good token
  amplify.py DEVICE OWN PEER GATEWAY victim OTHER
                                       waits ("ready") for a Setup with the token of the
                                       GATEWAY, and asks that for blocks of who sent it;
                                       OTHER is an address of its own, too
  amplify.py DEVICE OWN GATEWAY GATEWAY blocked VICTIM
                                       what the GATEWAY stops on its way to the VICTIM
  amplify.py DEVICE OWN GATEWAY GATEWAY data VICTIM N
                                       N packets without anything in them
  ... N NAME                           N copies of the request NAME, at once; of
                                       "victim" N, of the first

Addresses are all of IPv4, or all of IPv6.  A ping behind each request, which comes back
behind whatever was answered at once, tells when the next one can be sent.  What is
answered by way of others is waited for before.
"""

import os
import socket
import struct
import sys
import time

from rawcsp import C, Packet, packets as p

ETH_P_IP, ETH_P_IPV6 = 0x800, 0x86dd
IPV6_HDRINCL = 36
PING_ID = 0xc5b
# A transport that nobody here has, and that any packet may be of.
ESP = 50
PORT = C["CSP_UDP_PORT_DEFAULT"]


def unknown():
    return os.urandom(8)


def own_id():
    return p.attr("LOCAL_ID", os.urandom(8) + bytes(8))


def move(own, peer):
    """The messages of a move to OWN."""
    return (p.message("DETACH", code=C["CSP_SCOPE_PATH"], dcid=unknown()),
            p.message("ATTACH", p.conn(p.TCP, p.end(own, 7000), p.end(peer, 80)),
                      own_id(), p.attr("SEQ", p.u32(1)),
                      p.attr("NONCE", bytes(8)), p.attr("MAC", bytes(16)),
                      dcid=unknown()))


def requests(own, peer, gateway):
    """NAME, whom to, what: the shortest that is answered."""
    def conn(port, src=own, proto=p.UDP, sport=7000):
        return p.conn(proto, p.end(src, sport), p.end(peer, port))

    def setup(port, *more, **names):
        return p.csp(p.message("SETUP", conn(port, **names), own_id(), *more))

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
    yield "Attach", peer, p.csp(move(own, peer)[1])
    yield "Detach, Attach", peer, p.csp(*move(own, peer))
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
    """NAME, whom to, what, how many answers come."""
    plain, hidden, guarded = homes

    def setup(home, *more, dport=80, proto=p.TCP, dst=None):
        return p.csp(p.message("SETUP", p.conn(
            proto, p.end(own, 7000), p.end(dst or home, dport)), own_id(), *more))

    key = p.attr("PUBKEY", os.urandom(32))
    auth = p.attr("AUTH", token)
    yield "Setup: it is elsewhere", plain, setup(plain), 1
    yield "Setup of UDP", plain, setup(plain, proto=p.UDP, dport=5000), 1
    yield "Setup: not whom it names", plain, setup(plain, dst=hidden), 1
    yield "Setup: hidden", hidden, setup(hidden, key), 1
    yield "Setup: hidden, nobody there", hidden, setup(hidden, key, dport=99), 0
    yield "Setup: hidden, no key", hidden, setup(hidden), 0
    yield "Setup: guarded", guarded, setup(guarded, key), 1
    yield "Setup: guarded, no key", guarded, setup(guarded), 1
    yield "Setup: guarded, of SCTP", guarded, setup(guarded, key, proto=132), 1
    yield "Setup: guarded, another token", guarded, setup(
        guarded, key, p.attr("AUTH", token[:-1] + bytes([token[-1] ^ 1]))), 1
    yield "Setup: guarded, with its token", guarded, setup(guarded, key, auth), 1
    yield "Setup: guarded, nobody there", guarded, setup(guarded, key, auth,
                                                         dport=99), 1
    yield "Detach, Attach", plain, p.csp(*move(own, plain)), 1
    yield "Detach, Attach: hidden", hidden, p.csp(*move(own, hidden)), 0
    yield "Detach, Attach: guarded", guarded, p.csp(*move(own, guarded)), 0


def away_requests(own, home):
    """What goes on to the home network while the host is nowhere."""
    yield "Change", home, p.csp(p.message(
        "CHANGE", p.conn(p.TCP, p.end(own, 7000), p.end(home, 80)),
        p.attr("TIMEOUT", p.u32(1000)), dcid=unknown())), 0
    yield "Attach", home, p.csp(move(own, home)[1]), 0
    yield "an answer", home, p.csp(p.message("OK", own_id(), dcid=unknown()),
                                   reply=True), 0
    yield "not signalling", home, p.udp(own, home, 7000, 5000, bytes(8)), 1
    yield "not signalling, one byte", home, p.ip(own, home, ESP, bytes(1)), 1


def altered(data, at):
    """A bit of a CSP packet, and the checksum of it."""
    data = bytearray(data)
    data[at] ^= 1
    data[8:10] = bytes(2)
    data[8:10] = struct.pack(">H", p.checksum(bytes(data)))
    return bytes(data)


def register_requests(own, agent, home, ours, others):
    """OURS, OTHERS: those recorded, by number."""
    src = p.attr("SRC", p.end(own, identity=home))
    proof = p.attr("SEQ", p.u32(1000)), p.attr("MAC", bytes(16))
    last = ours[max(ours)]
    yield "Register of nobody", agent, p.csp(p.message(
        "REGISTER", src, own_id(), *proof))
    yield "Register, another key", agent, p.csp(p.message(
        "REGISTER", src, own_id(), p.attr("PUBKEY", os.urandom(32)), *proof))
    yield "Register, MAC wrong", agent, altered(last, -1)
    yield "Register, recorded", agent, last
    yield "Register, older", agent, ours[min(ours)]
    yield "Register, not its address", agent, others[max(others)]
    yield "OK of a host, MAC wrong", agent, p.csp(p.message(
        "OK", src, own_id(), *proof, dcid=unknown()), reply=True)


def block_requests(own, peer, gateway):
    via = p.attr("VIA", p.addr(gateway) + bytes(28))
    flood = p.attr("ERROR", p.error("FLOOD"))

    def ask(*more, ports=0, own_id=own_id(), error=flood, **names):
        return p.csp(p.message("REJECT", p.conn(
            0, p.end(peer, ports), p.end(own)), own_id, error, *more), **names)

    yield "nothing but a token", gateway, p.csp(p.message("REJECT", via, flood))
    yield "no identifier", gateway, ask(via, own_id=b"")
    yield "two gateways", gateway, ask(via, via)
    yield "one port", gateway, ask(via, ports=80)
    yield "an empty token", gateway, ask(p.attr("VIA", p.addr(gateway)))
    yield "another token", gateway, ask(via)
    yield "another token, and an echo", gateway, ask(
        via, p.attr("NONCE_ECHO", bytes(8)), p.attr("TIMEOUT", p.u32(0)))
    yield "another error", gateway, ask(via, error=p.attr("ERROR", p.error("POLICY")))
    yield "a notice of a block", gateway, ask()
    yield "a block, as an answer", gateway, ask(via, reply=True)


def stopped_requests(own, victim):
    yield "Setup, stopped", victim, p.csp(p.message(
        "SETUP", p.conn(p.UDP, p.end(own, 7000), p.end(victim, 5000)), own_id()))
    yield "move, stopped", victim, p.csp(*move(own, victim))
    yield "answer, stopped", victim, p.csp(
        p.message("OK", own_id(), dcid=unknown()), reply=True)


def recorded(path, home):
    """The Registers of a capture that are for HOME, by number."""
    with open(path, "rb") as f:
        data = f.read()
    found, at = {}, 24
    while at + 16 <= len(data):
        length = struct.unpack("<I", data[at + 8:at + 12])[0]
        frame = data[at + 16:at + 16 + length]
        at += 16 + length
        if struct.unpack(">H", frame[12:14])[0] not in (ETH_P_IP, ETH_P_IPV6) or \
           IP(frame[14:]).proto != p.CSP:
            continue
        packet = IP(frame[14:]).payload
        message = Packet(packet).messages[0]
        if message.name == "REGISTER" and \
           message.attrs["SRC"].endswith(p.packed(home)):
            found[struct.unpack(">I", message.attrs["SEQ"])[0]] = packet
    return found


class Prober:
    def __init__(self, device, own, peer):
        self.device, self.own, self.peer, self.pings = device, own, peer, 0
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


def show(name, packet, came, times=1):
    print(name, times * len(packet), sum(map(len, came)),
          " ".join(map(told, came)) or "nothing", sep="|", flush=True)


def carried(own, to, data, encap):
    if data[0] >> 4 in (4, 6):
        return data             # IP already
    if encap:
        return p.udp(own, to, PORT, PORT, data)
    return p.ip(own, to, p.CSP, data)


def ask_all(prober, make, n=1, wanted=None, ways=(False, True)):
    """What MAKE() yields: NAME, whom to, what, how many answers to wait for."""
    for encap in ways:
        for name, to, data, *answers in make():
            name += " (UDP)" if encap else ""
            if wanted in (None, name):
                packet = carried(prober.own, to, data, encap)
                show(name, packet, prober.ask(packet, to, int(n), *answers), int(n))


def ask_homes(prober, homes, token, *more):
    def make():
        yield from home_requests(prober.own, homes, bytes.fromhex(token))
        yield from away_requests(prober.own, homes[0])
    ask_all(prober, make, *more)


def ask_gone(prober, homes, token):
    # All of it is answered by the agent, which is pinged.
    ask_all(prober, lambda: (r[:3] for r in home_requests(
        prober.own, homes, bytes.fromhex(token))))


def ask_registers(prober, agent, path, home, other, *more):
    ours, others = recorded(path, home), recorded(path, other)
    ask_all(prober, lambda: register_requests(prober.own, agent, home, ours, others),
            *more)


def ask_stopped(prober, victim, *more):
    # Natively: over UDP it is data.
    ask_all(prober, lambda: stopped_requests(prober.own, victim), *more,
            ways=(False,))
    if more:
        return
    # A notice: after a second, and two packets.
    packet = p.ip(prober.own, victim, ESP, b"")
    for _ in range(100):
        came = prober.ask(packet, victim, 2)
        if came:
            break
        time.sleep(0.1)
    show("two packets, stopped", packet, came, 2)


def send_data(prober, victim, n):
    packet = p.ip(prober.own, victim, ESP, b"")
    show("data", packet, prober.ask(packet, victim, int(n)), int(n))


def ask_gateway(prober, own, gateway, other, n=0):
    print("ready", flush=True)
    for data in prober.arrivals():
        setup = signalling(data)
        if setup and "VIA" in setup.messages[0].attrs:
            token = setup.messages[0].attrs["VIA"][8 if p.family(own) == 4 else 20:]
            break
    flood = [p.conn(0, p.end(IP(data).src), p.end(own)),
             p.attr("VIA", p.addr(gateway) + token), own_id(),
             p.attr("ERROR", p.error("FLOOD"))]

    def ask(name, *more, by=prober, times=1):
        packet = carried(by.own, gateway, p.csp(p.message("REJECT", *flood, *more)),
                         False)
        came = by.ask(packet, gateway, times)
        show(name, packet, came, times)
        return signalling(came[0]).messages[0].attrs if came else {}

    if n:
        ask("no echo", times=int(n))
        return
    ask("another echo", p.attr("NONCE_ECHO", bytes(8)))
    ask("from another address", by=Prober(prober.device, other, prober.peer))
    echo = p.attr("NONCE_ECHO", ask("no echo")["NONCE"])
    ask("a block", echo)
    echo = p.attr("NONCE_ECHO", ask("again", echo)["NONCE"])
    ask("no block", echo, p.attr("TIMEOUT", p.u32(0)))


def main():
    device, own, peer, gateway, *more = sys.argv[1:]
    prober = Prober(device, own, peer)
    match more:
        case "homes", plain, hidden, guarded, token, *more:
            ask_homes(prober, (plain, hidden, guarded), token, *more)
        case "gone", plain, hidden, guarded, token:
            ask_gone(prober, (plain, hidden, guarded), token)
        case "registers", *more:
            ask_registers(prober, gateway, *more)
        case "blocks", *more:
            ask_all(prober, lambda: block_requests(own, peer, gateway), *more)
        case "blocked", *more:
            ask_stopped(prober, *more)
        case "data", victim, n:
            send_data(prober, victim, n)
        case "victim", *more:
            ask_gateway(prober, own, gateway, *more)
        case _:
            ask_all(prober, lambda: requests(own, peer, gateway), *more)


if __name__ == "__main__":
    main()
