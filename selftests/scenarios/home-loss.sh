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

plan 102

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
all_lost() { # packets
	local dev n=0
	for dev in "${links[@]}"; do n=$((n + $(lost_packets "$dev"))); done
	echo $n
}
all_state() { [ "$(flows "$1" state | sort | uniq -c | xargs)" = "$n $2" ]; }	# HOST STATE

# None finds the other where it was: only the agent knows.
lose_all() {
	local h
	for h in A B; do ip -n csp-$h -4 addr flush dev eth0 scope global; done
	for h in A B; do wait_for -t 60 all_state $h homeless; done
	place_server 6
	wait_for is_at H away 10.0.6.2
	roam A:eth0 10.0.3.1/24 10.0.3.254 A3
}

# What the agent did with Setups, and with moves.
told_by() { # open|hidden|guard
	case $1 in
	open)	box_counters_are H "home-redirected=>$((2 * n - 1))" home-relayed=0 guard-asked=0 &&
			counters_are B relay-in=0 relay-move=0 ;;
	hidden)	box_counters_are H home-redirected=0 "home-relayed=>$((2 * n - 1))" guard-asked=0 &&
			counters_are B "relay-answered=>$((n - 1))" "relay-move=>$((n - 1))" relay-bad=0 ;;
	guard)	box_counters_are H home-redirected=0 "guard-asked=>$((n - 1))" "guard-ok=>$((n - 1))" \
			"home-relayed=>$((2 * n - 1))" guard-no-token=0 guard-wrong=0 &&
			counters_are B "granted=>$((n - 1))" "relay-move=>$((n - 1))" relay-bad=0 ;;
	esac
}
place_server() { roam B:eth0 "10.0.$1.2/24" "10.0.$1.254" "B$1"; }	# 2|5|6

try_links() { # NAME open|hidden|guard NETEM...
	local name=$1 options=() run=() lost; [ "$2" = open ] || options=("--$2")
	bad_links "${@:3}"
	lost=$(all_lost)
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
	lose_all
	ok "$name: both ends move" wait_for -t 60 all_at A 10.0.3.1 10.0.6.2
	ok "$name: they talk on" tell clients talk 2
	ok "$name: by what the agent did" told_by "$2"
	ok "$name: each move was sent on" counters_are A "move-redirected=>$((n - 1))" \
		redirect-bad=0 vouch-bad=0
	case "$*" in
	*duplicate*)	ok "$name: copies were seen" counters_are A 'in-unexpected=>0' ;;
	*)		ok "$name: packets were lost" [ "$(all_lost)" -gt "$lost" ] ;;
	esac
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
try_links "the same, guarded" guard 10ms 10ms duplicate 100%
try_links lost open 2ms loss 5%
try_links "lost, hidden" hidden 2ms loss 5%
try_links "lost, guarded" guard 2ms loss 5%
