#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Registering with a home agent: who may not, what cannot be sent again, and what
# becomes of it when packets are lost, or the host is.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 34

home_network 1ms
count_box H
capture R-H

# --- commands ------------------------------------------------------------------------------------------

refused() { # TEXT COMMAND...
	local text=$1; shift
	! "$@" 2>"$tmp/error" && grep -q "$text" "$tmp/error"
}
as() { local home=$1; shift; "$@"; }
agent_for H B --lifetime 3s
ok "an address twice: refused" refused 'answers for this address already' agent_for H B
ok "a host that cannot be" refused 'No host can have' as 127.0.0.1 agent_for H B
ok "families must agree" refused 'different families' as fd00:9::9 register_with H B
ok "the key is not replaced under a relation" \
	refused 'in use' on H bash -c "$cspctl key gen | $cspctl key set -"
ok "no such registration" refused 'not registered' ctl B register del 10.0.9.9

# --- who may ---------------------------------------------------------------------------------------------

on H timeout 100 "$cspctl" agent monitor -n 2 >"$tmp/events" 2>&1 &
daemons+=($!)
register_with H A
ok "a host with another key gets no answer" wait_for box_counters_are H 'home-unknown=>1'
is "and goes on asking" "$(reg A state)" asking
ctl A register del 10.0.9.9
count_from_here B
as 10.0.9.7 register_with H B
ok "another address with a known key is refused" wait_for reg_is B state refused
is "by policy" "$(reg B error)" policy
ok "which the host counts" counters_are B register-out=1 register-refused=1 register-ok=0
ctl B register del 10.0.9.7
ok "a registration is ended" wait_for empty B register

phase good
register_with H B --lifetime 10m
ok "the right one registers" wait_for is_registered B
is "for as long as the agent allows" "$(reg B granted_ms)" 3000
ok "and is in the events" wait_for grep -q 'registered *10.0.9.9  away at 10.0.2.2' "$tmp/events"

# --- what cannot be sent again -------------------------------------------------------------------------------

ok "it is renewed" wait_for box_counters_are H 'home-registered=>2'
n=$(messages R-H | grep -c 'Register(S at B')
cp "$tmp/R-H.pcap" "$tmp/old.pcap"
count_box H
count_from_here B
on A "$lib/forge.py" "$tmp/old.pcap" "register:$((n - 2))"
ok "an old Register: the host is told its last number" wait_for box_counters_are H home-stale=1
ok "which it did not ask for" wait_for counters_are B 'in-unexpected=>0'
on A "$lib/forge.py" "$tmp/old.pcap" "register:$((n - 2)) seq=100"
ok "a higher number without the key" wait_for box_counters_are H home-bad-mac=1
on A "$lib/forge.py" "$tmp/old.pcap" "register:$((n - 2)) from=10.0.1.1"
ok "from another place" wait_for box_counters_are H home-stale=2
ok "the registration is as it was" is_at H away 10.0.2.2

# --- loss and duplication --------------------------------------------------------------------------------------

delay R:to-h 5ms loss 25% duplicate 25%
delay R:to-b 5ms loss 25% duplicate 25%
count_box H
ok "with loss and duplication it is renewed all the same" \
	wait_for box_counters_are H 'home-registered=>2'
delay R:to-h 1ms
delay R:to-b 1ms
wait_for is_at H away 10.0.2.2

# --- at home -----------------------------------------------------------------------------------------------------

ip -n csp-B addr del 10.0.9.9/32 dev lo
ip -n csp-B route del default via 10.0.2.254
addr B:home 10.0.9.9/24 S
default_via B 10.0.9.254
ok "at home the host registers its own address" wait_for is_at H at-home 10.0.9.9
ok "and whoever does not signal reaches it" on A ping -c 1 -W 5 10.0.9.9

# --- another key than the one vouched for --------------------------------------------------------------------------

ip -n csp-B addr flush dev home
default_via B 10.0.2.254
addr B:lo 10.0.9.9/32 S
ctl H agent del 10.0.9.9
agent_for H B --lifetime 60s
ok "it leaves again" wait_for is_at H away 10.0.2.2
count_from_here B
# Each registration has another identifier.
forged() {
	on A "$lib/forge.py" "$tmp/R-H.pcap" "OK:-1 mac"
	counters_are B 'register-bad-mac=>0'
}
ok "an answer that is not the agent's is ignored" wait_for forged
speak A 10.0.1.1 10.0.2.2 setup dcid=0123456789abcdef id=0101010101010101 \
	conn=tcp,10.0.1.1,7000,10.0.9.9,81
ok "so is a Setup that no agent has relayed" wait_for counters_are B relay-bad=1 relay-in=0 \
	setup-in=0 reject-out=0
firewall B <<-END
	chain out {
		type filter hook output priority 0
		ip daddr 10.0.8.1 drop
	}
END
ctl B register del 10.0.9.9
ok "the host forgets what it was, and its agent does not know" wait_for empty B register
no_firewall B
listener server B tcp 0.0.0.0 81 require
client client A tcp 10.0.9.9 81 require
count_from_here A
say client connect 10.0.9.9 81
ok "an OK with another key is ignored" wait_for counters_are A redirect-in=1 'vouch-bad=>0' \
	vouch-ok=0 setup-ok=0
quit client server

# --- expiry ----------------------------------------------------------------------------------------------------------

ctl H agent del 10.0.9.9
agent_for H B --lifetime 1s
register_with H B
ok "it registers again" wait_for is_at H away 10.0.2.2
count_box H
ip -n csp-B link set eth0 down
ok "lost, its registration ends" wait_for is_at H gone
ok "which counts" wait_for box_counters_are H 'home-expired=>0'
client client A tcp 10.0.9.9 80 require
ok "and clients are told so" not connect client
is "clearly" "$(field error)" EHOSTDOWN
ok "by the agent" box_counters_are H 'home-gone=>0' home-redirected=0
