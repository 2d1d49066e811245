#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Incoming TCP through a firewall: a Setup from outside opens nothing, though it carries a
# SYN; the receiver's OK opens the connection, and lets the answer to that SYN out.  Who
# refuses is left alone, and so is who does not answer.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 38

# A is inside, B outside.
routed
for h in A B; do conf $h udp_encap=0; done
stateful_firewall R
capture A-R B-R
rule R in to-b out to-a proto tcp dport 80-89 ask-host
rule R in to-b reject "no calls from outside"

# Slow machines get on as well: nothing here is about these times.
ctl R box set provisional 60000 linger 1000
# State of a TCP connection, as conntrack knows it: nothing if it does not.
known() { on R awk "/ sport=$1 / { print \$6 }" /proc/net/nf_conntrack; }	# PORT

# --- both ends speak CSP --------------------------------------------------------------------------

comes_in() { # PHASE OUTSIDE INSIDE [6]
	local v=${4-} any=0.0.0.0 before
	[ -z "$v" ] || any=::
	phase "$1"
	count_box R
	count_from_here A B
	before=$(hits R dropped)
	listener server A tcp $any 80 prefer
	ok "IPv${v:-4}: a client outside connects" dial client B tcp "$3" 80 require 5000
	tell server accept
	is "the pinhole" "$(holes R state) $(holes R dir) $(holes R src) $(holes R dst) $(holes R dport)" \
		"open <-> $2 $3 80"
	ok "its SYN was inside the Setup" counters_are A piggyback-in=1 setup-in=1
	tell client info
	is "the client knows how long the firewall waits" "$(field timeout)" 7440000
	ok "data arrives, both ways" exchange client server 100k
	is "nothing was dropped" "$(hits R dropped)" "$before"
	ok "counted" box_counters_are R setups=1 asked=1 consented=1 provisional=0 confirmed=0 \
		accepted=0 rejected=0 drops=0
	quit client server
	ok "both ends forget it" quiet A B
	ok "and the firewall" wait_for no_holes R
	ok "messages inside" expect_messages "A-R@$1" <<-END
		B$v > A$v: Setup(TCP, B$v,5000 <-> A$v,80) + SYN
		A$v > B$v: OK
		B$v > A$v: Detach(TCP, B$v,5000 <-> A$v,80)
		A$v > B$v: OK
	END
	ok "and outside" expect_messages "B-R@$1" <<-END
		B$v > A$v: Setup(TCP, B$v,5000 <-> A$v,80) + SYN
		A$v > B$v: OK(Timeout=7440s)
		B$v > A$v: Detach(TCP, B$v,5000 <-> A$v,80)
		A$v > B$v: OK
	END
}
comes_in v4 10.0.2.2 10.0.1.1
comes_in v6 fd00:2::2 fd00:1::1 6

# --- who refuses ------------------------------------------------------------------------------------

refused() { # PORT
	client client B tcp 10.0.1.1 "$1" require
	not connect client
}
verdict() { tell client reject; echo "$(field errno) $(field code) $(field origin)"; }
count_box R
count_from_here A
ok "nobody listens: refused" refused 81
is "by the host" "$(verdict)" "ECONNREFUSED no-listener 10.0.1.1"
quit client
listener server A tcp 0.0.0.0 82 off
ok "a listener that wants no signalling" refused 82
is "says so" "$(verdict)" "EPROTONOSUPPORT not-wanted 10.0.1.1"
quit client server
ok "nothing is open" wait_for no_holes R
ok "counted" box_counters_are R 'asked=>1' 'rejected=>1' consented=0 unanswered=0 refused-rule=0
count_from_here A
ok "another port: refused" refused 90
is "by the firewall" "$(verdict)" "EACCES policy 10.0.2.254"
quit client
ok "the host was not asked" counters_are A in-pkts=0

# --- between question and answer ----------------------------------------------------------------------

# By hand: the host's own module says nothing.
deaf A
outside=e1e1e1e1e1e1e1e1 inside=d1d1d1d1d1d1d1d1
ask() { # XID PORT
	speak B 10.0.2.2 10.0.1.1 setup xid="$1" id=$outside \
		"conn=tcp,10.0.2.2,$2,10.0.1.1,80" "syn=$2,80"
	wait_for holes_are R state asked
}
count_box R
ask 11 5001
is "asked, and nothing is open" "$(known 5001)" ""
listener server A tcp 0.0.0.0 80 off
before=$(hits R dropped)
client plain B tcp 10.0.1.1 80 off 5001
tell plain begin 10.0.1.1 80
ok "a SYN of that connection is dropped" wait_for more_hits R dropped "$before"
quit plain
speak B 10.0.1.1 10.0.2.2 ok reply xid=11 dcid=$outside id=$inside
speak A 10.0.1.1 10.0.2.2 reject reply xid=11 dcid=$outside error=policy
ok "the host's Reject ends it" wait_for no_holes R
ok "counted" box_counters_are R asked=1 consented=0 rejected=1
ask 12 5002
speak A 10.0.1.1 10.0.2.2 ok reply xid=12 dcid=$outside id=$inside
ok "its OK opens it" wait_for holes_are R state open
is "as a connection that began with this SYN" "$(known 5002)" SYN_SENT
ok "counted" box_counters_are R consented=1
