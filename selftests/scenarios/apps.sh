#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Programs that have never heard of it are moved in the middle of what they do: curl
# and nginx, iperf3, ssh and sshd, as Debian has them.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/mobility.sh"

plan 16

routed
delay R:to-a 5ms rate 2mbit
delay R:to-b 5ms rate 2mbit
conf B default_mode=1
run() { # HOST COMMAND...: all its sockets are flagged
	on "$1" "$cspctl" run -- "${@:2}"
}
place=1
go() { # To another network, and N connections with it.
	count_from_here A
	case $((place++ % 2)) in
	1)	roam A:eth0 10.0.3.1/24 10.0.3.254 ;;
	0)	roam A:eth0 10.0.1.1/24 10.0.1.254 ;;
	esac
	wait_for moved A "$1"
}
size() { stat -c %s "$1"; }
larger() { [ "$(size "$1")" -gt "$2" ]; }
serves() { on B ss -tlnHO | grep -q ":$1 "; }	# PORT
head -c 1200000 /dev/urandom >"$tmp/file"

# --- curl and nginx: a download, an upload
mkdir "$tmp/nginx"
chmod 711 "$tmp"
chmod 644 "$tmp/file"
cat >"$tmp/nginx.conf" <<END
user root;
pid $tmp/nginx/pid;
error_log $tmp/nginx/error;
events { }
http {
	access_log off;
	client_body_temp_path $tmp/nginx/body;
	server {
		listen 80;
		root $tmp;
		location /up/ { dav_methods PUT; create_full_put_path on; client_max_body_size 0; }
	}
}
END
mkdir "$tmp/up"
nsenter --net=/run/netns/csp-B -- nginx -c "$tmp/nginx.conf" -g 'daemon off;' &
daemons+=($!)
wait_for serves 80

run A curl -sS -o "$tmp/got" http://10.0.2.2/file &
curl=$!
wait_for larger "$tmp/got" 200000
ok "curl and nginx: the client moves in a download" go 1
ok "curl succeeds" wait $curl
ok "the file is the same" cmp "$tmp/file" "$tmp/got"

run A curl -sS -T "$tmp/file" http://10.0.2.2/up/file &
curl=$!
wait_for received B 200000
ok "the client moves in an upload" go 1
ok "curl succeeds" wait $curl
ok "the file is the same" cmp "$tmp/file" "$tmp/up/file"
ok "both connections were signalled" counters_are B auto-flagged=2 setup-in=2

# --- iperf3: two connections, both ways
nsenter --net=/run/netns/csp-B -- iperf3 -s -1 >"$tmp/iperf-server" &
iperf_server=$! daemons+=($!)
wait_for serves 5201
run A iperf3 -c 10.0.2.2 -t 4 -b 1M -R -J >"$tmp/iperf" &
iperf=$!
two() { [ "$(counter A flows)" = 2 ]; }
wait_for two
ok "iperf3: two connections move" go 2
ok "iperf3 succeeds" wait $iperf
ok "so does its server" wait $iperf_server
ok "data flowed to the end" \
	test "$(jq '[.intervals[-1].sum.bytes > 0, .end.sum_received.bytes > 100000] | all' "$tmp/iperf")" = true

# --- ssh: a session that copies a file
mkdir -p /run/sshd "$tmp/ssh"
ssh-keygen -q -t ed25519 -N '' -f "$tmp/ssh/host"
ssh-keygen -q -t ed25519 -N '' -f "$tmp/ssh/key"
cat >"$tmp/ssh/config" <<END
HostKey $tmp/ssh/host
AuthorizedKeysFile $tmp/ssh/key.pub
StrictModes no
UsePAM no
PidFile none
END
nsenter --net=/run/netns/csp-B -- /usr/sbin/sshd -D -e -f "$tmp/ssh/config" 2>"$tmp/ssh/log" &
daemons+=($!)
wait_for serves 22
run A ssh -F none -i "$tmp/ssh/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	-o LogLevel=ERROR root@10.0.2.2 "cat; cat '$tmp/file'" <"$tmp/file" >"$tmp/got" &
ssh=$!
wait_for larger "$tmp/got" 300000
ok "ssh: the session moves in the middle of a copy" go 1
wait_for larger "$tmp/got" 1300000
ok "and again" go 1
ok "ssh succeeds" wait $ssh
ok "the files are the same" cmp <(cat "$tmp/file" "$tmp/file") "$tmp/got"
ok "nothing was forged or lost" counters_are A attach-bad-mac=0 move-timeout=0
