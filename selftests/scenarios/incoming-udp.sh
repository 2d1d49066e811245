#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Incoming UDP through a firewall: a Setup from outside opens nothing; the receiver's OK
# opens the one direction that was asked for, and the other is really shut.  The same if
# the receiver inside asks first.
#
# Time limit: 400
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 74

# A is inside, B outside.
routed
for h in A B; do conf $h udp_encap=0; done
stateful_firewall R
capture A-R B-R
rule R in to-b out to-a to 10.0.1.1 proto udp dport 6000-6999 ask-host
rule R in to-b out to-a to fd00:1::1 proto udp ask-host
rule R in to-b reject "no calls from outside"
rule R in to-a accept
count_box R

# Slow machines get on as well: nothing here is about these times.
ctl R box set provisional 60000 linger 3000

# Plain sockets, for datagrams without a Setup.
plain() { # NAME HOST PORT PEER PORT [FAMILY]
	sock "$1" "$2"
	tell "$1" socket udp "${6-4}"
	tell "$1" bind "$([ "${6-4}" = 4 ] && echo 0.0.0.0 || echo ::)" "$3"
	tell "$1" connect "$4" "$5"
}
not_delivered() { tell "$1" send 10; not tell "$1" recv 10; }	# NAME
outside=e1e1e1e1e1e1e1e1 inside=d1d1d1d1d1d1d1d1

# --- both ends speak CSP --------------------------------------------------------------------------

phase host
listener receiver A udp 0.0.0.0 6000 prefer
dial sender B udp 10.0.1.1 6000 require 5000
ok "a sender outside is let in by the receiver" passes sender receiver 100
wait_for is_state sender established
is "the pinhole" "$(holes R state) $(holes R src) $(holes R dst) $(holes R granted_ms)" \
	"open 10.0.2.2 10.0.1.1 10000"
tell sender info
is "the sender knows how long it is open" "$(field timeout)" 10000
tell receiver connect 10.0.2.2 5000
ok "it asked for both directions: an answer gets out" passes receiver sender 200
is "nothing was dropped" "$(hits R dropped)" 0
ok "counted" box_counters_are R asked=1 consented=1 provisional=0
quit sender receiver
ok "given up" quiet A B
ok "and closed" wait_for no_holes R

listener receiver A udp 0.0.0.0 7000 prefer
client sender B udp 10.0.1.1 7000 require 5000
connect sender
count_from_here A
ok "another port: refused" not_delivered sender
tell sender reject
is "by the firewall, which says why" "$(field code) $(field text)" "policy no calls from outside"
ok "the receiver was not asked" counters_are A in-pkts=0
quit sender receiver

listener receiver A udp 0.0.0.0 6001 off
client sender B udp 10.0.1.1 6001 require 5000
connect sender
ok "the receiver does not want it" not_delivered sender
tell sender reject
is "and says so" "$(field code)" not-wanted
ok "nothing was opened" no_holes R
quit sender receiver

# --- one direction, by what sockets say ---------------------------------------------------------------

# struct csp_expect; a port has two bytes, high one first.
expect() { # NAME A.B.C.D PORT
	local a b c d
	IFS=. read -r a b c d <<<"$2"
	tell "$1" setopt 0 2537 "$(printf '0200%04x%02x%02x%02x%02x%024d' "$3" "$a" "$b" "$c" "$d" 0)"
}
# The same for fd00:N::M.
expect6() { # NAME N M PORT
	tell "$1" setopt 41 2537 "$(printf '0a00%04xfd00%04x%020d%04x' "$4" "$2" 0 "$3")"
}
one_way() { tell "$1" setopt "${2-0}" 2540 01000000; }	# NAME [LEVEL]

