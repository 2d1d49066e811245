#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A firewall refuses, and says why: the client is told at once, who and why.  The first
# rule that matches decides; what no rule speaks of is the ruleset's.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 66

routed
for h in A B; do conf $h udp_encap=0; done
stateful_firewall R
capture A-R B-R
listener other-server B tcp 0.0.0.0 80 prefer
listener other-server B tcp :: 82 prefer
listener server B tcp 0.0.0.0 81 prefer

refused() { # NAME HOST tcp|udp ADDR PORT [MODE]
	client "$@"
	not connect "$1"
}
verdict() { tell "$1" reject; echo "$(field errno) $(field code) $(field text)"; }	# NAME
origin() { tell "$1" reject; field origin; }	# NAME

# --- a rule that says no ---------------------------------------------------------------------------

phase rule
rule R from 10.0.1.0/24 proto tcp dport 80 reject "ask noc@example.org"
rule R from fd00:1::/64 dport 82 reject
rule R dport 81 accept
count_box R
count_from_here A B
ok "refused by a rule" refused client A tcp 10.0.2.2 80 require 40000
is "with its explanation" "$(verdict client)" "EACCES policy ask noc@example.org"
is "by the firewall" "$(origin client)" 10.0.1.254
quit client
ok "mode prefer fails as well" refused client A tcp 10.0.2.2 80 prefer
is "permission denied" "$(verdict client)" "EACCES policy *"
quit client
ok "IPv6" refused client A tcp fd00:2::2 82 require
is "without an explanation" "$(verdict client)" "EACCES policy "
is "by the firewall" "$(origin client)" fd00:1::fe
quit client
ok "the server has heard nothing" counters_are B setup-in=0 in-pkts=0
ok "what another rule accepts passes" dial client A tcp 10.0.2.2 81 require
tell server accept
tell server close
quit client
ok "counted" box_counters_are R refused-rule=3 drops=3 accepted=1
is "by rule" "$(ctl R -j rule | jq -r '.[].hits' | xargs)" "2 1 1"
ok "messages" expect_messages A-R@rule <<-END
	A > B: Setup(TCP, A,40000 <-> B,80) + SYN
	10.0.1.254 > A: Reject(POLICY, "ask noc@example.org", by 10.0.1.254)
	A > B: Setup(TCP, A,* <-> B,80) + SYN
	10.0.1.254 > A: Reject(POLICY, "ask noc@example.org", by 10.0.1.254)
	A6 > B6: Setup(TCP, A6,* <-> B6,82) + SYN
	fd00:1::fe > A6: Reject(POLICY, by [fd00:1::fe])
	A > B: Setup(TCP, A,* <-> B,81) + SYN
	B > A: OK(Timeout=7440s)
	A > B: Detach(TCP, A,* <-> B,81)
	B > A: OK
END

# --- rules while connections live -------------------------------------------------------------------

phase live
quiet A B
dial client A tcp 10.0.2.2 81 require
tell server accept
id=$(ctl R -j rule insert dport 81 reject "closed now" | jq .id)
ok "a connection that was accepted stays" exchange client server 10k
ok "the next is refused" refused other A tcp 10.0.2.2 81 require
is "by the new rule" "$(verdict other)" "EACCES policy closed now"
ctl R rule del "$id"
tell other close
ok "until that goes" dial other A tcp 10.0.2.2 81 require
quit client other
tell server close
tell server accept
tell server close
ok "no such rule" not ctl R rule del "$id"
ok "not before one either" not ctl R rule insert before 999 accept
is "flush" "$(ctl R rule flush)" "3 rules deleted"

# --- names, tokens, sides, ports ---------------------------------------------------------------------

phase match
wait_for no_holes R
ip -n csp-R link set to-a group 7
rule R in to-b accept
rule R in zone 8 accept
rule R dport 100-200 sport 1000-2000 in zone 7 out to-b reject range
rule R dport 300 auth opensesame accept
rule R dport 300 reject token
rule R name WWW.example.org reject name
rule R proto udp reject udp
count_box R
try() { # XID WORD...
	speak A 10.0.1.1 10.0.2.77 setup xid="$1" id=c1c1c1c1c1c1c1c1 "${@:2}"
}
hits_now() { ctl R -j rule | jq -r '.[].hits' | xargs; }
try 1 conn=tcp,10.0.1.1,1500,10.0.2.77,150
try 2 conn=tcp,10.0.1.1,999,10.0.2.77,150
try 3 conn=tcp,10.0.1.1,1500,10.0.2.77,201
is "ports and sides" "$(hits_now)" "0 0 1 0 0 0 0"
try 4 conn=tcp,10.0.1.1,1,10.0.2.77,300
try 5 conn=tcp,10.0.1.1,1,10.0.2.77,300 auth=opensesam
ok "a token that is missing or wrong" box_counters_are R refused-auth=2 accepted=0
try 6 conn=tcp,10.0.1.1,1,10.0.2.77,300 auth=opensesame
ok "the right one" box_counters_are R refused-auth=2 accepted=1
try 7 conn=tcp,10.0.1.1,1,10.0.2.77,9 name=www.EXAMPLE.org
try 8 conn=tcp,10.0.1.1,1,10.0.2.77,9 name=www.example.com
try 9 conn=udp,10.0.1.1,1,10.0.2.77,9
is "names, transports" "$(hits_now)" "0 0 1 1 2 1 1"
wait_for captured_all A-R
decode
is "what the client is told about tokens" "$(messages -r A-R@match | grep -c 'Reject(AUTH, "token"')" 2
ctl R pinhole del c1c1c1c1c1c1c1c1 2>/dev/null || true

