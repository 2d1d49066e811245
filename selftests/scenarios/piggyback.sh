#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Signalling costs no time, since the first packet travels inside the Setup; and
# no security, since the receiver's own rules see that packet as any other, and the
# sender's connection tracking knows of it.
. "$(dirname "$0")/../lib/lib.sh"

plan 12

routed 25ms
listener plain B tcp 0.0.0.0 81
listener server B tcp 0.0.0.0 80 prefer
listener server6 B tcp fd00:2::2 80 prefer

# Microseconds that connect() takes, the best of three.
fastest() { # ADDR PORT [MODE]
	local i us best=999999999
	for i in 1 2 3; do
		dial probe A tcp "$@"
		us=$(field us)
		quit probe
		[ "$us" -gt "$best" ] || best=$us
	done
	echo "$best"
}
as_fast() { [ $((2 * $1)) -lt $((3 * $2)) ]; }

plain=$(fastest 10.0.2.2 81)
signalled=$(fastest 10.0.2.2 80 prefer)
note "plain $plain us, signalled $signalled us"
ok "a signalled connection takes one round trip, as a plain one" as_fast "$signalled" "$plain"
signalled=$(fastest fd00:2::2 80 prefer)
note "over IPv6 $signalled us"
ok "over IPv6 as well" as_fast "$signalled" "$plain"
ok "six Setups had their SYN inside" counters_are A setup-out=6 piggyback-out=6
ok "and it was taken out" counters_are B setup-in=6 piggyback-in=6

# --- the receiver's rules --------------------------------------------------------------

firewall B <<-END
	counter early {}
	counter dropped {}
	chain early {
		type filter hook prerouting priority raw;
		tcp dport 80 tcp flags & (syn | ack) == syn counter name early
	}
	chain in {
		type filter hook input priority filter;
		tcp dport 80 counter name dropped drop
	}
END
client shy A tcp 10.0.2.2 80 prefer
tell shy begin 10.0.2.2 80
ok "a host that drops SYNs answers the Setup" wait_for counters_are B setup-in=7
# TCP itself may have sent another meanwhile.
hit() { [ "$(hits "$1" "$2")" -gt 0 ]; }
ok "PREROUTING sees the SYN of the Setup" wait_for hit B early
ok "INPUT drops it" wait_for hit B dropped
ok "no connection came of it" wait_for is_state shy established
is "not even half of one" "$(on B ss -Htn state syn-recv)" ""
no_firewall B
ok "TCP's own SYN gets through when it may" tell shy end
quit shy

# --- the sender's connection tracking -----------------------------------------------------

firewall A <<-END
	chain in {
		type filter hook input priority filter; policy drop;
		iif lo accept
		ct state established, related accept
	}
END
ok "behind a stateful firewall" dial client A tcp 10.0.2.2 80 prefer
# Of the six and the shy one some are in the queue still.
until tell server accept && tell server names && [ "$(field peer)" = "$(
	tell client names && field local)" ]; do :; done
ok "data passes it both ways" exchange client server 100k
