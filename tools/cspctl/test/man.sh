#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The man pages are well-formed and say what the sources say: settings, socket
# options, errors, events, the forms of each command, and the example compiles.
# "make check" runs it; BUILD is the directory of cspctl.  Prints TAP.

set -u
build=$(readlink -f "${BUILD:-$(dirname "$0")/../../../build/tools/cspctl}")
cd "$(dirname "$0")/../../.." || exit 1

csp7=Documentation/man/csp.7 cspctl8=Documentation/man/cspctl.8
cspctl=$build/cspctl
uapi=include/uapi/linux

n=0 failed=0
result() { # NAME COMPLAINTS
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
		failed=1
	fi
}

# A page as text, without emphasis, lines joined.
text() { mandoc -T ascii -O width=500 "$1" | sed 's/.\x08//g; s/^ *//; s/  */ /g'; }

if command -v mandoc >/dev/null; then
	result "mandoc's lint" "$(mandoc -T lint "$csp7" "$cspctl8" 2>&1)"

	# Each form that --help tells is in the synopsis.
	synopsis=$(text "$cspctl8")
	result "forms of the commands" "$(
		for cmd in flow monitor run cgroup conf stats peer key block flood rule pinhole name gateway box agent token; do
			"$cspctl" $cmd --help | sed -n '/^$/q; s/^\(Usage:\| *\) *//p'
		done | while read -r form; do
			grep -qxF -- "$form" <<<"$synopsis" || echo "not in cspctl.8: $form"
		done)"
	result "commands" "$(
		"$cspctl" --help | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p' | while read -r cmd; do
			grep -qw -- "$cmd" <<<"$synopsis" || echo "not in cspctl.8: $cmd"
		done)"
else
	n=$((n + 1)); echo "ok $n - mandoc's lint # SKIP no mandoc"
fi

# CSP_CONF(name, default, min, max, "unit", "meaning")
port=$(sed -n 's/^#define CSP_UDP_PORT_DEFAULT[[:space:]]*//p' $uapi/csp.h)
result "settings in csp.7" "$(
	sed -n 's/^CSP_CONF(\(.*\)$/\1/p' net/csp/conf_list.h |
	sed "s/CSP_UDP_PORT_DEFAULT/$port/" |
	while IFS=', ' read -r name def min max rest; do
		unit=${rest#\"} unit=${unit%%\"*}
		case $unit in ms|s|1/s) unit=" $unit" ;; *) unit= ;; esac
		row="$name"$'\t'"$def"$'\t'"$min to $max$unit"$'\t'
		grep -qF -- "$row" "$csp7" || echo "missing: $row"
	done)"
result "no other settings in csp.7" "$(
	sed -n 's/^\([a-z_]*\)\t[0-9]*\t[0-9]* to .*/\1/p' "$csp7" | while read -r name; do
		grep -q "^CSP_CONF($name," net/csp/conf_list.h || echo "$name"
	done)"

# What the module does of each error: the module's own functions say.
errors() {
	local prog
	prog=$(mktemp) || return
	{
		printf '#include <%s>\n' stdbool.h stdint.h stdio.h stdlib.h string.h linux/types.h
		printf 'typedef uint16_t u16;\n#include "net/csp/errno.h"\nint main(void)\n{\n'
		grep -o '^	CSP_ERR_[A-Z_]*' $uapi/csp.h | grep -v NONE | while read -r name; do
			# shellcheck disable=SC2028 # for printf() of C
			echo "printf(\"$name\\t%s\\t%s\\t\\n\"," \
				"csp_errno_allows_plain($name) ? \"plain\" : \"fails\"," \
				"strerrorname_np(abs(csp_errno($name))));"
		done
		echo 'return 0; }'
	} | ${CC:-cc} -D_GNU_SOURCE -I. -Iinclude -Iinclude/uapi -x c -o "$prog" - && "$prog"
	rm -f "$prog"
}
result "errors in csp.7" "$(
	rows=$(errors 2>&1)
	[ "$(wc -l <<<"$rows")" -ge 15 ] || echo "$rows"
	while IFS= read -r row; do
		grep -qF -- "$row" "$csp7" || echo "missing: $row"
	done <<<"$rows")"
result "all errors of csp.h in csp.7" "$(
	grep -o '^	CSP_ERR_[A-Z_]*' $uapi/csp.h | while read -r name; do
		grep -q "$name\b" "$csp7" || echo "missing: $name"
	done)"
result "socket options in csp.7" "$(
	awk '$1 == "#define" && $3 ~ /^25[34][0-9]$/ && $2 !~ /_SO_/ { print $2 }' $uapi/csp.h |
	while read -r name; do
		grep -q "^\.BR $name \"" "$csp7" || echo "missing: $name"
	done)"
result "events in cspctl.8" "$(
	sed -n 's/^	CSP_EVENT_\([A-Z_]*\),/\1/p' $uapi/csp_netlink.h | tr A-Z_ a-z- | while read -r name; do
		grep -q "^\.BR\? $name\b" "$cspctl8" || echo "missing: $name"
	done)"
result "counters that csp.7 mentions" "$(
	sed -n '/^\.SS Counters/,/^\.SS "Mod/p' "$csp7" | grep '^\.BR .*[a-z]-' | tr ' ,":' '\n' | grep -- - |
	while read -r name; do
		grep -q "\"$name\"" net/csp/mib.h || echo "no such: $name"
	done)"
result "the example compiles" "$(
	sed -n '/^\.EX/,/^\.EE/{/^\.E/d;p}' "$csp7" | sed '/^}/q; s/\\e/\\/g' |
	${CC:-cc} -Wall -Wextra -Werror -fsyntax-only -Iinclude/uapi -x c - 2>&1)"

echo "1..$n"
exit $failed
