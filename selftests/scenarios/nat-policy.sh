#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A NAT: policy that refuses, or says for how long; hosts that do not signal; and answers of
# somebody else.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/nat.sh"

plan 23

behind_nat

nat masquerade "tcp dport 25 drop"
ctl R box set enable 1 linger 1000

# --- policy -----------------------------------------------------------------------------------------

count_box R
count_from_here B
listener server B tcp 0.0.0.0 25 prefer
client client A tcp 10.0.2.2 25 require 40000
ok "what the ruleset drops gets no mapping" not connect client
is "permission denied" "$(field error)" EACCES
quit client
rule R in to-a dport 26 reject "not that"
client client A tcp 10.0.2.2 26 require 40000
ok "nor what a rule refuses" not connect client
tell client reject
is "which says why" "$(field text)" "not that"
ok "counted" box_counters_are R refused-ruleset=1 refused-rule=1 nat-reserved=0 nat-out=0
ok "the server has heard nothing" counters_are B setup-in=0 in-pkts=0
quit client server
rule R in to-a dport 80 accept timeout 60s
listener server B tcp 0.0.0.0 80 prefer
dial client A tcp 10.0.2.2 80 require 40000
tell server accept
is "a rule says for how long" "$(holes R granted_ms) $(holes R rule)" "60000 2"
ok "data" exchange client server 100k
quit client server
quiet A B
wait_for no_holes R

# --- the same ports again ---------------------------------------------------------------------------

# While the pinhole of before lingers; no rule speaks of it.
ctl R box set linger 60000
count_box R
listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40000
ok "a datagram" passes client server 100
wait_for is_state client established
quit client
ok "the pinhole lingers" wait_for holes_are R state linger
dial client A udp 10.0.2.2 5000 require 40000
ok "again from that port" passes client server 100
wait_for is_state client established
is "one pinhole" "$(ctl R -j pinhole | values state)" open
tell server connect 10.0.2.254 40000
ok "it has the mapping: an answer" passes server client 100
ok "counted" box_counters_are R nat-reserved=2 confirmed=2 idle=0
ctl R box set linger 1000
quit client server
quiet A B
wait_for no_holes R

# --- who is not asked ---------------------------------------------------------------------------------

count_box R
listener server B tcp 0.0.0.0 80 off
ok "a plain connection" dial client D tcp 10.0.2.2 80 off 40000
tell server accept
ok "passes as ever" exchange client server 100k
quit client
tell server close
tell server use 0
ok "a host without CSP is reached plainly" dial client A tcp 10.0.2.2 80 prefer 40000
tell server accept
ok "with the mapping" exchange client server 100k
quit client server
quiet A B

# --- who may say OK -------------------------------------------------------------------------------------

count_box R
deaf B
cid=a1a1a1a1a1a1a1a1
speak A 10.0.1.1 10.0.2.2 setup xid=5 id=$cid conn=tcp,10.0.1.1,50000,10.0.2.2,99
is "a Setup without an answer: provisional" "$(holes R state)" provisional
speak B 10.0.2.77 10.0.2.254 ok reply xid=5 dcid=a2a1a1a1a1a1a1a1 id=b1b1b1b1b1b1b1b1
speak B 10.0.2.77 10.0.2.254 ok reply xid=6 dcid=$cid id=b1b1b1b1b1b1b1b1
is "an OK for another, or of another transaction, confirms nothing" \
	"$(holes R state)" provisional
ok "nor does it get in, if it does not know the identifier" box_counters_are R nat-in=1
ok "without an answer it goes by itself" wait_for no_holes R
is "with what conntrack had of it" "$(entry dport=99 || true)" 0
