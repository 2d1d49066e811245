#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A NAT, to a name: what it refuses, what others try, and a path that loses; programs that know
# nothing of all that: curl and nginx, as Debian has them.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"
. "$(dirname "$0")/../lib/box.sh"
. "$(dirname "$0")/../lib/nat.sh"

plan 34

behind_nat
nat masquerade
give one.example.org 10.0.1.1
give two.example.org 10.0.7.1
give - 10.0.7.1:80 port 8080
ctl R box set linger 1000

# --- policy ------------------------------------------------------------------------------------------

count_box R
count_from_here A
listener server A tcp 0.0.0.0 80 prefer
listener other D tcp 0.0.0.0 80 prefer
ok "what no rule speaks of, the ruleset drops" not reach client tcp 80 one.example.org
is "by policy" "$(why client)" "policy EACCES"
quit client
rule R in to-b dport 81 ask-host
rule R in to-b name two.example.org reject "not that one"
rule R in to-b accept timeout 60s
ok "a rule refuses one name" not reach client tcp 80 two.example.org
is "by policy" "$(why client)" "policy EACCES"
tell client reject
is "and says why" "$(field text)" "not that one"
quit client
ok "a host inside cannot be asked first" not reach client tcp 81 one.example.org
is "by policy" "$(why client)" "policy EACCES"
quit client
ok "counted" box_counters_are R refused-ruleset=2 refused-rule=1 nat-reserved=0 nat-named=0
ok "nobody inside has heard of it" counters_are A setup-in=0 in-pkts=0
is "nothing is open" "$(ctl R -j pinhole | jq length) $(entry "dst=10.0.1.1 " || true)" "0 0"
ok "the other name is accepted" reach client tcp 80 one.example.org 40000
tell server accept
is "for as long as the rule says" "$(holes R granted_ms) $(holes R rule)" "60000 3"
ok "a port leads inside without any name" reach second tcp 8080 "" 40001
tell other accept
is "to the host that it was given to" "$(names other)" "10.0.7.1,80 10.0.2.2,40001"

# --- one port, one host ---------------------------------------------------------------------------------

# Two names, but there is one port at the NAT: by hand, since a socket would not try.
give three.example.org 10.0.7.1
count_box R
speak B 10.0.2.2 10.0.2.254 setup xid=9 id=a3a1a1a1a1a1a1a1 \
	conn=tcp,10.0.2.2,40000,10.0.2.254,80 name=three.example.org
ok "another name cannot have the ports of a connection" \
	wait_for box_counters_are R nat-in-use=1 nat-reserved=0
ok "which goes on" exchange client server 100k
quit client second server other
ok "all forget their connections" quiet A B D
ok "and so does the NAT" wait_for no_holes R

# --- what others say ---------------------------------------------------------------------------------------

count_box R
deaf A
ctl R box set provisional 15000
cid=a1a1a1a1a1a1a1a1 b=b1b1b1b1b1b1b1b1
setup=(setup xid=5 "id=$cid" "conn=tcp,10.0.2.2,50000,10.0.2.254,80" name=one.example.org)
speak B 10.0.2.2 10.0.2.254 "${setup[@]}" -- "${setup[@]}" attempt=1
ok "a copy of a Setup is no new one" wait_for box_counters_are R nat-named=2 setups=1 setup-again=1
speak B 10.0.2.77 10.0.2.254 ok reply xid=5 dcid=a2a1a1a1a1a1a1a1 id=$b -- \
	ok reply xid=5 dcid=$cid id=$b
speak D 10.0.7.1 10.0.2.2 ok reply xid=5 dcid=$cid id=$b
ok "an OK from elsewhere is not believed" wait_for box_counters_are R not-believed=2
ok "without an answer it goes by itself" wait_for no_holes R
ok "and was never open" box_counters_are R provisional=1 confirmed=0 consented=0 unanswered=1
is "with what conntrack had of it" "$(entry dport=50000 || true)" 0
no_firewall A
# Straight to the host inside, whose address is no secret, by a name of the NAT's.
count_box R
speak B 10.0.2.2 10.0.1.1 setup xid=6 id=$cid conn=tcp,10.0.2.2,50001,10.0.2.254,22 \
	name=none.example.org
ok "nobody gets inside by a name that is not given" \
	wait_for box_counters_are R setup-foreign=1 nat-named=0 nat-reserved=0

# --- a bad path --------------------------------------------------------------------------------------------

ctl R box set linger 10000 provisional 10000
count_box R
count_from_here A B
for end in A:eth0 R:to-a R:to-b B:eth0; do
	delay $end 3ms loss 10% duplicate 50% reorder 20%
done
listener server A tcp 0.0.0.0 80 prefer
for i in 1 2 3; do
	reach client tcp 80 one.example.org $((41000 + i))
	tell server accept
	exchange client server 20k
	is "connection $i over a bad path" "$(names server)" "10.0.1.1,80 10.0.2.2,$((41000 + i))"
	quit client
	tell server close
	tell server use 0
done
quit server
ok "all of them end" quiet A B
ok "with their mappings" wait_for no_holes R
ok "of which there was one each" box_counters_are R nat-reserved=3 confirmed=3
is_bad_path
for end in A:eth0 R:to-a R:to-b B:eth0; do delay $end 0ms; done

# --- programs ----------------------------------------------------------------------------------------------

mkdir "$tmp/www"
echo "hello, by name" >"$tmp/www/index.html"
cat >"$tmp/nginx.conf" <<-END
	user root;
	daemon off;
	master_process off;
	pid $tmp/nginx.pid;
	error_log $tmp/nginx.err;
	events { }
	http { access_log $tmp/nginx.log; server { listen 80; root $tmp/www; } }
END
ctl A conf set default_mode prefer
nsenter --net=/run/netns/csp-A -- nginx -c "$tmp/nginx.conf" >"$tmp/nginx.out" 2>&1 &
daemons+=($!)
serves() { on A ss -tlnHO | grep -q ":80 "; }
wait_for serves
get() { # NAME
	on B "$cspctl" run -m require --name "$1" -- \
		curl -sS --resolve "$1:80:10.0.2.254" "http://$1/" 2>&1
}
is "curl, as it is, gets to nginx, as it is" "$(get one.example.org)" "hello, by name"
is "not by a name that is not given" "$(get none.example.org || true)" "curl: (7) *"