phase socket-forward
listener receiver A udp 0.0.0.0 6010 prefer
client sender B udp 10.0.1.1 6010 require 5010
ok "a sender that will not receive" one_way sender
connect sender
ok "is let in" passes sender receiver 100
wait_for is_state sender established
is "one way" "$(holes R state) $(holes R dir)" "open ->"
tell receiver connect 10.0.2.2 5010
ok "the other is shut" lost receiver sender 100 R
ok "and again" passes sender receiver 100
quit sender receiver
ok "given up" quiet A B
ok "and closed" wait_for no_holes R
ok "what was said" expect_messages B-R@socket-forward <<-END
	B > A: Setup(UDP, B,5010 -> A,6010) + UDP data 100
	A > B: OK(Timeout=10s)
	B > A: Detach(UDP, B,5010 -> A,6010)
	A > B: OK
END

phase socket-reverse
listener receiver A udp 0.0.0.0 7010 require
listener sender B udp 0.0.0.0 5011 prefer
ok "a receiver says whom it expects" expect receiver 10.0.2.2 5011
ok "the firewall opens it" wait_for holes_are R state open
is "one way" "$(holes R dir)" "<-"
count_from_here B
tell sender connect 10.0.1.1 7010
ok "the sender needs no Setup of its own" passes sender receiver 100
ok "and sends none" counters_are B setup-out=0
tell receiver connect 10.0.2.2 5011
ok "the other way is shut" lost receiver sender 100 R
quit sender receiver
ok "given up" quiet A B
ok "and closed" wait_for no_holes R
ok "what was said" expect_messages A-R@socket-reverse <<-END
	A > B: Setup(UDP, A,7010 <- B,5011)
	B > A: OK(Timeout=10s)
	A > B: Detach(UDP, A,7010 <- B,5011)
	B > A: OK
END

# --- the same by IPv6 ----------------------------------------------------------------------------------

phase host6
count_box R
listener receiver A udp :: 6000 prefer
dial sender B udp fd00:1::1 6000 require 5020
ok "IPv6: a sender outside is let in by the receiver" passes sender receiver 100
wait_for is_state sender established
is "the pinhole" "$(holes R state) $(holes R src) $(holes R dst)" "open fd00:2::2 fd00:1::1"
tell receiver connect fd00:2::2 5020
ok "an answer gets out" passes receiver sender 200
is "the time that it is open is told" "$(tell sender info; field timeout)" 10000
wish sender 20000 41
ok "and more is asked for" wait_for holes_are R granted_ms 20000
ok "counted" box_counters_are R asked=1 consented=1 provisional=0 changed=1
quit sender receiver
ok "given up" quiet A B
ok "and closed" wait_for no_holes R

phase socket-forward6
listener receiver A udp :: 6010 prefer
client sender B udp fd00:1::1 6010 require 5021
ok "IPv6: a sender that will not receive" one_way sender 41
connect sender
ok "is let in" passes sender receiver 100
wait_for is_state sender established
tell receiver connect fd00:2::2 5021
ok "the other way is shut" lost receiver sender 100 R
quit sender receiver
quiet A B
ok "closed" wait_for no_holes R

phase socket-reverse6
listener receiver A udp :: 7010 require
listener sender B udp :: 5022 prefer
ok "IPv6: a receiver says whom it expects" expect6 receiver 2 2 5022
ok "the firewall opens it" wait_for holes_are R state open
is "one way" "$(holes R dir)" "<-"
tell sender connect fd00:1::1 7010
ok "the sender needs no Setup of its own" passes sender receiver 100
tell receiver connect fd00:2::2 5022
ok "the other way is shut" lost receiver sender 100 R
quit sender receiver
quiet A B
ok "closed" wait_for no_holes R
ok "what was said" expect_messages A-R@socket-reverse6 <<-END
	A6 > B6: Setup(UDP, A6,7010 <- B6,5022)
	B6 > A6: OK(Timeout=10s)
	A6 > B6: Detach(UDP, A6,7010 <- B6,5022)
	B6 > A6: OK
END

phase nobody
listener receiver A udp 0.0.0.0 7010 require
ok "nobody is there who would send" expect receiver 10.0.2.2 5012
refused() { tell receiver error && [ "$(field pending)" = ECONNREFUSED ]; }
ok "the receiver is told" wait_for refused
quit receiver

