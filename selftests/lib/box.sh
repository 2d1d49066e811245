# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh
# shellcheck disable=SC2004 # keys that look like sums
#
# What the scenarios of boxes share beside lib.sh:
#
#	stateful_firewall R [RULE...]	has these rules, accepts what is established or
#					related, drops the rest; "hits R dropped" counts
#	rule R WORD...			cspctl rule add
#	box_counter R NAME		of "cspctl box stats"
#	count_box R; box_counters_are R NAME=VALUE...	since then; VALUE may be ">N"
#	holes R KEY			"state", "granted_ms", ... of the pinholes
#	no_holes R			there is none
#	speak HOST SRC DST MESSAGE WORD...	send a signalling packet by hand (say.py)
#	plain_udp NAME HOST PORT PEER PORT	a connected UDP socket that does not signal
#	wish NAME MS			setsockopt(CSP_TIMEOUT)
#	passes FROM TO SIZE		a datagram from one socket arrives at the other
#	lost FROM TO SIZE R		it does not: the firewall of R drops it

modprobe csp_mbox

stateful_firewall() {
	local r=$1; shift
	firewall "$r" <<-END
		counter dropped {}
		chain forward {
			type filter hook forward priority filter; policy drop
			$(printf '%s\n' "$@")
			ct state established,related accept
			ip6 nexthdr ipv6-icmp accept
			counter name dropped
		}
	END
}

rule() { ctl "$1" rule add "${@:2}"; }

box_counter() { ctl "$1" box stats "$2"; }

count_box() { remember_counters "$1" "$1/box" box stats; }	# R
box_counters_are() { compare_counters "$1" "$1/box" box stats -- "${@:2}"; }

holes() { ctl "$1" -j pinhole | values "$2"; }	# R KEY
no_holes() { empty "$1" pinhole; }	# R
holes_are() { [ "$(holes "$1" "$2")" = "$3" ]; }	# R KEY VALUE

plain_udp() { # NAME HOST PORT PEER PORT
	sock "$1" "$2"
	tell "$1" socket udp 4
	tell "$1" csp off
	tell "$1" bind 0.0.0.0 "$3"
	tell "$1" connect "$4" "$5"
}

speak() { on "$1" "$lib/say.py" "${@:2}"; }

# An int in this machine's byte order, as setopt wants it.
wish() { # NAME MS [LEVEL]
	local hex
	hex=$(printf '%08x' "$2")
	tell "$1" setopt "${3-0}" 2533 "${hex:6:2}${hex:4:2}${hex:2:2}${hex:0:2}"
}

passes() { datagram "$1" "$2" "$3"; }

lost() { # FROM TO SIZE R
	local before
	before=$(hits "$4" dropped)
	tell "$1" send "$3"
	wait_for more_hits "$4" dropped "$before" && not tell "$2" recv "$3" 100
}
more_hits() { [ "$(hits "$1" "$2")" -gt "$3" ]; }	# R NAME N
