# SPDX-License-Identifier: GPL-2.0
#
# CSP: build, install, load, check.  "make help" lists the targets.

MAKEFLAGS += --no-print-directory

# The kernel to build for: the running one, or KDIR=/path/to/its/build/tree.
KDIR	?= /lib/modules/$(shell uname -r)/build
KVER	:= $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)

PREFIX	?= /usr/local
DESTDIR	?=

# One directory for each kernel, so that their objects never mix.
OBJ	:= build/$(KVER)

# Kconfig's answers.
CSP_CONFIG := CONFIG_CSP=m CONFIG_CSP_MBOX=m
# Modules of the selftests as well: SELFTESTS=m.
CSP_CONFIG += $(if $(SELFTESTS),CONFIG_CSP_SELFTESTS=$(SELFTESTS))

KBUILD	= $(MAKE) -C $(KDIR) M=$(CURDIR)/$(OBJ) $(CSP_CONFIG)

PHONY += all
all: modules tools

# --- modules -------------------------------------------------------------------

# kbuild leaves objects beside the sources, so each kernel has its own tree of
# links to them.  It is refreshed every time: new files appear, removed ones go.
# In a copy of the whole tree they lead to the original: it is built anew.
# The lock is for test machines of one kernel that start at the same moment.
PHONY += modules
modules: headers
	@mkdir -p $(OBJ)
	@flock $(OBJ)/.lock $(MAKE) locked-modules KDIR=$(KDIR)
	@echo "Modules for Linux $(KVER):" $(OBJ)/*.ko

SOURCES = find ./Kbuild include net selftests/fail -type f \
	\( -name '*.[chS]' -o -name Kbuild -o -name Kconfig -o -name Makefile \)

PHONY += locked-modules
locked-modules:
	@[ ! -e $(OBJ)/Kbuild ] || [ $(OBJ)/Kbuild -ef Kbuild ] || \
		find $(OBJ) -mindepth 1 ! -name .lock -delete
	@$(SOURCES) | while read -r f; do \
		[ -L $(OBJ)/$$f ] || { mkdir -p $(OBJ)/$${f%/*}; ln -sfn $(CURDIR)/$$f $(OBJ)/$$f; }; \
	done
	@find -L $(OBJ) -type l -delete
	+$(KBUILD) modules
	@find $(OBJ)/net $(OBJ)/selftests -name '*.ko' -exec cp -pu -t $(OBJ) {} +

PHONY += headers
headers:
ifeq ($(KVER),)
	@echo "There is nothing to build against in $(KDIR)." >&2; \
	echo "Install the headers of the running kernel:" >&2; \
	echo "    apt-get install linux-headers-$$(uname -r)" >&2; \
	echo "or name another kernel's build directory: make KDIR=..." >&2; \
	echo "('make check' and 'make demo' need neither: they bring their own kernels.)" >&2; \
	false
endif

# --- tools -----------------------------------------------------------------------

TOOLS := $(patsubst %/Makefile,%,$(wildcard tools/cspctl/Makefile))

PHONY += tools
tools:
	@set -e; for dir in $(TOOLS); do $(MAKE) -C $$dir; done

# --- install, load ------------------------------------------------------------------

MAN_PAGES = $(wildcard Documentation/man/*.[1-9])

PHONY += install
install: all
	+$(KBUILD) INSTALL_MOD_DIR=extra INSTALL_MOD_PATH=$(DESTDIR) modules_install
	@# Debian's headers lack what kbuild wants before it calls depmod itself.
	$(if $(DESTDIR),,depmod $(KVER))
	@set -e; for dir in $(TOOLS); do \
		$(MAKE) -C $$dir install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX); \
	done
	@set -e; for page in $(MAN_PAGES); do \
		install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man$${page##*.} $$page; \
	done
	@set -e; for h in $(wildcard include/uapi/linux/csp*.h); do \
		install -D -m 644 -t $(DESTDIR)$(PREFIX)/include/linux $$h; \
	done

# "make load" is for end hosts; a firewall, NAT or agent wants "make load MBOX=1".
PHONY += load
load: modules
	@set -e; for m in csp $(if $(MBOX),csp_mbox); do \
		[ ! -d /sys/module/$$m ] || continue; \
		for dep in $$(modinfo -F depends $(OBJ)/$$m.ko | tr , ' '); do \
			case $$dep in csp) ;; *) modprobe $$dep ;; esac; \
		done; \
		echo "insmod $(OBJ)/$$m.ko $(ARGS)"; \
		insmod $(OBJ)/$$m.ko $(ARGS); \
	done

PHONY += unload
unload:
	@for m in csp_mbox csp; do \
		[ ! -d /sys/module/$$m ] || { echo "rmmod $$m"; rmmod $$m; } || exit; \
	done

# --- check, demo, bench: in the test machine -------------------------------------------

# K: kernels, T: a pattern for test names.  Without them, everything.
PHONY += check
check:
	@K="$(K)" T="$(T)" selftests/run

PHONY += demo
demo:
	@tools/setup build test
	@tools/vm/run -k $(or $(K),6.12) -t 1800 -- selftests/demo $(T)

PHONY += bench
bench:
	@tools/setup build test bench
	@tools/vm/run -k $(or $(K),6.12) --icount --mem 4096 -t 3600 -- selftests/bench/run $(T)

# --- the rest -----------------------------------------------------------------------------

PHONY += clean
clean:
	rm -rf build
	@set -e; for dir in $(TOOLS); do $(MAKE) -C $$dir clean; done

PHONY += help
help:
	@echo 'Build and use (for the running kernel, or KDIR=/path/to/build/tree):'
	@echo '  make            modules into build/<kernel release>/, and cspctl'
	@echo '                  (W=1, C=1, LLVM=1 and CC=... work as in a kernel tree)'
	@echo '  make modules    only the modules'
	@echo '  make tools      only cspctl'
	@echo '  make install    modules, cspctl, man pages, headers (PREFIX, DESTDIR)'
	@echo '  make load       insert csp.ko as built here; MBOX=1: and csp_mbox.ko;'
	@echo '                  ARGS="name=value ...": module parameters'
	@echo '  make unload     remove them'
	@echo
	@echo 'Try and test (in virtual machines; installs the Debian packages needed):'
	@echo '  make demo       every exchange as a ladder diagram; T=pattern'
	@echo '  make check      all tests; K="6.1 6.12 debug" and T=pattern narrow it'
	@echo '  make bench      benchmarks in deterministic machine time; T=pattern'
	@echo
	@echo '  make clean      remove everything built here (not the cached test machine)'

.PHONY: $(PHONY)
