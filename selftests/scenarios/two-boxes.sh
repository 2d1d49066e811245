#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A host with two providers, each behind a firewall that drops what it does not know.
# When the path in use dies, or is liked little, the connection takes the other, and the
# box there learns of it by the move that passes: of a server, of a client, of a mobile
# client that leaves one firewall for the other, and of one that comes behind a NAT.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 44

#	                   /-- to-x --- X --- 10.0.2.2 (Sx) \
#	C 10.0.1.1 --- R --                                  S
#	                   \-- to-y --- Y --- 10.0.5.2 (Sy) /
host C S
router R X Y
link C:eth0 R:to-c C-R
link R:to-x X:out R-X
link R:to-y Y:out R-Y
link S:eth0 X:in S-X
link S:eth1 Y:in S-Y
addr C:eth0 10.0.1.1/24
addr R:to-c 10.0.1.254/24
addr R:to-x 10.0.12.254/24
addr R:to-y 10.0.15.254/24
addr X:out 10.0.12.1/24
addr Y:out 10.0.15.1/24
addr X:in 10.0.2.254/24 Xin
addr Y:in 10.0.5.254/24 Yin
default_via C 10.0.1.254
default_via X 10.0.12.254
default_via Y 10.0.15.254
ip -n csp-R route add 10.0.2.0/24 via 10.0.12.1
ip -n csp-R route add 10.0.5.0/24 via 10.0.15.1
for dev in to-c to-x to-y; do delay R:$dev 5ms rate 1mbit; done
for h in C S; do conf $h udp_encap=0; done

# Each address leaves by its own interface.
ip -n csp-S rule add from 10.0.2.2 table 2
ip -n csp-S rule add from 10.0.5.2 table 5
at_x() {
	addr S:eth0 10.0.2.2/24 Sx
	ip -n csp-S route add default via 10.0.2.254
	ip -n csp-S route add default via 10.0.2.254 table 2
}
at_y() {
	addr S:eth1 10.0.5.2/24 Sy
	ip -n csp-S route add default via 10.0.5.254 metric 20
	ip -n csp-S route add default via 10.0.5.254 table 5
}
at_x
at_y
conf S multihome=1

for box in X Y; do
	stateful_firewall $box
	rule $box in in accept
	rule $box in out accept
done
capture C-R S-X S-Y

# A box that knows nothing of what passed it before.
forget() { # BOX
	local cid
	for cid in $(holes "$1" cid); do ctl "$1" pinhole del "$cid"; done
	no_holes "$1" && count_box "$1"
}
# The pinhole of the connection as it is now, and no other.
open_for() { # BOX SRC DST
	[ "$(ctl "$1" -j pinhole | jq -r '.[] | .src + " " + .dst + " " + .state')" = "$2 $3 open" ]
}
over() { # BOX...
	local box
	quit client server
	quiet C S
	for box; do forget "$box"; done
}

# --- a server ---------------------------------------------------------------------------------------

phase server
talk C S 10.0.2.2
ok "a pinhole at the one firewall" open_for X 10.0.1.1 10.0.2.2
ok "none at the other" no_holes Y
count_box Y
start_copy client server 1200k
wait_for received S 100000
dead 10.0.2.2
ok "the path dies in an upload: the client moves" wait_for path_is C 10.0.1.1 10.0.5.2
ok "the data is complete and right" end_copy client server
ok "the other firewall has opened" open_for Y 10.0.1.1 10.0.5.2
ok "since it saw the move" box_counters_are Y confirmed=1 'moved=0' not-believed=0
ok "to whoever else comes it is as closed as before" not on C ping -c 1 -W 1 10.0.5.2
no_firewall R

ok "the first one forgets" forget X
count_from_here C S
start_copy server client 1200k
wait_for received C 100000
ok "the server says that it likes the path little" \
	ctl S flow change "$(flows S cid)" pref low
