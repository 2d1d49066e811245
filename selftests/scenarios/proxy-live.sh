#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Connections that a firewall has sent to a proxy, while they live: the time granted is over,
# and rules change.  What was sent there stays there.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 41

routed
host P
link P:eth0 R:to-p
addr R:to-p 10.0.8.254/24
addr P:eth0 10.0.8.2/24
default_via P 10.0.8.254
for h in A B P; do conf $h udp_encap=0; done
stateful_firewall R
rule R in to-a proto tcp dport 81 redirect 10.0.8.2:3129
rule R in to-a proto udp dport 82 redirect 10.0.8.2:3130
rule R in to-a to 10.0.8.0/24 accept
rule R in to-a reject "not without the proxy"
ctl R box set udp_timeout 4000 tcp_timeout 4000 linger 1000
granted() { tell "$1" info && [ "$(field timeout)" = "$2" ]; }	# NAME MS
peer_of() { tell "$1" names && field peer; }	# NAME

# --- time: TCP --------------------------------------------------------------------------------

count_box R
count_from_here A P
listener catcher P tcp 0.0.0.0 3129 prefer
ok "TCP, to the proxy" dial client A tcp 10.0.2.2 81 require 40000
tell catcher accept
ok "for four seconds" granted client 4000
ok "data" exchange client catcher 10k
ok "silence: it closes" wait_for no_holes R
ok "counted" box_counters_are R redirected=1 confirmed=1 idle=1 detached=0
ctl R box set tcp_timeout 60000
before=$(hits R dropped)
ok "data all the same" exchange client catcher 10k
ok "after some was dropped" more_hits R dropped "$before"
is "it was opened again" "$(holes R state) $(holes R dst) $(holes R dport)" "open 10.0.8.2 3129"
ok "by a Setup to the proxy, which is not sent there again" \
	box_counters_are R redirected=1 confirmed=2 refused-rule=0
ok "as the client knows" counters_are A 'setup-again=>0' setup-out=1 redirect-in=1 redirect-bad=0
ok "the proxy has one connection" counters_are P setup-in=1
quit client catcher
ok "given up" quiet A P
ok "and closed" wait_for no_holes R

# --- time: UDP --------------------------------------------------------------------------------

count_box R
listener catcher P udp 0.0.0.0 3130 prefer
dial client A udp 10.0.2.2 82 require 40001
ok "UDP, to the proxy" passes client catcher 100
wait_for is_state client established
is "as the socket says" "$(peer_of client)" 10.0.8.2,3130
tell catcher connect 10.0.1.1 40001
ok "an answer" passes catcher client 100
ok "silence: it closes" wait_for no_holes R
ok "to what comes" lost catcher client 100 R
ok "and what goes" lost client catcher 100 R
ok "counted" box_counters_are R redirected=1 confirmed=1 idle=1 detached=0
is "the client has not been told" "$(state client) $(peer_of client)" "established 10.0.8.2,3130"
quit client catcher
quiet A P
ctl R box set udp_timeout 60000
listener catcher P udp 0.0.0.0 3130 prefer
dial client A udp 10.0.2.2 82 require 40001
ok "another Setup is sent there again" passes client catcher 100
ok "counted" box_counters_are R redirected=2 confirmed=2
quit client catcher
quiet A P
wait_for no_holes R

# --- rules ------------------------------------------------------------------------------------

ctl R box set tcp_timeout default
rule_id() { ctl R -j rule | value id; }	# of the first
listener catcher P tcp 0.0.0.0 3129 prefer
listener server B tcp 0.0.0.0 81 prefer
dial client A tcp 10.0.2.2 81 require 40002
tell catcher accept
live() { exchange client catcher 10k; }
refused() { # TEXT
	client late A tcp 10.0.2.2 81 require
	not connect late && tell late reject &&
		[ "$(field code) $(field text)" = "policy $1" ]
}
count_box R
count_from_here A
ctl R rule del "$(rule_id)"
ok "the rule that sends there goes: what it has sent stays there" live
wish client 60000
ok "with its wishes" wait_for granted client 60000
ok "others are refused" refused "not without the proxy"
ctl R rule insert in to-a proto tcp dport 81 accept >/dev/null
ok "or go straight on" dial late A tcp 10.0.2.2 81 require
tell server accept
is "as the socket says" "$(peer_of late)" 10.0.2.2,81
ok "with their data" exchange late server 10k
ok "the first one is where it was" live
ctl R rule insert in to-a proto tcp dport 81 redirect 10.0.8.2:3129 >/dev/null
ctl R rule insert in to-a to 10.0.8.0/24 reject "the proxy is closed" >/dev/null
ok "what went straight on does not turn round" exchange late server 10k
quit late
ok "whoever comes now is sent there, and refused" refused "the proxy is closed"
ok "not so who is there" live
ok "counted" box_counters_are R redirected=1 refused-rule=2 accepted=1 confirmed=1 changed=1 idle=0
ok "as the client knows" counters_are A redirect-in=1 reject-in=2 setup-again=0
quit client late catcher server
ok "given up" quiet A B P
ok "and closed" wait_for no_holes R

# --- an OK from elsewhere -----------------------------------------------------------------------

for h in A B P; do deaf $h; done
cid=a1a1a1a1a1a1a1a1
ctl R rule flush >/dev/null
rule R in to-a accept
ctl R box set provisional 60000
count_box R
speak A 10.0.1.1 10.0.8.2 setup xid=5 id=$cid conn=tcp,10.0.1.1,5000,10.0.2.2,81 \
	place=10.0.8.2,3129
wait_for holes_are R state provisional
speak B 10.0.8.2 10.0.1.1 ok reply xid=5 dcid=$cid id=e1e1e1e1e1e1e1e1
ok "where the proxy is not, its OK is not believed" wait_for box_counters_are R not-believed=1
is "it opens nothing" "$(holes R state) $(holes R dst) $(holes R dport)" \
	"provisional 10.0.8.2 3129"
speak P 10.0.8.2 10.0.1.1 ok reply xid=5 dcid=$cid id=b1b1b1b1b1b1b1b1
ok "the proxy's own does" wait_for holes_are R state open
ok "counted" box_counters_are R setups=1 confirmed=1 not-believed=1
