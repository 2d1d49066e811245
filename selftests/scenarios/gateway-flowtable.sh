#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A gateway whose ruleset has a flowtable stops a flood that the flowtable forwards, of
# IPv4 and IPv6, also at a device that comes later; what nobody blocked goes on.  Nor does
# anything pass that hides its transport, or looks like signalling.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/gateway.sh"

plan 34

gateways
addr A:eth0 fd00:1::1/64
addr G:to-a fd00:1::fe/64 G16
addr G:to-h fd00:8::1/64 G6
addr H:to-g fd00:8::2/64 H16
addr H:to-s fd00:2::fe/64 H6
addr S:eth0 fd00:2::2/64
ip -n csp-A -6 route add default via fd00:1::fe
ip -n csp-G -6 route add default via fd00:8::2
ip -n csp-H -6 route add fd00:1::/64 via fd00:8::1
ip -n csp-S -6 route add default via fd00:2::fe
ctl G gateway add to-a edge

offload() {
	firewall G <<-END
		flowtable fast {
			hook ingress priority -100
			devices = { to-a, to-h }
		}
		counter slow {}
		chain forward {
			type filter hook forward priority filter
			meta l4proto udp flow add @fast
			counter name slow
		}
	END
}
is_fast() { # OWN_PORT
	tell server send 10 && on G grep -q "sport=$1 .*OFFLOAD" /proc/net/nf_conntrack
}
# What nobody blocks: both ways, past the ruleset.
both_ways() { passes client server 100 && passes server client 100; }
several() {
	local i
	for i in {1..10}; do both_ways || return; done
}
slowly() { echo $(($(hits G slow) - $1)); } # HITS_BEFORE

hooked() { on G nft list hooks netdev device "$1" | grep -q csp_ingress_hook; } # DEVICE
hooks() { # TEXT COMMAND...
	if modprobe -q nfnetlink_hook; then
		ok "$@"
	else
		skip 1 "this kernel does not list its hooks"
	fi
}

# A connection that the flowtable forwards is blocked, and goes on afterwards.
flood() { # SERVER CLIENT OWN_PORT
	local what="flood from $2" before any=0.0.0.0
	[[ $1 != *:* ]] || any=::
	count_box G
	listener server S udp $any 5000 prefer
	dial client A udp "$1" 5000 require "$3"
	passes client server 100
	wait_for is_state client established
	tell server connect "$2" "$3"
	ok "$what: a connection" both_ways
	ok "the flowtable has it" wait_for is_fast "$3"
	drain client
	before=$(hits G slow)
	ok "data both ways" several
	ok "does not pass the ruleset" [ "$(slowly "$before")" -lt 5 ]
	blocked "$1" "$2" "$3"
	ok "the server lifts it" ctl S block del "$2"
	wait_for stopped_is G ""
	drain client
	ok "data both ways" several
}
drain() { while tell "$1" recv 10 100; do :; done; } # NAME

blocked() { # SERVER CLIENT OWN_PORT
	local ip=ip
	[[ $1 != *:* ]] || ip=ip6
	ctl S block add "$2" for 5m
	wait_for stopped_is G "$2 $1 any"
	ok "the other direction is still the flowtable's" wait_for is_fast "$3"
	count_box G
	for _ in {1..5}; do tell client send 50; done
	ok "no data arrives" not tell server recv 50 200
	ok "it is counted" wait_for box_counters_are G block-drops=5
	firewall S <<-END
		counter came {}
		chain seen {
			type filter hook prerouting priority raw
			$ip saddr $2 counter name came
		}
	END
	count_box G
	on A "$lib/around.py" "$2" "$1" 5000 >/dev/null
	odd "$2" "$1"
	ok "nor anything odd: counted" wait_for box_counters_are G "block-drops=>9" unparsed=1
	is "and not there" "$(hits S came)" 0
	no_firewall S
}
# No transport, one that does not exist, no signalling that is any, an answer to nothing.
odd() { # FROM TO
	on A python3 - "$2" <<-END
		import socket, sys
		family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
		for proto in 59, 200, 253:
		    with socket.socket(family, socket.SOCK_RAW, proto) as s:
		        s.sendto(bytes([0x9f] * 40), (sys.argv[1], 0))
	END
	speak A "$1" "$2" ok reply xid=1 dcid=1122334455667788 id=1122334455667788
}

if ! offload 2>/dev/null; then
	skip 34 "no flowtables in this kernel"
	exit
fi
flood 10.0.2.2 10.0.1.1 40000
quit client server
quiet A S
flood fd00:2::2 fd00:1::1 40001
quit client server
quiet A S

# --- devices that come and go -----------------------------------------------------------------

listener server S udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40002
passes client server 100
wait_for is_state client established
hooks "nothing is blocked: no hook" wait_for not hooked to-a
ctl S block add 10.0.1.1 for 5m
wait_for stopped_is G "10.0.1.1 10.0.2.2 any"
hooks "something is: each device has one" wait_for hooked to-a
hooks "both" hooked to-h
ip -n csp-G link add late type dummy
hooks "one that comes later, too" wait_for hooked late
ip -n csp-G link del late
ok "the last block goes" ctl S block del 10.0.1.1
hooks "and the hooks" wait_for not hooked to-a
ctl S block add 10.0.1.1 for 5m
wait_for stopped_is G "10.0.1.1 10.0.2.2 any"
hooks "once more" wait_for hooked to-h
ok "the box is turned off" ctl G box set enable 0
hooks "at once they go" not hooked to-h
ctl G box set enable 1
hooks "and on: they come back" wait_for hooked to-h
ok "the module goes with them in place" modprobe -r csp_mbox
ok "data arrives" passes client server 60
