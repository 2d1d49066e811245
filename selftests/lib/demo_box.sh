# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh and of the demonstration
#
# The parts of the demonstration (selftests/demo) in which R is a firewall.

# R becomes a firewall with these rules, for one part.
firewall_at_R() { # RULE...
	local r n
	modprobe csp_mbox
	# So near that a machine with much to do sends nothing again.
	for n in 0 1 3; do delay R:eth$n 1ms; done
	firewall R <<-END
		chain forward {
			type filter hook forward priority filter; policy drop
			ct state established,related accept
			ip6 nexthdr ipv6-icmp accept
		}
	END
	echo "R is a firewall now: what is established or related passes, the rest is dropped."
	echo "What may be opened is said by"
	echo
	for r; do
		echo "  R\$ cspctl rule add $r"
		eval "on R cspctl rule add $r" >/dev/null
	done
	echo
}

no_firewall_at_R() {
	local n
	for n in 1 3; do delay R:eth$n 10ms; done
	slowly
	no_firewall R
	on R cspctl rule flush >/dev/null
	on R cspctl box set enable 0
}

show_pinhole() {
	line "R\$ cspctl pinhole"
	on R cspctl pinhole | awk '
		NR == 1 { print "PROTO  STATE  INITIATOR              RESPONDER         GRANTED"; next }
		{ printf "%-5s  %-5s  %-15s  %-3s  %-15s  %8s\n", $2, $3, $4, $5, $6, $7 }
	' | indented
}
no_pinholes() { [ "$(on R cspctl -j pinhole | jq length)" = 0 ]; }

# --- parts -----------------------------------------------------------------------------------

# What a program that talks to another one by UDP has heard.
heard() { grep -qx "$1" "$tmp/heard"; }

firewalled_udp() {
	local to cid socat
	heading "Exchange 2: UDP through a firewall"
	firewall_at_R "in eth0 accept timeout 300s"
	# Not 10 s: a machine with much to do takes that long to show what there is.
	on R cspctl box set udp_timeout 60000
	nsenter --net=/run/netns/csp-B -- socat UDP4-LISTEN:5000 PIPE &
	daemons+=($!)
	wait_for udp_server B 5000
	mkfifo "$tmp/to"
	exec {to}<>"$tmp/to"
	: >"$tmp/heard"
	record_links udp A-R R-B
	start_clock
	monitor A
	line "A\$ cspctl run -- socat - UDP4:10.0.2.2:5000"
	nsenter --net=/run/netns/csp-A -- cspctl run -- socat - UDP4:10.0.2.2:5000 \
		<"$tmp/to" >"$tmp/heard" &
	socat=$!
	daemons+=("$socat")
	echo hello >&"$to"
	wait_for heard hello
	line "socat at B sends back what it hears: \"hello\""
	show_pinhole
	cid=$(on A cspctl -j flow | jq -r '.[0].cid')
	at A cspctl flow change "$cid" timeout 300000
	wait_for granted 300000
	show_pinhole
	echo again >&"$to"
	wait_for heard again
	kill "$socat"
	wait_for happened A detached
	stop_monitors
	check "both datagrams came back" heard again
	ladder_of_links udp A-R R-B -- A=10.0.1.1 R=10.0.1.254,10.0.2.254 B=10.0.2.2
	exec {to}>&-
	no_firewall_at_R
	cat <<-END

		The OK says for how long the firewall keeps an idle pinhole: a minute.  A asks for
		more, and it is told in the OK to that what it got.
	END
}
udp_server() { on "$1" ss -Hlun | grep -q ":$2 "; }	# HOST PORT
granted() { [ "$(on R cspctl -j pinhole | jq '.[0].granted_ms')" = "$1" ]; }	# MS

# Begin to send, what is written to descriptor $to, until $sender is killed.
send_from_B() { # SOCAT_ADDRESS
	[ -p "$tmp/from" ] || mkfifo "$tmp/from"
	exec {to}<>"$tmp/from"
	line "B\$ socat -u STDIN $1 &"
	nsenter --net=/run/netns/csp-B -- socat -u STDIN "$1" <"$tmp/from" &
	sender=$!
	daemons+=("$sender")
}

