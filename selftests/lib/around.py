#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Begin plain connections in odd ways: with IP options, extension headers, in fragments.

  around.py SRC DST PORT

sends TCP SYNs and UDP datagrams to that port, and tells how many packets that
could be the first of a connection.
"""

import socket
import struct
import sys

from rawcsp import packets as p

IPV6_HDRINCL = 36
HOPOPTS, FRAGMENT, DSTOPTS = 0, 44, 60


def whole(src, dst, proto, port, number):
    """A transport packet with its checksum, and more than eight bytes of data."""
    if proto == p.TCP:
        packet = p.tcp(src, dst, p.tcp_segment(2000 + number, port, 1, 0, "S"))
    else:
        packet = p.udp(src, dst, 2000 + number, port, bytes(40))
    return packet[20 if p.family(src) == 4 else 40:]


def option_header(following):
    return bytes([following, 0, 1, 4, 0, 0, 0, 0])


def fragment_header(following, offset, more, number):
    return struct.pack(">BBHI", following, 0, offset | more, number)


def odd6(src, dst, proto, data, number):
    def ip(following, payload):
        return p.ip(src, dst, following, payload)
    cut = 24 if proto == p.TCP else 16
    yield [ip(DSTOPTS, option_header(proto) + data)]
    yield [ip(HOPOPTS, option_header(DSTOPTS) + option_header(proto) + data)]
    yield [ip(FRAGMENT, fragment_header(proto, 0, 0, number) + data)]
    yield [ip(FRAGMENT, fragment_header(DSTOPTS, 0, 1, number + 50) +
              option_header(proto) + data[:cut]),
           ip(FRAGMENT, fragment_header(DSTOPTS, cut + 8, 0, number + 50) +
              data[cut:])]


def odd4(src, dst, proto, data, number):
    def ip(options, offset, payload):
        head = struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, 0,
                           20 + len(options) + len(payload), 100 + number,
                           offset, 64, proto, 0) + \
            p.packed(src) + p.packed(dst) + options
        check = struct.pack(">H", p.checksum(head))
        return head[:10] + check + head[12:] + payload
    yield [ip(bytes([1, 1, 1, 0]), 0, data)]
    yield [ip(b"", 0x2000, data[:16]), ip(b"", 2, data[16:])]
    yield [ip(b"", 1, data[8:]), ip(b"", 0x2000, data[:8])]


def main():
    src, dst, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    v6 = p.family(src) == 6
    with socket.socket(socket.AF_INET6 if v6 else socket.AF_INET,
                       socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
        if v6:
            s.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
        number = 0
        for proto in p.TCP, p.UDP:
            for i in range(4 if v6 else 3):
                number += 1
                data = whole(src, dst, proto, port, number)
                odd = (odd6 if v6 else odd4)(src, dst, proto, data, number)
                for packet in list(odd)[i]:
                    s.sendto(packet, (dst, 0))
    print(number)


if __name__ == "__main__":
    main()
