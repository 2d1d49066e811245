#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A mobile client moves to a network behind a NAT, and back, in the middle of a
# transfer; and to one behind two NATs in a row, where it also begins connections.
#
# Time limit: 500
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 47

# The client is A at R, or C behind N, which is one of the hosts that R serves.
routed 2ms
router N
link A:eth1 N:in
link N:out R:to-n
addr N:in 10.0.8.254/24 Nin
addr N:out 10.0.9.1/24 N
addr R:to-n 10.0.9.254/24 R
named 10.0.2.254 M
named 10.0.8.1 C
default_via N 10.0.9.254
for h in A B; do conf $h udp_encap=0; done

masquerade() { # R FROM OUT
	firewall "$1" <<-END
		chain post {
			type nat hook postrouting priority srcnat
			ip saddr $2 oifname "$3" masquerade
		}
	END
}
masquerade N 10.0.8.0/24 out
on N sysctl -q net.netfilter.nf_conntrack_tcp_timeout_close=1 \
	net.netfilter.nf_conntrack_tcp_timeout_time_wait=1
ctl N box set enable 1 linger 1000
count_box N
capture A-N B-R

to_nat() {
	ip -n csp-A addr flush dev eth0 scope global
	ip -n csp-A addr add 10.0.8.1/24 dev eth1
	default_via A 10.0.8.254
}
to_plain() {
	ip -n csp-A addr flush dev eth1 scope global
	ip -n csp-A addr add 10.0.1.1/24 dev eth0
	default_via A 10.0.1.254
}

# --- there, and back ----------------------------------------------------------------------------

phase there
talk A B 10.0.2.2
start_trade client server 1500k 700k
wait_for past client 200000
to_nat
ok "the client moves behind the NAT" wait_for moved A 1
ok "the NAT has been believed" wait_for validated B 1
ok "the data arrives as it was sent, both ways" end_trade client server
is "its socket has its own address" "$(place client)" "10.0.8.1,40000 10.0.2.2,80 established 1"
is "the server knows the NAT's" "$(place server)" "10.0.2.2,80 10.0.9.1,40000 established 1"
ok "the client was redirected" counters_are A redirect-in=1 redirect-bad=0 move-out=1 move-ok=1
ok "counters of the NAT" box_counters_are N nat-reserved=1 nat-redirected=1 confirmed=1 \
	nat-in=1 nat-out=2
phase back
start_trade client server 1000k 700k
wait_for past client 200000
to_plain
ok "it moves back" wait_for moved A 2
ok "the data arrives, too" end_trade client server
is "the client after" "$(place client)" "10.0.1.1,40000 10.0.2.2,80 established 2"
is "the server after" "$(place server)" "10.0.2.2,80 10.0.1.1,40000 established 2"
phase again
to_nat
ok "and behind the NAT again, where its mapping still is" wait_for moved A 3
is "the server after" "$(place server)" "10.0.2.2,80 10.0.9.1,40000 established 3"
ok "data" exchange client server 100k
ok "counted" box_counters_are N nat-redirected=2 confirmed=2
to_plain
wait_for moved A 4

