# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh
#
# Helper processes that hold sockets; see lib.sh and sock.c.

declare -A sock_in	# NAME -> descriptor for commands
declare -A sock_out	# NAME -> descriptor for answers
declare -A sock_pid	# NAME -> process
declare -A sock_target	# NAME -> "ADDR PORT" to connect to

sock() { # NAME HOST [COMMAND...]
	local name=$1 host=$2 in out; shift 2
	[ ! -e "$tmp/$name.in" ] || rm "$tmp/$name.in" "$tmp/$name.out"
	mkfifo "$tmp/$name.in" "$tmp/$name.out"
	exec {in}<>"$tmp/$name.in" {out}<>"$tmp/$name.out"
	# Not by on(): $! would be another shell.
	SOCK_PROGRESS=$tmp/$name.progress nsenter --net="/run/netns/csp-$host" \
		-- "$@" "$sock" <"$tmp/$name.in" >"$tmp/$name.out" &
	sock_in[$name]=$in sock_out[$name]=$out sock_pid[$name]=$!
	daemons+=($!)
}

say() { # NAME COMMAND...
	local name=$1; shift
	answer=
	echo "$*" >&"${sock_in[$name]}"
}

hear() { # NAME
	if ! read -r -t 120 -u "${sock_out[$1]}" answer; then
		answer="none of $1"
		return 1
	fi
	[[ $answer != *'"error"'* ]]
}

tell() { say "$@"; hear "$1"; }

# A value of the last answer, without quotes; nothing if it has none.
field() { # KEY
	local value
	[[ $answer =~ \"$1\":\ (\"([^\"]*)\"|([^ ,]*)) ]] || return 0
	value=${BASH_REMATCH[2]}
	echo "${value:-${BASH_REMATCH[3]}}"
}

quit() { # NAME...
	local name in out
	for name; do
		in=${sock_in[$name]} out=${sock_out[$name]}
		kill "${sock_pid[$name]}"
		wait "${sock_pid[$name]}" 2>/dev/null || true
		exec {in}>&- {out}>&-
		unset "sock_pid[$name]"
	done
}

# "tcp", "udp" and the family of the address, or as it says: "tcp6".
make_sock() { # NAME tcp|udp[4|6] ADDR [MODE]
	local family=4
	[[ $3 != *:* ]] || family=6
	case $2 in *[46]) family=${2: -1} ;; esac
	tell "$1" socket "${2%[46]}" "$family"
	[ -z "${4-}" ] || tell "$1" csp "$4"
}

listener() { # NAME HOST tcp|udp ADDR PORT [MODE]
	[ "${sock_pid[$1]-}" ] || sock "$1" "$2"
	make_sock "$1" "$3" "$4" "${6-}"
	tell "$1" reuseaddr
	tell "$1" bind "$4" "$5"
	[[ $3 == udp* ]] || tell "$1" listen
}

client() { # NAME HOST tcp|udp ADDR PORT [MODE [OWN_PORT]]
	local any=0.0.0.0
	[ "${sock_pid[$1]-}" ] || sock "$1" "$2"
	make_sock "$1" "$3" "$4" "${6-}"
	if [ "${7-}" ]; then
		[[ $4 != *:* && $3 != *6 ]] || any=::
		tell "$1" reuseaddr
		tell "$1" bind $any "$7"
	fi
	sock_target[$1]="$4 $5"
}

connect() { tell "$1" connect "${sock_target[$1]}"; }	# NAME
dial() { client "$@" && connect "$1"; }

exchange() { # NAME NAME SIZE [RATE]
	local first
	say "$1" trade "${@:3}"
	say "$2" trade "${@:3}"
	hear "$1" || { note "$1: $answer"; return 1; }
	first=$answer
	hear "$2" || { note "$2: $answer"; return 1; }
	same_data "$first"
}

# Did each receive what the other sent?  One answer is in $answer.
same_data() { # OTHER_ANSWER
	local sent received
	sent=$(field sent) received=$(field received)
	answer=$1
	[ "$sent" = "$(field received)" ] && [ "$received" = "$(field sent)" ]
}

datagram() { # NAME NAME SIZE
	local sum
	tell "$1" send "$3" && sum=$(field sum) && tell "$2" recv "$3" &&
		[ "$sum" = "$(field sum)" ]
}

state() { tell "$1" info && field state; }	# NAME
is_state() { tell "$1" info && [[ $answer == *"\"state\": \"$2\""* ]]; }

progress() { # NAME
	local n=0
	[ ! -s "$tmp/$1.progress" ] || read -r n <"$tmp/$1.progress"
	echo $((10#$n))
}
