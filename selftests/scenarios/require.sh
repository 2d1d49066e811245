#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A listener that requires signalling: plain connections are refused before they reach
# it, signalled ones are not, and others are left alone.
. "$(dirname "$0")/../lib/lib.sh"

plan 24

two_hosts
listener server B tcp 0.0.0.0 80 require
listener server B tcp fd00::2 80 require
listener other B tcp 0.0.0.0 81
listener udp-server B udp 0.0.0.0 5000 require
listener udp6-server B udp fd00::2 5000 require

refused() { # TEXT ADDR ERRNO
	client client A tcp "$2" 80
	ok "$1: a plain connection fails" not connect client
	is "$1: as prohibited" "$(field error)" "$3"
	quit client
}
refused IPv4 10.0.0.2 EHOSTUNREACH
refused IPv6 fd00::2 EACCES

datagram_refused() { # TEXT ADDR ERRNO
	dial client A udp "$2" 5000
	tell client send 10
	ok "$1: a plain datagram is refused" not tell client recv 10
	is "$1: as prohibited" "$(field error)" "$3"
	quit client
}
datagram_refused IPv4 10.0.0.2 EHOSTUNREACH
datagram_refused IPv6 fd00::2 EACCES
# TCP may have tried again before it heard.
ok "each is counted" counters_are B require-refused=">3"
count_from_here B
ok "no datagram arrived" not tell udp-server recv 10 0
ok "at either socket" not tell udp6-server recv 10 0

ok "another port: plain connections" dial client A tcp 10.0.0.2 81
tell other accept
ok "work" exchange client other 10k
quit client

for addr in 10.0.0.2 fd00::2; do
	ok "$addr: a client that prefers signalling" dial client A tcp $addr 80 prefer
	is "has it" "$(state client)" established
	quit client
	ok "and one that requires it" dial client A tcp $addr 80 require
	quit client
done
dial client A udp 10.0.0.2 5000 require
ok "a signalled datagram" datagram client udp-server 100
ok "and the next one" datagram client udp-server 100

# The connection goes on when its signalling is given up.
listener server B tcp 0.0.0.0 82 require
dial client A tcp 10.0.0.2 82 prefer
tell server accept
tell server info
ctl A flow del "$(ctl A -j flow rport 82 | jq -r '.[0].cid')"
ok "a connection whose signalling is given up goes on" exchange client server 10k
is "to the same socket" "$(field sent | wc -c)" 65
ok "no plain connection was refused any more" counters_are B require-refused=0
