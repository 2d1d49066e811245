#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An OK that has all the right identifiers, and comes from a side where the responder is not:
# to a firewall it says nothing.  Nor does a Reject or a Redirect.  What is one side the
# administrator says.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 21

# X knows all that it could, and is elsewhere.
routed
host X
link X:eth0 R:to-x
addr R:to-x 10.0.7.254/24
addr X:eth0 10.0.7.7/24
default_via X 10.0.7.254
for h in A B; do conf $h udp_encap=0; done
stateful_firewall R
capture A-R
rule R in to-a accept
ctl R box set udp_timeout 120000 linger 1000
cid=a1a1a1a1a1a1a1a1 evil=e1e1e1e1e1e1e1e1 peer=b1b1b1b1b1b1b1b1

# --- nobody else answers ------------------------------------------------------------------------

# What B says is lost.
on R nft -f - <<-END
	add chain inet test early { type filter hook prerouting priority raw; }
	add rule inet test early iifname "to-b" ip protocol 253 drop
END
count_box R
listener server B udp 0.0.0.0 5001 prefer
dial client A udp 10.0.2.2 5001 require 40001
ok "a Setup from inside, with its first datagram" passes client server 100
wait_for captured_all A-R
on X "$lib/forge.py" "$tmp/A-R.pcap" "Setup:0 ok=$evil"
ok "an OK from another side: not believed" wait_for box_counters_are R not-believed=1
ok "it confirms nothing" box_counters_are R setups=1 provisional=1 confirmed=0 edits=0
ok "a host cannot know where its answer comes from" wait_for is_state client established
tell client info
is "it is told of no time" "$(field timeout)" 0
ok "the pinhole ends as if there had been none" wait_for no_holes R
ok "counted" box_counters_are R unanswered=1 confirmed=0 plain=0 rejected=0
ok "conntrack knows nothing of it" not on R grep "sport=40001" /proc/net/nf_conntrack
tell server connect 10.0.1.1 40001
ok "nothing comes in" lost server client 100 R
ok "and nothing goes out" lost client server 100 R
quit client server
on R nft delete chain inet test early

# --- the responder answers, too ---------------------------------------------------------------------

# The end hosts' own modules shall not see what is played by hand.
for h in A B; do deaf $h; done
plain_udp inside A 40000 10.0.2.2 5000
plain_udp outside B 5000 10.0.1.1 40000
setup=(setup xid=5 "id=$cid")
say_ok() { # HOST ID
	speak "$1" 10.0.2.2 10.0.1.1 ok reply xid=5 dcid=$cid id="$2" timeout=0
}
count_box R
ctl R box set provisional 60000
speak A 10.0.1.1 10.0.2.2 "${setup[@]}" conn=udp,10.0.1.1,40000,10.0.2.2,5000
wait_for holes_are R state provisional
say_ok X $evil
speak X 10.0.2.2 10.0.1.1 reject reply xid=5 dcid=$cid error=no_listener
speak X 10.0.2.2 10.0.1.1 redirect reply xid=5 dcid=$cid \
	conn=udp,10.0.1.1,40000,10.0.2.2,5000 place=10.0.7.7
ok "an OK, a Reject and a Redirect from another side" wait_for box_counters_are R not-believed=3
is "change nothing" "$(holes R state) $(holes R dst)" "provisional 10.0.2.2"
say_ok B $peer
ok "the responder's own OK is believed" wait_for holes_are R state open
is "and his identifier" "$(holes R peer_cid)" $peer
say_ok X $evil
ok "another one after it is not" wait_for box_counters_are R not-believed=4
is "nor its identifier" "$(holes R state) $(holes R peer_cid)" "open $peer"
ok "datagrams go out" passes inside outside 100
ok "and come in" passes outside inside 100
ok "counted" box_counters_are R setups=1 confirmed=1 rejected=0 unanswered=0
ctl R pinhole del $cid
quit inside outside

# --- what is one side ------------------------------------------------------------------------------

count_box R
for dev in to-b to-x; do ip -n csp-R link set $dev group 9; done
speak A 10.0.1.1 10.0.2.2 "${setup[@]}" conn=udp,10.0.1.1,40000,10.0.2.2,5000
wait_for holes_are R state provisional
say_ok X $peer
ok "of two interfaces that are one side each may bring the OK" wait_for holes_are R state open
ok "counted" box_counters_are R confirmed=1 not-believed=0