# The NAT itself has the port now, with the same host.
phase port
for cid in $(holes N cid); do ctl N pinhole del "$cid"; done
client squat N tcp 10.0.2.2 80 off 40000
connect squat
to_nat
ok "where the port is taken, the client gets another" wait_for moved A 5
tell server names
port=$(field peer) port=${port#*,}
is "in the eyes of the server" "$(place server)" "10.0.2.2,80 10.0.9.1,$port established 5"
is "and at its own socket" "$(place client)" "10.0.8.1,$port 10.0.2.2,80 established 5"
is "it is another one" "$([ "$port" != 40000 ]; echo $?)" 0
ok "data" exchange client server 100k
quit client server squat
ok "both ends forget the connection" quiet A B
ok "the mapping goes with it" wait_for no_holes N
# The port is free again when conntrack has forgotten who had it.
wait_for not on N grep -q 'sport=40000 ' /proc/net/nf_conntrack
ok "messages behind the NAT" expect_messages A-N@there <<-END
	C > B: Detach(old path), Attach(TCP, C,40000 <-> B,80) + Nonce + Sig*
	Nin > C: Redirect(TCP, C:N,40000 <-> B,80, by Nin)
	C > B: Detach(old path), Attach(TCP, N,40000 <-> B,80) + Nonce + Sig*
	B > C: OK + Nonce + Nonce echo + Sig
	C > B: Ack + Nonce echo + Sig
END
ok "messages at the server" expect_messages B-R@there <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	B > A: OK
	N > B: Detach(old path), Attach(TCP, N,40000 <-> B,80) + Nonce + Sig*
	B > N: OK + Nonce + Nonce echo + Sig
	N > B: Ack + Nonce echo + Sig
END
ok "nobody sent a RST" no_reset B-R@there
ok "nor on the way back" no_reset B-R@back

# --- two NATs -------------------------------------------------------------------------------------

phase two
masquerade R 10.0.9.0/24 to-b
ctl R box set enable 1 linger 1000
count_box N
count_box R
count_from_here A B
talk A B 10.0.2.2
wait_for is_state server established
is "behind two NATs the server knows the outer one" "$(place server)" \
	"10.0.2.2,80 10.0.2.254,40000 established 0"
is "the client's socket has its own address" "$(place client)" \
	"10.0.8.1,40000 10.0.2.2,80 established 0"
ok "data" exchange client server 100k
ok "counters of the inner one" box_counters_are N nat-redirected=1 confirmed=1 nat-in=2 nat-out=2
ok "and of the outer" box_counters_are R nat-redirected=1 confirmed=1 nat-in=1 nat-out=1
quit client server
ok "both ends forget the connection" quiet A B
ok "and both NATs" wait_for no_holes R
wait_for no_holes N
ok "messages" expect_messages A-N@two <<-END
	C > B: Setup(TCP, C,40000 <-> B,80) + SYN
	Nin > C: Redirect(TCP, C:N,40000 <-> B,80, by Nin)
	C > B: Setup(TCP, C:N,40000 <-> B,80) + SYN
	R > C: Redirect(TCP, C:M,40000 <-> B,80, by R)
	C > B: Setup(TCP, C:M,40000 <-> B,80) + SYN
	B > C: OK(TCP, C:M,40000 <-> B,80, Timeout=7440s)
	C > B: Detach(TCP, C:M,40000 <-> B,80)
	B > C: OK
END
to_plain
count_from_here A B
talk A B 10.0.2.2 tcp 40001
start_trade client server 1000k 700k
wait_for past client 200000
to_nat
ok "a move behind two NATs" wait_for moved A 1
ok "the data arrives" end_trade client server
is "the server after" "$(place server)" "10.0.2.2,80 10.0.2.254,40001 established 1"
quit client server
ok "both ends forget the connection" quiet A B

# --- IPv6 -------------------------------------------------------------------------------------------

addr N:in fd00:8::fe/64 Nin6
addr N:out fd00:9::1/64 N6
addr R:to-n fd00:9::fe/64
ip -n csp-N -6 route add default via fd00:9::fe
on N nft add rule inet test post ip6 saddr fd00:8::/64 oifname out masquerade
at() { # DEV ADDR GATEWAY, and nowhere else
	# Of IPv6 it would stay without an address.
	ip -n csp-A -6 route del default
	ip -n csp-A addr flush scope global
	ip -n csp-A addr add "$2/64" dev "$1" nodad
	ip -n csp-A -6 route replace default via "$3"
}
at eth0 fd00:1::1 fd00:1::fe
count_box N
count_from_here A B
talk A B fd00:2::2 tcp 40002
start_trade client server 1000k 700k
wait_for past client 200000
at eth1 fd00:8::1 fd00:8::fe
ok "IPv6: the client moves behind the NAT" wait_for moved A 1
ok "the data arrives" end_trade client server
is "its socket has its own address" "$(place client)" \
	"fd00:8::1,40002 fd00:2::2,80 established 1"
is "the server knows the NAT's" "$(place server)" "fd00:2::2,80 fd00:9::1,40002 established 1"
start_trade client server 1000k 700k
wait_for past client 200000
at eth0 fd00:1::1 fd00:1::fe
ok "and back" wait_for moved A 2
ok "the data arrives, too" end_trade client server
is "the server after" "$(place server)" "fd00:2::2,80 fd00:1::1,40002 established 2"
ok "counters of the NAT" box_counters_are N nat-reserved=1 nat-redirected=1 confirmed=1
quit client server
ok "both ends forget the connection" quiet A B
