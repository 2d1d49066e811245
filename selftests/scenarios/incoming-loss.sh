#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Incoming connections through a firewall: the Setup is lost once, before the firewall or
# behind it, or the OK to it.  Whoever asks first, it is asked again, and opened once.  And
# outward ones of UDP.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 75

# A is inside, B outside.
routed
for h in A B; do conf $h udp_encap=0; done
stateful_firewall R
rule R in to-b out to-a ask-host
rule R in to-a accept
# Slow machines get on as well; and each has the firewall for itself.
ctl R box set provisional 60000 udp_timeout 120000 linger 100
for h in A R B; do dropper $h prerouting -300; done

lose() { # HOST MESSAGE
	drop_next "$1" "$2" >/dev/null
	count_box R
	count_from_here A B
}
# It was asked for more than once, and is there once.
once() { # TEXT INITIATOR HOST MESSAGE COUNTER=VALUE...
	ok "$1: one was lost" hits_are "$3" "$4" 1
	ok "$1: it was sent again" counters_are "$2" setup-out=1 setup-ok=1 'out-retrans=>0'
	ok "$1: and opened once" box_counters_are R setups=1 unanswered=0 rejected=0 idle=0 "${@:5}"
	quit first second
	quiet A B
	wait_for no_holes R
}
# Lost behind the firewall, or the answer to it: the firewall has seen it again.
again='setup-again=>0'

# --- the sender asks first -------------------------------------------------------------------------

declare -A at=([A]=10.0.1.1 [B]=10.0.2.2)
udp() { # TEXT INITIATOR RESPONDER HOST MESSAGE COUNTER=VALUE...
	lose "$4" "$5"
	listener second "$3" udp 0.0.0.0 6000 prefer
	client first "$2" udp "${at[$3]}" 6000 require 5000
	connect first
	ok "$1: UDP gets there" passes first second 100
	wait_for is_state first established
	tell second connect "${at[$2]}" 5000
	ok "$1: and back" passes second first 100
	once "$1" "$2" "${@:4}"
}
udp_in() { udp "$1" B A "$2" "$3" asked=1 consented=1 provisional=0 "${@:4}"; }
udp_in "a Setup, before the firewall" R Setup
udp_in "a Setup, behind it" A Setup "$again"
udp_in "its OK, before the firewall" R OK "$again"
udp_in "its OK, behind it" B OK "$again"

tcp_in() { # TEXT HOST MESSAGE
	lose "$2" "$3"
	listener second A tcp 0.0.0.0 80 prefer
	ok "TCP: $1: comes in" dial first B tcp 10.0.1.1 80 require 5000
	tell second accept
	ok "TCP: $1: data" exchange first second 10k
	once "TCP: $1" B "$2" "$3" asked=1 consented=1 provisional=0 "$again"
}
tcp_in "a Setup, behind the firewall" A Setup
tcp_in "its OK, before it" R OK
tcp_in "its OK, behind it" B OK

# --- the receiver asks first -----------------------------------------------------------------------

invite() { # TEXT HOST MESSAGE [COUNTER=VALUE]
	lose "$2" "$3"
	listener second B udp 0.0.0.0 5001 prefer
	listener first A udp 0.0.0.0 7000 require
	# struct csp_expect: 10.0.2.2, port 5001.
	tell first setopt 0 2537 "020013890a000202$(printf '%024d' 0)"
	ok "the receiver asks: $1: the answer comes" wait_for counters_are A setup-ok=1
	tell second connect 10.0.1.1 7000
	ok "the receiver asks: $1: UDP comes in" passes second first 100
	once "the receiver asks: $1" A "$2" "$3" accepted=1 provisional=1 confirmed=1 "${@:4}"
}
invite "a Setup, before the firewall" R Setup
invite "a Setup, behind it" B Setup "$again"
invite "its OK, before the firewall" R OK "$again"
invite "its OK, behind it" A OK "$again"

# --- outward ---------------------------------------------------------------------------------------

udp_out() { udp "outward: $1" A B "$2" "$3" accepted=1 provisional=1 confirmed=1 "${@:4}"; }
udp_out "a Setup, before the firewall" R Setup
udp_out "a Setup, behind it" B Setup "$again"
udp_out "its OK, before the firewall" R OK "$again"
udp_out "its OK, behind it" A OK "$again"
