#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A firewall sends web traffic to a proxy off the path: Redirect, then the client's Setup
# to the proxy, and the proxy's own to the server, each through the firewall.  nginx is
# both proxy and server, curl the client, and none of them has heard of CSP.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 66

routed
host P
link P:eth0 R:to-p
addr R:to-p 10.0.8.254/24
ip -n csp-R addr add fd00:8::fe/64 dev to-p nodad
addr P:eth0 10.0.8.2/24
addr P:eth0 fd00:8::2/64
default_via P 10.0.8.254 fd00:8::fe
named 10.0.1.254 R
named fd00:1::fe R6
for h in A B P; do conf $h udp_encap=0; done
conf B default_mode=1
conf P default_mode=1
stateful_firewall R
rule R in to-a to fd00:2::/64 proto tcp dport 80 redirect '[fd00:8::2]:3128'
rule R in to-a proto tcp dport 80 redirect 10.0.8.2:3128
rule R in to-a accept
rule R in to-p to 10.0.2.0/24 accept
rule R in to-p to fd00:2::/64 accept
rule R in to-p reject "the proxy speaks to servers only"
capture A-R P-R B-R

serve() { # HOST NAME
	nsenter --net=/run/netns/csp-"$1" -- nginx -c "$tmp/$2.conf" -g 'daemon off;' &
	daemons+=($!)
}
serves() { on "$1" ss -tlnHO | grep -q ":$2 "; }	# HOST PORT
chmod 711 "$tmp"
mkdir "$tmp/www"
head -c 300000 /dev/urandom >"$tmp/www/file"
chmod -R a+rX "$tmp/www"
cat >"$tmp/server.conf" <<-END
	user root;
	pid $tmp/server.pid;
	error_log $tmp/server.error;
	events { }
	http {
		access_log $tmp/server.log;
		server { listen 80; listen [::]:80; root $tmp/www; }
	}
