#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two hosts and a box for whom somebody on the way makes life hard: he knows all
# identifiers and transactions, and sends bad packets in everybody's name.  The box is
# firewall, NAT, gateway and home agent at once.  Nothing falls over, nothing is left
# behind, nothing is open or somewhere that nobody wanted, and a connection that is up
# goes on.
#
#	CSP_HOSTILE_COUNT	packets (50000)
#	CSP_HOSTILE_SEED	(1)
#	CSP_HOSTILE_PAUSE	seconds between the connections that it is sent into (0.01)
#
# Time limit: 600
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"
. "$(dirname "$0")/../lib/gateway.sh"
. "$(dirname "$0")/../lib/nat.sh"

plan 27

packets=${CSP_HOSTILE_COUNT:-50000}

# A 10.0.1.1, 10.0.3.1, 10.0.4.1 --- R, hostile --- F, the box --- B 10.0.2.2
host A B
router R F
link A:eth0 R:to-a
link R:to-f F:to-r
link F:to-b B:eth0
addr A:eth0 10.0.1.1/24
addr A:eth0 10.0.3.1/24 C
addr A:eth0 10.0.4.1/24 D
addr A:eth0 fd00:1::1/64
addr B:eth0 10.0.2.2/24
addr B:eth0 fd00:2::2/64
addr R:to-a 10.0.1.254/24
addr R:to-a 10.0.3.254/24
addr R:to-a 10.0.4.254/24
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
rule F in to-r dport 80-81 accept
# What is open is over soon, and who waits as well.
ctl F box set tcp_timeout 3000 udp_timeout 3000 max_timeout 3000 provisional 2000 linger 1000
for state in syn_sent syn_recv fin_wait close_wait last_ack time_wait close max_retrans unacknowledged; do
	on F sysctl -q net.netfilter.nf_conntrack_tcp_timeout_$state=3
done
# Who moves to 10.0.4.1 moves behind a NAT, which leads to A by a name.
on F nft -f - <<-END
	table inet test {
		chain post {
			type nat hook postrouting priority srcnat
			oifname "to-b" ip saddr 10.0.4.0/24 masquerade
		}
	}
END
rule F in to-b name one.example.org accept
ctl F name add one.example.org 10.0.1.1:84
ctl F gateway add to-r edge
# Home addresses: one of A, and two of B, to one of which nobody gets without a token.
for n in 7 8 9; do
	h=B
	[ $n != 7 ] || h=A
	addr "$h:lo" "10.0.8.$n/32" "S$n"
done
ip -n csp-F route add 10.0.8.7/32 via 10.0.9.1
ip -n csp-F route add 10.0.8.8/31 dev to-b
home=10.0.8.7 agent_for F A
home=10.0.8.8 agent_for F B
home=10.0.8.9 agent_for F B --guard
# That of A is renewed through R, again and again.
home=10.0.8.7 agent=10.0.9.2 register_with F A --lifetime 4s
home=10.0.8.8 agent=10.0.2.254 register_with F B --lifetime 1h
home=10.0.8.9 agent=10.0.2.254 register_with F B --lifetime 1h
all_registered() { [ "$(ctl "$1" -j register | values state | sort -u)" = registered ]; }
wait_for all_registered A
wait_for all_registered B
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
bustle B serve 81 10.0.2.2 fd00:2::2 10.0.8.8 10.0.8.9
at_b=$!
wait_for grep -q ready "$tmp/B.bustle"
bustle A serve 84 10.0.1.1
to_a=$!
wait_for grep -q ready "$tmp/A.bustle"

on R "$top/build/selftests/hostile" "${CSP_HOSTILE_SEED:-1}" "$packets" to-a to-f \
	>"$tmp/hostile" &
hostile=$! daemons+=($!)
wait_for grep -q listening "$tmp/hostile"
count_from_here A B
count_box F
start_trade client server 200k 20k
began=$SECONDS
pause=${CSP_HOSTILE_PAUSE:-0.01}
bustle B call 85 10.0.2.254 --name one.example.org -k 4 -w 0.2
from_b=$!
bustle A call 81 10.0.2.2 fd00:2::2 10.0.8.8 10.0.8.9 -f 10.0.1.1 10.0.3.1 10.0.4.1 fd00:1::1 -w "$pause"
at_a=$!
status=0
wait $hostile || status=$?
is "$packets packets are sent" $status 0
# Ports that no rule opens, while all goes on.
opened=$(ctl F -j pinhole | values dport | sort -un)
kill $at_a $from_b
wait $at_a $from_b || true
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
ok "the NAT: moves behind it, connections to a name" box_counters_are F "nat-redirected=>0" "nat-named=>0"
ok "the gateway: it signs, and is asked for blocks with false tokens" \
	box_counters_are F "stamped=>0" "block-asked=>0" blocked=0
ok "the home agent: it sends on, and is not taken in" \
	box_counters_are F "home-redirected=>0" "home-registered=>0" "home-bad-mac=>0" "guard-no-token=>0"

# --- no wrong state ------------------------------------------------------------------------------

ok "ports that rules open" grep -q . <<<"$opened"
ok "and no others" not grep -qvx '8[014]' <<<"$opened"
is "nothing is blocked" "$(stopped F)" ""
is "names are what they were" "$(ctl F -j name | jq -c '.[] | [.name, .to, .to_port]')" \
	'["one.example.org","10.0.1.1",84]'
whereabouts() { ctl F -j agent | jq -r '.[] | "\(.home) \(.state) \(.locator)"' | sort; }
wait_for all_registered A
is "nobody else has a home address" "$(whereabouts)" "$(printf '%s\n' "10.0.8.7 away 10.0.*.1" \
	"10.0.8.8 away 10.0.2.2" "10.0.8.9 away 10.0.2.2")"

# --- what is left --------------------------------------------------------------------------------

ok "the connection goes on" exchange client server 100k
ok "nobody asked for a Curve25519 operation each" test "$(since B dh)" -lt $((packets / 10))
quit client server
kill $at_b $to_a
# The firewall has closed on some, as it was told to: their FINs get nowhere.
for h in A B; do on $h ss -K; done >/dev/null
ok "all connections are forgotten" quiet A B
none_left() {
	ctl F pinhole -v
	no_holes F
}
ok "no pinhole is left" wait_for none_left
is "nor does one wait" "$(box_counter F waiting)" 0
