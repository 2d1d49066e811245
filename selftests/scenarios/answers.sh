#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What becomes of each refusal: the errno of connect(), or a plain connection in mode
# prefer, and what getsockopt(CSP_LAST_REJECT) tells.  Which answers are believed.
# The other end is a program that answers as it is told.
. "$(dirname "$0")/../lib/lib.sh"

plan 43

two_hosts
conf A udp_encap=0
firewall B <<-END
	chain in {
		type filter hook input priority raw;
		ip protocol 253 drop
		tcp flags & (syn | ack) == syn reject with tcp reset
	}
END
nsenter --net=/run/netns/csp-B -- "$lib/odd_peer.py" eth0 >"$tmp/odd" &
daemons+=($!)
wait_for grep -q ready "$tmp/odd"

# Plain connections are refused with RST, which is ECONNREFUSED: what is not plain
# gives away that it is not by another errno, or by its counters.
n_plain=0
call() { # PORT MODE
	# Not that one refusal explains the next.
	[ "$2" = require ] || ctl A peer flush >/dev/null
	client client A tcp 10.0.0.2 "$1" "$2"
	connect client && error=0 || error=$(field error)
	tell client reject
	got="$(field code) $(field errno)"
	tell client close
}
# Since the last one that was.
is_plain() { counters_are A plain-reject=$((n_plain += 1)) plain-silence=0; }

# The last column: mode prefer goes plain, or fails as mode require does.
while read -r code name error_wanted prefer; do
	call $((1000 + code)) require
	is "$name: mode require" "$error $got" "$error_wanted $name $error_wanted"
	call $((1000 + code)) prefer
	if [ "$prefer" = plain ]; then
		ok "$name: mode prefer is plain" is_plain
	else
		is "$name: mode prefer fails" "$error" "$error_wanted"
	fi
done <<-END
	2 critical EPROTO plain
	3 malformed EPROTO plain
	4 no-listener ECONNREFUSED fails
	5 not-wanted EPROTONOSUPPORT plain
	6 policy EACCES fails
	7 auth EKEYREJECTED fails
	8 full ENOBUFS plain
	9 mismatch EADDRNOTAVAIL plain
	10 no-conn ECONNRESET fails
	12 in-use EADDRINUSE fails
	13 immovable EOPNOTSUPP fails
	14 flood ECONNABORTED fails
	15 gone EHOSTDOWN fails
END

client client A tcp 10.0.0.2 2001 prefer
ok "a box refuses, with an explanation" not connect client
is "by policy" "$(field error)" EACCES
tell client reject
is "CSP_LAST_REJECT has the code and what it became" "$(field code) $(field errno)" "policy EACCES"
is "who said so" "$(field origin)" 192.0.2.1
is "and why" "$(field text)" "not on Sundays"
tell client close

call 2007 prefer
is "a code that is not known fails" "$error" EPROTO
call 2004 require
client client A tcp 10.0.0.2 2004 require
connect client || tell client reject
is "the longest text" "$(field text | wc -c)" 128
tell client close

call 2003 require
is "another version" "$error $got" "EPROTONOSUPPORT version EPROTONOSUPPORT"
call 2003 prefer
ok "is none" is_plain

count_from_here A
call 2002 prefer
is "answers of others are not believed" "$error" EKEYREJECTED
ok "but counted" counters_are A in-unexpected=3 reject-in=1
call 2006 prefer
is "an OK without identifier is not believed" "$error" EACCES
call 2005 prefer
is "busy is not final: the Setup is sent again" "$error" EACCES
call 1011 require
is "busy to the end" "$error" ETIMEDOUT

# UDP has no handshake: the refusal is the socket's pending error.
client client A udp 10.0.0.2 2001 prefer
connect client
tell client send 10
ok "UDP: the first datagram is sent" [ "$(field bytes)" = 10 ]
ok "the refusal is read" not tell client recv 10
is "as an error" "$(field error)" EACCES
