#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sockets that cannot move stay where they are, which is counted, and lose nothing:
# with keys of TCP-MD5, with the new name taken, bound to a device, not connected yet.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 26

routed 5ms
link A:eth1 R:to-a2
addr A:eth1 10.0.9.1/24
addr R:to-a2 10.0.9.254/24
ip -n csp-A addr add 10.0.3.1/24 dev eth0
capture A-R

# struct tcp_md5sig: sockaddr_storage, flags, prefix, length, device, key
md5() { # NAME ADDR_HEX
	tell "$1" setopt 6 14 "$(printf '02000000%s%0240d0000030000000000%s%0154d' "$2" 0 313233 0)"
}

listener server B tcp 10.0.2.2 80 prefer
md5 server 0a000101
client client A tcp 10.0.2.2 80 prefer 40000
md5 client 0a000202
ok "TCP-MD5: connected, with signalling" connect client
tell server accept
ok "data arrives" exchange client server 10k
ctl A flow move all to 10.0.3.1 >/dev/null
ok "a move is refused, and counted" wait_for counters_are A move-immovable=1
is "nothing changed" "$(place client)" "10.0.1.1,40000 10.0.2.2,80 established 0"
ok "data arrives" exchange client server 10k
quit client server
quiet A B

# The other end cannot: a key for somebody else makes its socket stay.
talk A B 10.0.2.2 tcp 40001
md5 server 0a636363
ctl A flow move all to 10.0.3.1 >/dev/null
ok "the peer cannot move: it says so" wait_for counters_are B move-immovable=1 reject-out=1
ok "the client goes back to where it was" wait_for path_is A 10.0.1.1 10.0.2.2
ok "and sends from there" exchange client server 10k
quit client server
quiet A B

# Another connection, that is plain, has the name that the first would get.
talk A B 10.0.2.2 tcp 40002
other() { # PORT
	sock other A
	tell other socket tcp 4
	tell other bind 10.0.3.1 "$1"
	tell other connect 10.0.2.2 80
	tell server accept
	tell server use 1
}
other 40002
count_from_here A B
ctl A flow move all to 10.0.3.1 >/dev/null
ok "the new name is taken: it stays, which is counted" wait_for counters_are A move-in-use=1
is "nothing changed" "$(place client)" "10.0.1.1,40002 10.0.2.2,80 established 0"
ok "data arrives" exchange client server 10k

# The other connection ends here, and the server does not hear of it.
ip -n csp-A addr del 10.0.3.1/24 dev eth0
tell other reset
ip -n csp-A addr add 10.0.3.1/24 dev eth0
ctl A flow move all to 10.0.3.1 >/dev/null
ok "the new name is taken there: refused" wait_for counters_are B "move-in-use=>0" "reject-out=>0"
tell server use 2
tell server reset
tell server use 1
ok "until it is free" wait_for moved A 1
is "the server's view" "$(place server)" "10.0.2.2,80 10.0.3.1,40002 established 1"
ok "data arrives" exchange client server 10k
quit client server other
quiet A B

# The other connection ends, and both hosts know.
talk A B 10.0.2.2 tcp 40004
other 40004
count_from_here A B
ctl A flow move all to 10.0.3.1 >/dev/null
wait_for counters_are A move-in-use=1
tell other reset
ok "the new name becomes free: the client moves by itself" wait_for moved A 1
ok "which has been counted once" counters_are A move-in-use=1
ok "data arrives" exchange client server 10k
quit client server
quiet A B

# Signalling has its answer before TCP has.
listener server B tcp 10.0.2.2 80 prefer
firewall R <<-END
	chain forward {
		type filter hook forward priority filter;
		tcp flags & (syn | ack) == syn | ack drop
	}
END
count_from_here A B
client client A tcp 10.0.2.2 80 prefer 40005
tell client begin 10.0.2.2 80
wait_for state_is A established
ctl A flow move all to 10.0.3.1 >/dev/null
ok "TCP is connecting: put off, which is counted" wait_for counters_are A move-early=1
no_firewall R
tell client end
tell server accept
ok "connected: the client moves" wait_for moved A 1
ok "data arrives" exchange client server 10k
quit client server
quiet A B

# Bound to a device: it can move there, and nowhere else.
listener server B tcp 10.0.2.2 80 prefer
client client A tcp 10.0.2.2 80 prefer 40003
tell client device eth0
connect client
tell server accept
count_from_here A B
ctl A flow move all to 10.0.3.1 >/dev/null
ok "bound to a device: it moves on that device" wait_for moved A 1
ctl A flow move all dev eth1 >/dev/null || true
ok "to another one: refused" wait_for counters_are A move-immovable=1
is "nothing changed" "$(place client)" "10.0.3.1,40003 10.0.2.2,80 established 1"
ok "data arrives" exchange client server 10k
ok "nobody sent a RST" not grep 'IP 10.0.2.2.80 > .*Flags \[R' <(transport A-R)
