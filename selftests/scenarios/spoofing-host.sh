#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An end host under a flood of forged Setups: it keeps a bounded number of them, has the
# rest echo a nonce, and serves those who do.  The same for UDP, which is connected by
# the Setup alone.  By IPv6, too, from addresses of many /64s.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/flood.sh"

plan 34

two_hosts
ip -n csp-B route add 10.9.0.0/16 via 10.0.0.1
ip -n csp-B route add fd09::/48 via fd00::1
for h in A B; do conf $h udp_encap=0; done
conf B max_embryonic=64

asked() { echo $(($(counter B cookie-out) + $(counter B rate-limited))); }
few_flows() { [ "$(counter B flows)" -le 32 ]; }

by_tcp() { # COUNT BITS FORGED ADDR
	local packet before known had sent
	listener server B tcp "$4" 80 prefer
	packet=$(forged_setup "$3" "$4" tcp 80 syn=65278,80)
	count_from_here B
	had=$(asked)
	flood A 200 "$2" "$packet"
	wait "$flood_pid"
	ok "half of max_embryonic are granted without an echo" wait_for counters_are B setup-in=32
	before=$(unreclaimable) known=$(counter B peers)
	under_flood A "$1" "$2" "$packet" clients 10 server "$4"
	ok "the clients echoed" counters_are B cookie-ok=10 cookie-bad=0 reject-full=0
	ok "the others were asked, or asked too often" \
		[ $(($(asked) - had)) -ge $((sent + 168)) ]
	ok "nothing is kept of them" [ "$(counter B embryonic)" -le 32 ]
	ok "nor otherwise" wait_for few_flows
	ok "nor is any peer remembered, but the clients" [ "$(counter B peers)" -le $((known + 1)) ]
	ok "memory does not grow" [ $(($(unreclaimable) - before)) -lt 1024 ]
	note "slab grew by $(($(unreclaimable) - before)) KiB"

	conf B embryonic_timeout=1000
	ok "when it is over all is forgotten" quiet A B
	count_from_here B
	ok "and nobody is asked" clients 1 server "$4"
	ok "any more" counters_are B setup-in=1 cookie-out=0
	quit server
	conf B embryonic_timeout=60000
}

by_udp() { # COUNT BITS FORGED ADDR
	listener udp-server B udp "$4" 5000 prefer
	count_from_here B
	flood A "$1" "$2" "$(forged_setup "$3" "$4" udp 5000 udp=65278,5000,4)"
	wait "$flood_pid"
	ok "UDP: no more without an echo either" wait_for counters_are B setup-in=32 cookie-out=">100"
	ok "a client is served" dial client A udp "$4" 5000 require
	tell client send 10
	ok "after its echo" wait_for counters_are B setup-in=33 cookie-ok=1
	quit client udp-server
	ok "the socket takes all with it" wait_for is_quiet B
}

by_tcp 20000 16 10.9.0.0 10.0.0.2
by_udp 20000 16 10.9.0.0 10.0.0.2
note "by IPv6"
by_tcp 5000 80 fd09:: fd00::2
by_udp 2000 80 fd09:: fd00::2
