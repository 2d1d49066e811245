#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Peers without CSP.  In mode prefer a connection goes on without signalling, at once
# if ICMP says so, after a bound if nobody says anything; that is remembered.  In mode
# require it fails.
. "$(dirname "$0")/../lib/lib.sh"

plan 39

routed 25ms
for h in A B; do conf $h fallback=250 udp_encap=0; done
listener server B tcp 0.0.0.0 80
listener server B tcp 0.0.0.0 81 prefer

# Microseconds that a connection of this mode takes.
try() { # PORT [MODE]
	dial client A tcp 10.0.2.2 "$@" || return
	us=$(field us)
	note "port $1, mode ${2:-off}: $us us"
	quit client
}
from_to() { [ "$us" -ge "$1" ] && [ "$us" -le "$2" ]; }	# MICROSECONDS
remembered() { ctl A -j peer | jq -r '.[] | "\(.addr) \(.proto) \(.port) \(.verdict)"'; }
expires() { ctl A -j peer | jq '.[0].expires_ms'; }

try 80		# finds the neighbours
try 80
plain=$us

# --- ICMP protocol unreachable ---------------------------------------------------------------

no_csp() { # VERDICT...
	firewall B <<-END
		chain in {
			type filter hook input priority filter;
			ip protocol 253 $*
		}
	END
}
no_csp reject with icmp type prot-unreachable
ok "a peer that has no CSP, and says so" try 80 prefer
# Two of the link's; less than silence would cost.
ok "costs one round trip" from_to 100000 249999
ok "the connection is plain" counters_are A setup-out=1 plain-unreach=1 setup-ok=0
is "no connection is left" "$(counter A flows)" 0
is "the peer is remembered" "$(remembered)" "10.0.2.2 any 0 plain"
ok "for peer_ttl" [ "$(expires)" -gt 500000 ]
ok "the next connection" try 80 prefer
ok "takes no longer than a plain one" from_to 0 99999
ok "since it is not signalled" counters_are A setup-out=1 plain-known=1
client client A tcp 10.0.2.2 80 require
ok "mode require asks all the same" not connect client
is "and fails" "$(field error)" EPROTONOSUPPORT
ok "without memory in the way" counters_are A setup-out=2
quit client

is "peer flush forgets" "$(ctl A peer flush; remembered)" "1 forgotten"
ok "the next connection asks again" try 80 prefer
ok "and is plain again" counters_are A setup-out=3 plain-unreach=2
no_firewall B
ctl A peer flush >/dev/null

# --- silence -------------------------------------------------------------------------------------

count_from_here A
no_csp drop
ok "a peer that never answers" dial client A tcp 10.0.2.2 80 prefer
us=$(field us)
note "$us us"
ok "costs the fallback time" from_to 250000 $((250000 + 3 * plain))
ok "the connection is plain" counters_are A setup-out=1 plain-silence=1
ok "the Setup is sent six times in all" wait_for counters_are A out-retrans=5
ok "and given up" quiet A
quit client
is "silence is remembered at its end" "$(remembered)" "10.0.2.2 any 0 plain"
ok "for a tenth of peer_ttl" [ "$(expires)" -le 60000 ]
try 80 prefer
ok "the next connection is plain at once" from_to 0 99999
ip -n csp-A addr add 10.0.3.7/24 dev eth0
nothing_remembered() { [ -z "$(remembered)" ]; }
ok "another address: it is forgotten" wait_for nothing_remembered
client client A tcp 10.0.2.2 80 require
ok "mode require fails" not connect client
is "after the last attempt" "$(field error)" ETIMEDOUT
us=$(field us)
ok "at 6.3 s, more or less" from_to 4700000 9000000
quit client
no_firewall B
ctl A peer flush >/dev/null

# --- the answer comes late -------------------------------------------------------------------------

count_from_here A
conf A fallback=1
dial client A tcp 10.0.2.2 81 prefer
ok "an OK after the fallback time" counters_are A plain-silence=1 setup-late-ok=1
is "makes the connection signalled" "$(state client)" established
quit client
conf A fallback=250
wait_for is_quiet A
is "and the peer is one that has CSP" "$(remembered)" "10.0.2.2 any 0 capable"

# The other end wants its nonce back first; or it refuses.
ctl A peer flush >/dev/null
count_from_here A
conf A fallback=1
conf B cookies=2
dial client A tcp 10.0.2.2 81 prefer
ok "an Ack after the fallback time is echoed" wait_for is_state client established
ok "it is as late as its OK" counters_are A plain-silence=1 setup-late-ok=1
quit client
conf B cookies=1
wait_for is_quiet A
is "the peer has CSP" "$(remembered)" "10.0.2.2 any 0 capable"
ctl A peer flush >/dev/null
count_from_here A
dial client A tcp 10.0.2.2 80 prefer
ok "a late Reject" wait_for counters_are A plain-silence=1 "reject-in=>0"
is "is no silence" "$(remembered)" "10.0.2.2 tcp 80 not-wanted"
quit client
conf A fallback=250
ctl A peer flush >/dev/null

# --- no signalling wanted at this port ---------------------------------------------------------------

count_from_here A
ok "a listener that does not want it" try 80 prefer
ok "gets a plain connection" counters_are A plain-reject=1 setup-ok=0
is "that is remembered of this port" "$(remembered | grep not-wanted)" \
	"10.0.2.2 tcp 80 not-wanted"
try 81 prefer
ok "and of no other" counters_are A plain-known=0 setup-ok=1
