#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A NAT (exchange 6), made by an ordinary masquerade rule: it says which name it lends, the host
# takes it, and connections through it are signalled end to end.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/nat.sh"

plan 56

behind_nat
nat masquerade
ctl R box set enable 1 linger 1000
capture A-R B-R

# --- TCP ---------------------------------------------------------------------------------------

phase tcp
count_box R
listener server B tcp 0.0.0.0 80 prefer
ok "TCP: the client connects" dial client A tcp 10.0.2.2 80 require 40000
ok "the server accepts" tell server accept
is "the client's socket has its own address" "$(names client)" "10.0.1.1,40000 10.0.2.2,80"
is "the server knows it by the NAT's" "$(names server)" "10.0.2.2,80 10.0.2.254,40000"
is "the first packet was inside the Setup" "$(counter B piggyback-in)" 1
tell client info
is "the client knows how long the NAT waits" "$(field timeout)" 7440000
is "the mapping is conntrack's" "$(entry "src=10.0.1.1 .*sport=40000 .*dst=10.0.2.254 ")" 1
ok "data arrives as it was sent, both ways" exchange client server 300k
ok "the client asks for less time" wish client 60000
ok "and gets it" wait_for holes_are R granted_ms 60000
quit client server
ok "both ends forget the connection" quiet A B
ok "the mapping goes with it" wait_for no_holes R
is "also in conntrack" "$(entry dport=80 || true)" 0
ok "counters" box_counters_are R setups=1 nat-reserved=1 nat-redirected=1 nat-clash=0 \
	provisional=1 confirmed=1 detached=1 changed=1 nat-in=3 nat-out=3 not-believed=0
ok "nothing was dropped" hits_are R dropped 0
ok "messages at the client's side" expect_messages A-R@tcp <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	R > A: Redirect(TCP, A:N,40000 <-> B,80, by R)
	A > B: Setup(TCP, A:N,40000 <-> B,80) + SYN
	B > A: OK(TCP, A:N,40000 <-> B,80, Timeout=7440s)
	A > B: Change(TCP, A:N,40000 <-> B,80, Timeout=60s)
	B > A: OK(Timeout=60s)
	A > B: Detach(TCP, A:N,40000 <-> B,80)
	B > A: OK
END
ok "and at the server's" expect_messages B-R@tcp <<-END
	N > B: Setup(TCP, A:N,40000 <-> B,80) + SYN
	B > N: OK(TCP, A:N,40000 <-> B,80)
	N > B: Change(TCP, A:N,40000 <-> B,80, Timeout=60s)
	B > N: OK
	N > B: Detach(TCP, A:N,40000 <-> B,80)
	B > N: OK
END

# --- two hosts, one port -----------------------------------------------------------------------

phase two
count_box R
listener server B tcp 0.0.0.0 80 prefer
dial client A tcp 10.0.2.2 80 require 40001
tell server accept
sock server2 B
listener server2 B tcp 0.0.0.0 81 prefer
ok "another host uses the same port to the same host" \
	dial other D tcp 10.0.2.2 81 require 40001
