# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A host with two providers, each behind a firewall of its own, for scenarios that share
# that beside lib.sh, mobility.sh and box.sh:
#
#	two_providers		the network below; links C-R, R-X, R-Y, S-X, S-Y
#	at_x, at_y		S has its address at this provider
#	open_for BOX SRC DST	its one pinhole is that of this connection, and open
#	forget BOX		has it know nothing of what passed it before
#
#	                   /-- to-x --- X --- 10.0.2.2 (Sx) \
#	C 10.0.1.1 --- R --                                  S
#	                   \-- to-y --- Y --- 10.0.5.2 (Sy) /

at_x() {
	addr S:eth0 10.0.2.2/24 Sx
	ip -n csp-S route add default via 10.0.2.254
	ip -n csp-S route add default via 10.0.2.254 table 2
}

at_y() {
	addr S:eth1 10.0.5.2/24 Sy
	ip -n csp-S route add default via 10.0.5.254 metric 20
	ip -n csp-S route add default via 10.0.5.254 table 5
}

two_providers() {
	local h box
	host C S
	router R X Y
	link C:eth0 R:to-c C-R
	link R:to-x X:out R-X
	link R:to-y Y:out R-Y
	link S:eth0 X:in S-X
	link S:eth1 Y:in S-Y
	addr C:eth0 10.0.1.1/24
	addr R:to-c 10.0.1.254/24
	addr R:to-x 10.0.12.254/24
	addr R:to-y 10.0.15.254/24
	addr X:out 10.0.12.1/24
	addr Y:out 10.0.15.1/24
	addr X:in 10.0.2.254/24 Xin
	addr Y:in 10.0.5.254/24 Yin
	default_via C 10.0.1.254
	default_via X 10.0.12.254
	default_via Y 10.0.15.254
	ip -n csp-R route add 10.0.2.0/24 via 10.0.12.1
	ip -n csp-R route add 10.0.5.0/24 via 10.0.15.1
	for h in C S; do conf $h udp_encap=0; done
	# Each address leaves by its own interface.
	ip -n csp-S rule add from 10.0.2.2 table 2
	ip -n csp-S rule add from 10.0.5.2 table 5
	at_x
	at_y
	conf S multihome=1
	for box in X Y; do
		stateful_firewall $box
		rule $box in in accept
		rule $box in out accept
	done
}

open_for() { # BOX SRC DST
	[ "$(ctl "$1" -j pinhole | jq -r '.[] | .src + " " + .dst + " " + .state')" = "$2 $3 open" ]
}

forget() { # BOX
	local cid
	for cid in $(holes "$1" cid); do ctl "$1" pinhole del "$cid"; done
	no_holes "$1" && count_box "$1"
}
