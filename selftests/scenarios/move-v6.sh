#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Moves of IPv6 connections, and of IPv6 sockets that speak IPv4: both ends, TCP.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 17

routed 5ms
capture A-R
phase v6
talk A B fd00:2::2
start_trade client server 600k 400k
wait_for past client 50000
roam A:eth0 fd00:3::1/64 fd00:3::fe C6
ok "IPv6: the client moves" wait_for moved A 1
ok "data arrives" end_trade client server
start_trade client server 600k 400k
wait_for past client 50000
roam B:eth0 fd00:5::2/64 fd00:5::fe D6
ok "the server moves" wait_for moved B 1
ok "data arrives" end_trade client server
is "the client's view" "$(place client)" "fd00:3::1,40000 fd00:5::2,80 established 2"
is "the server's view" "$(place server)" "fd00:5::2,80 fd00:3::1,40000 established 2"
wait_for validated A 1
quit client server
ok "both ends forget the connection" quiet A B
ok "nobody sent a RST" no_reset A-R

count_from_here A B
phase mapped
talk A B 10.0.2.2 tcp6
start_trade client server 600k 400k
wait_for past client 50000
roam A:eth0 10.0.3.1/24 10.0.3.254 C
ok "v4-mapped: the client moves" wait_for moved A 1
ok "data arrives" end_trade client server
roam B:eth0 10.0.5.2/24 10.0.5.254 D
ok "the server moves" wait_for moved B 1
ok "data arrives" exchange client server 100k
is "the client's view" "$(place client)" "10.0.3.1,40000 10.0.5.2,80 established 2"
is "the server's view" "$(place server)" "10.0.5.2,80 10.0.3.1,40000 established 2"
tell client names
is "names stay v4-mapped" "$(field local) $(field peer)" \
	"::ffff:10.0.3.1,40000 ::ffff:10.0.5.2,80"
wait_for validated A 1
quit client server
quiet A B

ok "messages, IPv6" expect_messages A-R@v6 <<-END
	A6 > B6: Setup(TCP, A6,40000 <-> B6,80) + SYN
	B6 > A6: OK
	C6 > B6: Detach(old path), Attach(TCP, C6,40000 <-> B6,80) + Nonce + Sig*
	B6 > C6: OK + Nonce + Nonce echo + Sig
	C6 > B6: Ack + Nonce echo + Sig
	D6 > C6: Detach(old path), Attach(TCP, D6,80 <-> C6,40000) + Nonce + Sig*
	C6 > D6: OK + Nonce + Nonce echo + Sig
	D6 > C6: Ack + Nonce echo + Sig
	C6 > D6: Detach(TCP, C6,40000 <-> D6,80)
	D6 > C6: OK
END
ok "messages, v4-mapped" expect_messages A-R@mapped <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	B > A: OK
	C > B: Detach(old path), Attach(TCP, C,40000 <-> B,80) + Nonce + Sig*
	B > C: OK + Nonce + Nonce echo + Sig
	C > B: Ack + Nonce echo + Sig
	D > C: Detach(old path), Attach(TCP, D,80 <-> C,40000) + Nonce + Sig*
	C > D: OK + Nonce + Nonce echo + Sig
	D > C: Ack + Nonce echo + Sig
	C > D: Detach(TCP, C,40000 <-> D,80)
	D > C: OK
END
