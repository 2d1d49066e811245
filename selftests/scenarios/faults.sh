#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the modules ask the kernel for is refused: memory, hooks, routes, room in packets;
# when they are loaded, when a namespace comes, in commands, and everywhere while
# connections come, move and go, past a firewall, a NAT, a gateway and a home agent.  What
# cannot be done is not done; nothing falls over, nothing is left, and as soon as there is
# memory again all works.
#
#	CSP_FAULTS_STEP		1: each call fails once, instead of each third (3)
#	CSP_FAULTS_EACH		"2 3": each second call fails, then each third (3 7 11)
#	CSP_FAULTS_CALLS	connections meanwhile (25)
#
# Time limit: 600
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"
. "$(dirname "$0")/../lib/nat.sh"
. "$(dirname "$0")/../lib/gateway.sh"
. "$(dirname "$0")/../lib/faults.sh"

read -ra each <<<"${CSP_FAULTS_EACH:-3 7 11}"
plan $((37 + ${#each[@]}))

faults_ready

# --- loading ---------------------------------------------------------------------------------------

rmmod csp_mbox
rmmod csp
undo=(rmmod csp)
ok "csp is loaded, or not at all" exhaust modprobe csp
modprobe csp
undo=(rmmod csp_mbox)
ok "csp_mbox as well" exhaust modprobe csp_mbox
modprobe csp_mbox
undo=(ip netns delete csp-Z)
ok "a namespace comes, or does not" exhaust ip netns add csp-Z
undo=()

# --- commands ----------------------------------------------------------------------------------------

home_network 1ms
stateful_firewall R "ip protocol 253 accept" "ip6 nexthdr 253 accept"
agent_for H B
register_with H B
ok "a registration" wait_for is_registered B
listener server B tcp 0.0.0.0 80 prefer
dial client A tcp 10.0.2.2 80 prefer 40000 2>/dev/null || true
quit client

command() { # TEXT HOST WORD...
	ok "$1" exhaust ctl "${@:2}"
}
command "connections are shown" A flow
command "and what is known of peers" A peer
command "counters" A -j stats
command "the key is replaced" A key rotate
undo=(ctl A cgroup del /)
command "a rule of a cgroup" A cgroup add / prefer
undo=(ctl A flood del tcp 80)
command "a rule of a listener" A flood add tcp 80 1000
undo=()
ctl A flood add tcp 80 1000
command "those are shown" A flood
undo=(ctl R rule flush)
command "a rule of a firewall" R rule add in to-a dport 80-90 name www.example.org accept
undo=()
ctl R rule add in to-a accept
command "rules are shown" R rule
command "pinholes, too" R pinhole
undo=(ctl R gateway del to-a)
command "a gateway" R gateway add to-a edge
undo=()
ctl R gateway add to-a edge
command "its blocks are shown" R gateway blocks
undo=(ctl R name flush)
command "a name" R name add www.example.org 10.0.1.1 port 80
undo=()
undo=(ctl H agent del 10.0.9.5)
command "a home address" H agent add 10.0.9.5 --key "$(standing A)"
undo=()
command "those are shown" H agent
undo=(ctl A register del 10.0.9.5)
command "a registration" A register 10.0.8.1 --home 10.0.9.5 --key "$(standing H)"
wait_for -t 60 empty A register
undo=()
command "those are shown, too" B register
command "a token" H token new 10.0.9.9
command "a setting of a box" R box set max_waiting 100
command "its counters" R -j box stats

# --- connections, one by one -------------------------------------------------------------------------------

# From there R is a NAT.
addr A:eth0 10.0.3.1/24 C
on R nft -f - <<-END
	table inet test {
		chain post {
			type nat hook postrouting priority srcnat
			oifname "to-b" ip saddr 10.0.3.0/24 masquerade
		}
	}
END
rule R in to-b accept
give one.example.org 10.0.1.1
listener inside A tcp 0.0.0.0 82 prefer
undo=(quit caller)
ok "a connection to a name" exhaust reach caller tcp 82 one.example.org
from_inside() {
	client caller A tcp 10.0.2.2 80 require
	tell caller bind 10.0.3.1 0
	connect caller
}
ok "one through a NAT" exhaust from_inside
quit inside

# Without hooks at the devices it is those of IP that drop what is blocked.
listener flooded B udp 0.0.0.0 5000 prefer
dial flooding A udp 10.0.2.2 5000 require 40005
passes flooding flooded 10
passed=0 drops=0
tries_to() {
	tell flooding send 10
	[ "$(box_counter R block-drops)" -gt "$drops" ]
}
is_stopped() {
	ctl B block add 10.0.1.1 proto udp for 1h || return 1
	wait_for -t 3 stopped_is R "10.0.1.1 10.0.2.2 udp" || return 1
	wait_for -t 5 tries_to || passed=$((passed + 1))
}
is_lifted() {
	ctl B block del 10.0.1.1 proto udp
	ctl R gateway unblock all
	wait_for empty B block && wait_for stopped_is R ""
	# Not while reading it may fail.
	drops=$(box_counter R block-drops)
}
undo=(is_lifted)
ok "a flood is stopped" exhaust is_stopped
undo=()
is "or nobody has said so: nothing that is blocked passes" "$passed" 0
quit flooding flooded

# --- conversations --------------------------------------------------------------------------------------

# Nobody remembers that the other end did not answer.
for h in A B; do conf $h fallback=1000 embryonic_timeout=1000 move_timeout=2000 peer_ttl=1; done
# Not by on(): what is killed would be another shell.
nsenter --net=/run/netns/csp-B -- "$lib/bustle.py" serve 81 10.0.2.2 10.0.9.9 fd00:2::2 >"$tmp/B.bustle" &
daemons+=($!)
at_b=$!
wait_for grep -q ready "$tmp/B.bustle"
# They fail, or find another way; whatever comes of them is nobody's concern here.
bustle() { # N: each N-th call fails
	ctl A peer flush >/dev/null
	ctl B peer flush >/dev/null
	fail_each "$1"
	on A "$lib/bustle.py" call 81 10.0.2.2 10.0.9.9 fd00:2::2 -f 10.0.1.1 10.0.3.1 fd00:1::1 \
		-w 0.05 -n "${CSP_FAULTS_CALLS:-25}" >"$tmp/A.bustle" 2>&1 || { cat "$tmp/A.bustle"; return 1; }
	ctl H agent del 10.0.9.9 2>/dev/null || true
	agent_for H B 2>/dev/null || true
	ctl B register del 10.0.9.9 2>/dev/null || true
	register_with H B 2>/dev/null || true
	note "each $1th: $(n_failed_calls) calls failed; $(cat "$tmp/A.bustle")"
	fail_none
	[ "$(n_failed_calls)" != 0 ]
}
for n in "${each[@]}"; do
	ok "connections while each ${n}th call fails" bustle "$n"
done

ok "some had no memory for it" counters_are A 'flow-nomem=>0'
ok "nor had the firewall" box_counters_are R 'nomem=>0'

# --- afterwards -----------------------------------------------------------------------------------------------

kill $at_b
wait $at_b || true
for h in A B; do on $h ss -K >/dev/null; done
quit server
ok "all connections are forgotten" quiet A B
ctl H agent del 10.0.9.9 2>/dev/null || true
agent_for H B
ctl B register del 10.0.9.9 2>/dev/null || true
wait_for -t 60 empty B register
register_with H B
ok "the registration comes back" wait_for -t 60 is_registered B
listener server B tcp 0.0.0.0 80 require
dial client A tcp 10.0.9.9 80 require
tell server accept
ok "connections are as ever" exchange client server 10k
quit client server
ok "and end" quiet A B
# What has not been said yet would be tried for minutes.
for h in "${hosts[@]}"; do
	on "$h" ss -K >/dev/null
	ip netns delete "csp-$h"
done
hosts=()
both_gone() { rmmod csp_mbox; rmmod csp; [ ! -d /sys/module/csp ]; }
ok "both modules go" wait_for -t 100 both_gone
if has_slab; then
	skip 2 "the debug kernel does not say which calls failed"
else
	fault_sites | awk '$2 == 0 { print "# never failed:", $3, $4, "seen", $1 }'
	fault_sites | awk '{ n++; f += $2 > 0 } END { print "# of", n, "places", f, "have failed" }'
	most_failed() { fault_sites | awk '{ n++; f += $2 > 0 } END { exit f * 2 < n }'; }
	ok "most places have failed" most_failed
	ingress_failed() {
		fault_sites | awk '$2 > 0 && /csp_ingress_start/ { start = 1 }
			$2 > 0 && /csp_ingress_(event|add)/ { add = 1 } END { exit !start || !add }'
	}
	ok "also the hooks of devices" ingress_failed
	rmmod csp_fail
fi
modprobe csp
