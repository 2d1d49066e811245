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
. "$(dirname "$0")/../lib/providers.sh"

plan 44

two_providers
for dev in to-c to-x to-y; do delay R:$dev 5ms rate 1mbit; done
capture C-R S-X S-Y

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
ok "since it saw the move" box_counters_are Y confirmed=1 'moved=0'
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
ok "since it saw the move" box_counters_are X confirmed=1

ok "the other one forgets" forget Y
count_from_here S
start_copy server client 1200k
wait_for received C 100000
dead 10.0.2.2
ok "the path dies in a download: the server moves" wait_for moved S 1
ok "the data is complete and right" end_copy server client
is "the client after" "$(place client)" "10.0.1.1,40000 10.0.5.2,80 established 3"
ok "the firewall has learned of it from inside" open_for Y 10.0.5.2 10.0.1.1
ok "since it saw the move" box_counters_are Y confirmed=1
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
ok "since it saw the move" box_counters_are Y confirmed=1
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
	nat-redirected=1 confirmed=1
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