incoming() {
	local socat sender to
	heading "Exchange 3: UDP from outside, let in by who receives it"
	firewall_at_R "in eth1 out eth0 proto udp dport 6000-6999 ask-host" "in eth0 accept"
	echo "B will only send, and says so by setsockopt(): CSP_ENABLE, CSP_DIRECTION."
	echo
	: >"$tmp/heard"
	record_links incoming A-R R-B
	start_clock
	line "A\$ cspctl run -- socat -u UDP4-RECV:6000 STDOUT &"
	nsenter --net=/run/netns/csp-A -- cspctl run -- socat -u UDP4-RECV:6000 STDOUT \
		>"$tmp/heard" &
	socat=$!
	daemons+=("$socat")
	wait_for udp_server A 6000
	monitor B
	send_from_B 'UDP4-SENDTO:10.0.1.1:6000,sockopt-int=0:2530:1,sockopt-int=0:2540:1'
	echo "hello, A" >&"$to"
	wait_for heard "hello, A"
	line "socat at A has heard: \"hello, A\""
	wait_for happened B established
	show_pinhole
	kill "$sender"
	wait_for happened B detached
	exec {to}>&-
	stop_monitors
	kill "$socat"
	wait_for quiet A B
	check "the datagram has arrived" heard "hello, A"
	ladder_of_links incoming A-R R-B -- A=10.0.1.1 R=10.0.1.254,10.0.2.254 B=10.0.2.2
	expected_by_A
	no_firewall_at_R
	cat <<-END

		The firewall opens nothing before A has said OK, or has asked for it, and then in
		one direction only.
	END
}

# The other half of exchange 3: the receiver asks first.
expected_by_A() {
	local expect
	printf '\nAnd the other way round, by IPv6: A says by CSP_EXPECT who will send.\n\n'
	: >"$tmp/heard"
	record_links expected A-R R-B
	start_clock
	monitor A
	send_from_B 'UDP6-SENDTO:[fd00:1::1]:6001,bind=:5001,sockopt-int=41:2530:1'
	wait_for udp_server B 5001
	# struct csp_expect: AF_INET6, port 5001, fd00:2::2.
	expect="UDP6-DATAGRAM:[fd00:2::2]:5001,bind=:6001,sockopt-int=41:2530:2"
	expect+=,sockopt=41:2537:x0a001389fd000002000000000000000000000002
	line "A\$ socat -u ${expect%%,sockopt*},sockopt-int=...,sockopt=... STDOUT &"
	nsenter --net=/run/netns/csp-A -- socat -u "$expect" STDOUT >"$tmp/heard" &
	socat=$!
	daemons+=("$socat")
	wait_for happened A established
	show_pinhole
	echo "hello, A6" >&"$to"
	wait_for heard "hello, A6"
	line "socat at A has heard: \"hello, A6\""
	kill "$socat"
	wait_for happened A detached
	stop_monitors
	kill "$sender"
	exec {to}>&-
	check "the datagram has arrived" heard "hello, A6"
	ladder_of_links expected A-R R-B -- A=fd00:1::1 R=fd00:1::fe,fd00:2::fe B=fd00:2::2
}

start_proxy() {
	cat >"$tmp/proxy.conf" <<-END
		user root;
		daemon off;
		master_process off;
		pid $tmp/proxy.pid;
		error_log $tmp/proxy.err;
		events { }
		http {
			access_log $tmp/proxy.log;
			proxy_temp_path $tmp/proxy.temp;
			server { listen 3128; location / { proxy_pass http://\$http_host; } }
		}
	END
	ctl P conf set default_mode prefer
	nsenter --net=/run/netns/csp-P -- nginx -c "$tmp/proxy.conf" \
		>"$tmp/proxy.out" 2>&1 &
	daemons+=($!)
	wait_for proxying
}
proxying() { on P ss -Htln | grep -q ':3128 '; }

proxy() {
	heading "Exchange 4: a proxy off the path"
	start_proxy
	firewall_at_R "in eth0 proto tcp dport 80 redirect 10.0.8.2:3128" "in eth0 accept" \
		"in eth3 accept"
	echo "At P, 10.0.8.2, is another nginx, as a proxy."
	echo
	record_links proxy A-R R-P R-B
	start_clock
	monitor A
	at A cspctl run -- curl -sS "$url/hello"
	wait_for happened A detached
	wait_for quiet A P B
	stop_monitors
	check "the proxy has asked nginx" grep -q '^10.0.8.2 .*GET /hello.* 200' "$tmp/access.log"
	ladder_of_links proxy A-R R-P R-B -- A=10.0.1.1 R=10.0.1.254,10.0.2.254,10.0.8.254 \
		P=10.0.8.2 B=10.0.2.2
	no_firewall_at_R
	cat <<-END

		The firewall says where to go: "B:P", B at P's place.  curl has connected to B.
	END
}

# The other half of exchange 5.
refused_by_firewall() {
	local status=0
	printf '\nAnd by a firewall:\n\n'
	firewall_at_R "in eth0 reject 'no web before five'"
	record_links refused A-R R-B
	start_clock
	monitor A
	at A cspctl run -- curl -sS "$url/hello" || status=$?
	wait_for happened A rejected
	stop_monitors
	check "curl was refused" [ "$status" = 7 ]
	ladder_of_links refused A-R R-B -- A=10.0.1.1 R=10.0.1.254,10.0.2.254 B=10.0.2.2
	no_firewall_at_R
}
