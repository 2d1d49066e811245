#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Several boxes on a path: each has its own pinhole and its own time, and the host is told
# the least.  Rules that change while connections live.  Paths whose answers come another
# way.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 60

# A 10.0.1.1 --- R1 --- 10.0.9.0/24 --- R2 --- B 10.0.2.2
#       '--------------- R3 ----------------------'
host A B
router R1 R2 R3
link A:eth0 R1:to-a
link R1:to-b R2:to-a
link B:eth0 R2:to-b
link A:eth1 R3:to-a
link B:eth1 R3:to-b
addr A:eth0 10.0.1.1/24
addr R1:to-a 10.0.1.254/24
addr R1:to-b 10.0.9.1/24
addr R2:to-a 10.0.9.2/24
addr R2:to-b 10.0.2.254/24
addr B:eth0 10.0.2.2/24
addr A:eth1 10.0.3.1/24 A3
addr R3:to-a 10.0.3.254/24
addr R3:to-b 10.0.4.254/24
addr B:eth1 10.0.4.2/24 B4
default_via A 10.0.1.254
default_via B 10.0.2.254
default_via R1 10.0.9.2
default_via R2 10.0.9.1
ip -n csp-R3 route add 10.0.1.0/24 via 10.0.3.1
for h in A B; do conf $h udp_encap=0; done

for r in R1 R2; do stateful_firewall $r; done
rule R1 in to-a accept
rule R2 in to-a accept timeout 30s
ctl R1 box set udp_timeout 20000
ctl R2 box set udp_timeout 8000
granted() { tell "$1" info && [ "$(field timeout)" = "$2" ]; }	# NAME MS
for r in R1 R2; do count_box $r; done

# --- the least of all ------------------------------------------------------------------------------

listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40000
ok "through two boxes" passes client server 100
wait_for is_state client established
is "each grants its own time" "$(holes R1 granted_ms) $(holes R2 granted_ms)" "20000 8000"
ok "the host is told the least" granted client 8000
tell server connect 10.0.1.1 40000
ok "an answer" passes server client 100
wish client 60000
ok "what is asked for is granted by each" wait_for holes_are R2 granted_ms 30000
is "as far as it may" "$(holes R1 granted_ms)" 60000
ok "the host is told the least" wait_for granted client 30000
wish client 25000
ok "less is less for all" wait_for holes_are R1 granted_ms 25000
ok "and told" wait_for granted client 25000
quit client server
ctl R2 box set udp_timeout 30000
ok "given up at both" wait_for no_holes R1
ok "given up at both" wait_for no_holes R2

# The other order.
listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40001
ok "the nearer box has less time" passes client server 100
wait_for is_state client established
ok "the host is told that" granted client 20000
for r in R1 R2; do
	ok "counted" box_counters_are $r setups=2 accepted=2 provisional=2 confirmed=2 not-believed=0
done

# --- rules ------------------------------------------------------------------------------------------

ctl R2 rule insert reject "closed now"
ok "a rule that comes later leaves alone what is open" passes client server 100
wish client 10000
ok "also the wishes for it" wait_for granted client 10000
client late A tcp 10.0.2.2 80 require
ok "others are refused" not connect late
tell late reject
is "by the second box" "$(field code) $(field origin) $(field text)" "policy 10.0.9.2 closed now"
ok "the first has closed it again" wait_for holes_are R1 state open
ctl R2 rule flush
ok "without any rule it is the same" passes client server 100
rule R2 in to-a accept
listener web B tcp 0.0.0.0 80 prefer
ok "with one it is open for others" dial late A tcp 10.0.2.2 80 require
tell web accept
quit client
wait_for holes_are R2 proto tcp

# --- one of two forgets ----------------------------------------------------------------------------

