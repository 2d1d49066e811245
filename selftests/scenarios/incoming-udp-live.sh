#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Incoming UDP through a firewall, while it lives: the time granted is over, whoever asked
# first; rules that let it in go, and others come, or refuse it; the ruleset changes between
# the question to the host and its answer.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 64

# A is inside, B outside.
routed
for h in A B; do conf $h udp_encap=0; done
stateful_firewall R
capture B-R
rule R in to-b out to-a proto udp dport 6000-6999 ask-host
rule R in to-b reject "no calls from outside"
rule R in to-a accept
ctl R box set udp_timeout 4000 linger 1000 provisional 60000
granted() { tell "$1" info && [ "$(field timeout)" = "$2" ]; }	# NAME MS
no_error() { tell "$1" error && [ "$(field pending)" = 0 ]; }	# NAME

# --- the sender asked, and the time is over -----------------------------------------------------

count_box R
count_from_here A B
listener receiver A udp 0.0.0.0 6000 prefer
dial sender B udp 10.0.1.1 6000 require 5000
ok "a sender outside is let in" passes sender receiver 100
wait_for is_state sender established
ok "for four seconds" granted sender 4000
tell receiver connect 10.0.2.2 5000
ok "an answer" passes receiver sender 200
ok "then it closes" wait_for no_holes R
ok "nothing comes in any more" lost sender receiver 100 R
ok "and nothing goes out" lost receiver sender 100 R
ok "counted" box_counters_are R asked=1 consented=1 idle=1 detached=0 unanswered=0
ok "the sender has not been told" granted sender 4000
ok "nor is there an error" no_error sender
is "it is connected" "$(state sender)" established
ok "conntrack has forgotten it" not on R grep "sport=5000" /proc/net/nf_conntrack

ok "the program asks for more time" wish sender 60000
ok "the host is asked again, and opens it" wait_for holes_are R state open
ok "for that time" wait_for granted sender 60000
ok "datagrams come in" passes sender receiver 100
ok "and go out" passes receiver sender 100
ok "counted" box_counters_are R setups=2 asked=2 consented=2
ok "by the host, too" counters_are B 'setup-again=>0' setup-out=1
ok "the receiver has one connection" counters_are A setup-in=1 'setup-dup=>0'
quit sender receiver
ok "given up" quiet A B
ok "and closed" wait_for no_holes R

# --- the receiver asked, and the time is over -----------------------------------------------------

# struct csp_expect: port and address.
expect() { tell "$1" setopt 0 2537 "0200$2$(printf '%024d' 0)"; }	# NAME HEX
count_box R
listener sender B udp 0.0.0.0 5001 prefer
listener receiver A udp 0.0.0.0 7000 require
ok "a receiver inside asks first" expect receiver 13890a000202
ok "it is open" wait_for holes_are R state open
tell sender connect 10.0.1.1 7000
ok "datagrams come in" passes sender receiver 100
ok "then it closes" wait_for no_holes R
ok "to all that comes" lost sender receiver 100 R
ok "counted" box_counters_are R confirmed=1 idle=1 detached=0
ok "the receiver has not been told" no_error receiver
quit receiver
ok "given up" quiet A
ctl R box set udp_timeout 120000
listener receiver A udp 0.0.0.0 7000 require
expect receiver 13890a000202
ok "asked again, it is open again" wait_for holes_are R state open
ok "datagrams come in" passes sender receiver 100
quit sender receiver
quiet A B
wait_for no_holes R

# --- rules that go and come ----------------------------------------------------------------------------

rule_id() { ctl R -j rule | value id; }	# of the first
ask=(in to-b out to-a proto udp dport 6000-6999 ask-host)
late() { # PORT
	[ ! "${sock_pid[late]-}" ] || quit late
	client late B udp 10.0.1.1 6000 require "$1"
	connect late
}
refused() { # TEXT
	tell late send 10
	not tell late recv 10 && tell late reject &&
		[ "$(field code) $(field text)" = "policy $1" ]
}
live() { passes sender receiver 100 && passes receiver sender 100; }
listener receiver A udp 0.0.0.0 6000 prefer
dial sender B udp 10.0.1.1 6000 require 5002
passes sender receiver 100
wait_for is_state sender established
tell receiver connect 10.0.2.2 5002
listener waiting A udp 10.0.1.1 6000 prefer
count_box R
count_from_here A B
ctl R rule del "$(rule_id)"
ok "the rule that let it in goes: it stays" live
wish sender 50000
ok "with its wishes" wait_for granted sender 50000
late 5003
ok "others are refused" refused "no calls from outside"
ok "the host was not asked" counters_are A setup-in=0
ctl R rule insert "${ask[@]}" >/dev/null
late 5003
ok "with the rule there again others are let in" passes late waiting 100
ctl R rule insert in to-b reject "closed now" >/dev/null
ok "a rule that refuses comes first: what is open stays" live
ok "also the other one" passes late waiting 100
late 5004
ok "whoever comes now is refused" refused "closed now"
conf B box_check=1
tell sender setopt 0 2539 01000000
again() { [ "$(since B setup-again)" -gt 0 ]; }
ok "a Setup sent again for what is open" wait_for again
conf B box_check=0
ok "is let through" live
ok "counted" box_counters_are R setups=3 refused-rule=2 consented=1 'setup-again=>0' changed='>0' idle=0
quit late sender receiver waiting
ok "given up" quiet A B
ok "and closed" wait_for no_holes R

