#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A firewall that is no box, with a ruleset like many: what it lets pass is signalled past it;
# what it drops makes no difference to mode prefer, and ends mode require.  Nothing gets in
# by signalling that would not get in without.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 44

# A is inside, B outside.
routed
for h in A B; do conf $h udp_encap=0; done
capture A-R B-R
ruleset() { # PHASE RULE...
	[ ! "${has_ruleset-}" ] || no_firewall R
	on R conntrack -F >/dev/null 2>&1
	stateful_firewall R "${@:2}"
	has_ruleset=1
	count_from_here A B
	phase "$1"
}
told() { tell "$1" info && echo "$(field state) $(field timeout)"; }	# NAME
retransmitted() { on A nstat -asz TcpRetransSegs | awk '/TcpRetransSegs/ { print $2 }'; }

# --- whatever begins inside may pass --------------------------------------------------------------

ruleset all "iifname to-a accept"
listener server B tcp 0.0.0.0 80 prefer
before=$(retransmitted)
ok "TCP" dial client A tcp 10.0.2.2 80 require 40000
tell server accept
is "is signalled, and told of no time" "$(told client)" "established 0"
ok "the answer to the SYN in the Setup was dropped" more_hits R dropped 0
ok "the SYN was sent again, in the clear" \
	[ $(($(retransmitted) - before)) -gt 0 ]
ok "data" exchange client server 100k
ok "counted" counters_are A setup-out=1 setup-ok=1 plain-silence=0 reject-in=0
quit client server
ok "both ends forget it" quiet A B
ok "messages" expect_messages B-R@all <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	B > A: OK
	A > B: Detach(TCP, A,40000 <-> B,80)
	B > A: OK
END
listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40000
ok "UDP: a datagram arrives inside the Setup" passes client server 100
wait_for is_state client established
tell server connect 10.0.1.1 40000
ok "the firewall has not seen it, and drops the answer" lost server client 100 R
ok "the next one it sees" passes client server 100
ok "and lets the answer pass" passes server client 100
quit client server
ok "both ends forget it" quiet A B

# --- from outside -----------------------------------------------------------------------------------

ruleset outside "iifname to-a accept"
listener server A tcp 0.0.0.0 81 prefer
listener receiver A udp 0.0.0.0 6000 prefer
client strict B tcp 10.0.1.1 81 require
say strict connect 10.0.1.1 81
client caller B tcp 10.0.1.1 81 prefer
conf B fallback=300
tell caller begin 10.0.1.1 81
ok "mode prefer goes on without signalling" wait_for counters_are B plain-silence=1
dial sender B udp 10.0.1.1 6000 prefer
ok "which gets nowhere" lost sender receiver 100 R
ok "mode require fails" not hear strict
is "since there is no answer" "$(field error)" ETIMEDOUT
ok "TCP of mode prefer has not got in, either" not tell server accept 100
ok "the host inside has heard nothing" counters_are A in-pkts=0 setup-in=0
quit server receiver strict caller sender
wait_for is_quiet B
conf B fallback=5000
ctl B peer flush >/dev/null

# --- signalling may not pass --------------------------------------------------------------------------

ruleset none "iifname to-a tcp dport 80 accept" "iifname to-a udp dport 5000 accept"
conf A fallback=300
client strict A tcp 10.0.2.2 80 require
say strict connect 10.0.2.2 80
dial datagrams A udp 10.0.2.2 5000 require
tell datagrams send 10
listener server B tcp 0.0.0.0 80 prefer
listener receiver B udp 0.0.0.0 5000 off
ok "mode prefer: TCP connects" dial client A tcp 10.0.2.2 80 prefer 40001
tell server accept
is "without signalling" "$(state client)" plain
ok "data" exchange client server 100k
ok "counted" counters_are A setup-out=3 setup-ok=0 plain-silence=1
ok "and dropped" more_hits R dropped 0
quit client
dial client A udp 10.0.2.2 5000 prefer 40001
ok "the next one is plain at once: UDP" passes client receiver 100
tell receiver connect 10.0.1.1 40001
ok "and back" passes receiver client 100
ok "counted" counters_are A plain-known=1 plain-silence=1
quit client
ok "mode require fails" not hear strict
is "since there is no answer" "$(field error)" ETIMEDOUT
not_answered() { tell datagrams error && [ "$(field pending)" = ETIMEDOUT ]; }
ok "UDP as well" wait_for not_answered
ok "the server has heard no signalling" counters_are B in-pkts=0
is "nor did any pass" "$(messages B-R@none)" ""
quit strict datagrams server receiver
wait_for is_quiet A
ctl A peer flush >/dev/null

# --- but over UDP -------------------------------------------------------------------------------------

ruleset encap "iifname to-a meta l4proto { tcp, udp } accept"
for h in A B; do conf $h udp_encap=1 fallback=5000; done
listener server B tcp 0.0.0.0 80 prefer
ok "UDP may pass: mode require connects" dial client A tcp 10.0.2.2 80 require 40002
tell server accept
is "signalled" "$(told client)" "established 0"
ok "over UDP" counters_are B 'in-udp=>0' setup-in=1
ok "data" exchange client server 100k
quit client server
ok "both ends forget it" quiet A B
for h in A B; do conf $h udp_encap=0; ctl $h peer flush >/dev/null; done

# --- it says so -------------------------------------------------------------------------------------------

ruleset icmp "ip protocol 253 reject with icmp type prot-unreachable" "iifname to-a accept"
listener server B tcp 0.0.0.0 80 prefer
ok "refused by ICMP: mode prefer connects" dial client A tcp 10.0.2.2 80 prefer 40003
tell server accept
is "at once, without signalling" "$(state client)" plain
ok "data" exchange client server 100k
ok "counted" counters_are A plain-unreach=1 plain-silence=0 setup-ok=0
quit client
client client A tcp 10.0.2.2 80 require
ok "mode require fails" not connect client
is "since the protocol does not get there" "$(field error)" EPROTONOSUPPORT
ok "the server has heard no signalling" counters_are B in-pkts=0
quit client server
