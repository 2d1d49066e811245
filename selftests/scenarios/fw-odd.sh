#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What a firewall seldom meets: peers that have no CSP, Setups that contradict themselves or
# are about what it does not track, and pinholes that are closed by command.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 30

routed
for h in A B; do conf $h udp_encap=0; done
stateful_firewall R
capture A-R
rule R in to-a accept
# Long enough for a connection to get up meanwhile.
ctl R box set provisional 4000 linger 1000
tracked() { on R grep -q "$1" /proc/net/nf_conntrack; }	# TEXT

# --- a peer without CSP -----------------------------------------------------------------------------

# What a host says that does not know the protocol; and one that says nothing.
firewall B <<-END
	chain in {
		type filter hook input priority raw
		ip protocol 253 reject with icmp type prot-unreachable
		ip6 nexthdr 253 drop
	}
END
phase plain
count_box R
count_from_here A
listener server B tcp 0.0.0.0 80 off
ok "a peer without CSP is reached" dial client A tcp 10.0.2.2 80 prefer 40000
tell server accept
is "by the pinhole that the Setup made" "$(state client) $(holes R state)" "plain provisional"
ok "as its ICMP error got through" counters_are A plain-unreach=1
ok "data goes both ways" exchange client server 10k
ok "what was provisional is left to conntrack" wait_for box_counters_are R provisional=1 plain=1 \
	unanswered=0 confirmed=0
ok "and no pinhole any more" no_holes R
ok "data goes on" exchange client server 10k
ok "for as long as the ruleset has it" tracked "tcp *6 4319[0-9][0-9] ESTABLISHED .*sport=40000"
quit client server

conf A fallback=300
listener server B udp :: 5000 off
dial client A udp fd00:2::2 5000 prefer 40001
ok "IPv6, UDP, a peer that is silent" passes client server 100
tell server connect fd00:1::1 40001
ok "an answer" passes server client 100
ok "this one is left to conntrack, too" wait_for box_counters_are R provisional=2 plain=2 unanswered=0
ok "data goes on" passes client server 100
ok "and back" passes server client 100
is "nothing was dropped" "$(hits R dropped)" 0
quit client server

# A Reject that comes when the SYN has been answered in the clear.
ctl R box set provisional 60000
count_box R
speak A 10.0.1.1 10.0.2.2 setup xid=8 id=d1d1d1d1d1d1d1d1 conn=tcp,10.0.1.1,40009,10.0.2.2,80
listener server B tcp 0.0.0.0 80 off
ok "a connection is plain already" dial client A tcp 10.0.2.2 80 off 40009
tell server accept
speak B 10.0.2.2 10.0.1.1 reject reply xid=8 dcid=d1d1d1d1d1d1d1d1 error=not_wanted
ok "a late Reject takes its pinhole only" no_holes R
ok "counted" box_counters_are R provisional=1 plain=1 rejected=0
ok "data goes on" exchange client server 10k
quit client server
ctl R box set provisional 4000
no_firewall B

# --- contradictions -----------------------------------------------------------------------------------

phase malformed
count_box R
try() { speak A "$1" "$2" setup id=c1c1c1c1c1c1c1c1 "${@:3}"; }	# SRC DST WORD...
try 10.0.1.1 10.0.2.77 xid=1 conn=tcp,10.0.1.1,1,10.0.2.77,80,forward
try 10.0.1.1 10.0.2.77 xid=2 conn=tcp,10.0.1.1,1,10.0.2.77,0
try 10.0.1.1 10.0.2.77 xid=3 conn=udp,10.0.1.1,1,10.0.2.77,4253
try 10.0.1.1 10.0.2.77 xid=4 conn=tcp,10.0.1.1,1,10.0.2.77,80 syn=2,80
try 10.0.1.1 10.0.2.77 xid=5 conn=tcp,10.0.1.1,1,10.0.2.77,80 syn=1,80,SA
try fd00:1::1 fd00:2::77 xid=6 conn=udp,fd00:1::1,1,fd00:2::77,80 udp=1,81,20
ok "Setups that contradict themselves, or what they carry, are refused" \
	wait_for box_counters_are R setup-malformed=6 drops=6 setups=0 unparsed=0
wait_for captured_all A-R
decode
is "each is told" "$(messages -r A-R@malformed | grep -c 'Reject(MALFORMED')" 6
ok "and nothing is opened" no_holes R

# --- what is not ours to judge --------------------------------------------------------------------------

phase other
listener server B tcp :: 80 prefer
dial client A tcp fd00:2::2 80 require 40002
tell server accept
cid=$(holes R cid)
dropped=$(hits R dropped)
try 10.0.1.1 10.0.2.77 xid=7 conn=47,10.0.1.1,0,10.0.2.77,0
ok "of a transport that is not tracked" wait_for box_counters_are R setup-other=1
# From the other side, and then for another peer.
speak B fd00:2::2 fd00:1::77 setup xid=8 id="$cid" conn=tcp,fd00:2::2,1,fd00:1::77,9
speak A fd00:1::1 fd00:2::77 setup xid=9 id="$cid" conn=tcp,fd00:1::1,1,fd00:2::77,9
ok "by the identifier of an open connection" wait_for box_counters_are R setup-other=3
ok "are the ruleset's business, which drops them" hits_are R dropped $((dropped + 3))
is "and change nothing" "$(holes R state) $(holes R cid) $(holes R dport)" "open $cid 80"

# A request that is none, to a host.
count_from_here B
speak R 10.0.2.254 10.0.2.2 redirect dcid=0102030405060708 conn=tcp,10.0.2.2,1,10.0.1.1,80
ok "a Redirect that answers nothing is ignored" wait_for counters_are B in-unsupported=1

# --- closed by command ------------------------------------------------------------------------------------

ctl R pinhole del "$cid"
ok "a pinhole is removed by command" box_counters_are R deleted=1
ok "conntrack has forgotten it" not tracked sport=40002
ok "there is none of that identifier any more" not ctl R pinhole del "$cid"
ok "the host announces it again when it has something to say" exchange client server 10k
