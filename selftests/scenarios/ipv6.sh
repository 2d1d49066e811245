#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Both families in one socket: IPv6, link-local addresses, and IPv4 over an IPv6
# socket, which is IPv4 on the wire.
. "$(dirname "$0")/../lib/lib.sh"

plan 17

two_hosts
addr A:eth0 fe80::a/64 A-local
addr B:eth0 fe80::b/64 B-local
capture A-B

listener server B tcp :: 80 prefer
listener udp-server B udp :: 5000 prefer

# One connection to ADDR, with both ends as they should see themselves.
try_tcp() { # TEXT PROTO ADDR OWN_PORT LOCAL PEER
	phase "$2-$4"
	ok "$1: connect" dial client A "$2" "$3" 80 prefer "$4"
	tell client names
	is "$1: names" "$(field local) $(field peer)" "$5,$4 $6,80"
	tell server accept
	ok "$1: data" exchange client server 10k
	wait_for is_state server established
	is "$1: the server's view" "$(field initiator) $(field peer)" "false ${5#::ffff:},$4"
	tell server close
	tell server use 0
	quit client
	quiet A B
}

try_tcp "IPv6" tcp fd00::2 40000 fd00::1 fd00::2
try_tcp "IPv4 from an IPv6 socket" tcp6 10.0.0.2 40001 ::ffff:10.0.0.1 ::ffff:10.0.0.2
try_tcp "link-local" tcp fe80::b%eth0 40002 fe80::a fe80::b

try_udp() { # TEXT PROTO ADDR OWN_PORT
	phase "$2-$4"
	dial client A "$2" "$3" 5000 prefer "$4"
	ok "$1: a datagram" datagram client udp-server 100
	quit client
	quiet A B
}
try_udp "UDP over IPv6" udp fd00::2 40003
try_udp "UDP over IPv4 from an IPv6 socket" udp6 10.0.0.2 40004

ok "messages of IPv6" expect_messages A-B@tcp-40000 <<-END
	A6 > B6: Setup(TCP, A6,40000 <-> B6,80) + SYN
	B6 > A6: OK
	A6 > B6: Detach(TCP, A6,40000 <-> B6,80)
	B6 > A6: OK
END
ok "of IPv4 from an IPv6 socket" expect_messages A-B@tcp6-40001 <<-END
	A > B: Setup(TCP, A,40001 <-> B,80) + SYN
	B > A: OK
	A > B: Detach(TCP, A,40001 <-> B,80)
	B > A: OK
END
ok "of link-local addresses" expect_messages A-B@tcp-40002 <<-END
	A-local > B-local: Setup(TCP, A-local,40002 <-> B-local,80) + SYN
	B-local > A-local: OK
	A-local > B-local: Detach(TCP, A-local,40002 <-> B-local,80)
	B-local > A-local: OK
END
