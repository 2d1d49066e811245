#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A firewall sends web traffic to a proxy off the path: Redirect, then the client's Setup
# to the proxy, and the proxy's own to the server, each through the firewall.  nginx is
# both proxy and server, curl the client, and none of them has heard of CSP.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"

plan 21

routed
host P
link P:eth0 R:to-p
addr R:to-p 10.0.8.254/24
addr P:eth0 10.0.8.2/24
default_via P 10.0.8.254
for h in A B P; do conf $h udp_encap=0; done
conf B default_mode=1
conf P default_mode=1
stateful_firewall R
rule R in to-a proto tcp dport 80 redirect 10.0.8.2:3128
rule R in to-a accept
rule R in to-p to 10.0.2.0/24 accept
rule R in to-p reject "the proxy speaks to servers only"
count_box R
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
		server { listen 80; root $tmp/www; }
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
			location / { proxy_pass http://\$http_host; }
		}
	}
END
serve B server
serve P proxy
wait_for serves B 80
wait_for serves P 3128

phase http
ok "curl gets the file" on A "$cspctl" run -m require -- \
	curl -sS -o "$tmp/got" http://10.0.2.2/file
ok "it is the same" cmp "$tmp/www/file" "$tmp/got"
is "the server was asked by the proxy" "$(cut -d ' ' -f 1 "$tmp/server.log")" 10.0.8.2
is "and that by the client" "$(cut -d ' ' -f 1 "$tmp/proxy.log")" 10.0.1.1
ok "the client followed one Redirect" counters_are A redirect-in=1 redirect-bad=0 setup-ok=1
ok "the firewall gave it" box_counters_are R redirected=1
is "nothing was dropped" "$(hits R dropped)" 0
ok "everybody forgets the connections" quiet A P B

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

ok "messages of the client" expect_messages A-R@http <<-END
	A > B: Setup(TCP, A,* <-> B,80) + SYN
	10.0.1.254 > A: Redirect(TCP, A,* <-> B:P,80:3128, by 10.0.1.254)
	A > P: Setup(TCP, A,* <-> B:P,80:3128) + SYN
	P > A: OK*
	A > P: Detach(TCP, A,* <-> P,3128)
	P > A: OK
END
ok "messages of the server" expect_messages B-R@http <<-END
	P > B: Setup(TCP, P,* <-> B,80) + SYN
	B > P: OK
	* > *: Detach(TCP, *,* <-> *,*)
	* > *: OK
END
ok "no data of the client passed the server's link" not grep -q 10.0.1.1 <(transport B-R@http)
ok "nobody sent a RST to the client" not grep -q '> 10.0.1.1.*Flags \[[^]]*R' <(transport A-R@http)
