# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh
#
# Making what the modules ask the kernel for fail; beside lib.sh:
#
#	faults_ready		csp_fail is loaded, before csp; or the kernel can do it itself
#	fail_each N		of what csp and csp_mbox ask for, each N-th fails
#	fail_nth N		the N-th does, counted from now
#	fail_none
#	n_failed_calls		how many have failed since fail_each or fail_nth
#	exhaust COMMAND...	again and again, each time with another call that fails, until
#				none is left; then it has to succeed.  The command "${undo[@]}"
#				takes back what it did
#	fault_sites		"SEEN FAILED PLACE" lines
#
# csp_fail (selftests/fail) does it by kprobes, on any kernel that has them.  The debug
# kernel has fault injection instead: fail_each only.

knobs=/sys/module/csp_fail/parameters
slab=/sys/kernel/debug/failslab
fault_step=${CSP_FAULTS_STEP:-3}

has_slab() { [ -d "$slab" ]; }

faults_ready() {
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	rmmod csp_mbox 2>/dev/null || true
	rmmod csp
	has_slab || modprobe csp_fail
	modprobe csp
	modprobe csp_mbox
}

# Of both modules, and of what is between them.
slab_range() {
	local m first='' last='' from
	for m in csp csp_mbox; do
		from=$(cat "/sys/module/$m/sections/.text")
		: "${first:=$from}" "${last:=$from}"
		[[ $from > $first ]] || first=$from
		[[ $from < $last ]] || last=$from
	done
	echo "$first" >"$slab/require-start"
	printf '0x%x\n' $((last + 0x100000)) >"$slab/require-end"
}

fail_none() {
	if has_slab; then
		echo 0 >"$slab/probability"
	else
		echo 0 | tee "$knobs/nth" >"$knobs/every"
	fi
}

fail_each() { # N
	if has_slab; then
		slab_range
		echo 32 >"$slab/stacktrace-depth"
		echo N >"$slab/ignore-gfp-wait"
		echo 0 >"$slab/verbose"
		echo 2000000000 >"$slab/times"
		echo "$1" >"$slab/interval"
		echo 100 >"$slab/probability"
	else
		echo 0 | tee "$knobs/seen" >"$knobs/failed"
		echo "$1" >"$knobs/every"
	fi
}

fail_nth() { # N
	echo 0 | tee "$knobs/seen" >"$knobs/failed"
	echo "$1" >"$knobs/nth"
}

n_failed_calls() {
	if has_slab; then
		echo $((2000000000 - $(cat "$slab/times")))
	else
		cat "$knobs/failed"
	fi
}

undo=()
taken_back() { [ "${#undo[@]}" = 0 ] || "${undo[@]}" >/dev/null 2>&1 || true; }

exhaust() { # COMMAND...
	local n status=0 tried=0
	if has_slab; then
		"$@" >/dev/null 2>&1 || status=$?
		taken_back
		return $status
	fi
	for ((n = 1; ; n += fault_step)); do
		fail_nth "$n"
		status=0
		"$@" >"$tmp/exhaust" 2>&1 || status=$?
		fail_none
		[ "$(n_failed_calls)" != 0 ] || break
		tried=$((tried + 1))
		taken_back
	done
	taken_back
	note "$* failed in $tried ways"
	[ "$status" = 0 ] || note "$(cat "$tmp/exhaust")"
	return "$status"
}

fault_sites() { has_slab || cat /sys/kernel/debug/csp_fail; }
