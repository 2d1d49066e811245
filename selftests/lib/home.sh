# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh
#
# What the scenarios of home agents share beside lib.sh, mobility.sh and box.sh:
#
#	home_network TIME		A, and B whose home address is S, 10.0.9.9 and
#					fd00:9::9; H, the router of its home network
#	agent_for H B [OPTION...]	H answers for S, and B may register it
#	register_with H B [OPTION...]	B does
#	is_registered B			the agent knows where it is
#	both_registered B		for two home addresses
#	is_at H STATE [LOCATOR]		what the agent knows
#	lose_each_other A_ROAMS B_ROAMS	both move at once, with these arguments of roam;
#					the agent H knows where B is before A has an address
#	met A_ADDR B_ADDR		they have found each other there
#	clear_answer HOST S AGENT	four results: who does not signal hears from the agent,
#					by ICMP, that S is not there
#
#	A 10.0.1.1 --- R --- 10.0.8.1 H 10.0.9.254 --- (B at home: 10.0.9.9)
#	                \--- 10.0.2.2 B, which has S at lo, too

home_network() { # [TIME]
	routed "$@"
	router H
	link H:net R:to-h R-H
	link B:home H:home B-home
	addr R:to-h 10.0.8.254/24
	addr H:net 10.0.8.1/24 H
	addr H:home 10.0.9.254/24
	ip -n csp-R addr add fd00:8::fe/64 dev to-h nodad
	addr H:net fd00:8::1/64 H6
	ip -n csp-H addr add fd00:9::fe/64 dev home nodad
	ip -n csp-R route add 10.0.9.0/24 via 10.0.8.1
	ip -n csp-R route add fd00:9::/64 via fd00:8::1
	default_via H 10.0.8.254 fd00:8::fe
	addr B:lo 10.0.9.9/32 S
	addr B:lo fd00:9::9/128 S6
	# Neither end waits for what nobody answers.
	for h in A B; do conf $h udp_encap=0; done
	modprobe csp_mbox
}

standing() { ctl "$1" key standing; }	# HOST

agent_for() { # H B [OPTION...]
	ctl "$1" agent add "${home-10.0.9.9}" --key "$(standing "$2")" "${@:3}"
}

register_with() { # H B [OPTION...]
	ctl "$2" register "${agent-10.0.8.1}" --home "${home-10.0.9.9}" \
		--key "$(standing "$1")" "${@:3}"
}

reg() { ctl "$1" -j register | value "$2"; }	# B KEY
reg_is() { [ "$(reg "$1" "$2")" = "$3" ]; }	# B KEY VALUE
is_registered() { reg_is "$1" state registered; }	# B
both_registered() { [ "$(ctl "$1" -j register | values state | xargs)" = "registered registered" ]; }	# B

agent_knows() { # H
	local json
	json=$(ctl "$1" -j agent)
	echo "$(value state <<<"$json") $(value locator <<<"$json")"
}
is_at() { [ "$(agent_knows "$1")" = "$2 ${3-}" ]; }	# H STATE [LOCATOR]

lose_each_other() {
	local family=-4
	[[ $1 != *:* ]] || family=-6
	ip -n csp-A $family addr flush dev eth0 scope global
	ip -n csp-B $family addr flush dev eth0 scope global
	wait_for state_is A homeless
	wait_for state_is B homeless
	# shellcheck disable=SC2086 # several arguments
	roam B:eth0 $2
	wait_for is_at H away "${2%%/*}"
	# shellcheck disable=SC2086
	roam A:eth0 $1
}
met() { path_is A "$1" "$2" && path_is B "$2" "$1" && state_is A established; }

# Type 3 code 1, and for IPv6 type 1 code 3: that is what ping calls so.
clear_answer() { # HOST S AGENT
	local level=0 recverr=11 text="Destination Host Unreachable"
	if [[ $2 = *:* ]]; then
		level=41 recverr=25 text="Destination unreachable: Address unreachable"
	fi
	is "who does not signal gets a clear answer" \
		"$(on "$1" ping -n -c 1 -W 30 "$2" || true)" "*From $3 icmp_seq=1 $text*"
	client plain "$1" tcp "$2" 80 off
	ok "so does TCP: no connection" not connect plain
	is "since there is no such host" "$(field error)" EHOSTUNREACH
	client plain "$1" udp "$2" 5000 off
	tell plain setopt $level $recverr 01000000
	connect plain
	ok "and UDP" wait_for is_unreachable plain
	quit plain
}
# Of two datagrams one may be told of what became of the other.
is_unreachable() { # NAME
	! tell "$1" send 10 || ! tell "$1" recv 10 5000 || return 1
	[ "$(field error)" = EHOSTUNREACH ]
}