END
cat >"$tmp/proxy.conf" <<-END
	user root;
	pid $tmp/proxy.pid;
	error_log $tmp/proxy.error;
	events { }
	http {
		access_log $tmp/proxy.log;
		proxy_temp_path $tmp/proxy.temp;
		server {
			listen 3128;
			listen [::]:3128;
			location / { proxy_pass http://\$http_host; }
		}
	}
END
serve B server
serve P proxy
wait_for serves B 80
wait_for serves P 3128

asked_by() { tail -n 1 "$tmp/$1.log" | cut -d ' ' -f 1; }	# server|proxy
fetch() { # SERVER PROXY CLIENT
	count_from_here A
	count_box R
	ok "curl gets the file" on A "$cspctl" run -m require -- \
		curl -g -sS -o "$tmp/got" "http://$1/file"
	ok "it is the same" cmp "$tmp/www/file" "$tmp/got"
	is "the server was asked by the proxy" "$(asked_by server)" "$2"
	is "and that by the client" "$(asked_by proxy)" "$3"
	ok "the client followed one Redirect" counters_are A redirect-in=1 redirect-bad=0 setup-ok=1
	ok "the firewall gave it" box_counters_are R redirected=1
	is "nothing was dropped" "$(hits R dropped)" 0
	ok "everybody forgets the connections" quiet A P B
	rm "$tmp/got"
}
phase http
fetch 10.0.2.2 10.0.8.2 10.0.1.1
phase http6
fetch '[fd00:2::2]' fd00:8::2 fd00:1::1

# --- what both ends are told ---------------------------------------------------------------------

phase told
listener catcher P tcp 10.0.8.2 3129 prefer
ctl R rule insert in to-a proto tcp dport 81 redirect 10.0.8.2:3129
dial client A tcp 10.0.2.2 81 require 40000
tell client names
is "getpeername() is the proxy" "$(field peer)" 10.0.8.2,3129
is "cspctl knows both" "$(ctl A -j flow | jq -r '.[0] | .raddr + " " + .home_raddr')" \
	"10.0.8.2 10.0.2.2"
tell catcher accept
tell catcher getopt 0 2538 16
is "the proxy learns what was asked for" "$(field value)" 020000510a0002020000000000000000
ok "data passes" exchange client catcher 100k
quit client catcher
quiet A P

# A rule that names no port leaves it what it was. TCP and UDP, both families, and a socket
# that takes IPv4 as IPv6.
phase kept
ctl R rule insert in to-a to 10.0.2.0/24 dport 83 redirect 10.0.8.2
ctl R rule insert in to-a to fd00:2::/64 dport 83 redirect fd00:8::2
asked4=020000530a0002020000000000000000
asked6=0a00005300000000fd00000200000000000000000000000200000000
kept() { # tcp|tcp6|udp SERVER PROXY CLIENT PORT LEVEL WANTED
	local say="$1 to $2"
	listener catcher P "$1" "$3" 83 prefer
	dial client A "$1" "$2" 83 require "$5"
	if [ "${1%6}" = tcp ]; then
		tell catcher accept
		ok "$say: data passes" exchange client catcher 10k
	else
		ok "$say: data passes" passes client catcher 100
		wait_for is_state client established
		ok "$say: a socket of many peers is told nothing" \
			not tell catcher getopt "$6" 2538 28
		is "$say: since it has no peer" "$(field error)" ENOTCONN
		tell catcher connect "$4" "$5"
		ok "$say: data comes back" passes catcher client 100
	fi
	tell client names
	is "$say: that is at the proxy, and the same port" "$(field peer)" "*$3,83"
	tell catcher getopt "$6" 2538 28
	is "$say: which learns what was asked for" "$(field value)" "$7"
	ok "$say: the client does not" not tell client getopt "$6" 2538 28
	is "$say: it knows" "$(field error)" ENOENT
	quit client catcher
	quiet A P
}
count_box R
kept tcp 10.0.2.2 10.0.8.2 10.0.1.1 40001 0 $asked4
phase more
kept tcp6 10.0.2.2 10.0.8.2 10.0.1.1 40002 41 $asked4
kept tcp fd00:2::2 fd00:8::2 fd00:1::1 40003 41 $asked6
kept udp 10.0.2.2 10.0.8.2 10.0.1.1 40004 0 $asked4
kept udp fd00:2::2 fd00:8::2 fd00:1::1 40005 41 $asked6
ok "each was redirected" box_counters_are R redirected=5 refused-rule=0
ok "messages" expect_messages A-R@kept <<-END
	A > B: Setup(TCP, A,40001 <-> B,83) + SYN
	R > A: Redirect(TCP, A,40001 <-> B:P,83*, by R)
	A > P: Setup(TCP, A,40001 <-> B:P,83) + SYN
	P > A: OK*
	A > P: Detach(TCP, A,40001 <-> P,83)
	P > A: OK
END

# --- refused --------------------------------------------------------------------------------------

ok "other ports go straight on" not dial client A tcp 10.0.2.2 82 require
quit client
client client P tcp 10.0.1.1 80 require
ok "the proxy may not call the client" not connect client
is "by policy" "$(field error)" EACCES
tell client reject
is "and is told why" "$(field text)" "the proxy speaks to servers only"
quit client
conf A default_mode=0
ok "who does not signal gets nothing" not on A curl -sS -m 2 -o /dev/null http://10.0.2.2/file

was_said() { # PHASE CLIENT [6]
	local v=${3-}
	ok "messages of the client" expect_messages "A-R@$1" <<-END
		A$v > B$v: Setup(TCP, A$v,* <-> B$v,80) + SYN
		R$v > A$v: Redirect(TCP, A$v,* <-> B$v:P$v,80:3128, by R$v)
		A$v > P$v: Setup(TCP, A$v,* <-> B$v:P$v,80:3128) + SYN
		P$v > A$v: OK*
		A$v > P$v: Detach(TCP, A$v,* <-> P$v,3128)
		P$v > A$v: OK
	END
	ok "messages of the server" expect_messages "B-R@$1" <<-END
		P$v > B$v: Setup(TCP, P$v,* <-> B$v,80) + SYN
		B$v > P$v: OK
		* > *: Detach(TCP, *,* <-> *,*)
		* > *: OK
	END
	ok "no data of the client passed the server's link" not grep -q "$2" <(transport "B-R@$1")
	ok "nobody sent a RST to the client" \
		not grep -q "> $2.*Flags \[[^]]*R" <(transport "A-R@$1")
}
was_said http 10.0.1.1
was_said http6 fd00:1::1 6
