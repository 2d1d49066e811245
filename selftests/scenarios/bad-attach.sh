#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# One bad Attach changes nothing and is counted: with a wrong MAC, from another
# address, received again, with an old number, or for a connection that is not there.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/workers.sh"

plan 24

routed
capture A-R
talk A B 10.0.2.2
forge() { on R "$lib/forge.py" "$tmp/A-R.pcap" "$@"; }
unmoved="10.0.2.2,80 10.0.3.1,40000 established 1"

roam A:eth0 10.0.3.1/24 10.0.3.254 C
wait_for moved A 1
wait_for validated B 1
wait_for captured_all A-R

count_from_here A B
dropped() { # TEXT HOST COUNTER=N FORGERY
	forge "$4"
	ok "$1" wait_for counters_are "$2" "$3"
}
dropped "a wrong MAC: dropped" B attach-bad-mac=1 "Detach:0 seq=7 xid mac"
dropped "a higher number: dropped" B attach-bad-mac=2 "Detach:0 seq=7"
dropped "another address in it: dropped" B attach-bad-mac=3 "Detach:0 seq=1 src=10.0.4.66"
dropped "received again: its answer is repeated" B move-dup=1 "Detach:0"
dropped "the same, from another address" B move-dup=2 "Detach:0 from=10.0.4.66"
dropped "an unknown identifier: refused" B attach-no-conn=1 "Detach:0 dcid"
dropped "a false Ack: dropped" B attach-bad-mac=4 "Ack:0 mac"
dropped "a false answer: ignored" A "in-unexpected=>0" "OK:1 mac"
is "nothing changed" "$(place client), $(place server)" \
	"10.0.3.1,40000 10.0.2.2,80 established 1, $unmoved"
ok "nobody moved" counters_are B move-in=0 validated=0
ok "data arrives" exchange client server 100k

# Of two moves of the same identifier, because no OK came back, the first is old.
dropper R
on R nft add rule inet test drops ip saddr 10.0.2.2 meta l4proto 253 drop
roam A:eth0 10.0.4.1/24 10.0.4.254 D
wait_for counters_are B move-in=1
wait_for captured_all A-R
ip -n csp-A -4 addr flush dev eth0
no_firewall R
roam A:eth0 10.0.1.1/24 10.0.1.254 A
wait_for moved A 1
dropped "an old number: dropped" B attach-replay=1 "Detach:1"
is "nothing changed" "$(place server)" "10.0.2.2,80 10.0.1.1,40000 established 3"
ok "data arrives" exchange client server 100k

# B waits for the Ack of the new address.
count_from_here A B
dropper R
drop_next R Ack 100
roam A:eth0 10.0.4.1/24 10.0.4.254 D
wait_for moved A 1
wait_for captured_all A-R
dropped "an Ack from elsewhere: ignored" B in-unexpected=1 "Ack:-1 from=10.0.4.66"
ok "it proves nothing" counters_are B validated=0
no_firewall R
ok "that from the new address does" wait_for validated B 1

# One is kept until its MAC is looked at: the newest.
many=()
for _ in {1..50}; do many+=("Detach:-1 seq=99 xid mac"); done
# The worker who looks gets no processor as long as they come.
workers_wait
hurry() {
	on R taskset -c 0 chrt -f 50 "$lib/forge.py" "$tmp/A-R.pcap" "${many[@]}"
	counters_are B "attach-newer=>0"
}
ok "many at once: the newest is looked at" wait_for hurry
workers_go

# The server's socket ends while the client is away.
ip -n csp-A -4 addr flush dev eth0
wait_for state_is A homeless
tell server reset
roam A:eth0 10.0.3.1/24 10.0.3.254 C
ok "the socket is gone: refused" wait_for counters_are B attach-no-sock=1
ok "the client gives it up" wait_for not state_is A moving
tell client recv 1 || true
is "its program hears that it has ended" "$(field error)" ECONNRESET
quit client server
ok "both ends forget the connection" quiet A B
messages A-R >"$tmp/messages"
ok "messages" grep -q 'B > C: Reject(NO_CONN.* + Sig' "$tmp/messages"
sed 's/^/# /' "$tmp/messages"

# A host that announced no next identifier is asked under the one that it has.
listener udp-server B udp 0.0.0.0 5000 prefer
count_from_here B
on A "$lib/say.py" 10.0.3.1 10.0.2.2 setup id=a1a1a1a1a1a1a1a1 \
	conn=udp,10.0.3.1,7000,10.0.2.2,5000 pubkey
wait_for counters_are B setup-in=1
tell udp-server connect 10.0.3.1 7000
roam B:eth0 10.0.5.2/24 10.0.5.254 E
wait_for counters_are B move-out=1 reject-in=1
wait_for captured_all A-R
is "no next identifier: the move goes to the present one" "$(forge "Detach:-1 show")" \
	"* dcid=a1a1a1a1a1a1a1a1 *"
