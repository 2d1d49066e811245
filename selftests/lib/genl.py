#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Send a request to the module that cspctl would not, and tell what it said:

  genl.py [family=NAME] COMMAND [ATTRIBUTE=VALUE]... [-- COMMAND ...]

COMMAND and ATTRIBUTE are numbers of <linux/csp_netlink.h>, or of another family,
csp_mbox for instance; VALUE is hexadecimal, or a
decimal number with u8:, u16:, u32: or u64: (the last in network byte order), or
text after str:.  One line a request: "ok", or the errno and the explanation.
"""

import errno
import socket
import struct
import sys

NETLINK_GENERIC = 16
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2
NLM_F_REQUEST, NLM_F_ACK, NLM_F_ACK_TLVS = 1, 4, 0x200
NLMSG_ERROR, NLMSGERR_ATTR_MSG = 2, 1

NUMBERS = {"u8": "=B", "u16": "=H", "u32": "=I", "u64": ">Q"}


def attribute(kind, value):
    return struct.pack("=HH", 4 + len(value), kind) + value + \
        bytes(-len(value) % 4)


def attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack("=HH", data[:4])
        yield kind & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


def parse(text):
    kind, _, value = text.partition("=")
    form, colon, rest = value.partition(":")
    if form == "str" and colon:
        data = rest.encode() + b"\0"
    elif form in NUMBERS and colon:
        data = struct.pack(NUMBERS[form], int(rest))
    else:
        data = bytes.fromhex(value)
    return attribute(int(kind), data)


class Netlink:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        for option in NETLINK_CAP_ACK, NETLINK_EXT_ACK:
            self.sock.setsockopt(SOL_NETLINK, option, 1)

    def talk(self, family, command, payload):
        """The attributes of the answer, errno, explanation."""
        body = struct.pack("=BBH", command, 1, 0) + payload
        self.sock.send(struct.pack("=IHHII", 16 + len(body), family,
                                   NLM_F_REQUEST | NLM_F_ACK, 1, 0) + body)
        answer = b""
        while True:
            data = self.sock.recv(65536)
            while data:
                length, kind, flags = struct.unpack("=IHH", data[:8])
                if kind == NLMSG_ERROR:
                    return answer, *self.error(data[16:length], flags)
                answer = data[20:length]
                data = data[(length + 3) & ~3:]

    @staticmethod
    def error(data, flags):
        code = -struct.unpack("=i", data[:4])[0]
        text = ""
        if flags & NLM_F_ACK_TLVS:
            for kind, value in attributes(data[20:]):
                if kind == NLMSGERR_ATTR_MSG:
                    text = value.rstrip(b"\0").decode()
        return code, text


def requests(args):
    one = []
    for arg in args + ["--"]:
        if arg != "--":
            one.append(arg)
        elif one:
            yield one
            one = []


def find_family(netlink, name):
    answer, code, _ = netlink.talk(
        GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
        attribute(CTRL_ATTR_FAMILY_NAME, name.encode() + b"\0"))
    if code:
        sys.exit(f"there is no family {name}")
    return struct.unpack("=H", dict(attributes(answer))[
        CTRL_ATTR_FAMILY_ID])[0]


def main():
    netlink = Netlink()
    args, name = sys.argv[1:], "csp"
    if args and args[0].startswith("family="):
        name = args.pop(0).partition("=")[2]
    family = find_family(netlink, name)
    for command, *args in requests(args):
        _, code, text = netlink.talk(family, int(command),
                                     b"".join(map(parse, args)))
        print(f"{errno.errorcode[code]} {text}".rstrip() if code else "ok")


if __name__ == "__main__":
    main()
