#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A firewall whose ruleset admits what is established or related, and drops the rest:
# what its rules accept is opened by the Setup, for as long as the OK says, and closed
# by the Detach.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 58

routed
for h in A B; do conf $h udp_encap=0; done
stateful_firewall R "tcp dport 25 drop"
capture A-R B-R
rule R in to-a dport 5001 accept timeout 60s
rule R in to-a accept
count_box R

# --- TCP ---------------------------------------------------------------------------------------

phase tcp
listener server B tcp 0.0.0.0 80 prefer
ok "TCP: the client connects" dial client A tcp 10.0.2.2 80 require 40000
ok "the server accepts" tell server accept
is "the first packet was inside the Setup" "$(counter B piggyback-in)" 1
is "the pinhole" "$(holes R state) $(holes R proto) $(holes R src) $(holes R dport) $(holes R rule)" \
	"open tcp 10.0.1.1 80 2"
tell client info
is "the client knows how long the firewall waits" "$(field timeout)" 7440000
ok "data arrives as it was sent, both ways" exchange client server 300k
is "nothing was dropped" "$(hits R dropped)" 0
quit client server
ok "both ends forget the connection" quiet A B
is "the pinhole lingers" "$(holes R state)" linger
ok "and is gone" wait_for no_holes R
# Once is enough to wait for that.
ctl R box set linger 1000
ok "counters" box_counters_are R setups=1 accepted=1 provisional=1 confirmed=1 detached=1 \
	edits=1 not-believed=0 unparsed=0
ok "conntrack has forgotten the connection" not on R grep dport=80 /proc/net/nf_conntrack
ok "messages at the client's side" expect_messages A-R@tcp <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	B > A: OK(Timeout=7440s)
	A > B: Detach(TCP, A,40000 <-> B,80)
	B > A: OK
END
ok "and at the server's" expect_messages B-R@tcp <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	B > A: OK
	A > B: Detach(TCP, A,40000 <-> B,80)
	B > A: OK
END

# --- UDP ---------------------------------------------------------------------------------------

phase udp
listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40000
ok "UDP: the first datagram arrives" passes client server 100
wait_for is_state client established
tell client info
is "the firewall keeps it for 10 s" "$(field timeout)" 10000
tell server connect 10.0.1.1 40000
ok "an answer" passes server client 200
is "nothing was dropped" "$(hits R dropped)" 0
ctl R box set udp_timeout 6000
quit client
ok "closing gives it up" quiet A B
ok "and closes it" wait_for no_holes R

tell server socket udp 4
tell server csp prefer
tell server bind 0.0.0.0 5002
dial client A udp 10.0.2.2 5002 require 40002
ok "the next pinhole is idle" passes client server 100
wait_for is_state client established
tell server connect 10.0.1.1 40002
is "for six seconds at most" "$(holes R granted_ms)" 6000
ok "then conntrack closes it" wait_for no_holes R
ok "nothing comes in any more" lost server client 100 R
ok "and nothing goes out" lost client server 100 R
ok "counted" box_counters_are R idle=1
quit client server
quiet A B

# --- asking for more -----------------------------------------------------------------------------

phase wish
listener server B udp 0.0.0.0 5000 prefer
listener server B udp 0.0.0.0 5001 prefer
client client A udp 10.0.2.2 5000 require 40003
wish client 300000
connect client
tell client send 10
wait_for is_state client established
tell client info
is "the host's wish is granted" "$(field timeout)" 300000
is "the pinhole" "$(holes R granted_ms)" 300000
quit client
quiet A B
wait_for no_holes R
client client A udp 10.0.2.2 5001 require 40004
wish client 300000
connect client
tell client send 10
wait_for is_state client established
tell client info
is "a rule that has a limit grants no more" "$(field timeout)" 60000

cid=$(holes R cid) peer=$(holes R peer_cid)
name=conn=udp,10.0.1.1,40004,10.0.2.2,5001
# One that is not answered, and an OK by hand.
firewall B <<-END
	chain early {
		type filter hook prerouting priority raw
		ip protocol 253 drop
	}
