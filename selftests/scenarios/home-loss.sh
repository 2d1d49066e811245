#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Everything about a home agent over links that duplicate, reorder and lose: registration,
# being sent on, the moves of the server and of both, for an agent that tells where the
# server is, for one that does not, and for one that lets in who has a token.
#
# Time limit: 500
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 86

home_network 1ms
for h in A B; do conf $h default_mode=2 fallback=60000; done

links=(A:eth0 R:to-a R:to-b B:eth0 R:to-h H:net)
bad_links() { for dev in "${links[@]}"; do delay "$dev" "$@"; done; }	# NETEM...
n=8
sock server B python3 "$lib/many.py" listen 80
wait_for listening B 80

# All connections of a host have these addresses, and wait for nothing.
all_at() { # HOST LOCAL REMOTE
	[ "$(ctl "$1" -j flow | jq -r '.[] | "\(.laddr) \(.raddr) \(.state)"' |
		sort | uniq -c | xargs)" = "$n $2 $3 established" ]
}
place_server() { roam B:eth0 "10.0.$1.2/24" "10.0.$1.254" "B$1"; }	# 2|5|6

try_links() { # NAME open|hidden|guard NETEM...
	local name=$1 options=() run=(); [ "$2" = open ] || options=("--$2")
	bad_links "${@:3}"
	count_from_here A B
	count_box H
	agent_for H B "${options[@]}"
	[ "$2" = hidden ] || options=()
	register_with H B "${options[@]}"
	ok "$name: the server registers" wait_for is_registered B
	[ "$2" != guard ] || run=("$cspctl" run --token "$(ctl H token new 10.0.9.9 many)" --)
	sock clients A "${run[@]}" python3 "$lib/many.py" client
	ok "$name: $n clients connect" tell clients connect 10.0.9.9 80 $n
	ok "$name: they talk" tell clients talk 2
	ok "$name: where the server is" wait_for all_at A 10.0.1.1 10.0.2.2
	ok "$name: whose key was vouched for" counters_are A setup-ok=$n vouch-bad=0 redirect-bad=0
	place_server 5
	ok "$name: the server moves" wait_for all_at A 10.0.1.1 10.0.5.2
	ok "$name: so its agent hears" wait_for is_at H away 10.0.5.2
	ok "$name: they talk on" tell clients talk 2
	roam A:eth0 10.0.3.1/24 10.0.3.254 A3
	place_server 6
	ok "$name: both ends move" wait_for -t 60 all_at A 10.0.3.1 10.0.6.2
	ok "$name: they talk on" tell clients talk 2
	quit clients
	ok "$name: both ends forget them" quiet A B
	roam A:eth0 10.0.1.1/24 10.0.1.254
	place_server 2
	ok "$name: the agent knows" wait_for is_at H away 10.0.2.2
	ctl B register del 10.0.9.9
	ok "$name: the registration is ended" wait_for empty B register
	ok "$name: at the agent, too" wait_for is_at H gone
	ctl H agent del 10.0.9.9
}

try_links "duplicated and reordered" open 10ms 10ms duplicate 100%
try_links "the same, hidden" hidden 10ms 10ms duplicate 100%
ok "copies were seen" counters_are A 'in-unexpected=>0'
try_links "the same, guarded" guard 10ms 10ms duplicate 100%
try_links lost open 2ms loss 5%
try_links "lost, hidden" hidden 2ms loss 5%
try_links "lost, guarded" guard 2ms loss 5%
ok "packets were lost" [ "$(lost_packets R:to-a)" -gt 0 ]
