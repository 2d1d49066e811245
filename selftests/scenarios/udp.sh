#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# UDP: each peer of a socket is a connection, announced with the first datagram
# and given up when the socket is closed.
. "$(dirname "$0")/../lib/lib.sh"

plan 19

two_hosts
addr B:eth0 10.0.0.3/24 C
capture A-B
phase connected

listener server B udp 0.0.0.0 5000 prefer
dial client A udp 10.0.0.2 5000 prefer 40000
ok "connect() sends nothing" counters_are A setup-out=0
ok "the first datagram arrives" datagram client server 100
is "from the client" "$(field from)" 10.0.0.1,40000
ok "inside the Setup" counters_are B setup-in=1 piggyback-in=1
tell client info
is "the client's view" "$(field state) $(field initiator) $(field local) $(field peer)" \
	"established true 10.0.0.1,40000 10.0.0.2,5000"
ok "the next datagram needs no Setup" datagram client server 1000
tell server sendto 10.0.0.1 40000 200
sum=$(field sum)
tell client recv 200
is "an answer arrives, without a Setup" "$(field sum)" "$sum"
quit client
ok "closing gives the connection up" quiet A B

phase unconnected
sock client A
tell client socket udp 4
tell client csp prefer
tell client bind 0.0.0.0 40001
for peer in 10.0.0.2 10.0.0.3; do
	tell client sendto $peer 5000 300
	sum=$(field sum)
	tell server recv 300
	is "an unconnected socket sends to $peer" "$(field sum) $(field from)" "$sum 10.0.0.1,40001"
done
is "two connections" "$(counter A flows) $(counter B flows)" "2 2"
tell client sendto 10.0.0.2 5000 300
tell server recv 300
is "further datagrams are no connection" "$(counter A flows)" 2
quit client
ok "closing gives both up" quiet A B

phase large
dial client A udp 10.0.0.2 5000 prefer 40002
ok "a datagram larger than a Setup can hold arrives" datagram client server 1400
ok "and one that has to be fragmented" datagram client server 4000
quit client
quiet A B

phase server
dial client A udp 10.0.0.2 5000 prefer 40003
datagram client server 10
quit server
ok "the server ends: it gives the connection up, after a second" quiet B
ok "messages of a connected socket" expect_messages A-B@connected <<-END
	A > B: Setup(UDP, A,40000 <-> B,5000) + UDP data 100
	B > A: OK
	A > B: Detach(UDP, A,40000 <-> B,5000)
	B > A: OK
END
# The two peers answer when they do.
ok "of one that is not connected" expect_messages -s A-B@unconnected <<-END
	A > B: Setup(UDP, A,40001 <-> B,5000) + UDP data 300
	B > A: OK
	A > C: Setup(UDP, A,40001 <-> C,5000) + UDP data 300
	C > A: OK
	A > B: Detach(UDP, A,40001 <-> B,5000)
	B > A: OK
	A > C: Detach(UDP, A,40001 <-> C,5000)
	C > A: OK
END
ok "of a large datagram" expect_messages A-B@large <<-END
	A > B: Setup(UDP, A,40002 <-> B,5000)
	B > A: OK
	A > B: Detach(UDP, A,40002 <-> B,5000)
	B > A: OK
END
