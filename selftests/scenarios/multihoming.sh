#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Multihoming, by preference: a server with two addresses offers the other one with
# its OK; when it says that it likes the path in use little, the client takes the
# other, in the middle of a download.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 16

two_homes
delay R:to-c 5ms rate 2mbit
capture C-R Sx-R Sy-R
talk C S 10.0.2.2
is "the client knows the other address" "$(alternatives C)" 10.0.5.2

start_copy server client 800k
wait_for received C 200000
ok "the server says that it likes the path little" \
	ctl S flow change "$(flows S cid)" pref low
ok "the client moves to the other address" wait_for moved C 1
ok "the download is complete and right" end_copy server client
is "the client's view" "$(place client)" "10.0.1.1,40000 10.0.5.2,80 established 1"
is "the server's view" "$(place server)" "10.0.5.2,80 10.0.1.1,40000 established 1"
is "the client knows the way back" "$(alternatives C)" 10.0.2.2
ok "data goes on" exchange client server 100k
wait_for validated S 1
quit client server
ok "both ends forget the connection" quiet C S
ok "counters of the client" counters_are C change-in=1 move-out=1 move-ok=1 \
	move-failover=0 dh=1 attach-bad-mac=0
ok "counters of the server" counters_are S change-out=1 move-in=1 validated=1 dh=1 \
	attach-bad-mac=0
ok "messages" expect_messages C-R <<-END
	C > Sx: Setup(TCP, C,40000 <-> Sx,80) + SYN
	Sx > C: OK, Attach(TCP, Sy,80 <-> C,40000)
	Sx > C: Change(TCP, Sx,80 <-> C,40000, low pref) + Sig
	C > Sx: OK + Sig
	C > Sy: Detach(old path), Attach(TCP, C,40000 <-> Sy,80) + Nonce + Sig*
	Sy > C: OK + Nonce + Nonce echo + Sig
	C > Sy: Ack + Nonce echo + Sig
	C > Sy: Detach(TCP, C,40000 <-> Sy,80)
	Sy > C: OK
END
ok "the move went to the other interface of the server" \
	grep -q '^C > Sy: Detach(old path), Attach' <(messages Sy-R)
ok "the data too" left C-R 10.0.2.2 10.0.5.2
ok "nothing went astray" not grep -q 10.0.2.2 <(transport Sy-R)
ok "nobody sent a RST" no_reset C-R
