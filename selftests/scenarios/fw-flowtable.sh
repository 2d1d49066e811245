#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Pinholes and what else conntrack is for: flowtables take their data past the ruleset,
# the Detach ends that; signalling over UDP; the module goes while connections live.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 20

routed
offload() { # R
	firewall "$1" <<-END
		flowtable fast {
			hook ingress priority 0
			devices = { to-a, to-b }
		}
		counter slow {}
		counter dropped {}
		chain forward {
			type filter hook forward priority filter; policy drop
			meta l4proto { tcp, udp } flow add @fast
			ct state established,related counter name slow accept
			ip6 nexthdr ipv6-icmp accept
			counter name dropped
		}
	END
}
tracked() { on "$1" grep -q "$2" /proc/net/nf_conntrack; }	# R TEXT

# --- flowtables ------------------------------------------------------------------------------------

if ! offload R 2>/dev/null; then
	skip 8 "no flowtables in this kernel"
	stateful_firewall R
	rule R accept
else
	rule R accept
	listener server B tcp 0.0.0.0 80 prefer
	ok "a connection" dial client A tcp 10.0.2.2 80 require 40000
	tell server accept
	ok "data" exchange client server 10k
	ok "the flowtable has it" wait_for tracked R "sport=40000.*OFFLOAD"
	slow=$(hits R slow)
	ok "more data" exchange client server 500k
	ok "does not pass the ruleset" [ $(($(hits R slow) - slow)) -lt 50 ]
	quit client server
	ok "given up" quiet A B
	ok "and closed, flowtable or not" wait_for no_holes R
	ok "conntrack has forgotten it" wait_for not tracked R sport=40000
fi
no_firewall R
stateful_firewall R

# --- signalling over UDP ------------------------------------------------------------------------------

# Slow machines get on as well.
ctl R box set linger 60000 provisional 60000
for h in A B; do conf $h udp_encap=2; done
count_box R
listener server B tcp 0.0.0.0 80 prefer
ok "signalling over UDP" dial client A tcp 10.0.2.2 80 require 40001
tell server accept
tell client info
is "is understood" "$(field udp) $(field timeout)" "true 7440000"
ok "data" exchange client server 10k
ok "counted" box_counters_are R pkts-udp=2 confirmed=1 edits=1
quit client
tell server close
quiet A B
for h in A B; do conf $h udp_encap=0; done

# --- the module goes -----------------------------------------------------------------------------------

tell server use 0
dial client A tcp 10.0.2.2 80 require 40002
tell server accept
speak A 10.0.1.1 10.0.2.77 setup xid=5 id=a1a1a1a1a1a1a1a1 conn=tcp,10.0.1.1,50000,10.0.2.77,99
ok "three pinholes: open, provisional, lingering" \
	[ "$(ctl R -j pinhole | jq -r '.[].state' | sort | xargs)" = "linger open provisional" ]
ok "the module can be unloaded" rmmod csp_mbox
ok "a connection that is up goes on" exchange client server 10k
ok "what was not confirmed is gone" not tracked R dport=99
ok "and what had been given up" not tracked R sport=40001
modprobe csp_mbox
ok "loaded again it knows nothing" no_holes R
ok "and does nothing without a rule" [ "$(ctl R box enable)" = 0 ]
quit client server
ok "the ends forget the connection all the same" quiet A B