# --- no rule ------------------------------------------------------------------------------------------

phase ruleset
ctl R rule flush >/dev/null
no_firewall R
stateful_firewall R "tcp dport 80 drop" "iifname to-a accept"
count_box R
count_from_here B
ok "what the ruleset drops does not pass inside a Setup" refused client A tcp 10.0.2.2 80 require
is "without an explanation" "$(verdict client)" "EACCES policy "
ok "the server has heard nothing" counters_are B setup-in=0 in-pkts=0
quit client
ok "what it accepts passes" dial client A tcp 10.0.2.2 81 require
ok "the server accepts" tell server accept
ok "data" exchange client server 10k
ok "as a connection like any other: no pinhole" no_holes R
tell client info
is "and no timeout is told" "$(field timeout)" 0
tell server close
ok "counted" box_counters_are R setup-ruleset=2 refused-ruleset=1 accepted=0 provisional=0
quit client
quiet A
ctl R box set enable 0
count_from_here B
client client A tcp 10.0.2.2 80 prefer
tell client begin 10.0.2.2 80
ok "a box that is switched off is one that knows nothing of it" wait_for counters_are B setup-in=1
ok "and counts nothing" box_counters_are R setups=2
quit client other-server
ctl R box set enable 1

# --- a Reject is lost ------------------------------------------------------------------------------------

phase lost
quiet A B
wait_for no_holes R
ctl R rule flush >/dev/null
rule R dport 80 reject "ask noc@example.org"
rule R accept
# After the box, and before it.
for h in A R; do dropper $h prerouting -300; done
again() { # HOST [N]
	drop_next "$1" Reject "${2-1}" >/dev/null
	count_box R
	count_from_here A B
}
again A
ok "its Reject is lost: refused all the same" refused client A tcp 10.0.2.2 80 require
is "with its explanation" "$(verdict client)" "EACCES policy ask noc@example.org"
is "by the firewall" "$(origin client)" 10.0.1.254
ok "one was lost" hits_are A Reject 1
ok "the Setup came again, and was refused again" box_counters_are R 'refused-rule=>1' 'drops=>1' \
	accepted=0 provisional=0
ok "as the client knows" counters_are A setup-out=1 'out-retrans=>0' reject-in=1
quit client
again A 2
ok "two are lost, in mode prefer" refused client A tcp 10.0.2.2 80 prefer
is "with its explanation" "$(verdict client)" "EACCES policy ask noc@example.org"
ok "both were lost" hits_are A Reject 2
ok "nothing goes on without signalling" counters_are A plain-silence=0 plain-reject=0
quit client
again A
dial client A udp 10.0.2.2 80 require
tell client send 10
ok "UDP is refused as well" not tell client recv 10
is "with its explanation" "$(verdict client)" "EACCES policy ask noc@example.org"
ok "one was lost" hits_are A Reject 1
quit client
ok "the server has heard nothing" counters_are B setup-in=0 in-pkts=0

# Of the host behind the box, which has made a pinhole.
for h in A R; do
	again $h
	ok "a Reject of the host, lost at $h: refused" refused client A tcp 10.0.2.2 90 require
	is "as it said" "$(verdict client)" "ECONNREFUSED no-listener *"
	ok "one was lost" hits_are $h Reject 1
	ok "nothing is open" no_holes R
	quit client
	ok "counted" box_counters_are R confirmed=0 'rejected=>0' 'accepted=>0' refused-rule=0
done
for h in A R; do on $h nft flush chain inet test drops; done
no_firewall A

# --- full ------------------------------------------------------------------------------------------------

phase full
quiet A B
ctl R rule flush >/dev/null
rule R accept
ctl R box set max_pinholes 1
dial first A tcp 10.0.2.2 81 require
ok "no room for a second pinhole" refused client A tcp 10.0.2.2 81 require
is "the client is told" "$(verdict client)" "ENOBUFS full no room for more connections"
quit client
ok "mode prefer is plain" dial client A tcp 10.0.2.2 81 prefer
is "and not signalled" "$(state client)" plain
ok "the first one is undisturbed" is_state first established
ok "counted" box_counters_are R refused-full=2
