#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An end host under a flood of forged Setups: it keeps a bounded number of them, has the
# rest echo a nonce, and serves those who do.  The same for UDP, which is connected by
# the Setup alone.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"

plan 17

n=20000
two_hosts
ip -n csp-B route add 10.9.0.0/16 via 10.0.0.1
for h in A B; do conf $h udp_encap=0; done
conf B max_embryonic=64
listener server B tcp 0.0.0.0 80 prefer
listener udp-server B udp 0.0.0.0 5000 prefer

setup() { # PROTO PORT WORD...
	"$lib/say.py" 10.9.0.0 10.0.0.2 setup "conn=$1,10.9.0.0,65278,10.0.0.2,$2" \
		id=fdfdfdfdfdfdfdfd pubkey timeout=0 "${@:3}" print
}
unreclaimable() { awk '/^SUnreclaim/ { print $2 }' /proc/meminfo; }	# KiB
clients() { # N
	local i
	for ((i = 0; i < $1; i++)); do
		dial client A tcp 10.0.0.2 80 require || return 1
		tell server accept || return 1
		tell client close
		tell server close
	done
}
flood() { # COUNT BITS HEX [on]
	# Not by on(): $! would be another shell.
	nsenter --net=/run/netns/csp-A -- "$top/build/selftests/flood" "$@" >"$tmp/flooded" &
	flood_pid=$!
	daemons+=($!)
}

packet=$(setup tcp 80 syn=65278,80)
flood 200 16 "$packet"
wait "$flood_pid"
ok "half of max_embryonic are granted without an echo" wait_for counters_are B setup-in=32
before=$(unreclaimable) known=$(counter B peers)
flood $n 16 "$packet" on
ok "clients connect during a flood" clients 10
ok "which goes on behind the last of them" kill -0 "$flood_pid"
kill "$flood_pid"
wait "$flood_pid"
sent=$(cut -d ' ' -f 1 "$tmp/flooded")
ok "the flood is over" [ "$sent" -ge "$n" ]
note "after $sent packets"
ok "the clients echoed" counters_are B cookie-ok=10 cookie-bad=0 reject-full=0
ok "the others were asked, or asked too often" \
	[ $(($(counter B cookie-out) + $(counter B rate-limited))) -ge $((sent + 168)) ]
ok "nothing is kept of them" [ "$(counter B embryonic)" -le 32 ]
few_flows() { [ "$(counter B flows)" -le 32 ]; }
ok "nor otherwise" wait_for few_flows
ok "nor is any peer remembered, but the clients" [ "$(counter B peers)" -le $((known + 1)) ]
ok "memory does not grow" [ $(($(unreclaimable) - before)) -lt 1024 ]
note "slab grew by $(($(unreclaimable) - before)) KiB"

conf B embryonic_timeout=1000
ok "when it is over all is forgotten" quiet A B
count_from_here B
ok "and nobody is asked" clients 1
ok "any more" counters_are B setup-in=1 cookie-out=0

count_from_here B
flood $n 16 "$(setup udp 5000 udp=65278,5000,4)"
wait "$flood_pid"
ok "UDP: no more without an echo either" wait_for counters_are B setup-in=32 cookie-out=">100"
ok "a client is served" dial client A udp 10.0.0.2 5000 require
tell client send 10
ok "after its echo" wait_for counters_are B setup-in=33 cookie-ok=1
quit udp-server
ok "the socket takes all with it" wait_for is_quiet B
