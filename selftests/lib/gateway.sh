# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh
#
# Two gateways in a row; beside lib.sh and box.sh:
#
#	gateways		A 10.0.1.1 --- to-a G to-h --- to-g H to-s --- S 10.0.2.2
#				                                    H to-t --- T 10.0.3.3
#	asked_is FIELD VALUE	of the only block that S has asked for
#	nothing_asked		there is none
#	stopped G		"FROM TO PROTO" of what is stopped at G; stopped_is G TEXT

gateways() {
	host A S T
	router G H
	link A:eth0 G:to-a
	link G:to-h H:to-g
	link S:eth0 H:to-s
	link T:eth0 H:to-t
	addr A:eth0 10.0.1.1/24
	addr G:to-a 10.0.1.254/24 G1
	addr G:to-h 10.0.8.1/24 G
	addr H:to-g 10.0.8.2/24 H1
	addr S:eth0 10.0.2.2/24
	addr H:to-s 10.0.2.254/24 H
	addr T:eth0 10.0.3.3/24
	addr H:to-t 10.0.3.254/24 H3
	default_via A 10.0.1.254
	default_via G 10.0.8.2
	ip -n csp-H route add 10.0.1.0/24 via 10.0.8.1
	default_via S 10.0.2.254
	default_via T 10.0.3.254
	local h
	for h in A S T; do conf $h udp_encap=0; done
}

asked_is() { [ "$(ctl S -j block | values "$1")" = "$2" ]; }
nothing_asked() { empty S block; }
stopped() { ctl "$1" -j gateway blocks | jq -r '.[] | "\(.from) \(.to) \(.proto)"'; }
stopped_is() { [ "$(stopped "$1" | sort)" = "$2" ]; }