for r in R1 R2; do count_box $r; done
count_from_here A
ctl R2 pinhole del "$(holes R2 cid)"
ok "the second box forgets it" no_holes R2
ok "data all the same" exchange late web 10k
# More than once, where TCP has timed out again before the answer.
ok "the Setup was sent again" counters_are A 'setup-again=>0'
ok "new to the second" box_counters_are R2 setups=1 confirmed=1
ok "known to the first" box_counters_are R1 setups=0 'setup-again=>0'
quit late web server
ok "given up" quiet A B
for r in R1 R2; do ok "closed" wait_for no_holes $r; done

# --- answers that come another way ------------------------------------------------------------------

for r in R1 R2; do ctl $r box set provisional 2000; done
# It takes part, and has no rules: it would see what is made of an OK alone.
ctl R3 box set enable 1
ip -n csp-B route replace 10.0.1.0/24 via 10.0.4.254 src 10.0.2.2
for r in R1 R2 R3; do count_box $r; done
listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40002
ok "the first datagrams get through" passes client server 100
wait_for is_state client established
ok "the host is told of no box" granted client 0
ok "the box of the OK has seen it" box_counters_are R3 'pkts=>0' setups=0 not-believed=0
ok "and opens nothing" box_counters_are R3 provisional=0 consented=0 confirmed=0
ok "nor is there anything" no_holes R3
ok "nothing confirms the pinholes: they go" wait_for no_holes R1
ok "both" wait_for no_holes R2
ok "and datagrams are dropped" lost client server 100 R1
for r in R1 R2; do
	ok "counted" box_counters_are $r setups=1 provisional=1 confirmed=0 unanswered=1 plain=0
done
quit client server
quiet A B

# --- and a firewall is on that way --------------------------------------------------------------------

# Signalling is let through. What came without a Setup that the box has seen is not, and its
# rules speak of Setups.
connecting() { on A ss -tnHO state syn-sent | grep -q "10.0.2.2:80"; }
only_answers() { # TEXT DROPPING_BOX [BOX]
	local r before
	for r in "${@:2}"; do count_box "$r"; done
	count_from_here A
	listener server B udp 0.0.0.0 5000 prefer
	dial client A udp 10.0.2.2 5000 require 40003
	ok "$1: UDP gets there" passes client server 100
	wait_for is_state client established
	ok "$1: the host is told of no box" granted client 0
	tell server connect 10.0.1.1 40003
	ok "$1: what comes back is dropped" lost server client 100 "$2"
	quit client server
	quiet A B
	count_from_here A
	listener server B tcp 0.0.0.0 80 prefer
	client client A tcp 10.0.2.2 80 require 40004
	before=$(hits "$2" dropped)
	tell client begin 10.0.2.2 80
	ok "$1: TCP is announced" wait_for counters_are A setup-ok=1
	ok "$1: the answer to its SYN is dropped" wait_for more_hits "$2" dropped "$before"
	ok "$1: it does not come up" connecting
	quit client server
	quiet A B
	for r in "${@:2}"; do
		ok "$1: $r has seen the OKs" box_counters_are "$r" 'pkts=>0' setups=0 provisional=0 \
			consented=0 confirmed=0 not-believed=0
		ok "$1: and has nothing" no_holes "$r"
	done
}

stateful_firewall R3 "ip protocol 253 accept"
rule R3 in to-a accept
rule R3 in to-b accept
only_answers "back through a box" R3
no_firewall R3
stateful_firewall R3
count_from_here A
listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40005
tell client send 10
ok "one that drops signalling drops the OK" wait_for more_hits R3 dropped 0
ok "and there is no connection" counters_are A setup-ok=0
no_firewall R3
quit client server
quiet A B

# There past no box, and back through two.
ctl R3 box set enable 0
ip -n csp-R3 route add 10.0.2.0/24 via 10.0.4.2
ip -n csp-A route add 10.0.2.0/24 via 10.0.3.254 src 10.0.1.1
ip -n csp-B route del 10.0.1.0/24
for r in R1 R2; do
	wait_for no_holes $r
	no_firewall $r
	stateful_firewall $r "ip protocol 253 accept"
done
only_answers "back through two" R2 R1
