#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The clock jumps, a year ahead and a month back, while there are connections, a
# registration, a block, nonces and tokens.  Only tokens, which say until when they are
# good, go by it.
#
# Time limit: 300
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 24

home_network 1ms
ctl R gateway add to-a edge
conf B cookies=2
agent_for H B --guard --lifetime 1h
register_with H B --lifetime 1h
ok "B registers its home address" wait_for is_registered B
talk A B 10.0.2.2
ok "a connection" exchange client server 10k
ctl B block add 10.0.1.1 proto sctp for 30m
blocked() { [ "$(ctl R -j gateway blocks | jq -r '.[] | "\(.from) \(.to) \(.proto)"')" = "10.0.1.1 10.0.2.2 sctp" ]; }
ok "a block" wait_for blocked
listener guarded B tcp 10.0.9.9 81 require
listener udp-server B udp 0.0.0.0 5000 prefer

token() { ctl H token new 10.0.9.9 many lifetime 1h; }
let_in() { # TOKEN
	local status=0
	client other A tcp 10.0.9.9 81 require
	tell other setopt 0 2534 "${1#0x}"
	connect other || status=1
	[ $status != 0 ] || tell guarded accept || status=1
	[ $status = 0 ] || tell other reject
	[ $status != 0 ] || { tell guarded close; tell guarded use 0; }
	return $status
}
first=$(token)
ok "a token lets in" let_in "$first"
quit other

start=$(date +%s)
jump() { date -s "@$((start + $1))" >/dev/null; }	# SECONDS
since=$(ctl R box stats block-expired)
as_before() { # WHEN
	ok "$1: data arrives" exchange client server 10k
	ok "B is registered" is_registered B
	ok "its agent knows" is_at H away 10.0.2.2
	ok "the block is there" blocked
	ok "who echoes a nonce is connected" dial udp-client A udp 10.0.2.2 5000 require
	datagram udp-client udp-server 10 || note "no datagram"
	quit udp-client
}

jump $((400 * 86400))
as_before "a year later"
ok "the token has expired" not let_in "$first"
is "and that is said" "$(field code) $(field text)" "auth the token has expired"
quit other
second=$(token)
ok "another lets in" let_in "$second"
quit other

jump $((-30 * 86400))
as_before "a month before"
ok "the first one is good again" let_in "$first"
quit other

jump 60
as_before "where it was"
is "no block was over" "$(ctl R box stats block-expired)" "$since"
