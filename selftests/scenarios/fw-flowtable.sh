#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Pinholes and what else conntrack is for: flowtables take their data past the ruleset,
# the Detach ends that; signalling over UDP; the module goes while connections live.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 71

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

# Data of a connection goes by the flowtable, until it says good-bye.
offloaded() { # tcp|udp ADDR OWN_PORT
	local what="$1 to $2" any=0.0.0.0 slow
	[[ $2 != *:* ]] || any=::
	listener server B "$1" $any 80 prefer
	ok "$what: a connection" dial client A "$1" "$2" 80 require "$3"
	if [ "$1" = tcp ]; then
		tell server accept
		ok "data" exchange client server 10k
	else
		passes client server 100
		wait_for is_state client established
		tell server connect "$4" "$3"
		ok "data" passes server client 100
	fi
	ok "the flowtable has it" wait_for is_fast "$1" "$3"
	slow=$(hits R slow)
	if [ "$1" = tcp ]; then
		ok "more data" exchange client server 500k
	else
		ok "more data" several 30
	fi
	ok "does not pass the ruleset" [ $(($(hits R slow) - slow)) -lt 5 ]
}
# It takes what has been answered, and gives it back when it is idle.
is_fast() { # tcp|udp OWN_PORT
	[ "$1" = tcp ] || several 1
	tracked R "sport=$2 .*OFFLOAD"
}
several() { # N
	local i
	for ((i = 0; i < $1; i++)); do
		passes client server 100 && passes server client 100 || return 1
	done
}

if ! offload R 2>/dev/null; then
	skip 59 "no flowtables in this kernel"
	stateful_firewall R
	rule R accept
else
	rule R accept
	ctl R box set linger 1000 udp_timeout 60000
	port=40010
	for to in 10.0.2.2,10.0.1.1 fd00:2::2,fd00:1::1; do
		for proto in tcp udp; do
			port=$((port + 1))
			offloaded $proto ${to%,*} $port ${to#*,}
			quit client server
			ok "given up" quiet A B
			ok "and closed, flowtable or not" wait_for no_holes R
			ok "conntrack has forgotten it" wait_for not tracked R "sport=$port "
		done
	done

	# It gets no signalling over UDP, or the box would see no more of that.
	for h in A B; do conf $h udp_encap=2; done
	count_box R
	offloaded tcp 10.0.2.2 40018
	ok "signalling is known to conntrack" tracked R "port=4253 "
	ok "but the flowtable has none" not tracked R "port=4253 .*OFFLOAD"
	quit client server
	ok "given up" quiet A B
	ok "and closed" wait_for no_holes R
	ok "by what was said" box_counters_are R confirmed=1 detached=1
	for h in A B; do conf $h udp_encap=0; done

	# It would give the old path of a move a day.
	offloaded tcp 10.0.2.2 40019
	roam A:eth0 10.0.3.1/24 10.0.3.254
	ok "a connection moves" wait_for moved A 1
	ok "the old path closes" wait_for not tracked R "src=10.0.1.1 .*sport=40019 "
	ok "data goes on" exchange client server 10k
	quit client server
	ok "given up" quiet A B
	wait_for no_holes R
	roam A:eth0 10.0.1.1/24 10.0.1.254

	# Time that was granted is kept as well, part of it in the flowtable.
	on R sysctl -q net.netfilter.nf_flowtable_udp_timeout=2
	ctl R box set udp_timeout 5000
	count_box R
	offloaded udp fd00:2::2 40020 fd00:1::1
	ok "idle, it is closed all the same" wait_for no_holes R
	ok "by its time" box_counters_are R idle=1 detached=0
	ok "nothing comes in any more" lost server client 100 R
	quit client server
	quiet A B
	ctl R box set udp_timeout default linger default
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
