#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Nobody has a gateway stop anything but what comes to himself: not without its token,
# not with an old one or that of others, not without an echo, not by what the victim said
# before, not more than one host's packets.  Nor does a forged notice of a gateway, or a forged token, do harm.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/gateway.sh"

plan 18

gateways
ctl G gateway add to-a edge
ctl H gateway add to-g
ip -n csp-S addr add 10.0.2.9/24 dev eth0
ctl G box set token_lifetime 10
count_box G
count_from_here A S G

on S "$lib/victim.py" 10.0.2.2 10.0.2.9 10.0.8.1 10.0.1.1 10.0.1.77 >"$tmp/answers" &
victim=$!
daemons+=("$victim")
wait_for grep -q ready "$tmp/answers"
listener server S udp 0.0.0.0 5000 prefer
dial client A udp 10.0.2.2 5000 require 40000
ok "a connection" passes client server 100
wait "$victim" || note "victim.py failed"
cat >"$tmp/wanted" <<-END
	ready
	without an echo: ACK
	with another echo: ACK
	with that of another request: ACK
	no token: REJECT AUTH
	half a token: REJECT AUTH
	another token: REJECT AUTH
	another source: REJECT AUTH
	another victim: REJECT AUTH
	another victim, asked by himself: REJECT AUTH
	somebody else: REJECT MISMATCH from 10.0.2.9
	any source: REJECT MALFORMED 2
	any victim: REJECT MALFORMED 3
	one port: REJECT MALFORMED 2
	an identity: REJECT MALFORMED 2
	one way: REJECT MALFORMED 1
	no LOCAL_ID: REJECT MALFORMED 5
	two gateways: REJECT MALFORMED 4
	as it should be: OK
	once more: ACK
	renewed: OK
	lifted: OK
	the block recorded: ACK
	the renewal recorded: ACK
	the end recorded: ACK
	blocked again: OK
	too late: REJECT AUTH
END
ok "what a gateway answers" diff "$tmp/wanted" "$tmp/answers"
ok "each is counted" box_counters_are G block-malformed=7 block-mismatch=1 block-challenged=">2" \
	block-auth=">7" blocked=2 block-renewed=1 block-lifted=1
ok "echoes, too" counters_are G cookie-bad=6 cookie-ok=4
is "one block, of him who asked" "$(stopped G)" "10.0.1.1 10.0.2.2 any"
ctl G gateway unblock all >/dev/null
ok "data passes again" passes client server 50

# --- notices -----------------------------------------------------------------------------------

count_from_here A
cid=$(ctl A -j flow | jq -r '.[0].cid')
speak G 10.0.1.254 10.0.1.1 reject xid=9 dcid=1122334455667788 conn=0,10.0.1.1,0,10.0.2.2,0 error=flood
speak G 10.0.1.254 10.0.1.1 reject xid=9 dcid="$cid" conn=0,10.0.1.1,0,10.0.3.3,0 error=flood
speak G 10.0.1.254 10.0.1.1 reject xid=9 dcid="$cid" error=flood
ok "notices about no connection, or another, are ignored" wait_for counters_are A flood-bad=3 flood-in=0
speak G 10.0.1.254 10.0.1.1 reject xid=9 dcid="$cid" conn=0,10.0.1.1,0,10.0.2.2,0 error=flood
ok "one that knows its identifier is recorded" wait_for counters_are A flood-in=1
ok "and does no harm" passes client server 40
ok "the connection is signalled" is_state client established

# --- over UDP that lies about its length -------------------------------------------------------------

setup=(setup "xid=78" "conn=udp,10.0.1.1,41001,10.0.2.2,5000" "id=c1c1c1c1c1c1c1c2")
count_box G
count_from_here S
for bytes in 65535 7 9; do speak A 10.0.1.1 10.0.2.2 "${setup[@]}" encap=$bytes; done
ok "longer than the packet, or too short: left alone" wait_for box_counters_are G unparsed=3
ok "and not signed for" box_counters_are G stamped=0 pkts-udp=3
ok "nor does the host take it for signalling" counters_are S setup-in=0
speak A 10.0.1.1 10.0.2.2 "${setup[@]}" encap
ok "one that tells the truth is" wait_for box_counters_are G stamped=1

# --- tokens that a host makes itself ---------------------------------------------------------------

count_box G
count_box H
count_from_here S
speak A 10.0.1.1 10.0.2.2 setup xid=77 conn=udp,10.0.1.1,41000,10.0.2.2,5000 \
	id=c1c1c1c1c1c1c1c1 via=10.0.9.9 via=10.0.9.8
ok "are removed where there can be none" wait_for box_counters_are G via-removed=2 stamped=1
ok "the Setup arrives" wait_for counters_are S setup-in=1 in-malformed=0
is "with what is true" "$(ctl S -j block | jq length)" 0
ctl S block add 10.0.1.1
ok "a gateway was asked that is one" wait_for stopped_is G "10.0.1.1 10.0.2.2 any"
