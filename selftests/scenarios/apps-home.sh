#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Programs that have never heard of it serve at a host that is not at home: nginx and
# sshd, bound to its home address and to any; curl and ssh ask for them at home.  In
# the middle of each transfer the host goes elsewhere.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/home.sh"

plan 48

home_network 5ms
delay R:to-a 5ms rate 2mbit
delay R:to-b 5ms rate 2mbit
conf B default_mode=1
run() { # HOST COMMAND...: all its sockets are flagged
	on "$1" "$cspctl" run -- "${@:2}"
}
larger() { [ "$(stat -c %s "$1")" -gt "$2" ]; }
serves() { on B ss -tlnHO | grep -q "$1 "; }	# ADDR:PORT
head -c 600000 /dev/urandom >"$tmp/file"
chmod 711 "$tmp"
chmod 644 "$tmp/file"

# Another place each time, and one connection comes along.
places=(10.0.5 10.0.6 10.0.2)
go() {
	local net=${places[0]}
	places=("${places[@]:1}" "$net")
	roam B:eth0 "$net.2/24" "$net.254"
	wait_for moved B 1 && wait_for is_at H away "$net.2"
}

# --- servers -------------------------------------------------------------------------------------

mkdir "$tmp/nginx"
cat >"$tmp/nginx.conf" <<END
user root;
pid $tmp/nginx/pid;
error_log $tmp/nginx/error;
events { }
http {
	access_log $tmp/nginx/log;
	server { listen 10.0.9.9:80; root $tmp; }
	server { listen 81; root $tmp; }
}
END
nsenter --net=/run/netns/csp-B -- nginx -c "$tmp/nginx.conf" -g 'daemon off;' &
daemons+=($!)

mkdir -p /run/sshd "$tmp/ssh"
ssh-keygen -q -t ed25519 -N '' -f "$tmp/ssh/host"
ssh-keygen -q -t ed25519 -N '' -f "$tmp/ssh/key"
cat >"$tmp/ssh/config" <<END
ListenAddress 10.0.9.9:22
ListenAddress 0.0.0.0:2222
HostKey $tmp/ssh/host
AuthorizedKeysFile $tmp/ssh/key.pub
StrictModes no
UsePAM no
PidFile none
END
nsenter --net=/run/netns/csp-B -- /usr/sbin/sshd -D -e -f "$tmp/ssh/config" 2>"$tmp/ssh/log" &
daemons+=($!)
for at in 10.0.9.9:80 0.0.0.0:81 10.0.9.9:22 0.0.0.0:2222; do wait_for serves $at; done

# --- transfers -----------------------------------------------------------------------------------

download() { # TEXT PORT
	local curl
	count_from_here A B
	run A curl -sS -o "$tmp/got" "http://10.0.9.9:$2/file" &
	curl=$!
	wait_for larger "$tmp/got" 100000
	ok "$1: the server goes elsewhere in a download" go
	ok "curl succeeds" wait $curl
	ok "the file is right" cmp "$tmp/file" "$tmp/got"
	rm "$tmp/got"
	over
}

copy() { # TEXT PORT
	local ssh
	count_from_here A B
	: >"$tmp/got"
	run A ssh -F none -i "$tmp/ssh/key" -p "$2" -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR root@10.0.9.9 cat \
		<"$tmp/file" >"$tmp/got" &
	ssh=$!
	wait_for larger "$tmp/got" 100000
	ok "$1: the server goes elsewhere in a session" go
	ok "ssh succeeds" wait $ssh
	ok "the file is right, there and back" cmp "$tmp/file" "$tmp/got"
	rm "$tmp/got"
	over
}

# Sockets that are bound to any are found by the home address, too.
over() {
	wait_for quiet A B
	ok "the client was sent on, the key vouched for" counters_are A redirect-in=1 \
		vouch-ok="$vouched" vouch-bad=0 move-in=1
	ok "the listener was given the SYN" counters_are B home-assigned=1 setup-in=1
}

transfers() { # TEXT
	download "$1: curl, nginx bound to the home address" 80
	download "$1: curl, nginx bound to any" 81
	copy "$1: ssh, sshd bound to the home address" 22
	copy "$1: ssh, sshd bound to any" 2222
}

count_box H
agent_for H B
register_with H B
wait_for is_registered B
vouched=1
transfers "registered"
ok "the agent told where it is" box_counters_are H 'home-redirected=>3' home-relayed=0

ctl B register del 10.0.9.9
wait_for empty B register
ctl H agent del 10.0.9.9
count_box H
agent_for H B --hidden
register_with H B --hidden
wait_for is_registered B
vouched=2	# by the Redirect, and by the OK
transfers "hidden"
ok "the agent told nobody" box_counters_are H home-redirected=0 'home-relayed=>3'

# --- who has no CSP ------------------------------------------------------------------------------

plain() { on A curl -sv -m 100 -o "$tmp/got" http://10.0.9.9/file 2>"$tmp/said"; }
status=0
plain || status=$?
is "curl without CSP is told" "$status" 7	# not 28, a timeout
ok "clearly" grep -q 'No route to host' "$tmp/said"
ok "by the agent" box_counters_are H 'home-plain=>0'
ip -n csp-B addr flush dev eth0 scope global
ip -n csp-B addr del 10.0.9.9/32 dev lo
addr B:home 10.0.9.9/24 S
default_via B 10.0.9.254
ok "the host comes home" wait_for is_at H at-home 10.0.9.9
ok "curl without CSP gets the file" plain
ok "the file is right" cmp "$tmp/file" "$tmp/got"
