#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two boxes on a path, and one of them restarts: the host hears of it with the first
# connection that is new, and announces all that had passed it; the other box knows them.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 21

# A --- R1 --- R2 --- N --- B: what goes with R2 are links to routers only.
host A B attic
router R1 R2 N
link A:eth0 R1:to-a
link R1:to-b R2:to-a
link R2:to-b N:to-a
link N:to-b B:eth0
both() { # HOST:DEV NET N: 10.0.NET.N, fd00:NET::N
	addr "$1" "10.0.$2.$3/24"
	addr "$1" "fd00:$2::$3/64"
}
both A:eth0 1 1
both R1:to-a 1 254
both R1:to-b 8 1
both N:to-a 9 1
both N:to-b 2 254
both B:eth0 2 2
default_via A 10.0.1.254 fd00:1::254
default_via R1 10.0.8.2 fd00:8::2
default_via N 10.0.9.2 fd00:9::2
default_via B 10.0.2.254 fd00:2::254
for h in A B; do conf $h udp_encap=0; done

box() { # R
	stateful_firewall "$1"
	ctl "$1" box set udp_timeout 600000 linger 1000
	rule "$1" in to-a accept
}
begin() {
	local dev
	box R2
	# A Setup that passes before would tell that there is no box.
	for dev in to-a to-b; do ip -n csp-R2 link set $dev up; done
	both R2:to-a 8 2
	both R2:to-b 9 2
	ip -n csp-R2 route add 10.0.1.0/24 via 10.0.8.1
	ip -n csp-R2 route add fd00:1::/64 via fd00:8::1
	ip -n csp-R2 route add 10.0.2.0/24 via 10.0.9.1
	ip -n csp-R2 route add fd00:2::/64 via fd00:9::1
}
# All that it knows goes with the namespace; its devices stay, by which it is known.
restart() {
	local dev
	for dev in to-a to-b; do ip -n csp-R2 link set $dev netns csp-attic; done
	ip netns delete csp-R2
	router R2
	for dev in to-a to-b; do ip -n csp-attic link set $dev netns csp-R2; done
	begin
}
box R1
began=$SECONDS
begin

# --- connections through both --------------------------------------------------------------------

listener udp B udp 0.0.0.0 5000 prefer
dial silent A udp 10.0.2.2 5000 require 40001
ok "UDP" passes silent udp 100
wait_for is_state silent established
listener udp6 B udp :: 5001 prefer
dial silent6 A udp fd00:2::2 5001 require 40002
ok "UDP by IPv6" passes silent6 udp6 100
wait_for is_state silent6 established
tell udp6 connect fd00:1::1 40002
listener web B tcp 0.0.0.0 80 prefer
ok "TCP" dial client A tcp 10.0.2.2 80 require 40003
tell web accept
listener web6 B tcp :: 81 prefer
ok "TCP by IPv6" dial client6 A tcp fd00:2::2 81 require 40004
tell web6 accept
open() { ctl "$1" -j pinhole | jq '[.[] | select(.state == "open")] | length'; }	# R
all_open() { [ "$(open "$1")" = "$2" ]; }	# R N
is "both boxes have them" "$(open R1) $(open R2)" "4 4"

# --- one of them restarts ---------------------------------------------------------------------------

# A box is known by when it began, in seconds.
long_ago() { [ $((SECONDS - began)) -gt 4 ]; }
wait_for long_ago
count_box R1
count_from_here A B
restart
is "one box has lost all of them" "$(open R1) $(open R2)" "4 0"
dial new A udp 10.0.2.2 5000 require 40005
ok "a new connection" passes new udp 100
ok "all are announced again, and open" wait_for all_open R2 5
is "as at the other box" "$(open R1)" 5
ok "since one box was lost" counters_are A box-lost=1 setup-again=4 setup-out=1 move-out=0
ok "the other end knew them" counters_are B setup-in=1 'setup-dup=>3' move-in=0
ok "as did the other box" box_counters_are R1 setups=1 'setup-again=>3' idle=0 detached=0
ok "the box was told once of each" box_counters_are R2 setups=5 confirmed=5 unanswered=0
ok "UDP goes on" passes silent udp 100
ok "by IPv6" passes udp6 silent6 100
ok "TCP goes on" exchange client web 10k
ok "by IPv6" exchange client6 web6 10k
is "nothing was dropped" "$(hits R1 dropped) $(hits R2 dropped)" "0 0"
quit silent silent6 client client6 new udp udp6 web web6
ok "all is given up" quiet A B
for r in R1 R2; do ok "and closed" wait_for no_holes $r; done
