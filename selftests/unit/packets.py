# SPDX-License-Identifier: GPL-2.0
"""
Packets and captures for the tests of tools/wireshark, put together here and
not by net/csp/wire.c, so that the two are checked against each other.
"""

import ipaddress
import struct

from csp_numbers import C

TCP, UDP, CSP, ICMP, ICMPV6 = 6, 17, C["CSP_IPPROTO_DEFAULT"], 1, 58
CRITICAL = C["CSP_A_CRITICAL"]
SENT_CRITICAL = {C["CSP_A_" + n] for n in ("CONN", "SRC", "DST", "VIA", "SEQ",
                                           "MAC", "NAME")}


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packed(addr):
    return ipaddress.ip_address(addr).packed


def family(addr):
    return ipaddress.ip_address(addr).version if addr else 0


# ---- CSP

def attr(kind, value=b""):
    """@kind: a number, or the name behind CSP_A_"""
    if isinstance(kind, str):
        kind = C["CSP_A_" + kind]
    if kind in SENT_CRITICAL:
        kind |= CRITICAL
    return struct.pack(">HH", kind, 4 + len(value)) + value + \
        bytes(-len(value) % 4)


def end(loc, port=0, identity=None, own=0):
    return struct.pack(">BBHHxx", family(loc), family(identity), port, own) + \
        (packed(loc) if loc else b"") + (packed(identity) if identity else b"")


def addr(address, encap=0, port=0):
    return struct.pack(">BBH", family(address), encap, port) + packed(address)


def conn(proto, src, dst, direction="BOTH"):
    """@src, @dst: what end() returned"""
    return attr("CONN", bytes([proto, C["CSP_DIR_" + direction], 0, 0])) + \
        attr("SRC", src) + attr("DST", dst)


def message(kind, *attrs, code=0, dcid=bytes(8)):
    if isinstance(kind, str):
        kind = C["CSP_MSG_" + kind]
    body = b"".join(attrs)
    return struct.pack(">BBH", kind, code, 12 + len(body)) + dcid + body


def csp(*messages, xid=1, reply=False, attempt=0, version=1):
    body = b"".join(messages)
    flags = C["CSP_F_REPLY"] if reply else 0

    def header(check):
        return struct.pack(">BBHIHBx", version, flags, 12 + len(body), xid,
                           check, attempt)
    return header(checksum(header(0) + body)) + body


def u32(value):
    return struct.pack(">I", value)


def error(name, detail=0):
    return struct.pack(">HH", C["CSP_ERR_" + name], detail)


# ---- what carries it

_ident = 0


def ip(src, dst, proto, payload):
    """An IPv4 or IPv6 packet, by the addresses."""
    global _ident
    _ident += 1
    if family(src) == 6:
        return struct.pack(">IHBB", 6 << 28, len(payload), proto, 64) + \
            packed(src) + packed(dst) + payload

    def header(check):
        return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload),
                           _ident & 0xffff, 0, 64, proto, check) + \
            packed(src) + packed(dst)
    return header(checksum(header(0))) + payload


def _pseudo(src, dst, proto, payload):
    return packed(src) + packed(dst) + struct.pack(">II", len(payload), proto)


def tcp_segment(sport, dport, seq, ack, flags, data=b""):
    """Without checksum."""
    bits = sum({"F": 1, "S": 2, "R": 4, "P": 8, "A": 16}[f] for f in flags)
    return struct.pack(">HHIIBBHHH", sport, dport, seq, ack, 5 << 4, bits,
                       65535, 0, 0) + data


def tcp(src, dst, segment):
    check = checksum(_pseudo(src, dst, TCP, segment) + segment)
    return ip(src, dst, TCP,
              segment[:16] + struct.pack(">H", check) + segment[18:])


def udp_datagram(sport, dport, data):
    """Without checksum."""
    return struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data


def udp(src, dst, sport, dport, data):
    datagram = udp_datagram(sport, dport, data)
    check = checksum(_pseudo(src, dst, UDP, datagram) + datagram)
    return ip(src, dst, UDP,
              datagram[:6] + struct.pack(">H", check) + datagram[8:])


def icmp_error(src, dst, kind, code, quoted):
    body = struct.pack(">BBHI", kind, code, 0, 0) + quoted
    return ip(src, dst, ICMP,
              body[:2] + struct.pack(">H", checksum(body)) + body[4:])


def ping(src, dst, ident, seq):
    """An echo request, of ICMP or ICMPv6."""
    six = family(src) == 6
    echo = struct.pack(">BBHHH", 128 if six else 8, 0, 0, ident, seq)
    pseudo = _pseudo(src, dst, ICMPV6, echo) if six else b""
    return ip(src, dst, ICMPV6 if six else ICMP,
              echo[:2] + struct.pack(">H", checksum(pseudo + echo)) + echo[4:])


def write_pcap(path, packets):
    """@packets: (time in seconds, IP packet)"""
    with open(path, "wb") as pcap:
        pcap.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for time, data in packets:
            pcap.write(struct.pack("<IIII", int(time),
                                   round(time % 1 * 1e6), len(data),
                                   len(data)) + data)
