#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A move arrives when its mover has long returned: held back by somebody on the way.
# The new address never echoes, so the server looks for the client where it was.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 19

routed 5ms
dropper R
capture A-R
talk A B 10.0.2.2
count_from_here A B

# The move leaves A, and goes no farther than R; nor does what says that A is back.
on R nft add rule inet test drops meta l4proto 253 ip daddr 10.0.2.2 ip length gt 1000 drop
roam A:eth0 10.0.3.1/24 10.0.3.254 C
wait_for path_is A 10.0.3.1 10.0.2.2
wait_for captured_all A-R
roam A:eth0 10.0.1.1/24 10.0.1.254 A
wait_for path_is A 10.0.1.1 10.0.2.2
is "the server knows nothing of it" "$(place server)" \
	"10.0.2.2,80 10.0.1.1,40000 established 0"

on R "$lib/forge.py" "$tmp/A-R.pcap" Detach:0
ok "the move arrives late: the server believes it" wait_for counters_are B move-in=1
ok "six times no echo: it probes the old path" wait_for counters_are B probe-out=1
ok "the client is there" wait_for counters_are A probe-in=1
ok "the server returns" wait_for counters_are B move-back=1 validated=0
ok "its path" path_is B 10.0.2.2 10.0.1.1

no_firewall R
ok "the client, still asking, is answered" wait_for moved A 1
is "its view" "$(place client)" "10.0.1.1,40000 10.0.2.2,80 established 1"
ok "data arrives" exchange client server 100k

# The answers to a move are lost.  The client still has the address that it has left.
dropper R
on R nft add rule inet test drops meta l4proto 253 ip daddr 10.0.3.1 drop
addr A:eth0 10.0.3.1/24 C
count_from_here A B
old_b=$(flows B cid)
ctl A flow move all to 10.0.3.1
ok "a move is not answered: the server looks for the client where it was" \
	wait_for counters_are B move-in=1 probe-out=1
ok "the client is not there" wait_for counters_are A probe-elsewhere=5 probe-in=0

# R has seen the probe, and says in the client's name that it is, or knows nothing of it.
wait_for captured_all A-R
probe=$(on R "$lib/forge.py" "$tmp/A-R.pcap" "Change:-1 show")
word() { grep -o "\<$1=[^ ]*" <<<"$probe" | cut -d = -f 2; }	# KEY
answer_probe() { # MESSAGE WORD...
	on R "$lib/say.py" 10.0.1.1 10.0.2.2 "$1" reply xid="$(word xid)" dcid="$old_b" "${@:2}"
}
count_from_here B
answer_probe ok echo="$(word nonce)"
answer_probe ok echo="$(word nonce)" mac
ok "who answers the probe without the key is not believed" \
	wait_for counters_are B attach-bad-mac=2
answer_probe reject error=no_conn
answer_probe reject error=policy mac
ok "nor is who refuses it" wait_for counters_are B "in-unexpected=>1"
ok "the server is where it was" path_is B 10.0.2.2 10.0.3.1
no_firewall R
ok "it is answered at last" wait_for moved A 1
ok "the server has not returned" counters_are B move-back=0
ok "data arrives" exchange client server 10k
quit client server
ok "both ends forget the connection" quiet A B
ok "nobody sent a RST" no_reset A-R
