#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two hosts and a firewall for whom somebody on the way makes life hard: he knows all
# identifiers and transactions, and sends bad packets in everybody's name.  Nothing
# falls over, nothing is left behind, and a connection that is up goes on.
#
#	CSP_HOSTILE_COUNT	packets (50000)
#	CSP_HOSTILE_SEED	(1)
#	CSP_HOSTILE_PAUSE	seconds between the connections that it is sent into (0.01)
#
# Time limit: 600
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 17

packets=${CSP_HOSTILE_COUNT:-50000}

# A 10.0.1.1 and 10.0.3.1 --- R, hostile --- F, a firewall --- B 10.0.2.2
host A B
router R F
link A:eth0 R:to-a
link R:to-f F:to-r
link F:to-b B:eth0
addr A:eth0 10.0.1.1/24
addr A:eth0 10.0.3.1/24 C
addr A:eth0 fd00:1::1/64
addr B:eth0 10.0.2.2/24
addr B:eth0 fd00:2::2/64
addr R:to-a 10.0.1.254/24
addr R:to-a 10.0.3.254/24
addr R:to-a fd00:1::fe/64
addr R:to-f 10.0.9.1/24
addr R:to-f fd00:9::1/64
addr F:to-r 10.0.9.2/24
addr F:to-r fd00:9::2/64
addr F:to-b 10.0.2.254/24
addr F:to-b fd00:2::fe/64
default_via A 10.0.1.254 fd00:1::fe
default_via B 10.0.2.254 fd00:2::fe
default_via R 10.0.9.2 fd00:9::2
default_via F 10.0.9.1 fd00:9::1
# Somebody on the way can have a pinhole closed: not that of the connection that stays.
stateful_firewall F "tcp dport 80 accept" "tcp sport 80 accept" "ip saddr 10.0.2.2 udp sport 4253 accept"
rule F in to-r accept
for h in A B; do
	conf $h embryonic_timeout=1000 max_embryonic=64 max_flows=500 max_peers=100 \
		multihome=1 move_timeout=2000 fallback=1000
done

# --- conversations -------------------------------------------------------------------------

listener server B tcp 0.0.0.0 80 prefer
dial client A tcp 10.0.2.2 80 prefer 40000
tell server accept
# Connections that come, move, ask for something, and go; whether they do is nobody's
# concern here.
bustle() { # HOST ARGUMENT...
	nsenter --net="/run/netns/csp-$1" -- "$lib/bustle.py" "${@:2}" >"$tmp/$1.bustle" &
	daemons+=($!)
}
bustle B serve 81 10.0.2.2 fd00:2::2
at_b=$!
wait_for grep -q ready "$tmp/B.bustle"

on R "$top/build/selftests/hostile" "${CSP_HOSTILE_SEED:-1}" "$packets" to-a to-f \
	>"$tmp/hostile" &
hostile=$! daemons+=($!)
wait_for grep -q listening "$tmp/hostile"
count_from_here A B
count_box F
start_trade client server 200k 20k
began=$SECONDS
bustle A call 81 10.0.2.2 fd00:2::2 -f 10.0.1.1 10.0.3.1 fd00:1::1 -w "${CSP_HOSTILE_PAUSE:-0.01}"
at_a=$!
status=0
wait $hostile || status=$?
is "$packets packets are sent" $status 0
kill $at_a
wait $at_a || true
sed 's/^/# /' "$tmp/A.bustle"
sed 's/^/# /' "$tmp/hostile"
note "after $((SECONDS - began)) s"

# --- what they did ------------------------------------------------------------------------------

got() { [ "$(since "$1" "$2")" -gt "$3" ]; }	# HOST COUNTER N
ok "data arrives as it was sent, both ways" end_trade client server
ok "most packets got to A" got A in-pkts $((packets / 5))
ok "and to B" got B in-pkts $((packets / 5))
for h in A B; do
	ctl $h stats | sed "s/^/# $h: /"
	ok "$h: packets that cannot be parsed" got $h in-malformed $((packets / 100))
	ok "$h: unknown critical attributes" got $h in-critical 0
	ok "$h: wrong signatures" got $h attach-bad-mac 0
	ok "$h: answers that nothing waits for" got $h in-unexpected $((packets / 100))
done
ctl F box stats | sed 's/^/# F: /'
ok "the firewall: what is no signalling" box_counters_are F "unparsed=>0"
ok "what it does not believe" box_counters_are F "not-believed=>0"

# --- what is left --------------------------------------------------------------------------------

ok "the connection goes on" exchange client server 100k
ok "nobody asked for a Curve25519 operation each" test "$(since B dh)" -lt $((packets / 10))
quit client server
kill $at_b
# The firewall has closed on some, as it was told to: their FINs get nowhere.
for h in A B; do on $h ss -K; done >/dev/null
ok "all connections are forgotten" quiet A B