tell server2 accept
quit other server2
quiet D
listener server2 B tcp 10.0.2.2 81 prefer
tell server use 0
ok "and to the same port" dial other D tcp 10.0.2.2 80 require 40001
tell server accept
tell other names
port=$(field local) port=${port#*,}
is "it gets another port" "$([ "$port" != 40001 ]; echo $?)" 0
is "the server sees that" "$(names server)" "10.0.2.2,80 10.0.2.254,$port"
ok "data of the second" exchange other server 100k
tell server use 1
ok "data of the first" exchange client server 100k
ok "counted" box_counters_are R nat-reserved=3 nat-redirected=3 nat-clash=0 confirmed=3
quit client
ok "the first ends, by itself" quiet A
ok "and the second stays" wait_for holes_are R sport "$port"
quit other server server2
quiet D B
wait_for no_holes R

# --- UDP, IPv6 ------------------------------------------------------------------------------------

phase udp
listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40000
ok "UDP: the first datagram arrives" passes client server 100
wait_for is_state client established
tell server connect 10.0.2.254 40000
ok "an answer" passes server client 200
quit client
ok "closing gives it up" quiet A B
ok "and the mapping with it" wait_for no_holes R
quit server

named fd00:1::fe R6
phase v6
listener server B tcp :: 80 prefer
ok "IPv6: the client connects" dial client A tcp fd00:2::2 80 require 40000
tell server accept
is "the server knows it by the NAT's address" "$(names server)" \
	"fd00:2::2,80 fd00:2::fe,40000"
ok "data" exchange client server 100k
quit client server
ok "both ends forget the connection" quiet A B
wait_for no_holes R

# Prefix for prefix, as RFC 6296 has it: no address of R's own stands for A.
no_firewall R
nat "ip6 saddr fd00:1::/64 snat ip6 prefix to ip6 saddr map { fd00:1::/64 : fd00:77::/64 }"
named fd00:77::1 A77
phase prefix
count_box R
listener server B tcp :: 80 prefer
ok "IPv6, another prefix: the client connects" dial client A tcp fd00:2::2 80 require 40000
tell server accept
is "the server knows it by that prefix" "$(names server)" "fd00:2::2,80 fd00:77::1,40000"
is "the client itself by its own" "$(names client)" "fd00:1::1,40000 fd00:2::2,80"
ok "data" exchange client server 100k
quit client server
ok "both ends forget the connection" quiet A B
ok "and the NAT" wait_for no_holes R
ok "counted" box_counters_are R nat-reserved=1 nat-redirected=1 confirmed=1 detached=1
ok "messages" expect_messages A-R@prefix <<-END
	A6 > B6: Setup(TCP, A6,40000 <-> B6,80) + SYN
	R6 > A6: Redirect(TCP, A6:A77,40000 <-> B6,80, by R6)
	A6 > B6: Setup(TCP, A6:A77,40000 <-> B6,80) + SYN
	B6 > A6: OK(TCP, A6:A77,40000 <-> B6,80, Timeout=7440s)
	A6 > B6: Detach(TCP, A6:A77,40000 <-> B6,80)
	B6 > A6: OK
END

# The longest names, of more connections than fit into one packet: all end at once.
listener server B udp :: 5000 prefer
for i in {1..30}; do
	dial client A udp fd00:2::2 5000 require $((40000 + i))
	tell client send 10
done
thirty() { [ "$(ctl A -j flow | values state | grep -c established)" = 30 ]; }
ok "many connections under the longest names" wait_for thirty
count_from_here A
quit client server
ok "end together" quiet A B
ok "and each is given up" counters_are A detach-out=30 detach-lost=0
wait_for no_holes R

# --- another port ----------------------------------------------------------------------------------

no_firewall R
nat "masquerade random"
phase random
count_box R
listener server B tcp 0.0.0.0 80 prefer
ok "a NAT that chooses ports at random" dial client A tcp 10.0.2.2 80 require 40000
tell server accept
port=$(names client) port=${port%% *} port=${port#*,}
is "the client has that port" "$([ "$port" != 40000 ]; echo $?)" 0
is "as the server sees it" "$(names server)" "10.0.2.2,80 10.0.2.254,$port"
ok "data" exchange client server 100k
quit client server
quiet A B
wait_for no_holes R

# A NAT that lends one port after the other, of which the host has but the third free.
no_firewall R
nat "meta l4proto tcp masquerade to : numgen inc mod 6 map {
	0 : 50000, 1 : 50001, 2 : 50002, 3 : 50003, 4 : 50004, 5 : 50005 }"
phase clash
count_box R
sock squat A
squat() { tell squat socket tcp 4 && tell squat bind 10.0.1.1 "$1"; }
for port in 50000 50001 50003 50004 50005; do squat $port; done
listener server B tcp 0.0.0.0 80 prefer
ok "a port that is taken at the host is given up for another" \
	dial client A tcp 10.0.2.2 80 require 40000
tell server accept
is "at the third try" "$(names client) $(names server)" \
	"10.0.1.1,50002 10.0.2.2,80 10.0.2.2,80 10.0.2.254,50002"
ok "data" exchange client server 100k
ok "counted" box_counters_are R nat-clash=2 nat-reserved=3 nat-redirected=3 confirmed=1
quit client server
quiet A B
ok "messages" expect_messages A-R@clash <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	R > A: Redirect(TCP, A:N,40000:50000 <-> B,80, by R)
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	R > A: Redirect(TCP, A:N,40000:50001 <-> B,80, by R)
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	R > A: Redirect(TCP, A:N,40000:50002 <-> B,80, by R)
	A > B: Setup(TCP, A:N,50002 <-> B,80) + SYN
	B > A: OK(TCP, A:N,50002 <-> B,80, Timeout=7440s)
	A > B: Detach(TCP, A:N,50002 <-> B,80)
	B > A: OK
END
listener server B tcp 0.0.0.0 81 prefer
client client A tcp 10.0.2.2 81 require 40000
ok "three that are taken are too many" not connect client
is "address in use" "$(field error)" EADDRINUSE