ok "the client moves back" wait_for path_is C 10.0.1.1 10.0.2.2
ok "the download is complete and right" end_copy server client
ok "the firewall has learned of it anew" open_for X 10.0.1.1 10.0.2.2
ok "since it saw the move" box_counters_are X confirmed=1 not-believed=0

ok "the other one forgets" forget Y
count_from_here S
start_copy server client 1200k
wait_for received C 100000
dead 10.0.2.2
ok "the path dies in a download: the server moves" wait_for moved S 1
ok "the data is complete and right" end_copy server client
is "the client after" "$(place client)" "10.0.1.1,40000 10.0.5.2,80 established 3"
ok "the firewall has learned of it from inside" open_for Y 10.0.5.2 10.0.1.1
ok "since it saw the move" box_counters_are Y confirmed=1 not-believed=0
no_firewall R
over X Y
ok "nobody sent a RST" no_reset C-R@server

# --- a mobile client, from behind the one to behind the other --------------------------------------------

phase mobile
conf S multihome=0
ip -n csp-S addr flush dev eth1 scope global
count_from_here C S
talk S C 10.0.1.1
ok "a client behind a firewall" open_for X 10.0.2.2 10.0.1.1
start_trade client server 800k 800k
wait_for past client 100000
ip -n csp-S addr flush dev eth0 scope global
at_y
ok "it moves behind another one" wait_for moved S 1
ok "the data arrives, both ways" end_trade client server
is "the client after" "$(place client)" "10.0.5.2,40000 10.0.1.1,80 established 1"
ok "the other firewall has learned of it" open_for Y 10.0.5.2 10.0.1.1
ok "since it saw the move" box_counters_are Y confirmed=1 not-believed=0
start_trade client server 800k 800k
wait_for past client 100000
ip -n csp-S addr flush dev eth1 scope global
at_x
ok "and back" wait_for moved S 2
ok "the data arrives, both ways" end_trade client server
ok "the first firewall has it again" open_for X 10.0.2.2 10.0.1.1
over X Y
ok "nobody sent a RST" no_reset C-R@mobile

# --- a client with two providers, one of which has a NAT ---------------------------------------------------

phase client
no_firewall Y
firewall Y <<-END
	counter dropped {}
	chain post {
		type nat hook postrouting priority srcnat
		oifname "out" masquerade
	}
	chain forward {
		type filter hook forward priority filter; policy drop
		ct state established,related accept
		counter name dropped
	}
END
conf S multihome=1
count_box X
count_box Y
count_from_here C S
talk S C 10.0.1.1
ok "a client behind the firewall" open_for X 10.0.2.2 10.0.1.1
at_y
offered() { [ "$(alternatives C)" = 10.0.5.2 ]; }
wait_for offered
ok "gets another provider: nothing is open at the NAT" no_holes Y
start_copy client server 1200k
wait_for received C 100000
dead 10.0.2.2
ok "the path dies in an upload: the client moves" wait_for moved S 1
ok "the data is complete and right" end_copy client server
is "its socket has its own address" "$(place client)" "10.0.5.2,40000 10.0.1.1,80 established 1"
is "the server knows the NAT's" "$(place server)" "10.0.1.1,80 10.0.15.1,40000 established 1"
ok "the NAT has learned of it by the move" box_counters_are Y nat-reserved=1 \
	nat-redirected=1 confirmed=1 not-believed=0
no_firewall R

ok "the firewall forgets" forget X
start_copy server client 1200k
wait_for received S 100000
ok "the client says that it likes the path little" \
	ctl S flow change "$(flows S cid)" pref low
ok "the server goes back to where the client was" wait_for path_is S 10.0.2.2 10.0.1.1
ok "the download is complete and right" end_copy server client
is "the server after" "$(place server)" "10.0.1.1,80 10.0.2.2,40000 established 2"
# The answer to the offer that follows is none that the box waits for.
ok "the firewall has learned of it anew" box_counters_are X confirmed=1
over X Y
ok "nobody sent a RST" no_reset C-R@client
