# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh
#
# What the scenarios of NATs share beside lib.sh and box.sh:
#
#	behind_nat		A and D, each on a link of its own, behind R, which is a NAT
#				to B; R's address there is called N
#	nat RULE [RULE...]	the ruleset of R: RULE is the translation of what goes to B,
#				the others come before the usual ones of the forward chain;
#				no_firewall R ends it
#	names NAME		of a socket: its own, and the peer's
#	entry PATTERN		so many lines of R's conntrack table
#	give NAME ADDRESS[:PORT] [WORD...]	cspctl name add, at R
#	reach NAME tcp|udp PORT WHAT [OWN_PORT [ADDRESS]]	from B, by a name at N; NAME is
#				that of the socket; $level: of its options
#	why NAME		it was refused: code and errno
#	ends HOST		local and remote ends of its connections
#	is_bad_path		two results: packets between A and B were lost since they were
#				given netem, and copied since count_from_here

behind_nat() {
	routed
	host D
	link D:eth0 R:to-d
	ip -n csp-R addr add 10.0.7.254/24 dev to-d
	addr D:eth0 10.0.7.1/24
	default_via D 10.0.7.254
	named 10.0.1.254 R
	named 10.0.7.254 R
	named 10.0.2.254 N
	named fd00:2::fe N6
	conf A udp_encap=0
	conf B udp_encap=0
	conf D udp_encap=0
}

nat() {
	firewall R <<-END
		counter dropped {}
		chain post {
			type nat hook postrouting priority srcnat
			oifname "to-b" $1
		}
		chain forward {
			type filter hook forward priority filter; policy drop
			$(printf '%s\n' "${@:2}")
			ct state established,related accept
			iifname != "to-b" accept
			ip6 nexthdr ipv6-icmp accept
			counter name dropped
		}
	END
}

names() { tell "$1" names; echo "$(field local) $(field peer)"; }
entry() { on R grep -c "$1" /proc/net/nf_conntrack; }

give() { ctl R name add "$@"; }
level=0
reach() {
	client "$1" B "$2" "${6-10.0.2.254}" "$3" require "${5-}"
	[ -z "$4" ] || tell "$1" setopt "$level" 2535 "$(printf %s "$4" | od -An -v -tx1 | tr -d ' \n')"
	connect "$1"
}
why() { tell "$1" reject; echo "$(field code) $(field errno)"; }
ends() { ctl "$1" -j flow | jq -r '.[] | "\(.laddr):\(.lport) \(.raddr):\(.rport)"'; }

is_bad_path() {
	local end lost=0
	for end in A:eth0 R:to-a R:to-b B:eth0; do lost=$((lost + $(lost_packets $end))); done
	ok "packets were lost" [ $lost -gt 0 ]
	ok "copies were seen" [ $(($(since A in-unexpected) + $(since B in-unexpected) +
		$(since A setup-dup) + $(since B setup-dup))) -gt 0 ]
}
