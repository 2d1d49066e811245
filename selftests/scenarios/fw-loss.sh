#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Signalling that is duplicated, reordered and lost on both sides of a firewall: each
# connection gets its pinhole, once, and gives it up.  And signalling that is made up by
# who is not on the path: it opens nothing, and closes nothing.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 43

routed
for h in A B; do conf $h udp_encap=0 default_mode=2 fallback=60000; done
stateful_firewall R
rule R in to-a dport 81 reject "not this way"
rule R in to-a accept
rule R in to-b out to-a proto udp ask-host
ctl R box set provisional 60000

# --- bad links ------------------------------------------------------------------------------

refused() { # TEXT
	count_box R
	count_from_here A B
	client refused A tcp 10.0.2.2 81 require
	ok "$1: a refused connection fails" not connect refused
	tell refused reject
	is "$1: as the firewall says" "$(field errno) $(field code) $(field text)" \
		"EACCES policy not this way"
	quit refused
	ok "$1: it was asked for once" counters_are A setup-out=1 setup-ok=0 'reject-in=>0' \
		plain-silence=0 plain-reject=0 detach-out=0
	ok "$1: and refused whenever it came" box_counters_are R 'refused-rule=>0' accepted=0 \
		asked=0 provisional=0 setup-again=0 not-believed=0
	ok "$1: the server has heard nothing" counters_are B in-pkts=0
	ok "$1: nothing is open" no_holes R
}

bad_links() { # NETEM...
	local dev
	for dev in A:eth0 R:to-a R:to-b B:eth0; do delay $dev "$@"; done
}
n=20
sock server B python3 "$lib/many.py" listen 80
wait_for listening B 80

try_links() { # NAME NETEM...
	local name=$1; shift
	bad_links "$@"
	count_box R
	count_from_here A B
	sock clients A python3 "$lib/many.py" client
	ok "$name: $n connections" tell clients connect 10.0.2.2 80 $n
	ok "$name: they talk" tell clients talk 2
	listener receiver A udp 0.0.0.0 6000 require
	client sender B udp 10.0.1.1 6000 require 5000
	connect sender
	tell sender send 100
	ok "$name: UDP from outside" wait_for is_state sender established
	ok "$name: one pinhole each" box_counters_are R setups=$((n + 1)) provisional=$n \
		confirmed=$n asked=1 consented=1 unanswered=0 rejected=0
	is "$name: all are open" "$(holes R state | sort | uniq -c | xargs)" "$((n + 1)) open"
	quit clients receiver sender
	ok "$name: both ends forget them" quiet A B
	ok "$name: and the pinholes close" wait_for no_holes R
	ok "$name: by their Detach" box_counters_are R detached=$((n + 1)) idle=0
}

try_links "duplicated and reordered" 10ms 10ms duplicate 100%
ok "copies were seen" box_counters_are R "setup-again=>0"
refused "duplicated and reordered"
ok "copies were refused" box_counters_are R "refused-rule=>1"
try_links lost 2ms loss 5%
ok "packets were lost" [ "$(lost_packets R:to-a)" -gt 0 ]
for dev in A:eth0 R:to-a R:to-b B:eth0; do on ${dev%:*} tc qdisc del dev ${dev#*:} root; done

# --- who is not on the path ---------------------------------------------------------------------

# X knows more than it could: all but where to speak from.
host X
link X:eth0 R:to-x
addr R:to-x 10.0.7.254/24
addr X:eth0 10.0.7.7/24
default_via X 10.0.7.254
for h in A B; do deaf $h; done
cid=a1a1a1a1a1a1a1a1 peer=b1b1b1b1b1b1b1b1
plain_udp inside A 6000 10.0.2.2 5000
plain_udp outside B 5000 10.0.1.1 6000

# What it has refused, and nobody else has heard of.
count_box R
speak A 10.0.1.1 10.0.2.2 setup xid=4 id=$cid conn=udp,10.0.1.1,6001,10.0.2.2,81
wait_for box_counters_are R refused-rule=1
speak B 10.0.2.2 10.0.1.1 ok reply xid=4 dcid=$cid id=$peer
ok "an OK to what was refused" wait_for box_counters_are R pkts=2
ok "opens nothing" no_holes R
ok "counted" box_counters_are R accepted=0 provisional=0 confirmed=0 consented=0 not-believed=0
plain_udp caller A 6001 10.0.2.2 81
plain_udp called B 81 10.0.1.1 6001
ok "nothing goes out" lost caller called 100 R
ok "and nothing comes in" lost called caller 100 R
quit caller called

# Slow machines take their time between two datagrams.
ctl R box set udp_timeout 120000
count_box R
speak B 10.0.2.2 10.0.1.1 setup xid=5 id=$peer conn=udp,10.0.2.2,5000,10.0.1.1,6000
wait_for holes_are R state asked
speak X 10.0.1.1 10.0.2.2 ok reply xid=5 dcid=$peer id=$cid
ok "consent from another side is not believed" wait_for box_counters_are R not-believed=1
is "nothing was opened" "$(holes R state)" asked
ok "nothing comes in" lost outside inside 100 R
speak X 10.0.1.1 10.0.2.2 ok reply xid=5 dcid=1234123412341234 id=$cid
speak A 10.0.1.1 10.0.2.2 ok reply xid=5 dcid=$peer id=$cid
ok "the receiver's own is" wait_for holes_are R state open
is "a guess is not even that: nobody has this identifier" "$(box_counter R not-believed)" \
	"$((${counted[R/box/not-believed]:-0} + 1))"
ok "it comes in" passes outside inside 100

speak X 10.0.1.1 10.0.2.2 detach xid=6 dcid=$peer conn=udp,10.0.1.1,6000,10.0.2.2,5000
speak X 10.0.2.2 10.0.1.1 ok reply xid=6 dcid=$cid
speak X 10.0.2.2 10.0.1.1 change xid=7 dcid=$cid conn=udp,10.0.2.2,5000,10.0.1.1,6000 timeout=1000
speak X 10.0.1.1 10.0.2.2 ok reply xid=7 dcid=$peer
ok "nor is a Detach, a Change, or their answer" wait_for box_counters_are R not-believed=5
is "it stays as it was" "$(holes R state) $(holes R granted_ms)" "open 120000"
ok "in both directions" passes inside outside 100
ok "counted" box_counters_are R detached=0 changed=0 consented=1

# Each end says that it is over, and hears that of the other before the answer to its own:
# the answers may be lost, for nobody asks again.
b_got() { on B ip -s -j link show eth0 | jq '.[0].stats64.rx.packets'; }
before=$(b_got)
for xid in 8 9; do
	speak A 10.0.1.1 10.0.2.2 detach xid=$xid dcid=$peer \
		conn=udp,10.0.1.1,6000,10.0.2.2,5000
done
b_got_both() { [ $(($(b_got) - before)) -ge 2 ]; }
ok "one end's Detach passes, and again" wait_for b_got_both
is "it alone ends nothing" "$(holes R state)" open
speak B 10.0.2.2 10.0.1.1 detach xid=10 dcid=$cid conn=udp,10.0.2.2,5000,10.0.1.1,6000
ok "those of both ends do" wait_for holes_are R state linger