# --- rules, where the receiver asks first -----------------------------------------------------------------

denied() { # NAME TEXT
	wait_for has_error "$1" EACCES && tell "$1" reject &&
		[ "$(field code) $(field text)" = "policy $2" ]
}
has_error() { tell "$1" error && [ "$(field pending)" = "$2" ]; }	# NAME ERROR
ctl R rule flush >/dev/null
rule R in to-a proto udp dport 5100 reject "nothing from there"
rule R in to-a accept
count_box R
count_from_here B
plain_udp sender B 5100 10.0.1.1 7000
listener receiver A udp 0.0.0.0 7000 require
expect receiver 13ec0a000202
ok "a rule refuses what the receiver expects" denied receiver "nothing from there"
ok "the sender has not heard of it" counters_are B in-pkts=0
ok "nothing is open" no_holes R
ok "and nothing comes in" lost sender receiver 100 R
ok "counted" box_counters_are R refused-rule=1 accepted=0 provisional=0
quit sender receiver

listener sender B udp 0.0.0.0 5101 prefer
listener receiver A udp 0.0.0.0 7001 require
expect receiver 13ed0a000202
ok "another sender is expected" wait_for holes_are R state open
tell sender connect 10.0.1.1 7001
ok "datagrams come in" passes sender receiver 100
count_box R
count_from_here A
ctl R rule flush >/dev/null
ok "the rule that let it in goes: it stays" passes sender receiver 100
rule R in to-a reject "closed now"
ok "a rule that refuses comes: it stays" passes sender receiver 100
listener other A udp 0.0.0.0 7002 require
expect other 13ed0a000202
ok "whoever asks now is refused" denied other "closed now"
tell receiver connect 10.0.2.2 5101
conf A box_check=1
tell receiver setopt 0 2539 01000000
resent() { [ "$(since A setup-again)" -gt 0 ]; }
ok "a Setup sent again for what is open" wait_for resent
conf A box_check=0
ok "is let through" passes sender receiver 100
is "in the one direction" "$(holes R state) $(holes R dir)" "open <-"
ok "counted" box_counters_are R setups=1 refused-rule=1 'setup-again=>0' idle=0
quit sender receiver other
ok "given up" quiet A B
ok "and closed" wait_for no_holes R

# --- between question and answer ------------------------------------------------------------------------

# The end host's own module shall not see what is played by hand.
for h in A B; do deaf $h; done
outside=e1e1e1e1e1e1e1e1 inside=d1d1d1d1d1d1d1d1
ctl R rule flush >/dev/null
rule R "${ask[@]}"
setup() { # XID PORT
	speak B 10.0.2.2 10.0.1.1 setup xid="$1" id=$outside "conn=udp,10.0.2.2,5005,10.0.1.1,$2"
	wait_for holes_are R state asked
}
agree() { speak A 10.0.1.1 10.0.2.2 ok reply xid="$1" dcid=$outside id=$inside; }	# XID

phase ruleset
setup 11 6005
count_box R
on R nft insert rule inet test forward udp dport 6005 drop
agree 11
ok "the ruleset drops it now: the host's consent opens nothing" wait_for no_holes R
ok "counted" box_counters_are R refused-ruleset=1 consented=0 drops=1
ok "the sender is told" expect_messages B-R@ruleset <<-END
	B > A: Setup(UDP, B,5005 <-> A,6005)
	* > B: Reject(POLICY*)
END
setup 12 6006
ctl R rule del "$(rule_id)"
agree 12
ok "a rule that goes has decided before: consent opens it" wait_for holes_are R state open
