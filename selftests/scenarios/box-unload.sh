#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the ground does under a box, while data passes it, connections begin and a flood is
# stopped: its module is removed and comes back, two of its devices go, its namespace
# goes.  Connections do not end because of that, and nothing is left.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/nat.sh"
. "$(dirname "$0")/../lib/gateway.sh"

plan 21

behind_nat
nat "meta nfproto ipv4 masquerade"
side() { # HOST DEV NET: of R
	ip -n csp-R addr add "fd00:$3::fe/64" dev "$2" nodad
	addr "$1:eth0" "fd00:$3::$4/64"
	ip -n "csp-$1" -6 route replace default via "fd00:$3::fe"
}
side D to-d 7 1
box_up() {
	modprobe csp_mbox
	rule R in to-a accept
	rule R in to-d accept
	rule R in to-b accept
	give one.example.org 10.0.1.1
	ctl R gateway add to-d edge
}
box_up
# Through a NAT that has no module what begins is plain; nobody remembers that for long.
for h in A B D; do conf $h peer_ttl=1; done

# --- what passes ------------------------------------------------------------------------------

# Outward and to a name.
listener web B tcp 0.0.0.0 80 prefer
dial browser A tcp 10.0.2.2 80 require 40000
tell web accept
listener home A tcp 0.0.0.0 81 prefer
reach guest tcp 81 one.example.org 40001
tell home accept
# Not by on(): what is killed would be another shell.
in_background() { # HOST COMMAND...
	nsenter --net="/run/netns/csp-$1" -- "${@:2}" &
	daemons+=($!)
}
in_background B "$lib/bustle.py" serve 82 10.0.2.2 >"$tmp/B.bustle"
wait_for grep -q ready "$tmp/B.bustle"
callers() { # of D
	in_background D "$lib/bustle.py" call 82 10.0.2.2 -w 0.02 >"$tmp/D.bustle"
	caller=${daemons[-1]}
}
callers
# What D sends to B by IPv6 is stopped; each block is that of another address.
listener victim B udp :: 5000 prefer
victims=0
stops() { stopped R | grep -qx "fd00:7::1 $1 any"; }	# VICTIM
flood() {
	victims=$((victims + 1))
	local to=fd00:2::1$victims
	ip -n csp-B addr add $to/64 dev eth0 nodad &&
		dial flooder$victims D udp $to 5000 require &&
		passes flooder$victims victim 10 &&
		ctl B block add fd00:7::1 to $to for 1h &&
		wait_for stops $to || return
	in_background D python3 -c 'import socket, sys, time
sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
while True:
	try:
		sock.sendto(b"flood", (sys.argv[1], 5001))
	except OSError:
		pass
	time.sleep(0.01)' $to
	flooding=${daemons[-1]}
	count_box R
	wait_for box_counters_are R 'block-drops=>20'
}
flood_over() { kill "$flooding"; }
copies() { # both connections, 3 s
	start_trade browser web 300k 100k
	start_trade guest home 300k 100k
	wait_for past web 10000 && wait_for past home 10000
}
copied() { end_trade browser web && end_trade guest home; }
many_holes() { [ "$(holes R state | wc -l)" -gt 3 ]; }
busy() { flood && copies && wait_for many_holes; }

# --- the module -------------------------------------------------------------------------------

for round in 1 2; do
	ok "$round: data passes, connections begin, a flood is stopped" busy
	ok "the module goes" rmmod csp_mbox
	ok "data arrives as it was sent, both ways" copied
	flood_over
	quit flooder$victims
	box_up
done
ok "its connections are conntrack's: data passes the new one, too" exchange browser web 10k
ok "also those to a name" exchange guest home 10k
ok "others get a pinhole, to a name, too" reach other tcp 81 one.example.org
tell home accept
quit other
tell home close
tell home use 1

# --- a device ---------------------------------------------------------------------------------

ok "all of that again" busy
ip -n csp-R link del to-d
ok "the device by which the flood comes goes: data of the others arrives" copied
ok "the block is there until it is over" stops fd00:2::1$victims
flood_over
kill "$caller"
wait "$caller" || true
note "D: $(cat "$tmp/D.bustle")"
on D ss -K >/dev/null
quit flooder$victims
link D:eth0 R:to-d
ip -n csp-R addr add 10.0.7.254/24 dev to-d
addr D:eth0 10.0.7.1/24
default_via D 10.0.7.254
side D to-d 7 1
listener again B tcp 0.0.0.0 83 prefer
ok "another of that name: a connection" dial caller D tcp 10.0.2.2 83 require
tell again accept
ok "passes it" exchange caller again 10k
quit caller again
callers

ok "once more" busy
ip -n csp-R link del to-b
link B:eth0 R:to-b
ip -n csp-R addr add 10.0.2.254/24 dev to-b
addr B:eth0 10.0.2.2/24
default_via B 10.0.2.254
side B to-b 2 2
ok "the one outside goes, and comes back: data arrives" copied
flood_over
quit flooder$victims

# --- the namespace ----------------------------------------------------------------------------

copies
ip netns delete csp-R
# Its devices are the last to go: what NAT it had no longer changes can end a connection.
none_up() {
	ctl A flow
	! flows A state | grep -qx established
}
ok "the namespace goes while data passes: the hosts notice" wait_for none_up
kill "$caller"
for h in A B D; do
	on $h ss -K >/dev/null
	ip netns delete csp-$h
done
hosts=()
quit browser web home guest victim
kill "${daemons[@]}" 2>/dev/null || true
users() { awk -v m="$1" '$1 == m { print $3 }' /proc/modules; }
unused() { [ "$(users "$1")" = "$2" ]; }
ok "nobody uses the box" wait_for unused csp_mbox 0
ok "it goes" rmmod csp_mbox
ok "nor is there a connection" wait_for -t 100 unused csp 0
ok "the other module goes, too" rmmod csp
modprobe csp
modprobe csp_mbox