# --- one direction, by hand ----------------------------------------------------------------------------

# The end host's own module shall not see what is played by hand.
by_hand() { # HOST
	firewall "$1" <<-END
		chain in {
			type filter hook input priority raw
			ip protocol 253 drop
			ip6 nexthdr 253 drop
		}
	END
}
phase forward
ctl R box set udp_timeout 120000
for h in A B; do by_hand $h; done
plain receiver A 6002 10.0.2.2 5002
plain sender B 5002 10.0.1.1 6002
name=udp,10.0.2.2,5002,10.0.1.1,6002
speak B 10.0.2.2 10.0.1.1 setup xid=11 id=$outside conn=$name,forward timeout=0
wait_for holes_are R state asked
ok "asked, and nothing is open" lost sender receiver 100 R
speak B 10.0.1.1 10.0.2.2 ok reply xid=11 dcid=$outside id=$inside timeout=0
ok "an OK that comes from outside opens nothing" lost sender receiver 100 R
speak A 10.0.1.1 10.0.2.2 ok reply xid=11 dcid=$outside id=$inside timeout=0
ok "the receiver's OK opens it" wait_for holes_are R state open
is "one way" "$(holes R dir)" "->"
ok "datagrams come in" passes sender receiver 100
ok "none goes out" lost receiver sender 100 R
ok "and again" passes sender receiver 100
ok "none goes out after more of them" lost receiver sender 100 R
ctl R pinhole del $outside
ok "closed by command" lost sender receiver 100 R

phase ruleset
no_firewall R
stateful_firewall R "iifname to-a accept"
speak B 10.0.2.2 10.0.1.1 setup xid=12 id=$outside conn=$name,forward
wait_for holes_are R state asked
speak A 10.0.1.1 10.0.2.2 ok reply xid=12 dcid=$outside id=$inside
wait_for holes_are R state open
ok "a ruleset that lets all out" passes sender receiver 100
tell receiver send 50
ok "makes no difference to what comes in" passes sender receiver 100
speak A 10.0.1.1 10.0.2.2 detach xid=13 dcid=$outside "conn=udp,10.0.1.1,6002,10.0.2.2,5002"
speak B 10.0.2.2 10.0.1.1 ok reply xid=13 dcid=$inside
ok "a Detach of the receiver" wait_for holes_are R state linger
ok "closes it" wait_for no_holes R
ok "to all that comes" lost sender receiver 100 R
quit sender receiver
no_firewall R
stateful_firewall R

# --- the receiver asks first ----------------------------------------------------------------------------

phase reverse
plain receiver A 6003 10.0.2.2 5003
plain sender B 5003 10.0.1.1 6003
speak A 10.0.1.1 10.0.2.2 setup xid=21 id=$inside \
	conn=udp,10.0.1.1,6003,10.0.2.2,5003,reverse timeout=60000
wait_for holes_are R state provisional
ok "the receiver's Setup is consent given in advance" passes sender receiver 100
ok "for the one direction" lost receiver sender 100 R
speak B 10.0.2.2 10.0.1.1 ok reply xid=21 dcid=$inside id=$outside timeout=0
ok "confirmed by the sender's OK" wait_for holes_are R state open
is "for as long as was asked" "$(holes R granted_ms) $(holes R dir)" "60000 <-"
ok "datagrams come in" passes sender receiver 100
ctl R pinhole del $inside
quit sender receiver

phase v6
plain receiver A 6004 fd00:2::2 5004 6
plain sender B 5004 fd00:1::1 6004 6
speak B fd00:2::2 fd00:1::1 setup xid=31 id=$outside \
	conn=udp,fd00:2::2,5004,fd00:1::1,6004,forward
wait_for holes_are R state asked
ok "IPv6: asked" lost sender receiver 100 R
speak A fd00:1::1 fd00:2::2 ok reply xid=31 dcid=$outside id=$inside
wait_for holes_are R state open
ok "IPv6: opened by the OK" passes sender receiver 100
ok "IPv6: one way" lost receiver sender 100 R
