#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A client that lies: it moves its downloads to the address of V, who never asked for
# them, and even acknowledges what V gets of one of them.  V does not get more than three
# times what the client spends.
#
# What the client has acknowledged and has not got is lost to it: with this download
# nothing else can be shown.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 14

routed 2ms
delay R:to-a 2ms rate 8mbit
host V
link V:eth0 R:to-v V-R
addr R:to-v 10.0.8.254/24
addr V:eth0 10.0.8.88/24
default_via V 10.0.8.254
firewall V <<-END
	chain in {
		type filter hook input priority raw; policy drop
		meta l4proto icmp accept
	}
END
conf A move_timeout=2000
capture A-R V-R
talk A B 10.0.2.2
listener cheated B tcp 10.0.2.2 81 prefer
dial liar A tcp 10.0.2.2 81 prefer 40002
tell cheated accept
listener udp-server B udp 0.0.0.0 5000 prefer
dial udp-client A udp 10.0.2.2 5000 prefer 40001
datagram udp-client udp-server 100
tell udp-server connect 10.0.1.1 40001

# Bytes of IP packets.
bytes() { # LINK FILTER
	wait_for captured_all "$1"
	tcpdump -nn -v -r "$tmp/$1.pcap" "$2" 2>/dev/null |
		awk 'match($0, /, length [0-9]+\)/) {
			sum += substr($0, RSTART + 9, RLENGTH - 10)
		} END { print sum + 0 }'
}
spent() { bytes A-R "src host 10.0.8.88 and ip proto 253"; }
within() { [ "$to_v" -gt 0 ] && [ "$to_v" -le $((3 * spent)) ]; }

# Have both TCP connections of this host so many bytes?
all_received() { [ "$(tcp_info "$1" bytes_received | awk -v n="$2" '$1 > n' | wc -l)" = 2 ]; }

count_from_here A B
on R "$lib/ack_for.py" to-v 10.0.8.88 40002 >"$tmp/ack_for" 2>/dev/null &
daemons+=($!)
wait_for grep -q ready "$tmp/ack_for"
start_copy server client 3000k
start_copy cheated liar 3000k
wait_for all_received A 50000
ip -n csp-A -4 addr flush dev eth0 scope global
ip -n csp-A addr add 10.0.8.88/32 dev eth0
ip -n csp-A route add 10.0.1.254 dev eth0
ip -n csp-A route add default via 10.0.1.254
ok "all connections move to V, as B believes" wait_for counters_are B move-in=3
for _ in {1..50}; do tell udp-server send 1000; done
ok "B tries six times, and looks for them where they were" wait_for counters_are B probe-out=3
ok "V never said that it is there" counters_are B validated=0
ok "what was too much was dropped" counters_are B "limited-drop=>20"
spent=$(spent) to_v=$(bytes V-R "dst host 10.0.8.88")
note "spent $spent bytes, V got $to_v"
ok "V got no more than three times what was spent" within
udp=$(bytes V-R "dst host 10.0.8.88 and src port 5000")
tcp=$(bytes V-R "dst host 10.0.8.88 and tcp")
note "$tcp of them by TCP, $udp by UDP"
ok "it got some" test "$udp" -gt 1000
ok "the client has no other way" wait_for counters_are A move-timeout=3

# A goes where it really is.
roam A:eth0 10.0.3.1/24 10.0.3.254 C
ok "an honest move is believed" wait_for validated B 3
ok "the limit is gone: the download is complete and right" end_copy server client
count_from_here B
is "the connection" "$(place client)" "10.0.3.1,40000 10.0.2.2,80 established 1"
ok "datagrams arrive" datagram udp-client udp-server 100
ok "many of them" datagram udp-server udp-client 1400
for _ in {1..10}; do datagram udp-server udp-client 1400; done
ok "nothing is dropped" counters_are B limited-drop=0
quit liar cheated client server udp-client udp-server
ok "both ends forget the connections" quiet A B