END
speak A 10.0.1.1 10.0.2.2 change xid=77 dcid="$peer" $name timeout=20000
speak B 10.0.2.2 10.0.1.1 ok reply xid=78 dcid="$cid" timeout=20000
is "an OK to another Change changes nothing" "$(holes R granted_ms)" 60000
no_firewall B
ok "a program asks for less" wish client 20000
ok "and gets it when the OK passes" wait_for holes_are R granted_ms 20000
told() { tell client info && [ "$(field timeout)" = "$1" ]; }
ok "as it is told" wait_for told 20000
wish client 3000000
ok "what it asks for more is limited" wait_for holes_are R granted_ms 60000
ok "as it is told, too" wait_for told 60000
ok "counted" box_counters_are R changed=2
quit client server
quiet A B
wait_for no_holes R

# --- IPv6 ---------------------------------------------------------------------------------------

phase v6
listener server B tcp :: 80 prefer
ok "IPv6: the client connects" dial client A tcp fd00:2::2 80 require 40000
tell server accept
ok "data" exchange client server 100k
quit client server
quiet A B
listener server B udp :: 5000 prefer
dial client A udp fd00:2::2 5000 require 40000
ok "UDP" passes client server 100
quit client server
quiet A B
ok "both are closed" wait_for no_holes R

# --- what a Setup carries -------------------------------------------------------------------------

phase smuggle
count_box R
count_from_here B
listener server B tcp 0.0.0.0 25 prefer
client client A tcp 10.0.2.2 25 require 40000
ok "a SYN that the ruleset drops does not get through inside a Setup" not connect client
is "permission denied" "$(field error)" EACCES
tell client reject
is "by the firewall" "$(field code) $(field origin)" "policy 10.0.1.254"
ok "counted" box_counters_are R accepted=1 refused-ruleset=1 provisional=0
ok "the server has heard nothing" counters_are B setup-in=0 in-pkts=0
quit client server

# --- lost and repeated ----------------------------------------------------------------------------

phase lost
count_box R
count_from_here A B
dropper R
on R nft add counter inet test OK
listener server B tcp 0.0.0.0 80 prefer
drop_next R OK >/dev/null
ok "a lost OK" dial client A tcp 10.0.2.2 80 require 40000
tell server accept
ok "is repaired by a second Setup, for the same pinhole" wait_for box_counters_are R \
	setups=1 setup-again=1 provisional=1 confirmed=1
ok "data" exchange client server 100k
quit client
drop_next R OK >/dev/null
quit server
ok "a lost OK to the Detach" quiet A B
ok "the pinhole closes all the same" wait_for no_holes R
no_firewall R
stateful_firewall R

# --- who may say OK --------------------------------------------------------------------------------

# Nobody is at 10.0.2.77: B speaks for it, and is believed if it knows what to say.
phase forged
ctl R box set provisional 60000
count_box R
cid=a1a1a1a1a1a1a1a1
open_one() { # XID PORT
	speak A 10.0.1.1 10.0.2.77 setup xid="$1" id=$cid "conn=tcp,10.0.1.1,$2,10.0.2.77,99"
}
open_one 5 50000
is "a Setup without an answer: provisional" "$(holes R state)" provisional
speak B 10.0.2.77 10.0.1.1 ok reply xid=6 dcid=$cid id=b1b1b1b1b1b1b1b1
speak B 10.0.2.77 10.0.1.1 ok reply xid=5 dcid=a2a1a1a1a1a1a1a1 id=b1b1b1b1b1b1b1b1
speak B 10.0.2.77 10.0.1.1 ok reply xid=5 dcid=$cid
ok "an OK of another transaction, for another, or without identifiers" \
	wait_for box_counters_are R not-believed=2
is "confirms nothing" "$(holes R state)" provisional
speak B 10.0.2.77 10.0.1.1 reject reply xid=5 dcid=$cid error=no_listener
ok "a Reject removes it" wait_for no_holes R
ok "counted" box_counters_are R rejected=1 confirmed=0
ctl R box set provisional 1000
open_one 7 50001
ok "without an answer it goes by itself" wait_for no_holes R
ok "counted" box_counters_are R unanswered=1
ok "conntrack knows nothing of it" not on R grep 10.0.2.77.*dport=99 /proc/net/nf_conntrack
